using System.Globalization;

namespace Math4AI.Data.Tables;

/// <summary>The names of columns.</summary>
internal static class ColumnNames
{
    private const int MaxListed = 20;

    /// <summary>Lists names for a message, and the number of those that it leaves out.</summary>
    public static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MaxListed))
        + (names.Count > MaxListed ? $" and {names.Count - MaxListed} more" : string.Empty);

    /// <summary>
    /// What to say where there is no column of a name: those that there are, and what else may have been meant.
    /// </summary>
    public static string NoColumn(string name, IReadOnlyCollection<string> names)
    {
        string? meant = names.FirstOrDefault(each => each.Equals(name, StringComparison.OrdinalIgnoreCase));
        return $"There is no column '{name}'; the columns are {List(names)}"
            + (meant is not null ? $": '{meant}' is written otherwise."
                : AreSeveral(name, names) ? ": a space after a comma belongs to a name, so write "
                    + $"'{string.Join(',', name.Split(',', StringSplitOptions.TrimEntries))}'."
                : AreNumbers(names) ? ": the first line has numbers, and has to name the columns."
                : ".");
    }

    private static bool AreSeveral(string name, IReadOnlyCollection<string> names) =>
        name.Contains(',', StringComparison.Ordinal)
        && name.Split(',', StringSplitOptions.TrimEntries).All(part => names.Contains(part));

    private static bool AreNumbers(IEnumerable<string> names) => names.All(
        each => double.TryParse(each, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    /// <summary>Creates names for columns without: c1, c2, ….</summary>
    public static string[] Numbered(string name, int count) =>
        [.. Enumerable.Range(1, count).Select(i => name + i.ToString(CultureInfo.InvariantCulture))];

    private static string Unnamed(string path, IReadOnlyList<string> names)
    {
        string[] named = [.. names.Where(name => name.Length > 0)];
        return $"{path}: {names.Count - named.Length} of {names.Count} columns have no name in the first line: "
            + (named.Length <= 1
                ? $"{(named.Length == 1 ? CellFormat.Quote(named[0]) : "it")} seems to be a title; remove the lines "
                    + "before the names of the columns."
                : "name them, or remove them if they are empty.");
    }

    /// <summary>Throws where two columns have one name.</summary>
    /// <exception cref="InvalidDataException">The message names it.</exception>
    public static void RequireDistinct(string path, IReadOnlyList<string> names)
    {
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidDataException(
                twice.Key.Length == 0 ? Unnamed(path, names)
                : $"{path} has two columns called '{twice.Key}': "
                + (AreNumbers(names)
                    ? "the first line has numbers, and has to name the columns."
                    : "give one of them another name."));
        }
    }
}
