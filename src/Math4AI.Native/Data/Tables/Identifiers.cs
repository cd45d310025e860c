namespace Math4AI.Data.Tables;

/// <summary>Columns of numbers that say which row it is, and nothing else about it.</summary>
internal static class Identifiers
{
    // Fewer rows can have different whole numbers by chance.
    private const int MinRows = 10;

    private static readonly string[] OfIndices = ["id", "index", "row"];
    private static readonly string[] LastWords = ["id", "identifier", "uid"];

    /// <summary>Whether a column is called as identifiers are. Only such columns are taken for them.</summary>
    public static bool AreNamed(string name) => IsIndexName(name) || EndsInIdentifier(name);

    /// <summary>Why a column is no measurement; null where it may be one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its numbers; NaN where one is missing.</param>
    public static string? Reason(string name, IReadOnlyList<double> values) =>
        IsIndexName(name) && CountsRows(values) ? "counts the rows"
        : EndsInIdentifier(name) && AreDifferentWholeNumbers(values)
            ? "names the rows (a different whole number in each)"
        : null;

    /// <summary>Whether the numbers are those of the rows, counted from anywhere.</summary>
    public static bool CountsRows(IReadOnlyList<double> values) =>
        values.Count > 1 && Enumerable.Range(1, values.Count - 1).All(row => values[row] - values[row - 1] == 1.0);

    private static bool IsIndexName(string name) =>
        name.Length == 0 || name.StartsWith("Unnamed", StringComparison.OrdinalIgnoreCase)
        || OfIndices.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the last word is one of identifiers: "id", "patient_id", "Sample ID", "userId".</summary>
    private static bool EndsInIdentifier(string name) => LastWords.Any(word =>
    {
        int start = name.Length - word.Length;
        return start >= 0 && name.AsSpan(start).Equals(word, StringComparison.OrdinalIgnoreCase)
            && (start == 0 || !char.IsLetter(name[start - 1])
                || (char.IsLower(name[start - 1]) && char.IsUpper(name[start])));
    });

    private static bool AreDifferentWholeNumbers(IReadOnlyList<double> values)
    {
        double[] known = [.. values.Where(value => !double.IsNaN(value))];
        return known.Length >= MinRows && known.All(double.IsInteger) && known.Distinct().Count() == known.Length;
    }
}
