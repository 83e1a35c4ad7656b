namespace IoTOrleans.Settings;

/// <summary>Whether a name may be a typing error of another: letters left out, added, replaced or swapped. Case does not count.</summary>
public static class Likeness
{
    /// <summary>One error in a short name makes another word; two in a longer one do not.</summary>
    public static bool IsLike(string name, string known)
    {
        var most = known.Length < 6 ? 1 : 2;
        return Math.Abs(name.Length - known.Length) <= most && Errors(name.ToUpperInvariant(), known.ToUpperInvariant()) <= most;
    }

    /// <summary>The edit distance, where two swapped neighbours count as one error.</summary>
    private static int Errors(string a, string b)
    {
        var errors = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) errors[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) errors[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var mistaken = errors[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                errors[i, j] = Math.Min(mistaken, Math.Min(errors[i - 1, j], errors[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    errors[i, j] = Math.Min(errors[i, j], errors[i - 2, j - 2] + 1);
            }
        }

        return errors[a.Length, b.Length];
    }
}
