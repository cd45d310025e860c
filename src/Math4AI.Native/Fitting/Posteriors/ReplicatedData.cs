using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Observations that a problem's model would have given, at given parameters; none of samples without weight, of which
/// nothing was observed.
/// </summary>
internal sealed class ReplicatedData
{
    private readonly FitProblem problem;
    private readonly FitDensity density;
    private readonly double[] values;
    private readonly int[] places;

    /// <exception cref="ArgumentException">The noise of the problem cannot be drawn.</exception>
    public ReplicatedData(FitProblem problem, FitDensity density)
    {
        (this.problem, this.density) = (problem, density);
        if (WhyNot(problem) is { } why)
        {
            throw new ArgumentException(why);
        }

        values = new double[problem.Inputs!.RowCount * problem.Model.Outputs];
        places = [.. Enumerable.Range(0, values.Length).Where(i => WeightOf(i) > 0.0)];
        Observed = [.. places.Select(i => problem.Targets!.Values[i])];
    }

    /// <summary>y of the samples with a weight.</summary>
    public double[] Observed { get; }

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
    public int Count => places.Length;

    /// <summary>y, and its expected value; not finite where the parameters give no observation.</summary>
    /// <param name="parameters">The parameters of the density.</param>
    /// <param name="random">The source of random numbers.</param>
    public (double[] Observed, double[] Expected) Draw(double[] parameters, System.Random random)
    {
        double[] all = density.ParametersOf(parameters).ToArray();
        double scale = density.HasScale ? parameters[^1] : 1.0;
        problem.Model.Evaluate(problem.Inputs!, all, values, []);
        return (
            [.. places.Select(i => Drawn(values[i], scale / Math.Sqrt(WeightOf(i)), random))],
            [.. places.Select(i => problem.Distance.Mean(values[i]))]);
    }

    /// <summary>Observations of all samples: those that were drawn, and y where there is no weight.</summary>
    public double[] Whole(double[] drawn)
    {
        double[] all = problem.Targets!.Values.ToArray();
        for (int k = 0; k < places.Length; k++)
        {
            all[places[k]] = drawn[k];
        }

        return all;
    }

    private double Drawn(double predicted, double scale, System.Random random) =>
        double.IsNaN(predicted) || !double.IsFinite(scale)
            ? double.NaN
            : problem.Distance.Draw(predicted, scale, random);

    private double WeightOf(int place) => problem.Weights?[place % problem.Inputs!.RowCount] ?? 1.0;
}
