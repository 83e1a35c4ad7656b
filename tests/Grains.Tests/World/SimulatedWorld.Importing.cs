using IoTOrleans.Grains.Devices;
using Microsoft.Extensions.DependencyInjection;

namespace IoTOrleans.Grains.Tests.World;

/// <content>Somebody has a list with the thing's name, and imports it again and again. The oracle does not know of it.</content>
internal sealed partial class SimulatedWorld
{
    private const double ImportedEvery = 97;

    private void KeepImporting()
    {
        for (var at = ImportedEvery; at < _history.End; at += ImportedEvery) Time.At(At(at), Import);
    }

    private void Import()
    {
        if (State?.Connected is null || _cluster.Alive.FirstOrDefault() is not { } silo) return;
        var answer = _history.Look(_plan.Setup.Witness, new(IotCore.Thing), Time.Seconds, Time.Seconds);
        silo.Stage.Do(async () =>
        {
            try
            {
                await silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceAnswers>(IotCore.Thing).Imported(answer);
                Note($"{silo.Name} imports it as {answer.Verdict}");
            }
            catch (Exception exception)
            {
                Note($"{silo.Name} does not import it: {exception.Message}");
            }
        });
    }
}
