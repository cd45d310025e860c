using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting.Posteriors;

/// <summary>Observations that a problem's model would have given, at given parameters.</summary>
internal sealed class ReplicatedData
{
    private readonly FitProblem problem;
    private readonly FitDensity density;
    private readonly double[] values;

    /// <exception cref="ArgumentException">The noise of the problem cannot be drawn.</exception>
    public ReplicatedData(FitProblem problem, FitDensity density)
    {
        (this.problem, this.density) = (problem, density);
        if (WhyNot(problem) is { } why)
        {
            throw new ArgumentException(why);
        }

        values = new double[problem.Inputs!.RowCount * problem.Model.Outputs];
    }

    /// <summary>Why observations of a problem cannot be drawn; null if they can.</summary>
    public static string? WhyNot(FitProblem problem)
    {
        if (!problem.Distance.IsElementwise)
        {
            return $"The distance '{problem.Distance.Name}' compares whole rows, of which no replicates are drawn: "
                + "check the residuals instead.";
        }

        if (problem.Weights is not null && problem.Distance.Noise != NoiseModel.LeastSquares)
        {
            return "Weights of a likelihood count samples, and do not say how one is drawn: leave them out for a check "
                + "of predictions.";
        }

        try
        {
            problem.Distance.Draw(problem.Distance.PredictionFor(problem.Targets![0]), 1.0, new System.Random(1));
            return null;
        }
        catch (NotSupportedException e)
        {
            return e.Message;
        }
    }

    /// <summary>How many numbers there are.</summary>
    public int Count => values.Length;

    /// <summary>y, and its expected value.</summary>
    /// <param name="parameters">The parameters of the density.</param>
    /// <param name="random">The source of random numbers.</param>
    public (double[] Observed, double[] Expected) Draw(double[] parameters, System.Random random)
    {
        double[] all = density.ParametersOf(parameters).ToArray(), observed = new double[values.Length];
        double scale = density.HasScale ? parameters[^1] : 1.0;
        problem.Model.Evaluate(problem.Inputs!, all, values, []);
        for (int i = 0; i < observed.Length; i++)
        {
            double weight = problem.Weights?[i % problem.Inputs!.RowCount] ?? 1.0;
            observed[i] = problem.Distance.Draw(values[i], scale / Math.Sqrt(weight), random);
        }

        return (observed, [.. values.Select(problem.Distance.Mean)]);
    }
}
