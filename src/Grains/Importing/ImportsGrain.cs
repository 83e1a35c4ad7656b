using System.Buffers.Text;

namespace IoTOrleans.Grains.Importing;

/// <summary>
/// A second's worth of things, a pause, the next. The names are stored before the import begins, so it survives every silo: the reminder,
/// which exists as long as an import is not done, continues it.
/// </summary>
[GrainType("imports")]
internal sealed partial class ImportsGrain(
    [PersistentState("imports")] IPersistentState<ImportsState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    StoredPages<ImportPage> pages,
    Importer importer,
    ILogger<ImportsGrain> logger)
    : Grain, IImportsGrain, IImportWork, IRemindable
{
    internal const string Reminder = "import";

    /// <summary>The last ones that are done can still be asked for.</summary>
    internal const int MostDone = 16;

    /// <summary>If no names come in for this long, the sender is gone.</summary>
    internal static readonly TimeSpan AbandonAfter = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private PageInWork? _page;
    private bool _atWork;
    private IGrainTimer? _timer;

    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    private IReadOnlyList<Import> All => storage.State.Imports;

    private Import? Next => All.FirstOrDefault(import => import.Phase is ImportPhase.Running or ImportPhase.Abandoned);

    public async Task<string?> Begin(string? by)
    {
        if (All.Count(IsOpen) >= ImportsState.Most) return null;
        var import = new Import { Id = Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()), ReadAt = Now, By = by };
        await this.RegisterOrUpdateReminder(Reminder, Period, Period);
        await Store([.. All, import]);
        return import.Id;
    }

    public async Task<bool> Add(string id, IReadOnlyList<string> names)
    {
        if (Find(id) is not { Phase: ImportPhase.Reading } import) return false;

        // First the number of pages: a page that is not counted would never be deleted.
        await Store(import with { Pages = import.Pages + 1, Read = import.Read + names.Count, ReadAt = Now });
        await pages.Write(id, import.Pages, new ImportPage { Names = names });
        return true;
    }

    public async Task<Import?> Complete(string id)
    {
        if (Find(id) is not { Phase: ImportPhase.Reading } import) return null;
        var complete = import with { Phase = ImportPhase.Running };
        await Store(complete);
        LogBegins(id, complete.Read);
        GoOn();
        return complete;
    }

    public async Task Abandon(string id)
    {
        if (Find(id) is { Phase: ImportPhase.Reading } import) await Store(import with { Phase = ImportPhase.Abandoned });
        GoOn();
    }

    public Task<Import?> GetImport(string id)
    {
        var import = Find(id);
        return Task.FromResult(import is not null && _page?.IsNextOf(import) == true
            ? import with { Counts = import.Counts + _page.Counts }
            : import);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var left = All.Where(import => import.Phase == ImportPhase.Reading && Now - import.ReadAt >= AbandonAfter).ToList();
        foreach (var import in left) await Store(import with { Phase = ImportPhase.Abandoned });
        GoOn();

        // Another activation may have begun an import meanwhile, which needs the reminder.
        if (!All.Any(IsOpen)) await storage.ReadStateAsync();
        await RemoveReminder();
    }

    public Task PageDone(string id, int number, ImportCounts counts) => Find(id) is { } import && import.PagesDone == number
        ? Store(import with { PagesDone = number + 1, Counts = import.Counts + counts })
        : Task.CompletedTask;

    public async Task Finish(string id)
    {
        if (Find(id) is not { } import) return;
        var done = import with { Phase = ImportPhase.Done };
        var all = All.Where(other => other.Id != id).ToList();
        if (import.Phase == ImportPhase.Running)
        {
            all = [.. all.Except(all.Where(other => !IsOpen(other)).SkipLast(MostDone - 1)), done];
            LogDone(id, done.Read, done.Counts.Connected, done.Counts.Offline, done.Counts.Unknown);
        }

        await Store(all);
        await RemoveReminder();
    }

    private static bool IsOpen(Import import) => import.Phase != ImportPhase.Done;

    private Import? Find(string id) => All.FirstOrDefault(import => import.Id == id);

    private void GoOn()
    {
        if (_atWork || Next is null) return;
        _atWork = true;
        SetTimer(TimeSpan.Zero);
    }

    private void SetTimer(TimeSpan wait)
    {
        // GetImport answers at once, also while the verifier is asked.
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(
            Step, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
    }

    private async Task Step(CancellationToken cancellationToken)
    {
        try
        {
            var wait = await Work(Next!, cancellationToken);
            _atWork = Next is not null;
            if (_atWork) SetTimer(wait);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The reminder starts it again.
            (_page, _atWork) = (null, false);
            LogTriedAgain(exception);
        }
        catch (OperationCanceledException)
        {
            // This activation ends.
        }
    }

    /// <returns>How long to wait.</returns>
    private async Task<TimeSpan> Work(Import import, CancellationToken cancellationToken)
    {
        var (self, number) = (this.AsReference<IImportWork>(), import.PagesDone);
        if (import.Phase == ImportPhase.Abandoned) await DeletePages(import, cancellationToken);
        if (import.Phase == ImportPhase.Abandoned || number == import.Pages)
        {
            if (number > 0) await pages.Delete(import.Id, number - 1);
            await self.Finish(import.Id);
            return TimeSpan.Zero;
        }

        if (importer.IsBusy) return Importer.BusyWait;
        _page ??= await Open(import);
        var wait = await importer.Work(_page, cancellationToken);
        if (!_page.IsDone) return wait;
        await self.PageDone(_page.Id, _page.Number, _page.Counts);
        _page = null;
        return wait;
    }

    /// <summary>The page before it is deleted only now: after a crash it would be missing.</summary>
    private async Task<PageInWork> Open(Import import)
    {
        if (import.PagesDone > 0) await pages.Delete(import.Id, import.PagesDone - 1);
        var page = await pages.Read(import.Id, import.PagesDone);
        if (page is null) LogMissing(pages.IdOf(import.Id, import.PagesDone).ToString());
        return new(import.Id, import.PagesDone, page?.Names ?? [], import.By);
    }

    private async Task DeletePages(Import import, CancellationToken cancellationToken)
    {
        for (var number = 0; number < import.Pages; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await pages.Delete(import.Id, number);
        }
    }

    private async Task RemoveReminder()
    {
        if (All.Any(IsOpen)) return;
        if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
    }

    private Task Store(Import changed) => Store([.. All.Select(import => import.Id == changed.Id ? changed : import)]);

    private Task Store(IReadOnlyList<Import> all)
    {
        storage.State = new() { Imports = all };
        return this.StoreOrEnd(() => storage.WriteStateAsync());
    }

    [LoggerMessage(LogLevel.Information, "Import {Id} begins with {Names} names.")]
    private partial void LogBegins(string id, int names);

    [LoggerMessage(LogLevel.Information,
        "Import {Id} is done: of {Names} things, {Connected} are connected, {Offline} offline, {Unknown} unknown.")]
    private partial void LogDone(string id, int names, int connected, int offline, int unknown);

    [LoggerMessage(LogLevel.Warning, "The import could not go on. It is tried again within a minute.")]
    private partial void LogTriedAgain(Exception exception);

    [LoggerMessage(LogLevel.Error, "Page {Page} of an import is not in the grain storage. Its things are left out: import them again.")]
    private partial void LogMissing(string page);
}
