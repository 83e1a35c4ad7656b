using System.Security.Cryptography;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

internal enum PasswordVerdict
{
    Right,
    Wrong,

    /// <summary>Too many others are being checked.</summary>
    Busy,
}

/// <summary>
/// Checks passwords. One that was right before, and a generated one, cost a hash. All others cost a PBKDF2, so that the time does not tell
/// whether there is such a user; only a few run at once.
/// </summary>
/// <remarks>
/// Who names a line with a chosen password waits for as long as it wants: after a start all of them come at once. Of one line only a few
/// different passwords wait. All others share few places, so made-up names cannot keep the lines out.
/// </remarks>
internal sealed class PasswordCheck : IDisposable
{
    internal const int MostWaiting = 16;

    /// <summary>Who tries out passwords leaves room for the others.</summary>
    internal const int MostOfOneAddress = 4;

    /// <summary>Different passwords, <see cref="MostOfOneAddress"/> of one address: who tries out passwords leaves room for the thing.</summary>
    internal const int MostOfOneLine = 8;

    /// <summary>For a user that does not exist.</summary>
    private static readonly SecretHash Nobody = new("", SecretHash.ChosenIterations, new byte[16], new byte[64]);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<ClientAddress, int> _strangers = [];
    private readonly Dictionary<MqttUser, List<Waiting>> _lines = [];
    private readonly Lock _gate = new();
    private int _derivations;

    /// <summary>How many PBKDF2 it has taken so far.</summary>
    internal int Derivations => Volatile.Read(ref _derivations);

    /// <summary>How many may run at once.</summary>
    internal SemaphoreSlim Slots { get; } = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>How many different passwords of lines are waited for.</summary>
    internal int LinesWaiting
    {
        get
        {
            lock (_gate) return _lines.Values.Sum(waiting => waiting.Count);
        }
    }

    public void Dispose() => Slots.Dispose();

    internal async ValueTask<PasswordVerdict> Check(MqttUsers users, string? username, byte[] password, ClientAddress from)
    {
        var user = users.Find(username);
        var tag = HMACSHA256.HashData(_key, password);
        if (user is not null && (user.HasVerified(tag) || (!user.Hash.IsChosen && user.Hash.Fits(password)))) return PasswordVerdict.Right;
        if (users.Chosen == 0) return PasswordVerdict.Wrong;
        var fits = user is { Hash.IsChosen: true } ? OfLine(user, tag, password, from) : OfStranger(password, from);
        if (fits is null) return PasswordVerdict.Busy;
        return await fits ? PasswordVerdict.Right : PasswordVerdict.Wrong;
    }

    /// <returns>null: too many wait for this line.</returns>
    private Task<bool>? OfLine(MqttUser user, byte[] tag, byte[] password, ClientAddress from)
    {
        lock (_gate)
        {
            // Since it was asked first.
            if (user.HasVerified(tag)) return Task.FromResult(true);
            if (!_lines.TryGetValue(user, out var waiting)) _lines[user] = waiting = [];

            // Many devices may share a line, and one that was not let in in time comes back.
            if (waiting.Find(one => CryptographicOperations.FixedTimeEquals(one.Tag, tag)) is { } same) return same.Fits;
            if (waiting.Count >= MostOfOneLine || waiting.Count(one => one.From.Equals(from)) >= MostOfOneAddress) return null;
            var mine = new Waiting(tag, from);
            waiting.Add(mine);
            return mine.Fits = Run(mine);
        }

        async Task<bool> Run(Waiting mine)
        {
            // Not under the lock.
            await Task.Yield();
            try
            {
                var fits = await Slowly(user.Hash, password);
                if (fits) user.Verified(tag);
                return fits;
            }
            finally
            {
                lock (_gate)
                {
                    if (_lines[user].Remove(mine) && _lines[user].Count == 0) _lines.Remove(user);
                }
            }
        }
    }

    /// <returns>null: too many wait.</returns>
    private Task<bool>? OfStranger(byte[] password, ClientAddress from)
    {
        lock (_gate)
        {
            var ofHim = _strangers.GetValueOrDefault(from);
            if (ofHim >= MostOfOneAddress || _strangers.Values.Sum() >= MostWaiting) return null;
            _strangers[from] = ofHim + 1;
        }

        return Run();

        async Task<bool> Run()
        {
            try
            {
                await Slowly(Nobody, password);
                return false;
            }
            finally
            {
                lock (_gate)
                {
                    if (--_strangers[from] == 0) _strangers.Remove(from);
                }
            }
        }
    }

    private async Task<bool> Slowly(SecretHash hash, byte[] password)
    {
        await Slots.WaitAsync();
        try
        {
            Interlocked.Increment(ref _derivations);
            return await Task.Run(() => hash.Fits(password));
        }
        finally
        {
            Slots.Release();
        }
    }

    private sealed class Waiting(byte[] tag, ClientAddress from)
    {
        internal byte[] Tag => tag;

        internal ClientAddress From => from;

        /// <summary>Set before anybody else sees it.</summary>
        internal Task<bool> Fits { get; set; } = null!;
    }
}
