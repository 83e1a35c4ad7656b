namespace IoTOrleans.Notifications.Text;

/// <summary>
/// Names, reasons and attributes come from devices, and almost every program that shows a text makes links of what looks like one.
/// So brackets take apart what could be one: <c>http[:]//evil[.]test</c>. A person can read it, and copy it without an invisible
/// character. Bodies for programs have the exact words.
/// </summary>
internal static partial class LinkFree
{
    public static string Of(string text) =>
        Linkable().Replace(Characters.Printable(text), "[$0]").Replace("](", "] (", StringComparison.Ordinal);

    /// <summary>
    /// The dot before a letter (a domain) and behind <c>www</c>, the first of the three dots of an IP address, the colon of an address and
    /// of the schemes that need no slashes, and the second backslash of a Windows share. It does not matter what stands before: a subject
    /// may be cut there, or be ASCII only.
    /// </summary>
    [GeneratedRegex(
        """
        (?<! [\s.] ) \. (?= [\p{L}\p{M}] )
        | (?<= www ) \.
        | (?<=\d) \. (?= \d{1,3} \. \d{1,3} \. \d )
        | : (?= // )
        | (?<= mailto | tel | sms | sips? | skype | callto | javascript ) :
        | (?<= \\ ) \\
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Linkable();
}
