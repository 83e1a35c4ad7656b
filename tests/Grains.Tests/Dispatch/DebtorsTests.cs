using System.Collections.Concurrent;
using IoTOrleans.Grains.Dispatch;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Dispatch;

/// <summary>Whether anybody still owes a destination something is what they say, not when it was last tried.</summary>
public sealed class DebtorsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Debtors _debtors;
    private readonly ConcurrentDictionary<string, bool> _owing = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly Func<string, Task> _wake = _ => Task.CompletedTask;
    private readonly Func<string, Task<bool>> _owes;
    private Func<string, Task<bool>>? _answer;

    public DebtorsTests()
    {
        _debtors = new(_time);
        _owes = name =>
        {
            _asked.Enqueue(name);
            return _answer?.Invoke(name) ?? Task.FromResult(_owing.ContainsKey(name));
        };
    }

    [Fact]
    public async Task Without_debtors_nobody_owes() => (await _debtors.AnyOwes()).ShouldBeFalse();

    [Fact]
    public async Task It_lasts_as_long_as_they_say_and_who_owes_nothing_is_asked_once()
    {
        Owe("a", "b");
        _time.Advance(TimeSpan.FromDays(3));
        (await _debtors.AnyOwes()).ShouldBeTrue();

        _owing.TryRemove("a", out _);
        (await _debtors.AnyOwes()).ShouldBeTrue();
        _owing.TryRemove("b", out _);
        (await _debtors.AnyOwes()).ShouldBeFalse();
        _asked.Clear();
        (await _debtors.AnyOwes()).ShouldBeFalse();
        _asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_one_is_asked_as_long_as_that_one_owes()
    {
        Owe([.. Enumerable.Range(0, 1000).Select(number => $"thing-{number}")]);
        for (var look = 0; look < 10; look++) (await _debtors.AnyOwes()).ShouldBeTrue();
        _asked.Count.ShouldBe(10);

        // All the others came back, but for the last.
        foreach (var name in _owing.Keys.Where(name => name != "thing-999")) _owing.TryRemove(name, out _);
        (await _debtors.AnyOwes()).ShouldBeTrue();
        (await _debtors.AnyOwes()).ShouldBeTrue();
        _asked.TryPeek(out _).ShouldBeTrue();
        _asked.Count(name => name == "thing-1").ShouldBe(1);
    }

    [Fact]
    public async Task Who_paid_is_not_asked()
    {
        Owe("a");
        _debtors.Remove(Waiter("a"));
        (await _debtors.AnyOwes()).ShouldBeFalse();
        _asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_fails_or_does_not_answer_in_time_counts_as_owing_and_stays()
    {
        Owe("a");
        _answer = _ => Task.FromException<bool>(new TimeoutException());
        (await _debtors.AnyOwes()).ShouldBeTrue();
        _answer = _ => new TaskCompletionSource<bool>().Task;
        var slow = _debtors.AnyOwes();
        _time.Advance(Seconds(3));
        (await slow.WaitAsync(Seconds(30), TestContext.Current.CancellationToken)).ShouldBeTrue();
        _owing.Clear();
        _answer = null;
        (await _debtors.AnyOwes()).ShouldBeFalse();
    }

    [Fact]
    public async Task What_fails_while_it_is_asked_is_not_forgotten()
    {
        Owe("a");
        var answer = new TaskCompletionSource<bool>();
        _answer = _ => answer.Task;
        var asking = _debtors.AnyOwes();
        Owe("a");
        _answer = null;
        answer.SetResult(false);
        await asking;
        (await _debtors.AnyOwes()).ShouldBeTrue();
    }

    [Fact]
    public async Task Those_without_room_count_until_they_have_tried_again()
    {
        for (var i = 0; i <= Debtors.Most; i++) _debtors.Add(Waiter($"thing-{i}"));
        (await _debtors.AnyOwes()).ShouldBeTrue();
        _time.Advance(Debtors.AllTryWithin + Seconds(1));
        (await _debtors.AnyOwes()).ShouldBeFalse();
    }

    private Waiter Waiter(string name) => new(_wake, _owes, name);

    private void Owe(params string[] names)
    {
        foreach (var name in names)
        {
            _owing[name] = true;
            _debtors.Add(Waiter(name));
        }
    }
}
