using System.Globalization;

namespace Math4AI.Data.Tables;

/// <summary>The names of columns.</summary>
internal static class ColumnNames
{
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
