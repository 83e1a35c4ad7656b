using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.DynamoDB.Membership;

/// <summary>
/// Declares dead silos dead before this one joins. Orleans has a joining silo probe every active silo of the table, and wait until the
/// dead ones among them are declared dead: for minutes if no other silo is left. A silo is dead if it has written no heartbeat for a while
/// *and* takes no connection. If it lives all the same, Orleans ends it when it reads the table next.
/// </summary>
internal sealed partial class DeadSiloCheck(
    IMembershipTable table, ILocalSiloDetails self, TimeSpan deadAfter, TimeProvider time,
    ILogger<DeadSiloCheck> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(1);

    /// <summary>Before Orleans reads the table for the first time.</summary>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(DeadSiloCheck), ServiceLifecycleStage.RuntimeGrainServices - 1, Start, _ => Task.CompletedTask);

    /// <summary>Ends when each silo is declared dead, or takes connections, or has had the time to write its heartbeat.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        await table.InitializeMembershipTableAsync(true, cancellationToken);
        for (var began = time.GetTimestamp(); ; await Task.Delay(LookEvery, time, cancellationToken))
        {
            var silent = await Silent(await table.ReadAllAsync(cancellationToken), cancellationToken);
            var settled = silent.TrueForAll(IsDead);
            foreach (var silo in silent.Where(IsDead)) settled &= await Declare(silo, cancellationToken);
            if (settled || time.GetElapsedTime(began) > deadAfter) return;
        }
    }

    private async Task Start(CancellationToken cancellationToken)
    {
        if (deadAfter <= TimeSpan.Zero) return;
        try
        {
            await Run(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Orleans reads the table next, with its own retries.
            LogNotLooked(exception.Message);
        }
    }

    private bool IsDead(MembershipEntry silo)
    {
        var sign = silo.IAmAliveTime > silo.StartTime ? silo.IAmAliveTime : silo.StartTime;
        return time.GetUtcNow().UtcDateTime - sign > deadAfter;
    }

    /// <returns>False: the table changed meanwhile, so the next look has to see to it.</returns>
    private async Task<bool> Declare(MembershipEntry silo, CancellationToken cancellationToken)
    {
        var now = await table.ReadRowAsync(silo.SiloAddress, cancellationToken);
        if (now.Members is not [var (entry, etag)] || entry.Status == SiloStatus.Dead) return true;
        if (!IsDead(entry)) return false;

        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(self.SiloAddress, time.GetUtcNow().UtcDateTime);
        if (!await table.UpdateRowAsync(entry, etag, now.Version.Next(), cancellationToken)) return false;
        LogDead(entry.SiloAddress, entry.IAmAliveTime);
        return true;
    }

    private async Task<List<MembershipEntry>> Silent(MembershipTableData data, CancellationToken cancellationToken)
    {
        var others = data.Members.Select(member => member.Item1)
            .Where(silo => silo.Status != SiloStatus.Dead && !silo.SiloAddress.Endpoint.Equals(self.SiloAddress.Endpoint));
        var asked = await Task.WhenAll(others.Select(async silo => (Silo: silo, Answers: await Answers(silo, cancellationToken))));
        return [.. asked.Where(silo => !silo.Answers).Select(silo => silo.Silo)];
    }

    private async Task<bool> Answers(MembershipEntry silo, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Connecting, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var socket = new Socket(silo.SiloAddress.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(silo.SiloAddress.Endpoint, either.Token);
            return true;
        }
        catch (Exception exception) when (
            exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Silo} is declared dead: it takes no connection, and its last heartbeat was at {Alive:O}.")]
    private partial void LogDead(SiloAddress silo, DateTime alive);

    [LoggerMessage(
        LogLevel.Warning, "The silos of the membership table could not be checked; Orleans waits for those that do not answer. {Error}")]
    private partial void LogNotLooked(string error);
}
