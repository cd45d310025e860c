using System.Globalization;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli.Fitting;

/// <summary>What <c>math4ai fit</c> says of a law with a Gaussian process.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="Samples">The number of rows.</param>
/// <param name="DroppedRows">The rows that were left out because a value is missing.</param>
/// <param name="Parameters">The parameters of the law.</param>
/// <param name="Kernel">The kernel with its hyperparameters, in the units of the data.</param>
/// <param name="NoiseDeviation">σ of the noise.</param>
/// <param name="LogEvidence">The log evidence, or a lower bound of it.</param>
/// <param name="InducingPoints">The number of inducing points; 0 for the exact process.</param>
/// <param name="Converged">Whether the search for hyperparameters converged.</param>
internal sealed record FitProcessSummary(
    string Formula, int Samples, long DroppedRows, IReadOnlyList<FitProcessParameter> Parameters, string Kernel,
    double NoiseDeviation, double LogEvidence, int InducingPoints, bool Converged)
{
    /// <summary>
    /// Whether the kernel is for standardized columns and residuals, because it cannot be said in their own units.
    /// </summary>
    public bool IsKernelStandardized { get; init; }

    /// <summary>The columns that the numbers behind a kernel count, from 0.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The root mean square of what is left of the response.</summary>
    public double ResidualDeviation { get; init; }

    /// <summary>The same where each row is predicted from all the others; null with inducing points.</summary>
    public double? LeaveOneOutDeviation { get; init; }

    /// <summary>The share of rows within the 90 % interval that all the others predict; null with inducing points.
    /// </summary>
    public double? LeaveOneOutCoverage { get; init; }

    /// <summary>
    /// Over how much of each column the process changes, in its own unit; null where the kernel has no scale for each.
    /// </summary>
    public IReadOnlyDictionary<string, double>? LengthScales { get; init; }

    public static FitProcessSummary Of(
        FormulaProcessFit fit, FormulaProcess problem, GaussianProcessPrediction predicted,
        GaussianProcessPrediction? others, Vector<double> observed)
    {
        return new FitProcessSummary(
            fit.Formula, observed.Count, problem.Law.DroppedRows,
            [.. fit.ParameterNames.Select((name, i) => new FitProcessParameter(
                name, fit.Parameters[i], fit.StandardErrors?[i]))],
            (fit.KernelInUnits ?? fit.Kernel).Formula,
            fit.NoiseDeviation, fit.LogEvidence, fit.Sparse?.InducingCount ?? 0,
            fit.Warning is null)
        {
            IsKernelStandardized = fit.KernelInUnits is null,
            Columns = fit.InputNames,
            ResidualDeviation = Deviation(observed - predicted.Mean),
            LeaveOneOutDeviation = others is null ? null : Deviation(observed - others.Mean),
            LeaveOneOutCoverage = others?.Coverage(observed, 0.9),
            LengthScales = fit.LengthScales is { } scales
                ? fit.InputNames.Zip(scales).ToDictionary(pair => pair.First, pair => pair.Second)
                : null,
        };
    }

    public string Text()
    {
        var lines = new List<string> { $"{Formula}: {Samples} rows"
            + (DroppedRows > 0 ? $", {DroppedRows} left out because a value is missing" : string.Empty) };
        lines.AddRange(Parameters.Select(parameter => parameter.StandardError is { } error
            ? string.Create(CultureInfo.InvariantCulture, $"  {parameter.Name} = {parameter.Value:G6} ± {error:G3}")
            : string.Create(CultureInfo.InvariantCulture, $"  {parameter.Name} = {parameter.Value:G6}")));
        string points = InducingPoints > 0 ? $", {InducingPoints} inducing points" : string.Empty;
        lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"  process: {Kernels.Kernel.Parse(Kernel).ToString(Columns)}"
            + $"{(IsKernelStandardized ? " of standardized columns" : "")}, noise ± {NoiseDeviation:G4}{points}"));
        lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"  log evidence {(InducingPoints > 0 ? "at least " : string.Empty)}{LogEvidence:G6}, residuals ± "
            + $"{ResidualDeviation:G4}"));
        if (LeaveOneOutDeviation is { } deviation)
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"  each row from the others: ± {deviation:G4}, {LeaveOneOutCoverage:0.0 %} within 90 % intervals"));
        }

        return string.Join("\n", lines);
    }

    private static double Deviation(Vector<double> residuals) =>
        residuals.L2Norm() / Math.Sqrt(residuals.Count);
}

/// <summary>A parameter of the law.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="StandardError">Its standard error, the hyperparameters taken as known; null where unknown.</param>
internal sealed record FitProcessParameter(string Name, double Value, double? StandardError);
