namespace Math4AI.Probability.Sampling;

/// <summary>
/// Tests whether a density that nothing else has tested falls along each unconstrained parameter from where chains are:
/// faster than 1/distance. A density that falls along these lines may still be improper along others, in which chains
/// then run apart.
/// </summary>
internal sealed class DirectionCheck(LogDensity density)
{
    private const int MaxParameters = 50;

    // In units of the distance at which the density is 1/e of its height. Beyond the drop, what remains has no weight.
    private const double Near = 100.0;
    private const double Far = 10_000.0;
    private const double Negligible = 40.0;
    private const double FirstStep = 1e-3;

    // The distance is from where a chain is, and a tail may be one of the distance from elsewhere.
    private const double Offset = 0.05;
    private const int MaxDoublings = 40;

    private readonly SamplingSpace space = new(density);
    private readonly double[] gradient = new double[density.Names.Count];
    private readonly double[] theta = new double[density.Names.Count];

    /// <summary>Throws where the density does not fall along a parameter, wherever chains are.</summary>
    /// <param name="parameters">θ where each chain is.</param>
    /// <exception cref="InvalidOperationException">The density is improper; the message says along what.</exception>
    public void Require(IReadOnlyList<double[]> parameters)
    {
        double[][] at = [.. parameters.Select(each => space.Unconstrain(each))
            .Where(u => Array.TrueForAll(u, double.IsFinite))];
        for (int j = 0; j < space.Count && at.Length > 0 && space.Count <= MaxParameters; j++)
        {
            foreach (double side in new[] { 1.0, -1.0 })
            {
                if (Array.TrueForAll(at, u => IsOpen(u, j, side)))
                {
                    // A range that is open below alone is mapped by its distance from the upper end.
                    bool isTurned = double.IsFinite(density.Bounds[j].Upper)
                        && double.IsInfinity(density.Bounds[j].Lower);
                    string where = side > 0.0 == isTurned ? "falls" : "grows";
                    throw new InvalidOperationException(
                        $"The density is improper: it does not vanish as {density.Names[j]} {where} "
                        + "as far as its range goes. Give it a prior or bounds there.");
                }
            }
        }
    }

    /// <summary>Whether the density does not fall on one side of a parameter.</summary>
    private bool IsOpen(double[] u, int parameter, double side)
    {
        double[] moved = [.. u];
        double At(double distance)
        {
            moved[parameter] = u[parameter] + side * distance;
            try
            {
                double value = space.Evaluate(moved, gradient);
                return double.IsNaN(value) ? double.NegativeInfinity : value;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // No chain may ever come so far, and what cannot be computed there is no sign of an open end.
                return double.NegativeInfinity;
            }
        }

        double top = At(0.0), width = FirstStep * (1.0 + Math.Abs(u[parameter]));
        for (int i = 0; i < MaxDoublings; i++, width *= 2.0)
        {
            double value = At(width);
            space.Constrain(moved, theta);
            if (!double.IsFinite(theta[parameter]))
            {
                // It has not fallen as far as numbers go.
                return true;
            }

            top = Math.Max(top, value);
            if (value < top - 1.0)
            {
                double near = At(Near * width), far = At(Far * width);
                return near > top - Negligible && near - far < Math.Log(Far / Near) + Offset;
            }
        }

        return true;
    }
}
