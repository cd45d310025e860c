
namespace Math4AI.Fitting.Starts;

/// <summary>
/// Judges starts by the sum of squares that they leave, after the parameters that the model is linear in have been
/// found by linear least squares.
/// </summary>
internal sealed class Candidates
{
    private const double Dependent = 1e-10;

    private readonly FitProblem problem;
    private readonly int[] linear;
    private readonly double[] roots;
    private readonly double[] values;
    private readonly double[] targets;
    private readonly double[][] columns;

    /// <param name="problem">The problem, its samples in memory.</param>
    /// <param name="linear">The numbers of the linear parameters.</param>
    public Candidates(FitProblem problem, int[] linear)
    {
        (this.problem, this.linear) = (problem, linear);
        values = new double[problem.Targets!.Samples * problem.Model.Outputs];
        targets = [.. problem.Targets.Values.Select(problem.Distance.PredictionFor)];
        roots = [.. Enumerable.Range(0, values.Length)
            .Select(i => Math.Sqrt(problem.Weights?[i % problem.Targets.Samples] ?? 1.0))];
        Size = targets.Select((target, i) => roots[i] * roots[i] * target * target).Sum();
        columns = [.. linear.Select(_ => new double[values.Length])];
    }

    /// <summary>Σ w y², what a model that is 0 leaves.</summary>
    public double Size { get; }

    /// <summary>Completes θ by its linear parameters; returns Σ w (f − y)², infinite if it is no number.</summary>
    public double Complete(double[] theta)
    {
        foreach (int j in linear)
        {
            theta[j] = 0.0;
        }

        double[] rest = Residuals(theta);
        for (int k = 0; k < linear.Length; k++)
        {
            theta[linear[k]] = 1.0;
            double[] moved = Residuals(theta);
            theta[linear[k]] = 0.0;
            for (int i = 0; i < rest.Length; i++)
            {
                columns[k][i] = rest[i] - moved[i];
            }
        }

        double[] best = Solve(rest);
        for (int k = 0; k < linear.Length; k++)
        {
            theta[linear[k]] = Within(problem.Model.ParameterNames[linear[k]], best[k]);
        }

        double squares = linear.Length == 0 ? Cost(rest) : Cost(Residuals(theta));
        return double.IsFinite(squares) ? squares : double.PositiveInfinity;
    }

    private static double Cost(double[] residuals) => residuals.Sum(residual => residual * residual);

    private double Within(string name, double value) =>
        problem.Bounds.TryGetValue(name, out (double Lower, double Upper) box)
            ? Math.Clamp(value, box.Lower, box.Upper) : value;

    private double[] Residuals(double[] theta)
    {
        problem.Model.Evaluate(problem.Inputs!, theta, values, []);
        double[] residuals = new double[values.Length];
        for (int i = 0; i < residuals.Length; i++)
        {
            residuals[i] = roots[i] * (targets[i] - values[i]);
        }

        return residuals;
    }

    /// <summary>The least squares solution by Gram–Schmidt, twice; a column that the others make up counts 0.</summary>
    private double[] Solve(double[] right)
    {
        int count = columns.Length;
        double[,] triangle = new double[count, count];
        double[] onto = new double[count], rest = [.. right];
        double[][] basis = [.. columns.Select(column => (double[])column.Clone())];
        for (int k = 0; k < count; k++)
        {
            double before = Norm(basis[k]);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < k; j++)
                {
                    triangle[j, k] += TakeOff(basis[k], basis[j]);
                }
            }

            double norm = Norm(basis[k]);
            bool counts = norm > Dependent * before && double.IsFinite(norm);
            triangle[k, k] = counts ? norm : 0.0;
            for (int i = 0; i < rest.Length; i++)
            {
                basis[k][i] = counts ? basis[k][i] / norm : 0.0;
            }

            onto[k] = TakeOff(rest, basis[k]);
        }

        double[] solution = new double[count];
        for (int k = count - 1; k >= 0; k--)
        {
            double sum = onto[k];
            for (int j = k + 1; j < count; j++)
            {
                sum -= triangle[k, j] * solution[j];
            }

            solution[k] = triangle[k, k] > 0.0 ? sum / triangle[k, k] : 0.0;
        }

        return solution;
    }

    private static double TakeOff(double[] from, double[] direction)
    {
        double share = System.Numerics.Tensors.TensorPrimitives.Dot<double>(from, direction);
        for (int i = 0; i < from.Length; i++)
        {
            from[i] -= share * direction[i];
        }

        return share;
    }

    private static double Norm(double[] values) => System.Numerics.Tensors.TensorPrimitives.Norm<double>(values);
}
