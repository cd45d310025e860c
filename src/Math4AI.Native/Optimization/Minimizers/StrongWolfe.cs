namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// A step length α along a descent direction d that satisfies the strong Wolfe conditions, C(α) ≤ C(0) + c₁ α C′(0) and
/// |C′(α)| ≤ c₂ |C′(0)|; near the minimum, where rounding hides the first, its approximate form from slopes alone.
/// Where C is not finite the step was too long. Sources: J. Nocedal and S. Wright, "Numerical Optimization", 2nd ed.,
/// algorithms 3.5 and 3.6; W. Hager and H. Zhang, SIAM Journal on Optimization 16 (2005), for the approximate form.
/// </summary>
internal sealed class StrongWolfe(Iteration iteration, int parameters, double curvature)
{
    private const double Decrease = 1e-4;
    private const double Float64Rounding = 1e-14;
    private const int MaxTrials = 60;

    private double[] from = [];
    private double[] direction = [];
    private double rounding;

    /// <summary>θ + α d of the step found.</summary>
    public double[] Point { get; private set; } = new double[parameters];

    /// <summary>∇C there.</summary>
    public double[] Gradient { get; private set; } = new double[parameters];

    /// <summary>C there.</summary>
    public double Value { get; private set; }

    /// <summary>Searches; false where no step lowers the cost.</summary>
    public bool Search(double[] at, double[] along, double value, double slope, double length)
    {
        (from, direction) = (at, along);
        rounding = Math.Max(Float64Rounding * Math.Abs(value), iteration.Cost.Rounding);
        var start = new Trial(0.0, value, slope);
        Trial low = start, high = default;
        bool isBracketed = false;
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

            if (IsEnough(start, here))
            {
                return true;
            }

            bool isTooLong = !double.IsFinite(here.Value) || !double.IsFinite(here.Slope)
                || here.Value > start.Value + Decrease * length * start.Slope + rounding
                || (here.Value >= low.Value && low.Length > 0.0 && here.Slope >= 0.0);
            if (isTooLong)
            {
                (high, isBracketed) = (here, true);
            }
            else if (Math.Abs(here.Slope) <= -curvature * start.Slope)
            {
                return true;
            }
            else if (isBracketed)
            {
                if (here.Slope * (high.Length - low.Length) >= 0.0)
                {
                    high = low;
                }

                low = here;
            }
            else if (here.Slope >= 0.0)
            {
                (high, low, isBracketed) = (low, here, true);
            }
            else
            {
                low = here;
                length *= 4.0;
                if (!double.IsFinite(length))
                {
                    break;
                }
            }
        }

        // Not a step of Wolfe's, but one that goes down.
        return low.Length > 0.0 && Evaluate(low.Length).Value < value;
    }

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
    /// The minimum of the cubic through both ends, kept off them; halfway where an end is not finite.
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
        double least = Math.Min(low.Length, high.Length) + margin;
        double most = Math.Max(low.Length, high.Length) - margin;
        return double.IsFinite(length) ? Math.Clamp(length, least, most) : middle;
    }

    private readonly record struct Trial(double Length, double Value, double Slope);
}
