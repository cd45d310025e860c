namespace Math4AI.Training.Tables;

/// <summary>Mean and standard deviation of numbers whose squares may overflow.</summary>
internal static class Moments
{
    /// <summary>The mean and the standard deviation of the population; 0 and 0 of no numbers.</summary>
    public static (double Mean, double Deviation) Of(IReadOnlyCollection<double> values)
    {
        double scale = values.Select(Math.Abs).DefaultIfEmpty(0.0).Max();
        if (scale == 0.0)
        {
            return (0.0, 0.0);
        }

        double mean = values.Average(value => value / scale);
        double deviation = Math.Sqrt(values.Average(value => (value / scale - mean) * (value / scale - mean)));

        // Of equal numbers the mean has an error of rounding.
        return (scale * mean, deviation > 1e-14 * Math.Abs(mean) ? scale * deviation : 0.0);
    }
}
