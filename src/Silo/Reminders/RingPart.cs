namespace IoTOrleans.Silo.Reminders;

/// <summary>A part of the ring of hashes, as in <c>IReminderTable.ReadRows</c>: without the begin; equal ends are the whole ring.</summary>
internal readonly record struct RingPart(uint Begin, uint End)
{
    /// <summary>With a quarter of a million reminders, a piece holds four thousand.</summary>
    private const long Most = 1L << 26;

    public bool Contains(GrainId grain)
    {
        var hash = grain.GetUniformHashCode();
        return Begin < End ? hash > Begin && hash <= End : hash > Begin || hash <= End;
    }

    /// <summary>In pieces, since a table that is read as a whole would have to fit into memory.</summary>
    public IEnumerable<RingPart> Pieces()
    {
        var left = Begin == End ? 1L << 32 : unchecked(End - Begin);
        for (var begin = Begin; left > 0;)
        {
            var length = Math.Min(left, Most);
            var end = unchecked((uint)(begin + length));
            yield return new(begin, end);
            (begin, left) = (end, left - length);
        }
    }
}
