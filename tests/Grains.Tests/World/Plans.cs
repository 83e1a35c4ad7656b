using CsCheck;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>Random worlds; CsCheck looks for smaller ones when one fails.</summary>
internal static class Plans
{
    private static readonly Gen<Travel> travel = Gen.Select(
        Gen.Frequency((6, Gen.Const(0)), (3, Gen.Int[0, 5]), (1, Gen.Int[0, 200])),
        Gen.Frequency((6, Gen.Const(0)), (3, Gen.Int[0, 20]), (1, Gen.Int[0, 400])),
        Gen.Frequency((3, Gen.Const(0)), (2, Gen.Int[-119, 119])),
        Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[1, 400])),
        Gen.Frequency((6, Gen.Const(0)), (1, Gen.Int[1, 200])),
        Gen.Frequency((14, Gen.Const(false)), (1, Gen.Const(true))),
        (emitted, queued, off, again, twice, lost) => new Travel(emitted, queued, off, again, twice, lost));

    private static readonly Gen<int> Lasts = Gen.Frequency(
        (2, Gen.Int[2, 20]), (4, Gen.Int[15, 120]), (3, Gen.Int[60, 700]), (1, Gen.Int[3700, 7200]));

    private static readonly Gen<Ending> ending = Gen.Frequency(
        (5, Gen.Const(Ending.PowerLoss)), (2, Gen.Const(Ending.Goodbye)), (2, Gen.Const(Ending.Takeover)), (1, Gen.Const(Ending.Stays)));

    private static readonly Gen<Chapter> chapter = Gen.Select(
        Gen.Select(Lasts, ending, Lasts), Gen.Select(travel, travel),
        Gen.Select(Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 3])), Gen.Frequency((4, Gen.Int[0, 2]), (1, Gen.Int[0, 60])),
            Gen.Int[0, 2], Gen.Frequency((6, Gen.Const(false)), (1, Gen.Const(true)))),
        (lives, travels, shadow) => new Chapter(
            lives.Item1, lives.Item2, lives.Item3, travels.Item1, travels.Item2, shadow.Item1, shadow.Item2, shadow.Item3, shadow.Item4));

    private static readonly Gen<Trouble> trouble = Gen.Select(
        Gen.Enum<TroubleKind>(), Gen.Int[0, 900], Gen.Frequency((2, Gen.Int[1, 40]), (2, Gen.Int[20, 400])), (kind, from, Lasts) =>
            new Trouble(kind, from, Lasts));

    private static readonly Gen<Blow> blow = Gen.Select(
        Gen.Int[1, 60], Gen.Enum<BlowKind>(), (effect, kind) => new Blow(effect, kind));

    private static Gen<T> Of<T>(params T[] values) => Gen.OneOf([.. values.Select(Gen.Const)]);

    /// <summary>
    /// The shadow of a thing with several clients is not modelled: two Last Wills contradict each other, and where the end of one client
    /// got lost the shadow knows of it and the lifecycle does not.
    /// </summary>
    private static Gen<Setup> Setups(Feed[] feeds) => Gen.Select(
        SetupsOfOneClient(feeds), Gen.Frequency((4, Gen.Const(Clients.One)), (1, Gen.Const(Clients.New)), (2, Gen.Const(Clients.Two))),
        Gen.Frequency((2, Gen.Const(3600)), (1, Gen.Const(60)), (1, Gen.Const(300))), (setup, clients, expiry) => setup.Feed switch
        {
            Feed.Shadow or Feed.Http => setup.Witness == Witness.Connection ? setup with { Witness = Witness.Shadow } : setup,
            Feed.Lifecycle when clients == Clients.Two && setup.Witness is Witness.None or Witness.Missing or Witness.Connection =>
                setup with { Clients = clients, Expiry = expiry },
            Feed.Lifecycle => setup with { Clients = clients == Clients.Two ? Clients.One : clients, Expiry = expiry },
            _ => setup with { Expiry = expiry },
        });

    private static Gen<Setup> SetupsOfOneClient(Feed[] feeds) => Gen.Select(
        Of(feeds), Gen.Frequency((3, Gen.Const(Witness.None)), (3, Gen.Const(Witness.Shadow)), (1, Gen.Const(Witness.Neglected)),
            (1, Gen.Const(Witness.Missing)), (3, Gen.Const(Witness.Connection))),
        Of(20, 60, 300), Of(0, 30, 60), Of(0, 60, 600), Gen.Frequency((3, Gen.Const(0)), (1, Gen.Const(150))),
        Gen.Int[1, 2], Gen.Frequency((5, Gen.Const(true)), (1, Gen.Const(false))),
        (feed, witness, grace, hold, recheck, repeat, destinations, recovery) =>
            new Setup(feed, witness, grace, hold, recheck, repeat, destinations, recovery, Clients.One, Expiry: 3600));

    /// <summary>Nothing fails; only messages travel as AWS says they may.</summary>
    public static Gen<Plan> Calm(params Feed[] feeds) => Gen.Select(
        Setups(feeds), chapter.Array[1, 5], (setup, chapters) => new Plan(setup, chapters, [], []));

    /// <summary>Everything around fails, for a while.</summary>
    public static Gen<Plan> Troubled(params Feed[] feeds) => Gen.Select(
        Setups(feeds), chapter.Array[1, 4], trouble.Array[0, 3], blow.Array[0, 3],
        (setup, chapters, troubles, blows) => new Plan(setup, chapters, troubles, blows));

    /// <summary>For real silos, whose clock is moved second by second: short lives, no hours away.</summary>
    public static Gen<Plan> Short(params Feed[] feeds) => Gen.Select(
        Setups(feeds), chapter.Array[1, 3], Gen.Select(Gen.Int[1, 12], Of(BlowKind.Refused, BlowKind.AnswerLost, BlowKind.DiesAfter),
            (effect, kind) => new Blow(effect, kind)).Array[0, 2],
        (setup, chapters, blows) =>
            new Plan(setup with { Grace = 20, Hold = Math.Min(setup.Hold, 30) }, [.. chapters.Select(Hurried)], [], blows));

    private static Chapter Hurried(Chapter chapter) => chapter with
    {
        Up = 2 + (chapter.Up % 60), Away = 2 + (chapter.Away % 60), NewShadow = false, Connect = Hurried(chapter.Connect),
        Drop = Hurried(chapter.Drop),
    };

    private static Travel Hurried(Travel travel) => travel with
    {
        Emitted = travel.Emitted % 60, Queued = travel.Queued % 60, AgainAfter = travel.AgainAfter % 60,
        TwiceAfter = travel.TwiceAfter % 60,
    };
}
