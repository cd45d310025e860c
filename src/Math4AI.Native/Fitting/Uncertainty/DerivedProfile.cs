using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Solving;
using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// The profile of a function g(θ). The minimum of C(θ) + μ (g(θ) − c)² is the least cost among all θ with the same g,
/// whatever c and μ are, and so a point of the profile; c is moved until the rise of C is that of the quantile.
/// </summary>
internal static class DerivedProfile
{
    /// <summary>Both ends at which the root of the rise of the cost, in units of the noise, is the quantile.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="point">g over all of θ.</param>
    /// <param name="value">g(θ*).</param>
    /// <param name="error">Its standard error.</param>
    /// <param name="quantile">The quantile.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="NotSupportedException">
    /// The distance stands for no smooth likelihood, or single samples' derivatives are not known.
    /// </exception>
    public static Interval Interval(
        FitResult fit, PointDerivative point, double value, double error, double quantile,
        CancellationToken cancellation)
    {
        Distance distance = fit.Problem.Distance;
        IFitCost cost = fit.Problem.Cost();
        if (distance.Noise == NoiseModel.Unknown || distance.HasCorner || cost is not SquaresCost squares)
        {
            throw new NotSupportedException(
                $"A derived quantity has no profile with the distance '{distance.Name}', or with samples from a "
                + "source.");
        }

        if (!(error > 0.0 && double.IsFinite(error)))
        {
            return new Interval(double.NaN, double.NaN);
        }

        double noise = ProfileLikelihood.NoiseOf(fit), weight = noise / (error * error);
        return new Interval(End(-1.0), End(1.0));

        double End(double side)
        {
            Vector<double> start = fit.Minimum.Parameters;
            return ProfileEnd.Find(value, side * 2.0 * quantile * error, quantile, target =>
            {
                cancellation.ThrowIfCancellationRequested();
                var penalized = new PenalizedCost(squares, cost.Unknowns, point, target, weight);
                Minimum minimum = (fit.Problem.Minimizer ?? Minimizer.Auto()).Minimize(
                    penalized, start, fit.Problem.Options, cancellation);
                double found = point.Value([], cost.Unknowns.Completed(minimum.Parameters.AsArray()));
                double rise = minimum.Cost - weight * (found - target) * (found - target) - fit.Minimum.Cost;
                double root = double.IsFinite(rise) ? Math.Sqrt(Math.Max(0.0, rise) / noise) : double.PositiveInfinity;
                start = root < quantile ? minimum.Parameters : start;
                return (root, found);
            });
        }
    }

    /// <summary>C(θ) + μ (g(θ) − c)².</summary>
    private sealed class PenalizedCost : SquaresCost
    {
        private readonly SquaresCost inner;
        private readonly FreeParameters unknowns;
        private readonly PointDerivative point;
        private readonly double target;
        private readonly double root;

        public PenalizedCost(
            SquaresCost inner, FreeParameters unknowns, PointDerivative point, double target, double weight)
        {
            this.inner = inner;
            this.unknowns = unknowns;
            this.point = point;
            this.target = target;
            root = Math.Sqrt(weight);
            Bounds = inner.Bounds;
        }

        public override int Parameters => inner.Parameters;

        public override int Residuals => inner.Residuals + 1;

        public override double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
        {
            int rows = inner.Residuals;
            double[] ofInner = jacobian.IsEmpty ? [] : new double[checked(rows * Parameters)];
            double cost = inner.Linearize(parameters, residuals[..rows], ofInner);
            double[] all = unknowns.Completed(parameters);
            residuals[rows] = root * (point.Value([], all) - target);
            if (!jacobian.IsEmpty)
            {
                double[] gradient = point.Differentiate([], all);
                for (int j = 0; j < Parameters; j++)
                {
                    ofInner.AsSpan(j * rows, rows).CopyTo(jacobian[(j * (rows + 1))..]);
                    jacobian[j * (rows + 1) + rows] = j < unknowns.Free.Count ? root * gradient[unknowns.Free[j]] : 0.0;
                }
            }

            return cost + residuals[rows] * residuals[rows];
        }
    }
}
