namespace Math4AI.Data.Tables;

/// <summary>The last row of a sheet, which may hold the sums of the others.</summary>
internal static class Totals
{
    // A sum of fewer numbers may be chance.
    private const int MinAdded = 10;
    private const double Rounding = 1e-9;

    /// <summary>Whether the last number of a column is the sum of the others, as far as these are there.</summary>
    /// <param name="values">The numbers, missing ones NaN.</param>
    public static bool EndsInSum(IReadOnlyList<double> values)
    {
        double sum = 0.0, size = 0.0;
        int added = 0;
        for (int row = 0; row < values.Count - 1; row++)
        {
            double value = double.IsNaN(values[row]) ? 0.0 : values[row];
            sum += value;
            size += Math.Abs(value);
            added += value != 0.0 ? 1 : 0;
        }

        return added >= MinAdded && Math.Abs(values[^1] - sum) <= Rounding * size;
    }
}
