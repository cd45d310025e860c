using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>What a run of a minimiser works on, and its count of the work.</summary>
internal sealed class Iteration(string method, Cost cost, MinimizerOptions options, CancellationToken cancellation)
{
    private readonly List<Vector<double>> path = [];

    public Cost Cost => cost;

    public MinimizerOptions Options => options;

    public CancellationToken Cancellation => cancellation;

    public int Steps { get; private set; }

    public int Evaluations { get; private set; }

    public int GradientEvaluations { get; private set; }

    public double Value(ReadOnlySpan<double> parameters)
    {
        Evaluations++;
        return Cost.Value(parameters);
    }

    public double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        GradientEvaluations++;
        return Cost.Gradient(parameters, gradient);
    }

    /// <summary>Notes that all rows were evaluated.</summary>
    public void CountGradient() => GradientEvaluations++;

    public double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        if (jacobian.IsEmpty)
        {
            Evaluations++;
        }
        else
        {
            GradientEvaluations++;
        }

        return ((SquaresCost)Cost).Linearize(parameters, residuals, jacobian);
    }

    /// <summary>Notes a point, and whether another step may be taken.</summary>
    public bool MayStep(ReadOnlySpan<double> parameters, int most)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Options.KeepPath)
        {
            path.Add(Vector<double>.Build.Dense(parameters.ToArray()));
        }

        if (Steps >= (Options.MaxIterations ?? most))
        {
            return false;
        }

        Steps++;
        return true;
    }

    /// <summary>max |∂C/∂θ_i| over what no bound holds.</summary>
    public double GradientNorm(ReadOnlySpan<double> parameters, ReadOnlySpan<double> gradient)
    {
        double largest = 0.0;
        for (int i = 0; i < gradient.Length; i++)
        {
            if (Cost.Bounds is null || !Cost.Bounds.Holds(i, parameters[i], gradient[i]))
            {
                largest = Math.Max(largest, Math.Abs(gradient[i]));
            }
        }

        return largest;
    }

    public bool IsFlat(double gradientNorm, double cost) =>
        gradientNorm <= Options.GradientTolerance * Math.Max(1.0, Math.Abs(cost));

    /// <summary>Whether a step is nothing beside where it starts.</summary>
    public bool IsSmall(ReadOnlySpan<double> step, ReadOnlySpan<double> parameters)
    {
        for (int i = 0; i < step.Length; i++)
        {
            // A step that is no number is not small.
            if (!(Math.Abs(step[i]) <= Options.StepTolerance * Math.Abs(parameters[i])))
            {
                return false;
            }
        }

        return true;
    }

    public Minimum Finish(Termination termination, double[] parameters, double cost, double gradientNorm) =>
        new()
        {
            Method = method,
            Parameters = Vector<double>.Build.Dense(parameters),
            Cost = cost,
            GradientNorm = gradientNorm,
            Termination = termination,
            Iterations = Steps,
            Evaluations = Evaluations,
            GradientEvaluations = GradientEvaluations,
            Path = path,
        };
}
