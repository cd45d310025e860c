using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization.Constraints;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Levenberg–Marquardt where the rows of J come block by block: each block is reflected into the triangle of its QR
/// decomposition, so that k² numbers and one block are all that is held. A step costs one pass for the rows and one for
/// the cost of each damping that is tried. Source: as <see cref="LevenbergMarquardt"/>; the triangle as <see
/// cref="StreamedQr"/>.
/// </summary>
internal sealed class BlockLevenbergMarquardt : Minimizer
{
    private const int MaxSteps = 200;
    private const double FirstDamping = 1e-3;
    private const double Reward = 0.1;
    private const double Penalty = 5.0;
    private const double MaxDamping = 1e20;

    // Below this share of what the residuals are, what is left to gain is rounding.
    private const double Exhausted = 1e-20;

    public override string Name => "lm-blocks";

    public override bool KeepsBounds => true;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        if (iteration.Cost is not BlockSquaresCost cost)
        {
            throw new NotSupportedException(
                "This method needs a sum of squares over blocks; use Levenberg–Marquardt for others.");
        }

        int count = parameters.Length;
        var factors = new StreamedQr(count);
        var damped = new StreamedQr(count);
        double[] scale = new double[count], diagonal = new double[count], step = new double[count];
        double[] gradient = new double[count], next = new double[count];
        double damping = FirstDamping;
        while (true)
        {
            (double here, double size) = Factor(iteration, cost, parameters, factors, gradient, scale);
            double norm = iteration.GradientNorm(parameters, gradient);
            if (!double.IsFinite(here) || !double.IsFinite(norm))
            {
                return iteration.Finish(Termination.BadStart, parameters, here, double.NaN);
            }

            double toGain = Cost.Dot(factors.Right, factors.Right);
            if (toGain <= Exhausted * size || norm == 0.0)
            {
                return iteration.Finish(Termination.Converged, parameters, here, norm);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(Termination.IterationLimit, parameters, here, norm);
            }

            bool isLower = false;
            for (; !isLower && damping <= MaxDamping; damping *= isLower ? Reward : Penalty)
            {
                for (int j = 0; j < count; j++)
                {
                    diagonal[j] = Math.Sqrt(damping) * (scale[j] > 0.0 ? scale[j] : 1.0);
                }

                damped.CopyFrom(factors);
                damped.AddDiagonal(diagonal);
                damped.Solve(step);
                for (int j = 0; j < count; j++)
                {
                    next[j] = parameters[j] - step[j];
                }

                cost.Bounds?.Project(next);
                isLower = iteration.Value(next) < here;
            }

            for (int j = 0; j < count; j++)
            {
                step[j] = next[j] - parameters[j];
            }

            // A step that is nothing beside the parameters, or a gain that the cost cannot show: this is the minimum.
            if (!isLower || iteration.IsSmall(step, parameters))
            {
                bool isAtRest = isLower || toGain <= 1e-10 * size;
                return iteration.Finish(
                    isAtRest ? Termination.Converged : Termination.NoProgress, isLower ? next : parameters, here, norm);
            }

            next.CopyTo(parameters, 0);
        }
    }

    /// <summary>The triangle of J at θ, without the columns of parameters that a bound holds; C(θ) and ‖r‖².</summary>
    private static (double Cost, double Size) Factor(
        Iteration iteration, BlockSquaresCost cost, double[] parameters, StreamedQr factors, double[] gradient,
        double[] scale)
    {
        double total = 0.0, size = 0.0;
        double[] squares = new double[gradient.Length];
        Array.Clear(gradient);
        factors.Clear();
        iteration.CountGradientEvaluation();
        cost.Linearize(parameters, (value, residuals, jacobian) =>
        {
            total += value;
            size += Cost.Dot(residuals, residuals);
            for (int j = 0; j < gradient.Length; j++)
            {
                ReadOnlySpan<double> column = jacobian.Slice(j * residuals.Length, residuals.Length);
                gradient[j] += 2.0 * Cost.Dot(column, residuals);
                squares[j] += Cost.Dot(column, column);
            }

            factors.Add(jacobian, residuals);
        });
        for (int j = 0; j < gradient.Length; j++)
        {
            scale[j] = Math.Max(scale[j], Math.Sqrt(squares[j]));
        }

        return cost.Bounds is { } bounds
            && Enumerable.Range(0, gradient.Length).Any(j => bounds.Holds(j, parameters[j], gradient[j]))
            ? WithoutHeld(cost, bounds, parameters, factors, gradient, total, size)
            : (total, size);
    }

    private static (double Cost, double Size) WithoutHeld(
        BlockSquaresCost cost, Bounds bounds, double[] parameters, StreamedQr factors, double[] gradient, double total,
        double size)
    {
        factors.Clear();
        cost.Linearize(parameters, (_, residuals, jacobian) =>
        {
            double[] free = jacobian.ToArray();
            for (int j = 0; j < gradient.Length; j++)
            {
                if (bounds.Holds(j, parameters[j], gradient[j]))
                {
                    free.AsSpan(j * residuals.Length, residuals.Length).Clear();
                }
            }

            factors.Add(free, residuals);
        });
        return (total, size);
    }
}
