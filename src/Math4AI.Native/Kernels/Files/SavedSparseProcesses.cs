using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting.Models;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.GaussianProcesses.Sparse;
using Math4AI.Kernels.Systems;
using Math4AI.LinearAlgebra.Decompositions;

namespace Math4AI.Kernels.Files;

/// <summary>Gaussian processes with inducing points in folders.</summary>
internal static class SavedSparseProcesses
{
    public const string Kind = "sparse-gaussian-process";

    public static void Write(string folder, FileTransaction files, SparseGaussianProcessFit fit)
    {
        KernelSamples points = fit.State.Landmarks.Points;
        var arrays = new ModelArrays();
        SavedSamples.AddSamples(arrays, fit.Scales.Inputs, "points", points);
        arrays.AddColumns("factor", points.Count, points.Count, fit.State.Whole.Lower.ToArray());
        arrays.Add("reduced", fit.State.Reduced);
        arrays.Add("mean", fit.MeanParameters);
        if (fit.Uncertainty is { } unknown && unknown.Lengths.All(double.IsFinite))
        {
            arrays.Add("mean of features", unknown.Half);
            arrays.Add("mean covariance", unknown.Scaled);
            arrays.Add("mean lengths", unknown.Lengths);
        }

        ModelFolder.Write(
            folder,
            files,
            Kind,
            new SavedSparseProcess(
                fit.Kernel.Formula, fit.State.Noise, fit.Scales.Target, fit.Scales.Level, fit.LogEvidence,
                fit.SampleCount, SavedProcesses.FormulaOf(fit.Scales.Mean),
                fit.Scales.Mean is null ? [] : [.. fit.Scales.Mean.InputNames]),
            MachineJson.Default.SavedSparseProcess,
            arrays.All);
    }

    public static SparseGaussianProcessFit Read(string folder)
    {
        SavedSparseProcess about = ModelFolder.ReadDescription(
            folder, Kind, MachineJson.Default.SavedSparseProcess, about =>
            about is { Kernel: not null, Noise: > 0.0, TargetScale: > 0.0, Samples: > 0, MeanInputs: not null }
            && double.IsFinite(about.Level) && double.IsFinite(about.Noise) && double.IsFinite(about.TargetScale));
        ModelArrays arrays = ModelArrays.Read(folder);
        (InputScaling scaling, KernelSamples points, Kernel kernel) =
            SavedSamples.ReadSamples(folder, arrays, "points", about.Kernel);
        int count = points.Count;
        (double[] lower, int rows) = arrays.Columns("factor", count);
        SavedSamples.Require(folder, rows == count);
        Model? mean = SavedProcesses.MeanOf(folder, about.Mean, about.MeanInputs);
        var landmarks = new Landmarks(kernel, points);
        double[] reduced = arrays.Vector("reduced", count), weights = [.. reduced];
        landmarks.Factor.SolveUpper(weights);
        var state = new SparseState(
            kernel, about.Noise, landmarks, PositiveDefiniteFactor.OfLower(lower, count), reduced, weights, [], 0.0);
        double[] parameters = arrays.Vector("mean", mean?.ParameterNames.Count ?? 0);
        return new SparseGaussianProcessFit(
            new SparseScales(scaling, about.TargetScale, about.Level, mean), state, parameters, about.Samples,
            about.LogEvidence)
        {
            Uncertainty = mean is null ? null : UncertaintyOf(arrays, mean, about.TargetScale, parameters, count),
        };
    }

    /// <summary>Null where the parameters were given, and in files that were written before they had one.</summary>
    private static MeanUncertainty? UncertaintyOf(
        ModelArrays arrays, Model mean, double targetScale, double[] parameters, int points) =>
        arrays.Has("mean covariance")
            ? new MeanUncertainty(
                mean, targetScale, parameters, arrays.Matrix("mean of features", points, parameters.Length),
                arrays.Matrix("mean covariance", parameters.Length, parameters.Length),
                arrays.Vector("mean lengths", parameters.Length))
            : null;
}

/// <summary>A saved Gaussian process with inducing points.</summary>
/// <param name="Kernel">The formula of the kernel.</param>
/// <param name="Noise">σ² over the square of the targets' scale.</param>
/// <param name="TargetScale">What the residuals are divided by.</param>
/// <param name="Level">The constant mean.</param>
/// <param name="LogEvidence">The variational free energy.</param>
/// <param name="Samples">The number of samples.</param>
/// <param name="Mean">The formula of the mean; null for a constant.</param>
/// <param name="MeanInputs">The names of the mean's inputs.</param>
internal sealed record SavedSparseProcess(
    string Kernel, double Noise, double TargetScale, double Level, double LogEvidence, int Samples, string? Mean,
    IReadOnlyList<string> MeanInputs);
