using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Levenberg–Marquardt for a Jacobian whose rows come block by block: each block updates the triangular factor of the
/// QR decomposition, so that memory holds k² numbers and one block. A step costs one pass over the rows, and one for
/// each damping that is tried. Source: as <see cref="LevenbergMarquardt"/>; the triangle as <see cref="StreamedQr"/>.
/// </summary>
internal sealed class BlockLevenbergMarquardt : Minimizer
{
    private const int MaxSteps = 200;
    private const double FirstDamping = 1e-3;
    private const double Reward = 0.1;
    private const double Penalty = 5.0;
    private const double MaxDamping = 1e20;

    // A gain below this share of ‖r‖² is rounding.
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

        return new Search(iteration, cost, parameters).Run();
    }

    private sealed class Search(Iteration iteration, BlockSquaresCost cost, double[] parameters)
    {
        private readonly StreamedQr factors = new(parameters.Length);
        private readonly StreamedQr damped = new(parameters.Length);
        private readonly double[] scale = new double[parameters.Length];
        private readonly double[] diagonal = new double[parameters.Length];
        private readonly double[] gradient = new double[parameters.Length];
        private readonly double[] step = new double[parameters.Length];
        private readonly double[] next = new double[parameters.Length];
        private double damping = FirstDamping;

        public Minimum Run()
        {
            while (true)
            {
                (double here, double size) = Factor();
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

                bool isLower = TryStepDown(here);

                // A step that is nothing beside the parameters, or a gain that the cost cannot show: this is the
                // minimum.
                if (!isLower || iteration.IsSmall(step, parameters))
                {
                    bool isAtRest = isLower || toGain <= 1e-10 * size;
                    Termination end = isAtRest ? Termination.Converged : Termination.NoProgress;
                    return iteration.Finish(end, isLower ? next : parameters, here, norm);
                }

                next.CopyTo(parameters, 0);
            }
        }

        /// <summary>Raises the damping until the cost falls; lowers it for the step after.</summary>
        private bool TryStepDown(double here)
        {
            bool isLower = false;
            for (; !isLower && damping <= MaxDamping; damping *= isLower ? Reward : Penalty)
            {
                for (int j = 0; j < diagonal.Length; j++)
                {
                    diagonal[j] = Math.Sqrt(damping) * (scale[j] > 0.0 ? scale[j] : 1.0);
                }

                damped.CopyFrom(factors);
                damped.AddDiagonal(diagonal);
                damped.Solve(step);
                for (int j = 0; j < next.Length; j++)
                {
                    next[j] = parameters[j] - step[j];
                }

                cost.Bounds?.Project(next);
                isLower = iteration.Value(next) < here;
            }

            for (int j = 0; j < step.Length; j++)
            {
                step[j] = next[j] - parameters[j];
            }

            return isLower;
        }

        /// <summary>
        /// Reduces J at θ to its triangle, without the columns of parameters that a bound holds; returns C(θ) and ‖r‖².
        /// </summary>
        private (double Cost, double Size) Factor()
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
            if (cost.Processes.Count > 1)
            {
                double[] sums = [total, size, .. gradient, .. squares];
                cost.Processes.Sum(sums);
                (total, size) = (sums[0], sums[1]);
                sums.AsSpan(2, gradient.Length).CopyTo(gradient);
                sums.AsSpan(2 + gradient.Length).CopyTo(squares);
                factors.Join(cost.Processes);
            }

            for (int j = 0; j < gradient.Length; j++)
            {
                scale[j] = Math.Max(scale[j], Math.Sqrt(squares[j]));
            }

            if (Enumerable.Range(0, gradient.Length).Any(IsHeld))
            {
                FactorWithoutHeld();
            }

            return (total, size);
        }

        // Which parameters are held is known from the whole gradient, after a first pass.
        private void FactorWithoutHeld()
        {
            factors.Clear();
            cost.Linearize(parameters, (_, residuals, jacobian) =>
            {
                double[] free = jacobian.ToArray();
                for (int j = 0; j < gradient.Length; j++)
                {
                    if (IsHeld(j))
                    {
                        free.AsSpan(j * residuals.Length, residuals.Length).Clear();
                    }
                }

                factors.Add(free, residuals);
            });
            if (cost.Processes.Count > 1)
            {
                factors.Join(cost.Processes);
            }
        }

        private bool IsHeld(int j) => cost.Bounds is { } bounds && bounds.Holds(j, parameters[j], gradient[j]);
    }
}
