namespace Math4AI.Optimization;

/// <summary>
/// Tells a minimum from a descent to −∞. Where a run ended far below its start or far away from it, the cost is
/// followed in the same direction, ten times as far each time. A cost that is bounded below falls less with every
/// decade; one that is not keeps falling.
/// </summary>
internal sealed class CostFarAway(Cost cost, double[] start, double[] end, double endCost)
{
    // A run that ended within these multiples of its start is taken for a minimum without a test.
    private const double FarBelow = 100.0;
    private const double FarAway = 1e6;

    // A number is lost in rounding beside one that is larger by this factor.
    private const double Rounding = 1L << 52;

    private const int Decades = 8;

    // A fall below this share of the one before is slower by more than rounding.
    private const double Slower = 0.99;

    // A parameter that moved by less than this share of the largest move has converged.
    private const double AtRest = 1e-3;

    private readonly double[] way = [.. end.Zip(start, (to, from) => to - from)];

    /// <summary>Returns whether the cost is unbounded below in the direction of the run.</summary>
    public bool FallsForever()
    {
        double length = Largest(way), first = 1.0 + Largest(start);
        if (!(length > 0.0) || !double.IsFinite(length) || (length <= FarAway * first && endCost >= -FarBelow))
        {
            return false;
        }

        double startCost = Math.Max(1.0, Math.Abs(cost.Value(start)));
        bool isSuspect = length > FarAway * first || endCost < -FarBelow * startCost;
        return isSuspect && (FallsOn(way, length) || FallsDownhill(length)
            || (length > Rounding * first && endCost < -Rounding * startCost && HasFallenAllTheWay()));
    }

    private bool FallsOn(double[] direction, double length)
    {
        double[] moving = [.. direction.Select(each => Math.Abs(each) > AtRest * length ? each : 0.0)];
        return NeverSlows(endCost, 1, Decades, decade => At(end, moving, Math.Pow(10.0, decade) - 1.0));
    }

    /// <summary>Tests the same along −∇C, for a valley that the direct way from the start leaves.</summary>
    private bool FallsDownhill(double length)
    {
        double[] gradient = new double[end.Length];
        cost.Gradient(end, gradient);
        double slope = Largest(gradient);
        return slope > 0.0 && double.IsFinite(slope)
            && FallsOn([.. gradient.Select(each => -each / slope * length)], length);
    }

    /// <summary>
    /// Tests the costs between start and end, where the end is so far away that rounding hides the valley beyond it.
    /// </summary>
    private bool HasFallenAllTheWay() =>
        NeverSlows(
            At(start, way, Math.Pow(10.0, -Decades)), 1 - Decades, 0, decade => At(start, way, Math.Pow(10.0, decade)));

    private static bool NeverSlows(double before, int first, int last, Func<int, double> cost)
    {
        double fallBefore = 0.0;
        for (int decade = first; decade <= last; decade++)
        {
            double here = cost(decade), fall = before - here;
            if (double.IsNegativeInfinity(here))
            {
                return true;
            }

            if (!(fall > 1e-9 * Math.Abs(before)) || fall < Slower * fallBefore)
            {
                return false;
            }

            (before, fallBefore) = (here, fall);
        }

        return true;
    }

    private double At(double[] from, double[] direction, double length)
    {
        double[] point = [.. from.Zip(direction, (at, along) => at + (along == 0.0 ? 0.0 : length * along))];
        cost.Bounds?.Project(point);
        return cost.Value(point);
    }

    private static double Largest(double[] values) => values.Max(Math.Abs);
}
