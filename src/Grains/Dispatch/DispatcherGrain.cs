using IoTOrleans.Grains.Incidents;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Carries out what <see cref="IncidentRules"/> decide. Needs no reminder: things that owe something ask every minute.</summary>
[KeepAlive]
[GrainType("dispatcher")]
internal sealed partial class DispatcherGrain(
    [PersistentState("dispatch")] IPersistentState<DispatchState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    IOptions<IncidentOptions> options,
    IEnumerable<INotificationDestination> destinations,
    MemberPages pages,
    IncidentPublisher publisher,
    IncidentMembers members,
    GrainMetrics metrics,
    ILogger<DispatcherGrain> logger)
    : Grain, IDispatcherGrain
{
    private IncidentTerms _terms = null!;
    private IncidentState _state = null!;
    private IGrainTimer? _timer;
    private DateTimeOffset? _timerFor;

    private string Destination => this.GetPrimaryKeyString();

    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _terms = new()
        {
            CollapseAbove = options.Value.CollapseAbove,
            GroupWindow = options.Value.GroupWindow,
            Destination = TermsNow(),
        };
        _state = IncidentState.Load(storage.State, await pages.Read(IncidentState.PagesOf(storage.State)), _terms, Now);
        CountOpen();
        SetTimer();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.IncidentsOpen(Destination, null);
        return Task.CompletedTask;
    }

    public async Task<Admission> Admit(Notification notification) => (await AdmitAll([Member.Of(notification, _terms.Destination)]))[0];

    public async Task<IReadOnlyList<Admission>> AdmitAll(IReadOnlyList<Member> members) =>
        (await Apply(new IncidentInput.Asked(members))).Admissions;

    public Task Published(string incidentId, int number, DeliveryAnswer answer) =>
        Apply(new IncidentInput.Published(incidentId, number, answer));

    public Task PagesDeleted(string id) => Apply(new IncidentInput.PagesDeleted(id));

    public Task TryAgain() => Apply(new IncidentInput.Tick(AnswersAgain: true));

    public Task<bool> Owes() => Task.FromResult(_state.Stored.Incidents.Any(incident => incident.InFlight() is not null));

    public Task<DispatchState> GetState() => Task.FromResult(_state.Stored);

    public Task<IReadOnlyList<FleetNotification>> OpenIncidents() => Task.FromResult(Incidents.OpenIncidents.Of(_state, Now));

    /// <summary>Its rate may change.</summary>
    private DestinationTerms TermsNow() =>
        destinations.FirstOrDefault(destination => destination.Name == Destination)?.Terms ?? DestinationTerms.Default;

    private async Task<IncidentDecision> Apply(IncidentInput input)
    {
        if (TermsNow() is var terms && !ReferenceEquals(terms, _terms.Destination)) _terms = _terms with { Destination = terms };
        var decision = IncidentRules.Apply(_state, input, _terms, Now);
        if (decision.Pages.Count > 0)
        {
            if (Paging.Announce(storage.State, decision.Pages) is { } announced) await Store(announced);
            await this.StoreOrEnd(() => pages.Write(decision.Pages));
        }

        if (decision.Persist) await Store(decision.State.Stored);
        _state = decision.State;
        foreach (var effect in decision.Effects) CarryOut(effect);
        if (decision.Opens)
        {
            metrics.IncidentOpened(Destination);
            LogOpened(Destination, _state.Stored.Incidents[^1].Id, _terms.CollapseAbove);
        }

        CountOpen();
        SetTimer();
        return decision;
    }

    private void CountOpen() => metrics.IncidentsOpen(Destination, _state.Stored.Incidents.Count(incident => !incident.Closed));

    private Task Store(DispatchState next)
    {
        storage.State = next;
        return this.StoreOrEnd(() => storage.WriteStateAsync());
    }

    private void CarryOut(IncidentEffect effect)
    {
        switch (effect)
        {
            case IncidentEffect.Publish(var notification, var wait):
                publisher.Publish(Destination, notification, wait);
                break;
            case IncidentEffect.Tell tell:
                members.Tell(Destination, tell);
                break;
            case IncidentEffect.DeletePages(var id):
                members.DeletePages(Destination, id);
                break;
            case IncidentEffect.WarnGivenUp(var incidentId, var members):
                LogGivenUp(Destination, incidentId, members);
                break;
        }
    }

    private void SetTimer()
    {
        var now = Now;
        var next = IncidentRules.NextLook(_state, _terms, now);
        if (_timerFor > now && (_timerFor == next || _timerFor < next)) return;
        _timer?.Dispose();
        (_timer, _timerFor) = (null, next);
        if (next is not { } at) return;
        var due = Later(at - now, TimeSpan.Zero);
        _timer = this.RegisterGrainTimer(Fired, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private Task Fired(CancellationToken cancellationToken)
    {
        _timerFor = null;
        return Apply(new IncidentInput.Tick());
    }

    [LoggerMessage(LogLevel.Warning, "{Destination}: more than {CollapseAbove} notifications at once. The rest is incident {IncidentId}")]
    private partial void LogOpened(string destination, string incidentId, int collapseAbove);

    [LoggerMessage(LogLevel.Error, "{Destination} has refused incident {IncidentId} ({Members} things) for a day. It is given up")]
    private partial void LogGivenUp(string destination, string incidentId, int members);
}
