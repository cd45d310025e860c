using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting.Solving;

/// <summary>What priors add to a sum of squares: one residual each, behind those of the samples.</summary>
internal static class PriorRows
{
    /// <summary>Adds the rows of the priors and returns their cost.</summary>
    /// <param name="unknowns">The unknowns, with their priors.</param>
    /// <param name="row">The first row.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="residuals">r.</param>
    /// <param name="jacobian">∂r/∂θ, column after column; empty if it is not asked for.</param>
    public static double Add(
        FreeParameters unknowns, int row, ReadOnlySpan<double> parameters, Span<double> residuals,
        Span<double> jacobian)
    {
        double cost = 0.0;
        for (int j = 0; j < unknowns.Free.Count; j++)
        {
            if (unknowns.Priors[j] is { } prior)
            {
                Expansion expansion = prior.Expand(parameters[j]);
                cost += expansion.Value;
                double root = Of(expansion.Slope, expansion.Curvature, out residuals[row]);
                if (!jacobian.IsEmpty)
                {
                    jacobian[j * residuals.Length + row] = root;
                }

                row++;
            }
        }

        return cost;
    }

    /// <summary>r = d′ √(1/2d″), and √(d″/2), which the row of J is scaled by.</summary>
    public static double Of(double slope, double curvature, out double residual)
    {
        double root = Math.Sqrt(0.5 * curvature);
        residual = root > 0.0 ? 0.5 * slope / root : 0.0;
        return root;
    }
}
