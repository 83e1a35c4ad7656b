using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>What becomes of one effect.</summary>
internal enum Fate
{
    Done, Refused, AnswerLost, Slow, Denied, DiesBefore, DiesAfter, SleepsAfter,
}

/// <summary>The plan's troubles and blows, asked at every effect.</summary>
internal sealed class Faults(Plan plan, Func<double> now)
{
    private int _effects;

    public const int SlowFor = 20;

    /// <summary>Up to when something has been wrong so far, as far as anybody can know.</summary>
    public double Until { get; private set; } = plan.Troubles.Length == 0
        ? 0
        : plan.Troubles.Max(trouble => trouble.From + trouble.Lasts + 30d);

    /// <summary>From here on everything works.</summary>
    public bool Over { get; set; }

    public Fate Of(Effect effect)
    {
        if (Over) return Fate.Done;
        _effects++;
        if (plan.Blows.FirstOrDefault(blow => blow.Effect == _effects) is { } hit)
        {
            Until = Math.Max(Until, now() + 120);
            return hit.Kind switch
            {
                BlowKind.AnswerLost => Fate.AnswerLost,
                BlowKind.Slow => Fate.Slow,
                BlowKind.DiesBefore => Fate.DiesBefore,
                BlowKind.DiesAfter => Fate.DiesAfter,
                BlowKind.SleepsAfter => Fate.SleepsAfter,
                _ => Fate.Refused,
            };
        }

        return plan.Troubles.Where(trouble => trouble.From <= now() && now() < trouble.From + trouble.Lasts)
            .Select(trouble => Of(trouble.Kind, effect)).FirstOrDefault(fate => fate != Fate.Done);
    }

    private static Fate Of(TroubleKind trouble, Effect effect) => (trouble, effect.Kind) switch
    {
        (TroubleKind.StoreRefuses, EffectKind.Read or EffectKind.Write) => Fate.Refused,
        (TroubleKind.StoreLosesAnswers, EffectKind.Read or EffectKind.Write) => Fate.AnswerLost,
        (TroubleKind.StoreHangs, EffectKind.Read or EffectKind.Write) => Fate.Slow,
        (TroubleKind.RemindersRefuse, EffectKind.Register or EffectKind.Unregister or EffectKind.Find) => Fate.Refused,
        (TroubleKind.RemindersLoseAnswers, EffectKind.Register or EffectKind.Unregister) => Fate.AnswerLost,
        (TroubleKind.VerifierFails, EffectKind.Ask) => Fate.Refused,
        (TroubleKind.VerifierHangs, EffectKind.Ask) => Fate.Slow,
        (TroubleKind.MailFails, EffectKind.Send) when effect.To == SimulatedWorld.Mail => Fate.Refused,
        (TroubleKind.MailRefuses, EffectKind.Send) when effect.To == SimulatedWorld.Mail => Fate.Denied,
        (TroubleKind.MailLosesAnswers, EffectKind.Send) when effect.To == SimulatedWorld.Mail => Fate.AnswerLost,
        (TroubleKind.MailHangs, EffectKind.Send) when effect.To == SimulatedWorld.Mail => Fate.Slow,
        _ => Fate.Done,
    };
}
