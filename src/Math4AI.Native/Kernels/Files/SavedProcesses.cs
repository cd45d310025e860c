using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Files;

/// <summary>Gaussian processes in folders.</summary>
internal static class SavedProcesses
{
    public const string Kind = "gaussian-process";

    public static void Write(string folder, FileTransaction files, GaussianProcessFit fit)
    {
        ProcessSamples samples = fit.Samples;
        string? mean = FormulaOf(samples.Mean);
        var arrays = new ModelArrays();
        SavedSamples.AddScaling(arrays, samples.Scaling);
        arrays.Add("samples", samples.Raw);
        arrays.Add("targets", samples.Targets);
        arrays.Add("noise", samples.NoiseVariances);
        arrays.Add("mean", fit.MeanParameters);
        ModelFolder.Write(
            folder,
            files,
            Kind,
            new SavedProcess(
                fit.Kernel.Formula, fit.ScaledNoise.Variance, samples.TargetScale, samples.Level, fit.LogEvidence, mean,
                samples.Mean is null ? [] : [.. samples.Mean.InputNames])
            {
                NoiseSlopes = fit.ScaledNoise.Slopes is { Length: > 0 } slopes ? slopes : null,
                IsMeanKnown = fit.IsMeanKnown,
            },
            MachineJson.Default.SavedProcess,
            arrays.All);
    }

    public static GaussianProcessFit Read(string folder)
    {
        SavedProcess about = ModelFolder.ReadDescription(folder, Kind, MachineJson.Default.SavedProcess, about =>
            about is { Kernel: not null, Noise: > 0.0, TargetScale: > 0.0, MeanInputs: not null }
                && double.IsFinite(about.Level)
            && double.IsFinite(about.Noise) && double.IsFinite(about.TargetScale));
        ModelArrays arrays = ModelArrays.Read(folder);
        InputScaling scaling = SavedSamples.ReadScaling(arrays);
        Matrix<double> inputs = arrays.Matrix("samples", columns: scaling.Inputs);
        Model? mean = MeanOf(folder, about.Mean, about.MeanInputs);
        var samples = new ProcessSamples(
            inputs,
            Vector<double>.Build.Dense(arrays.Vector("targets", inputs.RowCount)),
            arrays.Vector("noise", inputs.RowCount),
            scaling,
            about.TargetScale,
            about.Level,
            mean);
        SavedSamples.Require(folder, Array.TrueForAll(samples.NoiseVariances, value => value >= 0.0));
        Kernel kernel = SavedSamples.ReadKernel(folder, about.Kernel);
        kernel.Check(samples.Inputs);
        double[] slopes = [.. about.NoiseSlopes ?? []];
        SavedSamples.Require(folder, (slopes.Length == 0 || slopes.Length == scaling.Inputs)
            && Array.TrueForAll(slopes, double.IsFinite));
        return Evidence.Fit(
            samples, kernel, new NoiseLaw(about.Noise, slopes), arrays.Vector("mean", samples.MeanParameters),
            new GramMatrix(samples.Count, samples.Count).Values, about.LogEvidence, null,
            about.IsMeanKnown);
    }

    /// <summary>Returns the formula of a mean; null without a mean.</summary>
    /// <exception cref="NotSupportedException">The mean has no formula.</exception>
    public static string? FormulaOf(Model? mean) => mean is null
        ? null
        : mean.FormulaText ?? throw new NotSupportedException(
            "The mean of the process is no formula, and cannot be saved: make it by Model.FromFormula, or override "
            + "FormulaText.");

    /// <summary>Makes the mean of a formula; null without one.</summary>
    /// <exception cref="InvalidDataException">The formula cannot be read.</exception>
    public static Model? MeanOf(string folder, string? formula, IReadOnlyList<string> inputs)
    {
        try
        {
            return formula is null ? null : Model.FromFormula(formula, inputs);
        }
        catch (Exception e) when (e is FormulaException or ArgumentException)
        {
            throw new InvalidDataException($"{folder}: the formula of the mean cannot be read: {e.Message}", e);
        }
    }
}
