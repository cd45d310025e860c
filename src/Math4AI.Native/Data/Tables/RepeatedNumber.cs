namespace Math4AI.Data.Tables;

/// <summary>A number, and how often it occurs.</summary>
/// <param name="Value">The number.</param>
/// <param name="Count">How often.</param>
internal readonly record struct RepeatedNumber(double Value, int Count)
{
    /// <summary>The different ones of numbers in ascending order.</summary>
    public static RepeatedNumber[] Of(double[] ascending)
    {
        var found = new List<RepeatedNumber>();
        for (int start = 0, end; start < ascending.Length; start = end)
        {
            end = start + 1;
            while (end < ascending.Length && ascending[end] == ascending[start])
            {
                end++;
            }

            found.Add(new RepeatedNumber(ascending[start], end - start));
        }

        return [.. found];
    }
}
