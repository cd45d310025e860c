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

    /// <summary>Creates names for columns without: c1, c2, ….</summary>
    public static string[] Numbered(string name, int count) =>
        [.. Enumerable.Range(1, count).Select(i => name + i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Throws where two columns have one name.</summary>
    /// <exception cref="InvalidDataException">The message names it.</exception>
    public static void RequireDistinct(string path, IReadOnlyList<string> names)
    {
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidDataException($"{path} has two columns called '{twice.Key}'.");
        }
    }
}
