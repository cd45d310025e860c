using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Starts;

/// <summary>
/// Finds parameters that a model is linear in, all at once: those whose derivatives do not change when any of them
/// does, at two points.
/// </summary>
internal sealed class LinearParameters
{
    private const int MaxRows = 200;
    private const int Points = 2;
    private const int MaxTries = 12;
    private const double LinearTo = 1e-9;
    private static readonly double[] Other = [1.7, -0.6, 2.9, -1.3];

    private readonly FitProblem problem;
    private readonly Matrix<double> inputs;
    private readonly double[] values;

    private LinearParameters(FitProblem problem)
    {
        this.problem = problem;
        int all = problem.Inputs!.RowCount, rows = Math.Min(MaxRows, all);
        inputs = Matrix<double>.Build.Dense(
            rows, problem.Inputs.ColumnCount, (i, j) => problem.Inputs[(int)((long)i * all / rows), j]);
        values = new double[rows * problem.Model.Outputs];
    }

    /// <summary>The numbers of such parameters, in order.</summary>
    /// <param name="problem">The problem, its samples in memory.</param>
    /// <param name="draw">Gives θ to look at; each call gives another one.</param>
    public static int[] Find(FitProblem problem, Func<double[]> draw)
    {
        var model = new LinearParameters(problem);
        List<double[]> points = [];
        for (int tries = 0; tries < MaxTries && points.Count < Points; tries++)
        {
            double[] point = draw();
            if (model.Jacobian(point).All(double.IsFinite))
            {
                points.Add(point);
            }
        }

        IReadOnlyList<string> names = problem.Model.ParameterNames;
        int[] found = [];
        for (int j = 0; j < names.Count && points.Count == Points; j++)
        {
            int[] tried = [.. found, j];
            if (!problem.Fixed.ContainsKey(names[j]) && points.All(point => model.IsLinear(point, tried)))
            {
                found = tried;
            }
        }

        return found;
    }

    private double[] Jacobian(double[] theta)
    {
        double[] jacobian = new double[checked(values.Length * theta.Length)];
        problem.Model.Evaluate(inputs, theta, values, jacobian);
        return jacobian;
    }

    private bool IsLinear(double[] point, int[] linear)
    {
        double[] moved = [.. point];
        for (int k = 0; k < linear.Length; k++)
        {
            moved[linear[k]] *= Other[k % Other.Length];
        }

        double[] here = Jacobian(point), there = Jacobian(moved);
        return linear.All(j => IsSame(
            here.AsSpan(j * values.Length, values.Length), there.AsSpan(j * values.Length, values.Length)));
    }

    private static bool IsSame(ReadOnlySpan<double> before, ReadOnlySpan<double> after)
    {
        double size = 0.0, change = 0.0;
        for (int i = 0; i < before.Length; i++)
        {
            size = Math.Max(size, Math.Abs(before[i]));
            change = Math.Max(change, Math.Abs(after[i] - before[i]));
        }

        return size > 0.0 && change <= LinearTo * size;
    }
}
