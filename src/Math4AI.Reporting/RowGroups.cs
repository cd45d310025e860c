using System.Globalization;
using Math4AI.Data.Tables;

namespace Math4AI.Reporting;

/// <summary>
/// The groups of rows that a column colors a map by: its values, the most frequent ones of many; or of many numbers
/// ranges that hold as many rows each.
/// </summary>
/// <param name="Names">The names of the groups, numbers and ranges ascending.</param>
/// <param name="Groups">The group of each row, as a place in <paramref name="Names"/>.</param>
/// <param name="AreRanges">Whether the groups are ranges of numbers.</param>
public sealed record RowGroups(IReadOnlyList<string> Names, IReadOnlyList<int> Groups, bool AreRanges)
{
    private const int MaxGroups = 12;
    private const int Ranges = 6;
    private const string Missing = "(missing)";
    private const string Others = "others";

    /// <summary>Finds the groups.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">The column.</param>
    /// <param name="rows">The rows that the map shows, as places in the table, from 0.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public static RowGroups Of(Table table, string column, IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(rows);
        IReadOnlyList<string?> texts = table.Texts(column);
        string[] names = [.. rows.Select(row => texts[row] ?? Missing)];
        bool isNumeric = table.IsNumeric(column);
        double[] values = isNumeric ? table.Numbers(column) : [];
        double[] numbers = isNumeric ? [.. rows.Select(row => values[row])] : [];
        if (isNumeric && numbers.Where(double.IsFinite).Distinct().Count() > MaxGroups)
        {
            return OfRanges(numbers);
        }

        HashSet<string> largest =
        [
            .. names.CountBy(name => name).OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MaxGroups).Select(pair => pair.Key),
        ];
        string[] shown = [.. names.Select(name => largest.Contains(name) ? name : Others)];
        IOrderedEnumerable<(string Name, double Number)> order = shown
            .Select((name, i) => (Name: name, Number: isNumeric ? numbers[i] : 0.0)).DistinctBy(pair => pair.Name)
            .OrderBy(pair => pair.Name == Others).ThenBy(pair => pair.Name == Missing)
            .ThenBy(pair => pair.Number).ThenBy(pair => pair.Name, StringComparer.Ordinal);
        return Of([.. order.Select(pair => pair.Name)], shown, areRanges: false);
    }

    private static RowGroups OfRanges(double[] numbers)
    {
        double[] sorted = [.. numbers.Where(double.IsFinite).Order()];
        double[] bounds =
        [
            .. Enumerable.Range(1, Ranges - 1).Select(i => sorted[(int)((long)sorted.Length * i / Ranges)]).Distinct(),
        ];
        int Range(double value) => bounds.Count(bound => bound < value);
        string[] names =
        [
            .. sorted.GroupBy(Range).Select(range => range.First() == range.Last()
                ? string.Create(CultureInfo.InvariantCulture, $"{range.First():G4}")
                : string.Create(CultureInfo.InvariantCulture, $"{range.First():G4} to {range.Last():G4}")),
        ];
        int[] places = [.. sorted.Select(Range).Distinct()];
        string[] shown =
        [
            .. numbers.Select(value =>
                double.IsFinite(value) ? names[Array.IndexOf(places, Range(value))] : Missing),
        ];
        return Of([.. names.Distinct(), .. shown.Contains(Missing) ? [Missing] : Array.Empty<string>()], shown, true);
    }

    private static RowGroups Of(string[] names, string[] shown, bool areRanges)
    {
        var places = names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place);
        return new RowGroups(names, [.. shown.Select(name => places[name])], areRanges);
    }
}
