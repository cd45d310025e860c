namespace Math4AI.Probability.Sampling.Checks;

/// <summary>
/// Tests whether a density that nothing else has tested falls from where chains are, faster than 1/distance: along each
/// unconstrained parameter, and along the lines on which the chains have come there.
/// </summary>
internal sealed class DirectionCheck(LogDensity density)
{
    /// <summary>Above, looking along each parameter costs as much as drawing does.</summary>
    public const int MaxParameters = 1000;

    private const double FirstStep = 1e-3;

    // To the largest numbers.
    private const int MaxDoublings = 1100;

    private readonly SamplingSpace space = new(density);
    private readonly IReadOnlyList<(double Lower, double Upper)> bounds = density.Bounds;
    private readonly double[] gradient = new double[density.Names.Count];
    private readonly double[] theta = new double[density.Names.Count];

    /// <summary>Throws where the density does not fall along a line, wherever chains are.</summary>
    /// <param name="starts">θ where each chain began; none before they move.</param>
    /// <param name="ends">θ where each chain is, or may start.</param>
    /// <exception cref="InvalidOperationException">The density is improper; the message says along what.</exception>
    public void Require(IReadOnlyList<double[]> starts, IReadOnlyList<double[]> ends)
    {
        double[][] at = Finite(ends);
        if (at.Length == 0 || space.Count > MaxParameters)
        {
            return;
        }

        double[] along = new double[space.Count];
        for (int j = 0; j < space.Count; j++)
        {
            foreach (double side in new[] { 1.0, -1.0 })
            {
                along[j] = side;
                if (Array.TrueForAll(at, u => IsOpen(u, along)))
                {
                    throw Improper(j, side);
                }
            }

            along[j] = 0.0;
        }

        foreach (double[] direction in Finite(starts).Zip(at, Between).OfType<double[]>())
        {
            if (Array.TrueForAll(at, u => IsOpen(u, direction)))
            {
                throw new InvalidOperationException(
                    "The density is improper: the chains run away along "
                    + $"{DirectionName.Of(density, direction, isUnconstrained: true)}, and it does not vanish there. "
                    + "Give these parameters priors or bounds.");
            }
        }
    }

    private static double[]? Between(double[] start, double[] end)
    {
        double[] direction = [.. end.Zip(start, (there, here) => there - here)];
        double length = direction.Max(Math.Abs);
        return length > 0.0 ? Array.ConvertAll(direction, each => each / length) : null;
    }

    private InvalidOperationException Improper(int parameter, double side)
    {
        // A range that is open below alone is mapped by its distance from the upper end.
        bool isTurned = double.IsFinite(density.Bounds[parameter].Upper)
            && double.IsInfinity(density.Bounds[parameter].Lower);
        string where = side > 0.0 == isTurned ? "falls" : "grows";
        return new InvalidOperationException(
            $"The density is improper: it does not vanish as {density.Names[parameter]} {where} as far as its range "
            + "goes. Give it a prior or bounds there; where it ends far away, a start that says how wide it is.");
    }

    private double[][] Finite(IReadOnlyList<double[]> parameters) =>
        [.. parameters.Select(each => space.Unconstrain(each)).Where(u => Array.TrueForAll(u, double.IsFinite))];

    /// <summary>Whether θ is neither infinite nor so near 0, where that is a bound, that it is 0.</summary>
    private bool HoldNumbers()
    {
        for (int j = 0; j < theta.Length; j++)
        {
            (double lower, double upper) = bounds[j];
            if (!double.IsFinite(theta[j]) || (theta[j] == 0.0 && (lower == 0.0 || upper == 0.0)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsOpen(double[] u, double[] direction)
    {
        double scale = u.Zip(direction, (at, along) => along == 0.0 ? 0.0 : Math.Abs(at)).Max();
        double[] moved = new double[u.Length];
        return DensityRay.IsOpen(
            distance =>
            {
                for (int j = 0; j < u.Length; j++)
                {
                    moved[j] = u[j] + distance * direction[j];
                }

                double log = space.Constrain(moved, theta);
                return HoldNumbers()
                    ? DensityRay.Try(() => density.Evaluate(theta, gradient) + log) : double.PositiveInfinity;
            },
            FirstStep * (1.0 + scale),
            MaxDoublings);
    }
}
