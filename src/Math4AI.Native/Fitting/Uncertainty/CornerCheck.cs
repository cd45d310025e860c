using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Solving;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// Rejects standard errors for a distance whose slope jumps although it declares no corner: its curvature at a corner
/// carries no information about the uncertainty of the parameters.
/// </summary>
internal static class CornerCheck
{
    // Steps relative to the typical size of a residual, and to the size of f.
    private const double OfResidual = 1e-5;
    private const double OfPrediction = 1e-11;
    private const double Closer = 16.0;

    /// <summary>
    /// Looks at the slopes on both sides of each prediction: of a smooth distance they approach each other.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The slope jumps at a prediction, or the prediction is at an edge.
    /// </exception>
    public static void Run(IFitCost cost, Distance distance, double[] at)
    {
        double logScale = distance.HasScale ? at[^1] : 0.0;
        cost.VisitSlopes(at, (predicted, observed, weights, _) =>
        {
            double[] sizes = [.. predicted.Select((f, i) => Math.Abs(f - observed[i])).Order()];
            double step = OfResidual * sizes[sizes.Length / 2];
            for (int i = 0; i < predicted.Length; i++)
            {
                if (double.IsFinite(distance.EdgeGap(predicted[i], observed[i])))
                {
                    // A known edge: the minimum may lie on it.
                    continue;
                }

                double width = step + OfPrediction * Math.Abs(predicted[i]);
                RequireInside(distance, predicted[i], observed[i], width, logScale, i);
                double far = Jump(predicted[i], observed[i], width),
                    near = Jump(predicted[i], observed[i], width / Closer);
                double size = Math.Abs(distance.Expand(predicted[i] + width, observed[i], logScale).Slope);
                if (weights[i] > 0.0 && near > 0.5 * far && far > 1e-3 * size)
                {
                    throw new NotSupportedException(
                        $"The slope of the distance '{distance.Name}' jumps at an observation, so that its standard "
                        + "errors are not known: where it jumps at f = y and is constant on both sides, say so by "
                        + $"{nameof(Distance.HasCorner)}; else use the "
                        + "bootstrap.");
                }
            }
        });

        double Jump(double f, double y, double width) =>
            Math.Abs(distance.Expand(f + width, y, logScale).Slope - distance.Expand(f - width, y, logScale).Slope);
    }

    /// <summary>Throws if a prediction stands at the edge of what a distance allows, such as a rate of 0.</summary>
    private static void RequireInside(
        Distance distance, double predicted, double observed, double width, double logScale, int sample)
    {
        bool isInside = double.IsFinite(distance.Expand(predicted - width, observed, logScale).Value)
            && double.IsFinite(distance.Expand(predicted + width, observed, logScale).Value);
        if (!isInside)
        {
            throw new NotSupportedException(
                $"The prediction {Distance.Text(predicted)} of sample {sample + 1} stands at the edge of what the "
                + $"distance '{distance.Name}' allows, so that standard errors are not known: choose another link, or "
                + "a model that stays inside.");
        }
    }
}
