namespace Math4AI.Data;

/// <summary>Numbers with their nouns, as they are printed.</summary>
public static class Counted
{
    /// <summary>A number with its noun, in the plural unless the number is 1: "1 class", "2 classes".</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The noun in the singular.</param>
    public static string Of(long count, string noun)
    {
        ArgumentNullException.ThrowIfNull(noun);
        return $"{count} {noun}{(count == 1 ? string.Empty : noun.EndsWith('s') ? "es" : "s")}";
    }
}
