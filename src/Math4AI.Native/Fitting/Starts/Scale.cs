namespace Math4AI.Fitting.Starts;

/// <summary>The magnitudes of a column, or of a part of a formula that holds no parameter, as log₁₀.</summary>
/// <param name="Low">Of the smallest values that are not 0, or of their steps, if those are smaller.</param>
/// <param name="High">Of the largest value.</param>
/// <param name="Step">Of the steps between neighbors.</param>
/// <param name="Range">Of the range.</param>
internal readonly record struct Scale(double Low, double High, double Step, double Range)
{
    private const double SmallestShare = 0.02;
    private const double MaxDecades = 9.0;

    /// <summary>The scale of values; those that are not finite are left out.</summary>
    public static Scale Of(double[] values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        double[] sizes = [.. sorted.Select(Math.Abs).Where(size => size > 0.0).Order()];
        if (sizes.Length == 0)
        {
            return default;
        }

        double high = Math.Log10(sizes[^1]), small = Math.Log10(sizes[(int)(SmallestShare * sizes.Length)]);
        double[] steps = [.. sorted.Zip(sorted.Skip(1), (a, b) => b - a).Where(step => step > 0.0).Order()];
        if (steps.Length == 0)
        {
            return new Scale(high, high, high, high);
        }

        double range = Math.Log10(sorted[^1] - sorted[0]),
            step = Math.Max(Math.Log10(steps[steps.Length / 2]), range - MaxDecades);
        return new Scale(Math.Max(Math.Min(small, step), high - MaxDecades), high, step, range);
    }
}
