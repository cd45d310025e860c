using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>
/// Finds the form of a column by what most of its cells are. What the others are is for the caller to say: a column
/// that is mostly numbers is never taken for classes without a note.
/// </summary>
internal static class ColumnInference
{
    private const double Majority = 0.5;
    private const string CodesNote = "numbers of one length with leading zeros are codes, and each is a class";
    private const int MaxCodes = 10;

    /// <summary>The note of numbers that may have separators of thousands.</summary>
    public const string MayBeGrouped =
        "all separators stand before three digits, and are read as those of decimals, 1.008 as about one";

    private static readonly double[] Truth = [0.0, 1.0];

    /// <summary>Finds the form of a column of texts.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="name">The column.</param>
    /// <param name="missingTokens">Texts that stand for a missing value; null for the usual ones.</param>
    /// <returns>The form, and what to know about it; null for nothing.</returns>
    /// <exception cref="ArgumentException">Dates can be read in two ways.</exception>
    public static (ColumnForm Form, string? Note) Of(Table table, string name, IReadOnlyList<string>? missingTokens)
    {
        if (table.TextsOrNull(name) is not { } texts)
        {
            return (new ColumnForm(ColumnType.Number) { TruthValues = TruthOf(table.Numbers(name)) }, null);
        }

        if (missingTokens is null && texts is ParsedCells { HasValues: true } parsed)
        {
            return OfParsed(parsed, table.Format);
        }

        var given = new ColumnForm(ColumnType.Category) { MissingTokens = missingTokens };
        Dictionary<string, int> counts = texts.OfType<string>().Where(text => !given.IsMissing(text))
            .CountBy(text => text).ToDictionary();
        if (TruthWords.AreWords([.. counts.Keys.Where(text => !ColumnForm.IsUsualToken(text))]))
        {
            return (given with { TruthValues = Spellings(counts) }, null);
        }

        // A text that may stand for a missing number counts neither for numbers nor against them.
        Dictionary<string, int> known = missingTokens is null
            ? counts.Where(pair => !ColumnForm.IsUsualToken(pair.Key)).ToDictionary()
            : counts;
        if (known.Count == 0 && counts.Count > 0)
        {
            return (given, null);
        }

        long all = known.Values.Sum(count => (long)count);
        (ColumnForm? numbers, string? note) = Numbers(known, all, table.Format.HasDecimalComma);
        ColumnForm form = numbers ?? DatesOf(name, known, all, table.Format) ?? given;
        return (form with { MissingTokens = missingTokens }, note);
    }

    /// <summary>The form that the same texts have below, where all of them are numbers or dates, or tokens.</summary>
    private static (ColumnForm Form, string? Note) OfParsed(ParsedCells cells, CellFormat format) =>
        cells.AreDates ? (new ColumnForm(ColumnType.Date), null)
        : cells.AreCodes ? (new ColumnForm(ColumnType.Category), CodesNote)
        : (new ColumnForm(ColumnType.Number)
        {
            HasDecimalComma = format.HasDecimalComma,
            TruthValues = TruthOf(cells.Values),
        }, cells.MayBeGrouped ? MayBeGrouped : null);

    /// <summary>0 and 1 are truth values too: another file may have them in words.</summary>
    private static IReadOnlyList<string> TruthOf(IEnumerable<double> values) =>
        values.Where(value => !double.IsNaN(value)).Distinct().Take(3).Order().SequenceEqual(Truth)
            ? ["0", "1"]
            : [];

    private static IReadOnlyList<string> Spellings(Dictionary<string, int> counts) =>
        [.. Truth.Select(truth => counts.Where(pair => TruthWords.Parse(pair.Key) == truth)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).First().Key)];

    /// <summary>The form of numbers, if most cells are; a category with a note where they look like codes.</summary>
    private static (ColumnForm? Form, string? Note) Numbers(
        Dictionary<string, int> known, long all, bool hasDecimalComma)
    {
        (DressedNumber Number, int Count)[] dressed =
        [
            .. known.Select(pair => (Number: DressedNumber.Split(pair.Key), pair.Value))
                .Where(pair => pair.Number is not null).Select(pair => (pair.Number!.Value, pair.Value)),
        ];
        if (dressed.Length > 0 && dressed.All(pair => pair.Number.IsOfLedger))
        {
            // (1), (2), (3) number something: negative ones stand among others.
            return (null, null);
        }

        ColumnForm form = DressedNumber.FormOf(dressed, hasDecimalComma);
        Dictionary<string, double> values = known.Keys
            .Select(text => (text, value: DressedNumber.Value(text, form)))
            .Where(pair => pair.value is not null).ToDictionary(pair => pair.text, pair => pair.value!.Value);
        long count = values.Keys.Sum(text => (long)known[text]);
        if (all > 0 && count <= Majority * all)
        {
            return (null, count > 0
                ? $"{count} of {all} values are numbers, and the others are not, so that all are classes"
                : null);
        }

        bool areFew = values.Values.Distinct().Count() <= MaxCodes
            && values.Values.All(value => value == Math.Floor(value));
        bool hasOdd = values.Count < known.Count;
        var category = new ColumnForm(ColumnType.Category);
        return areFew && form.Unit is not null ? (category, null)
            : areFew && hasOdd ? (category, $"{count} of {all} values are whole numbers, few different ones, and the "
                + "others are texts, so that all are classes")
            : !hasOdd && AreCodes([.. values.Keys]) ? (category, CodesNote)
            : (form with { TruthValues = TruthOf(values.Values) },
                form.HasMultipliers ? "1.2k is read as 1200, 3M as 3000000" : OfUnits(dressed, form.Unit));
    }

    private static string? OfUnits(IReadOnlyCollection<(DressedNumber Number, int Count)> numbers, string? unit)
    {
        long without = numbers.Where(pair => pair.Number.Unit.Length == 0).Sum(pair => (long)pair.Count);
        return unit is not null && without > 0 ? $"{without} numbers without a unit are taken for {unit}" : null;
    }

    /// <summary>Whether numbers are codes of one length, of which some begin with 0.</summary>
    private static bool AreCodes(string[] texts) =>
        texts.Length > 1 && texts.All(text => text.All(char.IsAsciiDigit)) && texts.Any(text => text[0] == '0')
        && texts.Select(text => text.Length).Distinct().Count() == 1 && texts[0].Length > 1;

    private static ColumnForm? DatesOf(string name, Dictionary<string, int> known, long all, CellFormat table)
    {
        (string? Format, long Count)[] counts =
        [
            .. Dates.Formats.Select(format => (format, known.Where(
                pair => Dates.Parse(pair.Key, format, table) is not null).Sum(pair => (long)pair.Value))),
        ];
        (string? best, long most) = counts.MaxBy(pair => pair.Count);
        if (most <= Majority * all)
        {
            return null;
        }

        string? rival = counts.Where(pair => pair.Count == most && pair.Format != best).Select(pair => pair.Format)
            .FirstOrDefault(format => known.Keys.Any(
                text => Dates.Parse(text, format, table) != Dates.Parse(text, best, table)));
        return rival is null
            ? new ColumnForm(ColumnType.Date) { DateFormat = best }
            : throw new ArgumentException(
                $"Column '{name}': dates such as {CellFormat.Quote(known.Keys.First())} can be {best} or {rival}: name "
                + $"the format, --columns \"{name}=date:{best}\".");
    }
}
