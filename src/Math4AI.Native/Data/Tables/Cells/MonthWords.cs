using System.Globalization;
using System.Text;

namespace Math4AI.Data.Tables.Cells;

/// <summary>
/// The names of months in English, German, French, Spanish, Italian, Portuguese and Dutch, whole or shortened. They are
/// a list of our own, since a machine without ICU knows English alone.
/// </summary>
internal static class MonthWords
{
    private static readonly string[] Names =
    [
        "january januar jänner janvier enero gennaio janeiro januari jan jän janv ene gen",
        "february februar feber février febrero febbraio fevereiro februari feb febr févr fev",
        "march märz mars marzo março maart mar mär mrz mrt",
        "april avril abril aprile apr avr abr",
        "may mai mayo maggio maio mei mag",
        "june juni juin junio giugno junho jun giu",
        "july juli juillet julio luglio julho jul juil lug",
        "august août agosto augustus aug ago",
        "september septembre septiembre setiembre settembre setembro sep sept set",
        "october oktober octobre octubre ottobre outubro oct okt ott out",
        "november novembre noviembre novembro nov",
        "december dezember décembre diciembre dicembre dezembro dec dez déc dic",
    ];

    private static readonly HashSet<string> Between = new(["de", "del", "of"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Ordinals =
        new(["st", "nd", "rd", "th", "er"], StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, int> Months = Names
        .SelectMany((names, month) => names.Split(' ').Select(name => (name, month)))
        .ToDictionary(pair => pair.name, pair => pair.month, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A date with the English name of its month, and without what may stand about it: 5 March 2024 for 5. März 2024,
    /// 5 de marzo de 2024 and 5th of March 2024. A text without the name of a month comes back as it is.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="areWhole">Whether the name is whole, as March; else it has three letters.</param>
    public static string InEnglish(string text, bool areWhole)
    {
        DateTimeFormatInfo english = CultureInfo.InvariantCulture.DateTimeFormat;
        string[] names = areWhole ? english.MonthNames : english.AbbreviatedMonthNames;
        var plain = new StringBuilder();
        bool hasMonth = false;
        for (int at = 0; at < text.Length;)
        {
            int end = at;
            while (end < text.Length && char.IsLetter(text[end]))
            {
                end++;
            }

            string word = text[at..end];
            if (word.Length == 0)
            {
                bool isOfDay = text[at] == '.' && at > 0 && char.IsAsciiDigit(text[at - 1])
                    && (at + 1 == text.Length || !char.IsAsciiDigit(text[at + 1]));
                plain.Append(isOfDay ? ' ' : text[at]);
                at++;
                continue;
            }

            bool isMonth = Months.TryGetValue(word, out int month);
            bool isLeftOut = Between.Contains(word)
                || (Ordinals.Contains(word) && at > 0 && char.IsAsciiDigit(text[at - 1]));
            plain.Append(isMonth ? names[month] : isLeftOut ? string.Empty : word);
            hasMonth |= isMonth;
            at = isMonth && end < text.Length && text[end] == '.' ? end + 1 : end;
        }

        return hasMonth ? plain.ToString() : text;
    }
}
