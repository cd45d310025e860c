using System.Globalization;
using System.Numerics;

namespace Math4AI.Data.Tables;

/// <summary>What a column is, before anything is learned from it.</summary>
/// <param name="Name">The column.</param>
/// <param name="Form">How its cells are written.</param>
/// <param name="Missing">The number of cells that are missing.</param>
/// <param name="Distinct">The number of different values.</param>
public sealed record ColumnLook(string Name, ColumnForm Form, int Missing, int Distinct)
{
    private const int Parts = 12;

    // 2⁵³, up to which all whole numbers are doubles.
    private const double Exact = 9007199254740992.0;

    /// <summary>Gets the minimum of numbers and dates, of times in hours; null where there is none.</summary>
    public double? Minimum { get; init; }

    /// <summary>Gets the maximum; null where there is none.</summary>
    public double? Maximum { get; init; }

    /// <summary>
    /// Gets how many values lie in each of twelve parts of the same width, from the minimum to the maximum, or how many
    /// there are of each of the twelve most frequent classes; empty where no value is known.
    /// </summary>
    public IReadOnlyList<int> Spread { get; init; } = [];

    /// <summary>Gets the earliest of dates, or the least of times, as it is written; null for others.</summary>
    public string? Earliest { get; private init; }

    /// <summary>Gets the latest of dates, or the largest of times, as it is written; null for others.</summary>
    public string? Latest { get; private init; }

    /// <summary>Gets how many whole numbers have so many digits that they are rounded to others.</summary>
    public int Rounded { get; private init; }

    /// <summary>Gets the number of cells that do not fit the form, and are taken for missing.</summary>
    public int Odd { get; init; }

    /// <summary>Gets the first cells that do not fit, with their rows: <c>row 3: 'abc'</c>.</summary>
    public IReadOnlyList<string> OddCells { get; init; } = [];

    /// <summary>
    /// Gets the numbers that look like a missing value, as they are written, and how often each stands there.
    /// </summary>
    internal IReadOnlyList<(string Text, int Count)> Sentinels { get; private init; } = [];

    /// <summary>Gets why the column is left out; null where it is used.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Gets what to know about the column; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Looks at a column.</summary>
    internal static ColumnLook Of(Table table, string name, ColumnForm form, string? note)
    {
        var look = new ColumnLook(name, form, 0, 0) { Note = note };
        if (!form.IsNumeric)
        {
            string?[] classes = [.. table.Texts(name).Select(form.ClassOf)];
            return look with
            {
                Missing = classes.Count(text => text is null),
                Distinct = classes.OfType<string>().Distinct().Count(),
                Spread = [.. classes.OfType<string>().CountBy(text => text).Select(pair => pair.Value)
                    .OrderDescending().Take(Parts)],
            };
        }

        const int MaxShown = 3;
        (_, double[] values, IReadOnlyList<int> odd) = table.ReadNumbers(name, form);
        double[] known = [.. values.Where(value => !double.IsNaN(value))];
        Array.Sort(known);
        RepeatedNumber[] different = RepeatedNumber.Of(known);
        IReadOnlyList<string?>? texts = table.TextsOrNull(name);
        return look with
        {
            Missing = values.Length - known.Length - odd.Count,
            Distinct = different.Length,
            Minimum = known.Length > 0 ? known[0] : null,
            Maximum = known.Length > 0 ? known[^1] : null,
            Spread = SpreadOf(known),
            Sentinels = form.Type == ColumnType.Number ? SentinelsOf(values, different, texts) : [],
            Odd = odd.Count,
            Earliest = Written(form, values, known.FirstOrDefault(double.NaN), texts),
            Latest = Written(form, values, known.LastOrDefault(double.NaN), texts),
            Rounded = known.Length > 0 && Math.Max(-known[0], known[^1]) is >= Exact and < double.PositiveInfinity
                ? texts?.Where((text, row) => IsRounded(text, values[row])).Count() ?? 0
                : 0,
            OddCells = [.. odd.Take(MaxShown).Select(
                row => $"row {table.NumberOf(row)}: {CellFormat.Quote(texts![row]!)}")],
        };
    }

    private static string? Written(
        ColumnForm form, double[] values, double value, IReadOnlyList<string?>? texts) =>
        form.Type is ColumnType.Date or ColumnType.Time && !double.IsNaN(value)
        && Array.IndexOf(values, value) is >= 0 and var row
            ? texts?[row]
            : null;

    private static bool IsRounded(string? text, double value) =>
        BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger whole)
        && double.IsFinite(value) && new BigInteger(value) != whole;

    private static (string Text, int Count)[] SentinelsOf(
        double[] values, RepeatedNumber[] different, IReadOnlyList<string?>? texts) =>
    [
        .. Tables.Sentinels.Of(different).Select(found => (
            texts?[Array.IndexOf(values, found.Value)] ?? found.Value.ToString("R", CultureInfo.InvariantCulture),
            found.Count)),
    ];

    /// <summary>The number of values in each part; they come in ascending order.</summary>
    private static int[] SpreadOf(double[] values)
    {
        if (values.Length == 0)
        {
            return [];
        }

        // Halves, since the width of all may overflow.
        double least = 0.5 * values[0], width = (0.5 * values[^1] - least) / Parts;
        int[] counts = new int[width > 0.0 ? Parts : 1];
        foreach (double value in values)
        {
            counts[width > 0.0 ? Math.Min(Parts - 1, (int)((0.5 * value - least) / width)) : 0]++;
        }

        return counts;
    }
}
