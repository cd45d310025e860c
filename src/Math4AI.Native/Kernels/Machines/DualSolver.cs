using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// Sequential minimal optimisation: in every step the pair of variables that violates the optimality conditions most, by second order, is
/// moved to its optimum. Source: Fan, Chen and Lin, Working set selection using second order information for training support vector
/// machines, JMLR 6 (2005), the method of LIBSVM.
/// </summary>
/// <remarks>
/// With F = q − K β, the negative gradient, a pair (i, j) moves by β_i += δ, β_j −= δ, δ = (F_i − F_j)/(K_ii + K_jj − 2 K_ij) within the
/// bounds, and F −= δ (K_i − K_j). It is optimal when no F_i of a variable below its upper bound exceeds an F_j of one above its lower bound by
/// more than the tolerance. All variables take part in every step: over whole vectors that costs less than keeping a shrunken set in order.
/// </remarks>
internal sealed unsafe class DualSolver
{
    // Below it, a pair's curvature is rounding: samples that repeat.
    private const double MinCurvature = 1e-12;

    private static readonly int Width = Vector256<double>.Count;

    private readonly DualProblem problem;
    private readonly KernelRows rows;
    private readonly double[] beta;
    private readonly double[] force;

    public DualSolver(DualProblem problem, KernelRows rows)
    {
        (this.problem, this.rows) = (problem, rows);
        beta = new double[problem.Linear.Length];
        force = [.. problem.Linear];
    }

    public DualSolution Solve(double tolerance, int maxIterations, CancellationToken cancellation)
    {
        int iterations = 0;
        double violation;
        while (true)
        {
            (int up, double highest) = HighestBelowUpper();
            double lowest = LowestAboveLower();
            violation = highest - lowest;
            if (!(violation > tolerance) || iterations >= maxIterations)
            {
                break;
            }

            cancellation.ThrowIfCancellationRequested();
            Step(up, BestPartner(up));
            iterations++;
        }

        return Solution(violation, iterations, violation <= tolerance);
    }

    private void Step(int up, int down)
    {
        int i = rows.SampleOf(up), j = rows.SampleOf(down);
        float[] ofUp = rows.Row(i), ofDown = rows.Row(j);
        double curvature = Math.Max(MinCurvature, rows.Diagonal[i] + rows.Diagonal[j] - 2.0 * ofUp[j]);
        double step = Math.Min(
            (force[up] - force[down]) / curvature, Math.Min(problem.Upper[up] - beta[up], beta[down] - problem.Lower[down]));

        // A bound that is reached is reached exactly.
        beta[up] = step == problem.Upper[up] - beta[up] ? problem.Upper[up] : beta[up] + step;
        beta[down] = step == beta[down] - problem.Lower[down] ? problem.Lower[down] : beta[down] - step;
        for (int start = 0; start < force.Length; start += rows.Count)
        {
            Move(force.AsSpan(start, rows.Count), ofUp, ofDown, step);
        }
    }

    private DualSolution Solution(double violation, int iterations, bool isConverged)
    {
        double[] weights = new double[rows.Count];
        double objective = 0.0, sum = 0.0, high = double.PositiveInfinity, low = double.NegativeInfinity;
        int free = 0;
        for (int t = 0; t < beta.Length; t++)
        {
            weights[rows.SampleOf(t)] += beta[t];

            // ½ βᵀKβ − qᵀβ = −½ Σ β (F + q).
            objective -= 0.5 * beta[t] * (force[t] + problem.Linear[t]);
            bool canRise = beta[t] < problem.Upper[t], canFall = beta[t] > problem.Lower[t];
            if (canRise && canFall)
            {
                (sum, free) = (sum + force[t], free + 1);
            }
            else
            {
                low = canRise ? Math.Max(low, force[t]) : low;
                high = canFall ? Math.Min(high, force[t]) : high;
            }
        }

        return new DualSolution(weights, free > 0 ? sum / free : 0.5 * (low + high), objective, violation, iterations, isConverged);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move(Span<double> force, float[] up, float[] down, double step)
    {
        fixed (double* f = force)
        fixed (float* a = up, b = down)
        {
            var minus = Vector256.Create(-step);
            int t = 0;
            for (; t <= force.Length - 2 * Width; t += 2 * Width)
            {
                (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(a + t) - Vector256.Load(b + t));
                Vector256.FusedMultiplyAdd(minus, low, Vector256.Load(f + t)).Store(f + t);
                Vector256.FusedMultiplyAdd(minus, high, Vector256.Load(f + t + Width)).Store(f + t + Width);
            }

            for (; t < force.Length; t++)
            {
                f[t] = Math.FusedMultiplyAdd(-step, a[t] - b[t], f[t]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Index, double Value) HighestBelowUpper()
    {
        double highest = double.NegativeInfinity;
        fixed (double* f = force, b = beta, upper = problem.Upper)
        {
            var best = Vector256.Create(double.NegativeInfinity);
            int t = 0;
            for (; t <= force.Length - Width; t += Width)
            {
                Vector256<double> canRise = Vector256.LessThan(Vector256.Load(b + t), Vector256.Load(upper + t));
                best = Vector256.Max(best, Vector256.ConditionalSelect(canRise, Vector256.Load(f + t), best));
            }

            for (int lane = 0; lane < Width; lane++)
            {
                highest = Math.Max(highest, best[lane]);
            }

            for (; t < force.Length; t++)
            {
                highest = b[t] < upper[t] ? Math.Max(highest, f[t]) : highest;
            }

            for (int i = 0; i < force.Length; i++)
            {
                if (f[i] == highest && b[i] < upper[i])
                {
                    return (i, highest);
                }
            }
        }

        return (-1, double.NegativeInfinity);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double LowestAboveLower()
    {
        double lowest = double.PositiveInfinity;
        fixed (double* f = force, b = beta, lower = problem.Lower)
        {
            var best = Vector256.Create(double.PositiveInfinity);
            int t = 0;
            for (; t <= force.Length - Width; t += Width)
            {
                Vector256<double> canFall = Vector256.GreaterThan(Vector256.Load(b + t), Vector256.Load(lower + t));
                best = Vector256.Min(best, Vector256.ConditionalSelect(canFall, Vector256.Load(f + t), best));
            }

            for (int lane = 0; lane < Width; lane++)
            {
                lowest = Math.Min(lowest, best[lane]);
            }

            for (; t < force.Length; t++)
            {
                lowest = b[t] > lower[t] ? Math.Min(lowest, f[t]) : lowest;
            }
        }

        return lowest;
    }

    /// <summary>The variable whose pair with <paramref name="up"/> lowers the objective most, (F_i − F_j)²/(K_ii + K_jj − 2 K_ij).</summary>
    private int BestPartner(int up)
    {
        int sample = rows.SampleOf(up);
        float[] row = rows.Row(sample);
        (int best, double most) = (-1, 0.0);
        for (int start = 0; start < force.Length; start += rows.Count)
        {
            (int index, double gain) = BestPartner(start, force[up], rows.Diagonal[sample], row);
            (best, most) = gain > most ? (index, gain) : (best, most);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Index, double Gain) BestPartner(int start, double highest, double ownDiagonal, float[] row)
    {
        (int best, double most) = (-1, 0.0);
        fixed (double* f = &force[start], b = &beta[start], lower = &problem.Lower[start], diagonal = rows.Diagonal)
        fixed (float* k = row)
        {
            Vector256<double> tops = Vector256.Create(highest), own = Vector256.Create(ownDiagonal), least = Vector256.Create(MinCurvature);
            Vector256<double> gains = default, indices = Vector256.Create(-1.0), index = Vector256.Create(0.0, 1.0, 2.0, 3.0);
            var stride = Vector256.Create((double)Width);
            int t = 0;
            for (; t <= rows.Count - Width; t += Width, index += stride)
            {
                Vector256<double> gap = tops - Vector256.Load(f + t);
                Vector256<double> values = Vector256.Create((double)k[t], k[t + 1], k[t + 2], k[t + 3]);
                Vector256<double> curvature = Vector256.Max(own + Vector256.Load(diagonal + t) - (values + values), least);
                Vector256<double> canFall = Vector256.GreaterThan(Vector256.Load(b + t), Vector256.Load(lower + t))
                    & Vector256.GreaterThan(gap, Vector256<double>.Zero);
                Vector256<double> gain = gap * gap / curvature & canFall;
                Vector256<double> isBetter = Vector256.GreaterThan(gain, gains);
                gains = Vector256.ConditionalSelect(isBetter, gain, gains);
                indices = Vector256.ConditionalSelect(isBetter, index, indices);
            }

            for (int lane = 0; lane < Width; lane++)
            {
                bool isBetter = gains[lane] > most || (gains[lane] == most && indices[lane] >= 0.0 && indices[lane] < best);
                (best, most) = isBetter ? ((int)indices[lane], gains[lane]) : (best, most);
            }

            for (; t < rows.Count; t++)
            {
                double gap = highest - f[t], gain = gap * gap / Math.Max(MinCurvature, ownDiagonal + diagonal[t] - 2.0 * k[t]);
                (best, most) = b[t] > lower[t] && gap > 0.0 && gain > most ? (t, gain) : (best, most);
            }
        }

        return (best < 0 ? -1 : start + best, most);
    }
}
