using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Mutes;

/// <summary>
/// What has to be told of one thing, second by second: from when it was really away and which mutes held, in whole numbers and with none
/// of the program's own words.
/// </summary>
internal sealed class Oracle(MuteModel.World world)
{
    private const int Grace = 30;

    /// <summary>A tick a minute, and a few seconds for the rest.</summary>
    private const int Soon = 66;

    /// <summary>Each further return within an hour doubles how long a return has to last, up to a quarter of an hour.</summary>
    private int _hold = world.Hold;
    private int? _lastReturn;
    private int _further;

    private bool _away;
    private int _awaySince;
    private int _backSince = int.MaxValue;

    /// <summary>The absence that a return interrupts, until the return has lasted.</summary>
    private bool _outlasted;
    private bool _told;
    private int _firstSince;
    private int _unmutedFor;
    private int? _owedBackSince;
    private int _lastTold = int.MinValue;
    private readonly HashSet<string> _offlineIds = [];
    private readonly HashSet<string> _backIds = [];
    private readonly List<int> _recoveries = [];

    public void Changed(int now, bool connected)
    {
        if (connected == !_away && now > 1) throw new InvalidOperationException("The world is not of our making.");
        if (connected)
        {
            if (_away) Returned(now);
            _away = false;
            return;
        }

        // A told outage goes on if the return did not last; any other absence begins anew.
        if (!(_told && now < _backSince + _hold))
        {
            Settle(now);
            (_told, _firstSince) = (false, now);
        }

        (_away, _awaySince, _backSince, _unmutedFor, _outlasted) = (true, now, int.MaxValue, 0, _told);
    }

    public void Second(int now)
    {
        Settle(now);
        if (!_away)
        {
            if (now > _owedBackSince + Soon) Fail(now, "its recovery should have been told");
            return;
        }

        _outlasted |= now >= _awaySince + Grace;
        _unmutedFor = now >= _awaySince + Grace && !IsMuted(now) ? _unmutedFor + 1 : 0;
        if (!_told && _unmutedFor > Soon) Fail(now, "somebody should have been told that it is away");
        if (_told && world.Repeat > 0 && _unmutedFor > Soon && now > _lastTold + world.Repeat + Soon) Fail(now, "it should have been repeated that it is away");
    }

    public void Told(int now, Notification notification, int since)
    {
        Settle(now);
        switch (notification.Event)
        {
            case NotificationEvent.DeviceOffline:
                if (!_away || now < _awaySince + Grace) Fail(now, "it was told away, and it was not for long enough");
                if (IsMuted(now)) Fail(now, "it was told away while muted");
                if (_told) Fail(now, "it was told away twice");
                if (since != _firstSince) Fail(now, $"it was told away since {since}, and it was since {_firstSince}");
                if (!_offlineIds.Add(notification.OutageId)) Fail(now, "an id came twice");
                (_told, _outlasted, _lastTold) = (true, true, now);
                break;

            case NotificationEvent.DeviceStillOffline:
                if (!_away || !_told) Fail(now, "it was told still away, and nobody had heard of it");
                if (IsMuted(now)) Fail(now, "it was told still away while muted");
                if (now <= _lastTold) Fail(now, "it was repeated at once");
                _lastTold = now;
                break;

            default:
                if (_owedBackSince is null) Fail(now, "it was told back, and nobody was owed that");
                if (!_offlineIds.Contains(notification.OutageId) || !_backIds.Add(notification.OutageId)) Fail(now, "it was told back of another outage, or twice");
                _owedBackSince = null;
                break;
        }
    }

    private void Returned(int now)
    {
        // The very second of the deadline is kept out of the worlds.
        _outlasted |= now >= _awaySince + Grace;
        _backSince = now;
        _further = now - _lastReturn <= 3600 ? _further + 1 : 0;
        _lastReturn = now;
        _hold = Math.Min(world.Hold << _further, 900);
        Settle(now);
    }

    /// <summary>A return has lasted: then it is one.</summary>
    private void Settle(int now)
    {
        if (_backSince == int.MaxValue || now < _backSince + _hold) return;
        if (_outlasted) _recoveries.Add(_backSince + _hold);
        if (_told) _owedBackSince = _backSince + _hold;
        (_outlasted, _told, _backSince) = (false, false, int.MaxValue);
    }

    private bool IsMuted(int now) => world.Mutes.Any(mute =>
        mute.Target is MuteModel.Target.Thing or MuteModel.Target.Glob or MuteModel.Target.Attribute
        && mute.Seen <= now && !(mute.Gone <= now) && mute.From <= now
        && (mute.Lasts is { } lasts ? now < mute.From + lasts : !_recoveries.Any(recovered => recovered > mute.From)));

    private static void Fail(int now, string what) => throw new InvalidOperationException($"At {now} s: {what}.");
}
