namespace Math4AI.Probability.Sampling.Checks;

/// <summary>Looks along a line that starts in a density, for whether the density can be integrated along it.</summary>
internal static class DensityRay
{
    // In units of the distance at which the density is 1/e of its height. Beyond the drop, what remains has no weight.
    private const double Near = 100.0;
    private const double Far = 10_000.0;
    private const double Negligible = 40.0;

    // Far from where the density lies, its logarithm is large, and its last digits are no fall.
    private const double Rounding = 1e-12;

    // The distance is from where the line starts, and a tail may be one of the distance from elsewhere.
    private const double Offset = 0.05;

    /// <summary>Whether the density does not fall, or not faster than 1/distance.</summary>
    /// <param name="logAt">
    /// log p at a distance; −∞ where p is 0 or cannot be computed, ∞ where the place is beyond what numbers hold.
    /// </param>
    /// <param name="first">The first distance that is looked at.</param>
    /// <param name="doublings">How often it is doubled where the density has not fallen yet.</param>
    public static bool IsOpen(Func<double, double> logAt, double first, int doublings)
    {
        double top = logAt(0.0), width = first;
        for (int i = 0; i < doublings; i++, width *= 2.0)
        {
            double value = logAt(width);
            if (double.IsPositiveInfinity(value))
            {
                // It has not fallen as far as numbers go.
                return true;
            }

            top = Math.Max(top, value);
            if (value < top - 1.0 - Rounding * Math.Abs(top))
            {
                double near = logAt(Near * width), far = logAt(Far * width);
                return near > top - Negligible && near - far < Math.Log(Far / Near) + Offset;
            }
        }

        return true;
    }

    /// <summary>
    /// log p, −∞ where it cannot be computed: no chain may ever come so far, and that is no sign of an open end.
    /// </summary>
    public static double Try(Func<double> log)
    {
        try
        {
            double value = log();
            return double.IsNaN(value) ? double.NegativeInfinity : value;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return double.NegativeInfinity;
        }
    }
}
