namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Finds a step length α along a descent direction d that satisfies the strong Wolfe conditions, C(α) ≤ C(0) + c₁ α
/// C′(0) and |C′(α)| ≤ c₂ |C′(0)|; near the minimum, where rounding hides the first, its approximate form, which needs
/// slopes alone. A step to where C is not finite is too long. Sources: J. Nocedal and S. Wright, "Numerical
/// Optimization", 2nd ed., algorithms 3.5 and 3.6; W. Hager and H. Zhang, SIAM Journal on Optimization 16 (2005), for
/// the approximate form.
/// </summary>
internal sealed class StrongWolfe(Iteration iteration, int parameters, double curvature)
{
    private const double Decrease = 1e-4;
    private const double Float64Rounding = 1e-14;
    private const int MaxTrials = 60;

    private double[] from = [];
    private double[] direction = [];
    private double rounding;
    private Trial low;
    private Trial high;
    private bool isBracketed;

    /// <summary>Gets θ + α d for the step found.</summary>
    public double[] Point { get; private set; } = new double[parameters];

    /// <summary>Gets ∇C at <see cref="Point"/>.</summary>
    public double[] Gradient { get; private set; } = new double[parameters];

    /// <summary>Gets C at <see cref="Point"/>.</summary>
    public double Value { get; private set; }

    /// <summary>Searches; returns whether a step lowers the cost.</summary>
    public bool Search(double[] at, double[] along, double value, double slope, double length)
    {
        (from, direction) = (at, along);
        rounding = Math.Max(Float64Rounding * Math.Abs(value), iteration.Cost.Rounding);
        var start = new Trial(0.0, value, slope);
        (low, high, isBracketed) = (start, default, false);
        for (int trial = 0; trial < MaxTrials; trial++)
        {
            if (isBracketed)
            {
                length = Interpolate(low, high);
                if (Math.Abs(high.Length - low.Length) <= 1e-15 * low.Length || length == low.Length)
                {
                    break;
                }
            }

            Trial here = Evaluate(length);
            if (double.IsNegativeInfinity(here.Value))
            {
                break;
            }

            bool isTooLong = IsTooLong(start, here);
            if (IsEnough(start, here) || (!isTooLong && Math.Abs(here.Slope) <= -curvature * start.Slope))
            {
                return true;
            }

            length = Narrow(here, isTooLong);
            if (!double.IsFinite(length))
            {
                break;
            }
        }

        // No point satisfies the conditions; the lowest one found may still lower the cost.
        return low.Length > 0.0 && Evaluate(low.Length).Value < value;
    }

    /// <summary>
    /// Brackets the minimum, or narrows the bracket; returns the next length where there is no bracket.
    /// </summary>
    private double Narrow(Trial here, bool isTooLong)
    {
        if (isTooLong)
        {
            (high, isBracketed) = (here, true);
        }
        else if (isBracketed)
        {
            high = here.Slope * (high.Length - low.Length) >= 0.0 ? low : high;
            low = here;
        }
        else if (here.Slope >= 0.0)
        {
            (high, low, isBracketed) = (low, here, true);
        }
        else
        {
            low = here;
            return 4.0 * here.Length;
        }

        return here.Length;
    }

    private bool IsTooLong(Trial start, Trial here) =>
        !double.IsFinite(here.Value)
        || !double.IsFinite(here.Slope)
        || here.Value > start.Value + Decrease * here.Length * start.Slope + rounding
        || (here.Value >= low.Value && low.Length > 0.0 && here.Slope >= 0.0);

    private bool IsEnough(Trial start, Trial here) =>
        double.IsFinite(here.Value)
        && Math.Abs(here.Slope) <= -curvature * start.Slope
        && (here.Value <= start.Value + Decrease * here.Length * start.Slope
            || (here.Value <= start.Value + rounding
                && here.Slope <= (2.0 * Decrease - 1.0) * start.Slope));

    private Trial Evaluate(double length)
    {
        for (int i = 0; i < Point.Length; i++)
        {
            Point[i] = from[i] + length * direction[i];
        }

        Value = iteration.Gradient(Point, Gradient);
        return new Trial(length, Value, Cost.Dot(Gradient, direction));
    }

    /// <summary>
    /// Returns the minimum of the cubic through both ends, at least a tenth of the width away from each; a tenth of the
    /// width from the lower end where the other is not finite.
    /// </summary>
    private static double Interpolate(Trial low, Trial high)
    {
        double width = high.Length - low.Length;
        double middle = low.Length + 0.5 * width;
        if (!double.IsFinite(high.Value) || !double.IsFinite(high.Slope))
        {
            return low.Length + 0.1 * width;
        }

        double mean = low.Slope + high.Slope - 3.0 * (high.Value - low.Value) / width;
        double root = mean * mean - low.Slope * high.Slope;
        if (root < 0.0)
        {
            return middle;
        }

        double spread = Math.CopySign(Math.Sqrt(root), width);
        double length = high.Length - width * (high.Slope + spread - mean) / (high.Slope - low.Slope + 2.0 * spread);
        double margin = 0.1 * Math.Abs(width);
        double shortest = Math.Min(low.Length, high.Length) + margin;
        double longest = Math.Max(low.Length, high.Length) - margin;
        return double.IsFinite(length) ? Math.Clamp(length, shortest, longest) : middle;
    }

    private readonly record struct Trial(double Length, double Value, double Slope);
}
