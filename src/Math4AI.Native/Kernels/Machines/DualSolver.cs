namespace Math4AI.Kernels.Machines;

/// <summary>
/// Sequential minimal optimization: in every step the pair of variables that violates the optimality conditions most,
/// by second order, is moved to its optimum. Source: Fan, Chen and Lin, Working set selection using second order
/// information for training support vector machines, JMLR 6 (2005), the method of LIBSVM.
/// </summary>
/// <remarks>
/// With F = q − K β, the negative gradient, a pair (i, j) moves by β_i += δ, β_j −= δ, δ = (F_i − F_j)/(K_ii + K_jj − 2
/// K_ij) within the bounds, and F −= δ (K_i − K_j). It is optimal when no F_i of a variable below its upper bound
/// exceeds an F_j of one above its lower bound by more than the tolerance. All variables take part in every step: two
/// passes over whole vectors (<see cref="DualForces"/>) cost less than keeping a shrunken set in order.
/// </remarks>
internal sealed class DualSolver
{
    private const int RowsTogether = 8;

    private readonly KernelRows rows;
    private readonly double[] beta;
    private readonly DualForces forces;
    private DualProblem problem;

    public DualSolver(DualProblem problem, KernelRows rows)
    {
        (this.problem, this.rows) = (problem, rows);
        beta = new double[problem.Linear.Length];
        forces = new DualForces(problem.Linear, rows.Diagonal);
        for (int variable = 0; variable < beta.Length; variable++)
        {
            Release(variable);
        }
    }

    /// <summary>
    /// Goes on to a problem with other bounds from r β, where β is what was found: with r the best of all factors
    /// within the new bounds, βᵀq/βᵀKβ. F becomes q − r (q − F), without a product.
    /// </summary>
    public void Continue(DualProblem next)
    {
        (double curvature, double slope, double most) = (0.0, 0.0, double.PositiveInfinity);
        for (int t = 0; t < beta.Length; t++)
        {
            curvature += beta[t] * (problem.Linear[t] - forces.Of(t));
            slope += beta[t] * problem.Linear[t];
            double bound = beta[t] > 0.0 ? next.Upper[t] : next.Lower[t];
            most = beta[t] != 0.0 ? Math.Min(most, bound / beta[t]) : most;
        }

        double factor = Math.Min(most, curvature > 0.0 ? slope / curvature : 1.0);
        factor = factor > 0.0 && double.IsFinite(factor) ? factor : 0.0;
        for (int t = 0; t < beta.Length; t++)
        {
            double force = next.Linear[t] - factor * (problem.Linear[t] - forces.Of(t));
            beta[t] = Snapped(factor * beta[t], next.Lower[t], next.Upper[t]);
            forces.Allow(t, force, beta[t] < next.Upper[t], beta[t] > next.Lower[t]);
        }

        problem = next;
    }

    public DualSolution Solve(double tolerance, int maxIterations, CancellationToken cancellation)
    {
        int iterations = 0;
        forces.FindExtremes();
        while (forces.Highest - forces.Lowest > tolerance && iterations < maxIterations)
        {
            cancellation.ThrowIfCancellationRequested();
            int up = forces.HighestIndex(), i = rows.SampleOf(up);
            float[] ofUp = Row(i);
            int down = forces.BestPartner(up, i, ofUp), j = rows.SampleOf(down);
            float[] ofDown = Row(j);
            double step =
                Step(up, down, Math.Max(DualForces.MinCurvature, rows.Diagonal[i] + rows.Diagonal[j] - 2.0 * ofUp[j]));
            forces.Move(ofUp, ofDown, step, up, down, CanRise(up), CanFall(up), CanRise(down), CanFall(down));
            iterations++;
        }

        double violation = forces.Highest - forces.Lowest;
        return Solution(violation, iterations, violation <= tolerance);
    }

    /// <summary>
    /// A row, computed with those of the variables that violate the conditions most where that takes little longer.
    /// </summary>
    private float[] Row(int sample)
    {
        if (rows.AreTogether && !rows.Has(sample))
        {
            rows.Fetch([sample, .. forces.Farthest(
                RowsTogether - 1, variable => rows.SampleOf(variable) != sample && !rows.Has(rows.SampleOf(variable)))
                .Select(rows.SampleOf).Distinct()]);
        }

        return rows.Row(sample);
    }

    private bool CanRise(int variable) => beta[variable] < problem.Upper[variable];

    private bool CanFall(int variable) => beta[variable] > problem.Lower[variable];

    private void Release(int variable) =>
        forces.Allow(variable, forces.Of(variable), CanRise(variable), CanFall(variable));

    private double Step(int up, int down, double curvature)
    {
        double step = Math.Min(
            (forces.Of(up) - forces.Of(down)) / curvature,
            Math.Min(problem.Upper[up] - beta[up], beta[down] - problem.Lower[down]));

        // A bound that is reached is reached exactly.
        beta[up] = step == problem.Upper[up] - beta[up] ? problem.Upper[up] : beta[up] + step;
        beta[down] = step == beta[down] - problem.Lower[down] ? problem.Lower[down] : beta[down] - step;
        return step;
    }

    /// <summary>A weight that reaches a bound but for rounding is at the bound.</summary>
    private static double Snapped(double weight, double lower, double upper)
    {
        const double Rounding = 1e-14;
        return weight >= upper * (1.0 - Rounding) ? upper : weight <= lower * (1.0 - Rounding) ? lower : weight;
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
            double force = forces.Of(t);
            objective -= 0.5 * beta[t] * (force + problem.Linear[t]);
            if (CanRise(t) && CanFall(t))
            {
                (sum, free) = (sum + force, free + 1);
            }
            else
            {
                low = CanRise(t) ? Math.Max(low, force) : low;
                high = CanFall(t) ? Math.Min(high, force) : high;
            }
        }

        return new DualSolution(
            weights, free > 0 ? sum / free : 0.5 * (low + high), objective, violation, iterations, isConverged);
    }
}
