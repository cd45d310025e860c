using MathNet.Numerics.Statistics;

namespace Math4AI.Probability;

/// <summary>The standard deviation of numbers whose squares may overflow or vanish.</summary>
internal static class Spread
{
    /// <summary>Returns √(Σ (x − mean)² / (n − 1)); NaN for fewer than two numbers.</summary>
    public static double Of(double[] values)
    {
        double spread = values.StandardDeviation();
        if (values.Length < 2 || (spread > 0.0 && double.IsFinite(spread)))
        {
            return spread;
        }

        double largest = values.Max(Math.Abs);
        return largest > 0.0 ? Array.ConvertAll(values, value => value / largest).StandardDeviation() * largest : 0.0;
    }
}
