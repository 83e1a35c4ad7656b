using CsCheck;
using IoTOrleans.DynamoDB.Reminders;

namespace IoTOrleans.DynamoDB.Tests.Reminders;

public sealed class RingRangeTests
{
    private static readonly uint[] Edges =
        [0, 1, 0x00FFFFFF, 0x01000000, 0x01000001, 0x80000000, 0xFEFFFFFF, 0xFF000000, uint.MaxValue - 1, uint.MaxValue];

    private static readonly Gen<uint> Hash = Gen.OneOf(Gen.UInt, Gen.Int[0, Edges.Length - 1].Select(i => Edges[i]));

    [Fact]
    public void A_hash_is_in_exactly_one_piece_of_its_range_and_in_none_of_another() =>
        Gen.Select(Hash, Hash, Hash).Sample((begin, end, hash) =>
        {
            var expected = begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
            return RingRange.Split(begin, end).Count(piece => hash >= piece.First && hash <= piece.Last) == (expected ? 1 : 0);
        });

    [Fact]
    public void A_piece_lies_in_one_bucket() =>
        Gen.Select(Hash, Hash).Sample((begin, end) => RingRange.Split(begin, end).All(piece =>
            piece.First <= piece.Last && ReminderKey.Bucket("s", piece.First) == ReminderKey.Bucket("s", piece.Last)));

    [Fact]
    public void The_whole_ring_is_asked_once_for_each_bucket()
    {
        RingRange.Split(uint.MaxValue, uint.MaxValue).Count().ShouldBe(ReminderKey.Buckets);
        RingRange.Split(0, 0).Count().ShouldBe(ReminderKey.Buckets + 1); // Bucket 0 in two pieces: behind hash 0, and hash 0 itself.
    }

    [Fact]
    public void A_key_says_whose_reminder_it_is()
    {
        foreach (var key in OddKeys.All)
        {
            var grain = GrainId.Create("device", key);
            foreach (var name in OddKeys.All) ReminderKey.Parse(ReminderKey.Sort(grain, name)).ShouldBe((grain, name));
        }
    }

    [Fact]
    public void Keys_of_a_grain_lie_between_its_bounds_and_no_others_do()
    {
        var (grain, near) = (GrainId.Create("device", "a"), GrainId.Create("device", "a#b"));
        Between("presence", grain).ShouldBeTrue();
        Between("", grain).ShouldBeTrue();
        Between("\uffff", grain).ShouldBeTrue();
        Between("presence", near).ShouldBeFalse();

        bool Between(string name, GrainId of) =>
            string.CompareOrdinal(ReminderKey.Sort(of, name), ReminderKey.OfGrain(grain)) >= 0
            && string.CompareOrdinal(ReminderKey.Sort(of, name), ReminderKey.AfterGrain(grain)) <= 0;
    }
}
