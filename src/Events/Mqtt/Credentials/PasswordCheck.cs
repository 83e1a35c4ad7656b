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
/// whether there is such a user; only a few run at once, and only a few wait.
/// </summary>
internal sealed class PasswordCheck : IDisposable
{
    internal const int MostWaiting = 16;

    /// <summary>Who tries out passwords leaves room for the others.</summary>
    internal const int MostOfOneAddress = 4;

    /// <summary>For a user that does not exist.</summary>
    private static readonly SecretHash Nobody = new("", SecretHash.ChosenIterations, new byte[16], new byte[64]);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _slots = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Dictionary<ClientAddress, int> _waiting = [];
    private readonly Lock _gate = new();
    private int _derivations;

    /// <summary>How many PBKDF2 it has taken so far.</summary>
    internal int Derivations => Volatile.Read(ref _derivations);

    public void Dispose() => _slots.Dispose();

    internal async ValueTask<PasswordVerdict> Check(MqttUsers users, string? username, byte[] password, ClientAddress from)
    {
        var user = users.Find(username);
        var tag = HMACSHA256.HashData(_key, password);
        if (user is not null && (user.HasVerified(tag) || (!user.Hash.IsChosen && user.Hash.Fits(password)))) return PasswordVerdict.Right;
        if (!users.AnyChosen) return PasswordVerdict.Wrong;
        if (!TryEnter(from)) return PasswordVerdict.Busy;
        try
        {
            var chosen = user is { Hash.IsChosen: true };
            var fits = await Slowly(chosen ? user!.Hash : Nobody, password) && chosen;
            if (fits) user!.Verified(tag);
            return fits ? PasswordVerdict.Right : PasswordVerdict.Wrong;
        }
        finally
        {
            Leave(from);
        }
    }

    private async Task<bool> Slowly(SecretHash hash, byte[] password)
    {
        await _slots.WaitAsync();
        try
        {
            Interlocked.Increment(ref _derivations);
            return await Task.Run(() => hash.Fits(password));
        }
        finally
        {
            _slots.Release();
        }
    }

    private bool TryEnter(ClientAddress from)
    {
        lock (_gate)
        {
            var ofHim = _waiting.GetValueOrDefault(from);
            if (ofHim >= MostOfOneAddress || _waiting.Values.Sum() >= MostWaiting) return false;
            _waiting[from] = ofHim + 1;
            return true;
        }
    }

    private void Leave(ClientAddress from)
    {
        lock (_gate)
        {
            if (--_waiting[from] == 0) _waiting.Remove(from);
        }
    }
}
