using System.Globalization;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Samples;

namespace Math4AI.Fitting;

/// <summary>Checks that the parts of a problem belong together, before any work.</summary>
internal static class FitChecks
{
    private const int MaxNamesInMessage = 20;
    private const double MaxTarget = 1e152;
    private const double MinTarget = 1e-152;

    /// <summary>Throws where samples, model, distance or names do not belong together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says where.</exception>
    public static void Check(FitProblem problem)
    {
        if (problem.Source is not null)
        {
            if (problem.Inputs is not null || problem.Targets is not null || problem.Weights is not null)
            {
                throw new ArgumentException(
                    "The samples are either in memory or come from a source: leave out one of the two.");
            }

            problem.Source.Check();
            CheckParts(problem, problem.Source.InputColumns.Count, problem.Source.TargetColumns.Count);
            return;
        }

        if (problem.Inputs is null || problem.Targets is null)
        {
            throw new ArgumentException("A fit needs samples: inputs and targets, or a source.");
        }

        if (problem.Inputs.RowCount != problem.Targets.Samples)
        {
            throw new ArgumentException(
                $"{FitText.ThereAre(problem.Inputs.RowCount, "sample")} of x and {problem.Targets.Samples} of y.");
        }

        if (problem.Weights is not null && problem.Weights.Count != problem.Targets.Samples)
        {
            throw new ArgumentException(
                $"{FitText.ThereAre(problem.Weights.Count, "weight")} for "
                + $"{FitText.Count(problem.Targets.Samples, "sample")}.");
        }

        CheckParts(problem, problem.Inputs.ColumnCount, problem.Targets.Columns);
        var block = new FitBlock(problem.Inputs, problem.Targets, problem.Weights);
        double[] observed = new double[problem.Targets.Columns];
        for (int i = 0; i < problem.Targets.Samples; i++)
        {
            CheckSample(problem, i, block, i, observed);
        }

        CheckRange(problem);
    }

    /// <summary>Throws where squares of the targets leave the range of float64.</summary>
    private static void CheckRange(FitProblem problem)
    {
        double largest = problem.Targets!.Values.AbsoluteMaximum();
        if (problem.Distance.Noise == NoiseModel.LeastSquares && largest is > MaxTarget or > 0.0 and < MinTarget)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The largest observation is {largest:G3}, and its square is beyond the range of numbers: give the "
                + $"observations in another unit, such as {largest:G1}."));
        }
    }

    /// <summary>Throws if the observed numbers of a sample are not finite, or cannot be observations.</summary>
    public static void CheckSample(FitProblem problem, long sample, FitBlock block, int row, Span<double> observed)
    {
        bool isFinite = block.Weights is null || (double.IsFinite(block.Weights[row]) && block.Weights[row] >= 0.0);
        for (int j = 0; j < block.Inputs.ColumnCount; j++)
        {
            isFinite &= double.IsFinite(block.Inputs[row, j]);
        }

        for (int k = 0; k < observed.Length; k++)
        {
            observed[k] = block.Targets[k * block.Targets.Samples + row];
            isFinite &= double.IsFinite(observed[k]);
        }

        if (!isFinite)
        {
            throw new ArgumentException($"Sample {sample + 1} is not finite, or has a negative weight.");
        }

        problem.Distance.Check(observed, problem.Model.Outputs);
    }

    /// <summary>
    /// Why the noise that the distance stands for cannot have given the observations, with the first sample; null where
    /// it can.
    /// </summary>
    public static string? WhyNotDrawn(FitProblem problem)
    {
        if (problem.Targets is not { } targets || !problem.Distance.IsElementwise)
        {
            return null;
        }

        int others = 0;
        string? first = null;
        for (int i = 0; i < targets.Samples; i++)
        {
            double weight = problem.Weights?[i] ?? 1.0;
            for (int k = 0; k < targets.Columns && weight > 0.0; k++)
            {
                string? why = problem.Distance.WhyNotDrawn(targets[k * targets.Samples + i], weight);
                others += why is not null && first is not null ? 1 : 0;
                first ??= why is null ? null : $"Sample {i + 1}: {why}";
            }
        }

        return others == 0 ? first : $"{first} ({others} more are none either)";
    }

    /// <summary>Throws if a name is none of the model's parameters.</summary>
    /// <exception cref="ArgumentException">One is none; the message lists those of the model.</exception>
    public static void RequireParameters(Model model, IEnumerable<string> names, string where)
    {
        var known = model.ParameterNames.ToHashSet();
        string? unknown = names.FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
        {
            string more = model.ParameterNames.Count > MaxNamesInMessage ? ", …" : string.Empty;
            throw new ArgumentException(
                $"'{unknown}' in the {where} is {(Formula.IsConstant(unknown) ? "a constant and " : string.Empty)}no "
                + "parameter of the model; its parameters are "
                + $"{string.Join(", ", model.ParameterNames.Take(MaxNamesInMessage))}{more}.");
        }
    }

    /// <summary>Checks what does not depend on single samples.</summary>
    private static void CheckParts(FitProblem problem, int inputColumns, int targetColumns)
    {
        ArgumentNullException.ThrowIfNull(problem.Model);
        ArgumentNullException.ThrowIfNull(problem.Distance);
        if (inputColumns != problem.Model.InputNames.Count)
        {
            throw new ArgumentException(
                $"The model takes {FitText.Count(problem.Model.InputNames.Count, "input")} "
                + $"({string.Join(", ", problem.Model.InputNames)}), and x has "
                + $"{FitText.Count(inputColumns, "column")}.");
        }

        if (problem.Distance.IsElementwise && targetColumns != problem.Model.Outputs)
        {
            throw new ArgumentException(
                $"The model gives {FitText.Count(problem.Model.Outputs, "number")} for a sample, and {targetColumns} "
                + $"{(targetColumns == 1 ? "was" : "were")} observed: the distance '{problem.Distance.Name}' compares "
                + "them one by one.");
        }

        CheckLeastSquares(problem);
        MeasurementErrors.Check(problem);
        RequireParameters(problem.Model, problem.Bounds.Keys, "bounds");
        foreach ((string name, double value) in problem.Fixed)
        {
            if (problem.Bounds.TryGetValue(name, out (double Lower, double Upper) box)
                && (value < box.Lower || value > box.Upper))
            {
                throw new ArgumentException($"The fixed value {value} of '{name}' lies outside its bounds.");
            }
        }

        RequireParameters(problem.Model, problem.Fixed.Keys, "fixed values");
        RequireParameters(problem.Model, problem.Priors.Keys, "priors");
        RequireParameters(problem.Model, problem.Linear, "linear parameters");
        CheckLinear(problem);
        if (problem.Model.ParameterNames.All(problem.Fixed.ContainsKey) && !problem.Distance.HasScale)
        {
            throw new ArgumentException("All parameters are fixed: there is nothing to fit.");
        }
    }

    /// <summary>Throws where linear parameters cannot be found by linear least squares.</summary>
    private static void CheckLinear(FitProblem problem)
    {
        bool isPossible = problem.Distance.Noise == NoiseModel.LeastSquares && problem.Model.HasJacobian
            && !problem.Linear.Any(name => problem.Bounds.ContainsKey(name) || problem.Fixed.ContainsKey(name));
        if (problem.Linear.Count > 0 && !isPossible)
        {
            throw new ArgumentException(
                "Linear parameters are found by linear least squares: that needs the squared distance, no bounds and "
                + "no fixed values of "
                + "them, and a model whose derivatives are known sample by sample.");
        }

        if (problem.Linear.Count > 0 && problem.Source is not null
            && problem.Source.Samples.Length > problem.Source.BlockLength)
        {
            throw new ArgumentException(
                "Linear parameters are found over one block of samples: give all parameters a start, or make the block "
                + "longer.");
        }
    }

    /// <summary>
    /// Throws if a distance that declares least squares is not (f − y)²: the standard errors would be wrong.
    /// </summary>
    private static void CheckLeastSquares(FitProblem problem)
    {
        bool saysSo = problem.Distance.Noise == NoiseModel.LeastSquares;
        if (saysSo && problem.Distance.Expand(1.5, -0.25, 0.0) is not { Value: 3.0625, Slope: 3.5, Curvature: 2.0 })
        {
            throw new ArgumentException(
                $"The distance '{problem.Distance.Name}' says that it is least squares, and is not d = (f − y)² with "
                + "the slope 2 (f − y) and the "
                + "curvature 2.");
        }
    }
}
