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

    /// <summary>The note of times of two parts.</summary>
    public const string MayBeMinutes = "times of two parts, such as 58:12, are read as hours and minutes";

    /// <summary>The note of numbers that are written in two ways.</summary>
    public const string AreMixed =
        "some numbers have a decimal comma and others a point: write all alike, and they are numbers";

    /// <summary>The note of numbers that may be dates.</summary>
    public const string MayBeDates = "numbers of eight digits, such as 20240131, are read as numbers";

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
        if (TimesOf(known, all, numbers) is { } times)
        {
            return (times.Form with { MissingTokens = missingTokens }, times.Note);
        }

        ColumnForm form = numbers ?? DatesOf(name, known, all, table.Format) ?? given;
        return (form with { MissingTokens = missingTokens }, note);
    }

    /// <summary>
    /// The form of times, if most cells are, and more of them than are numbers in one unit; null for others. Few
    /// different numbers with units are classes, as those of one unit are.
    /// </summary>
    private static (ColumnForm Form, string? Note)? TimesOf(
        Dictionary<string, int> known, long all, ColumnForm? numbers)
    {
        const long MaxRatios = 20;
        (TimeText Time, long Count)[] times =
        [
            .. known.Select(pair => (Time: TimeText.Of(pair.Key), Count: (long)pair.Value))
                .Where(pair => pair.Time is not null).Select(pair => (pair.Time!.Value, pair.Count)),
        ];
        long count = times.Sum(pair => pair.Count);
        if (count <= Majority * all || count <= CountOf(known, numbers ?? new ColumnForm(ColumnType.Number))
            || (times.Length <= MaxCodes && times.All(pair => pair.Time.Shape == TimeShape.Words))
            || MaxRatios * known.Where(pair => TimeText.IsRatio(pair.Key)).Sum(pair => (long)pair.Value) > all)
        {
            return null;
        }

        return OfParts([.. times.Select(pair => pair.Time)]);
    }

    /// <summary>
    /// Whether two parts are minutes and seconds. No clock shows 58:12, and 58:12 beside 1:02:03 is what came before
    /// the hour was full.
    /// </summary>
    private static (ColumnForm Form, string? Note) OfParts(TimeText[] times)
    {
        const double HoursOfDay = 24.0, FewHours = 4.0;
        double[] two = [.. times.Where(time => time.Shape == TimeShape.TwoParts).Select(time => time.Hours)];
        double[] three = [.. times.Where(time => time.Shape == TimeShape.ThreeParts).Select(time => time.Hours)];
        bool isLong = two.Any(hours => hours >= HoursOfDay);
        bool hasMinutesFirst = Array.Exists(times, time => time.Shape == TimeShape.MinutesAlone)
            || (isLong && three.Length > 0);
        bool mayBeMinutes = two.Length > 0 && !hasMinutesFirst
            && (isLong || (three.Length > 0 && three.All(hours => hours < FewHours)));
        return (new ColumnForm(ColumnType.Time) { HasMinutesFirst = hasMinutesFirst },
            mayBeMinutes ? MayBeMinutes : null);
    }

    /// <summary>How many cells are numbers in a form; of a category, in the form that its numbers have.</summary>
    private static long CountOf(Dictionary<string, int> known, ColumnForm form) => known
        .Where(pair => DressedNumber.Value(pair.Key, form) is not null).Sum(pair => (long)pair.Value);

    /// <summary>The form that the same texts have below, where all of them are numbers or dates, or tokens.</summary>
    private static (ColumnForm Form, string? Note) OfParsed(ParsedCells cells, CellFormat format) =>
        cells.AreDates ? (new ColumnForm(ColumnType.Date), null)
        : cells.AreCodes ? (new ColumnForm(ColumnType.Category), CodesNote)
        : (new ColumnForm(ColumnType.Number)
        {
            HasDecimalComma = format.HasDecimalComma,
            TruthValues = TruthOf(cells.Values),
        }, cells.MayBeGrouped ? MayBeGrouped : AreDays(cells.Values) ? MayBeDates : null);

    /// <summary>Whether most texts are numbers if some have a decimal comma, and others a point.</summary>
    private static bool AreMixedNumbers(Dictionary<string, int> known, long all)
    {
        long Count(bool hasComma) => known.Where(pair => pair.Key.Contains(hasComma ? ',' : '.')
            && new DressedNumber(pair.Key, string.Empty).Value(null, hasComma) is not null)
            .Sum(pair => (long)pair.Value);
        (long commas, long points) = (Count(hasComma: true), Count(hasComma: false));
        return commas > 0 && points > 0 && commas + points > Majority * all;
    }

    /// <summary>Whether all numbers are days such as 20240131, and some differ.</summary>
    private static bool AreDays(double[] values)
    {
        const double First = 1900_01_01, Last = 2100_12_31;
        double least = double.PositiveInfinity, most = 0.0;
        foreach (double value in values)
        {
            if (double.IsNaN(value))
            {
                continue;
            }

            if (!(value is >= First and <= Last) || value != Math.Floor(value)
                || (int)value / 100 % 100 is < 1 or > 12 || (int)value % 100 is < 1 or > 31)
            {
                return false;
            }

            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        return least < most;
    }

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
            return (null, AreMixedNumbers(known, all) ? AreMixed
                : count > 0
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
