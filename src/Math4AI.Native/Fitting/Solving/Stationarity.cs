using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// Whether a least-squares fit that explains nothing is a minimum at all. Where the units of the data are extreme,
/// squares overflow or vanish, and a method may come to rest on a slope: a Gauss–Newton step in one parameter alone
/// would lower the cost by the fraction cos² of the angle between the residuals and that parameter's derivatives.
/// </summary>
internal static class Stationarity
{
    private const double MaxCosineSquared = 1e-3;

    // Residuals that are smaller beside the targets may be their rounding, whose direction means nothing.
    private const double MinResidual = 1e-10;

    // Whoever asks for less has said where a slope ends.
    private const double MaxTolerance = 1e-6;

    // Above, the fit explains something, and its method has followed the slope.
    private const double MaxRSquared = 1e-3;

    /// <summary>
    /// Whether a fit may be called a minimum; true where this is not known better than by its method.
    /// </summary>
    public static bool IsPlausible(FitResult fit, IFitCost cost)
    {
        FitProblem problem = fit.Problem;
        if (!fit.IsConverged || problem.Distance.Noise != NoiseModel.LeastSquares || problem.Bounds.Count > 0
            || problem.Priors.Count > 0 || problem.Options is { GradientTolerance: > MaxTolerance } || !cost.HasRows
            || !(fit.RSquared < MaxRSquared) || double.IsInfinity(fit.RSquared))
        {
            return true;
        }

        double[] unknowns = [.. fit.Minimum.Parameters];
        double largest = 0.0, target = 0.0;
        double[] slopes = new double[cost.Unknowns.Free.Count];
        cost.VisitSlopes(unknowns, (predicted, observed, weights, jacobian) =>
        {
            for (int i = 0; i < predicted.Length; i++)
            {
                largest = Math.Max(largest, Math.Sqrt(weights[i]) * Math.Abs(observed[i] - predicted[i]));
                target = Math.Max(target, Math.Sqrt(weights[i]) * Math.Abs(observed[i]));
            }

            for (int j = 0; j < slopes.Length; j++)
            {
                slopes[j] = Math.Max(slopes[j], jacobian.Column(j).AbsoluteMaximum());
            }
        });
        if (!(largest > MinResidual * target) || !double.IsFinite(largest))
        {
            return double.IsFinite(largest);
        }

        return CosinesSquared(cost, unknowns, largest, slopes).All(cosine => !(cosine > MaxCosineSquared));
    }

    /// <summary>
    /// cos² of the angle between the residuals and each column of J; no square leaves the range of numbers.
    /// </summary>
    private static double[] CosinesSquared(IFitCost cost, double[] unknowns, double largest, double[] slopes)
    {
        double[] products = new double[slopes.Length], squares = new double[slopes.Length];
        double residuals = 0.0;
        cost.VisitSlopes(unknowns, (predicted, observed, weights, jacobian) =>
        {
            for (int i = 0; i < predicted.Length; i++)
            {
                double root = Math.Sqrt(weights[i]), residual = root * (observed[i] - predicted[i]) / largest;
                residuals += residual * residual;
                for (int j = 0; j < slopes.Length; j++)
                {
                    double slope = slopes[j] > 0.0 ? root * (jacobian[i, j] / slopes[j]) : 0.0;
                    products[j] += slope * residual;
                    squares[j] += slope * slope;
                }
            }
        });
        return [.. products.Select((product, j) =>
            squares[j] > 0.0 ? product * product / (squares[j] * residuals) : 0.0)];
    }
}
