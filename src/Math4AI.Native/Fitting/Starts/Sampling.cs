namespace Math4AI.Fitting.Starts;

/// <summary>Whether samples are evenly spaced, and which frequencies they can tell apart.</summary>
internal static class Sampling
{
    private const double EvenTo = 1e-3;

    /// <summary>
    /// Whether the values are evenly spaced, and Nyquist's frequency of their mean spacing in radians per unit of them;
    /// 0 if all are the same.
    /// </summary>
    public static (bool IsEven, double Limit) Of(double[] x)
    {
        double[] sorted = [.. x.Order()];
        double[] steps = [.. sorted.Zip(sorted.Skip(1), (a, b) => b - a).Where(step => step > 0.0)];
        double step = steps.Length > 0 ? (sorted[^1] - sorted[0]) / steps.Length : 0.0;
        return (steps.Length > 1 && steps.All(each => Math.Abs(each - step) <= EvenTo * step), step > 0.0
            ? Math.PI / step : 0.0);
    }
}
