namespace IoTOrleans.Conformance;

/// <summary>Thing names and the like that have tripped up a storage somewhere: separators, wildcards, case, length.</summary>
public static class OddKeys
{
    public static readonly IReadOnlyList<string> All =
    [
        "a/b", "a", "a/", "/a", "a:b", "a#b", "a+b", "a%b", "a%2Fb", "%", "_", "*", "?",
        "a b", " a", "a ", "A", "Ａ", "a'b", "a\"b", "a;--", "a\\b", "a\tb",
        "玄関センサー", "が", "か\u3099", "é", "e\u0301", "🚪", "null", "0", "00",
        new('x', 128), new('界', 128), $"{new string('x', 127)}y",
    ];
}
