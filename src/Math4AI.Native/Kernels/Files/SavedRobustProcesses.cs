using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.GaussianProcesses.Laplace;

namespace Math4AI.Kernels.Files;

/// <summary>Gaussian processes with Student-t noise in folders.</summary>
internal static class SavedRobustProcesses
{
    public const string Kind = "robust-gaussian-process";

    public static void Write(string folder, FileTransaction files, RobustGaussianProcessFit fit)
    {
        var arrays = new ModelArrays();
        SavedSamples.AddSamples(arrays, fit.Scaling, "samples", fit.Samples);
        arrays.Add("targets", fit.Targets.Scaled);
        arrays.Add("weights", fit.Mode.Weights);
        arrays.Add("latent", fit.Mode.Latent);
        arrays.Add("noise", [fit.Mode.Noise.Variance, fit.Mode.Degrees, .. fit.NoiseSlopes]);
        ModelFolder.Write(
            folder, files, Kind,
            new SavedRobustProcess(fit.Kernel.Formula, fit.Targets.Level, fit.Targets.Spread),
            MachineJson.Default.SavedRobustProcess, arrays.All);
    }

    public static RobustGaussianProcessFit Read(string folder)
    {
        SavedRobustProcess about = ModelFolder.ReadDescription(
            folder, Kind, MachineJson.Default.SavedRobustProcess,
            about => about is { Kernel: not null, Spread: > 0.0 } && double.IsFinite(about.Level));
        ModelArrays arrays = ModelArrays.Read(folder);
        (InputScaling scaling, KernelSamples samples, Kernel kernel) =
            SavedSamples.ReadSamples(folder, arrays, "samples", about.Kernel);
        int count = samples.Count;
        var targets = new RobustTargets(arrays.Vector("targets", count), about.Level, about.Spread);
        double[] noise = arrays.Vector("noise");
        SavedSamples.Require(
            folder, (noise.Length == 2 || noise.Length == 2 + scaling.Inputs) && noise[0] > 0.0 && noise[1] > 1.0);
        var mode = new StudentMode(targets.Scaled, samples, noise.Length - 2);
        mode.Use(new NoiseLaw(noise[0], noise[2..]), noise[1]);
        var covariance = new GramMatrix(count, count);
        kernel.Fill(samples, samples, covariance);
        SavedSamples.Require(
            folder, mode.Restore(covariance, arrays.Vector("weights", count), arrays.Vector("latent", count)));
        return new RobustGaussianProcessFit(targets, scaling, samples, kernel, mode, search: null);
    }
}

/// <summary>A saved Gaussian process with Student-t noise.</summary>
/// <param name="Kernel">The formula of the kernel.</param>
/// <param name="Level">The median of the targets.</param>
/// <param name="Spread">What the differences from it are divided by.</param>
internal sealed record SavedRobustProcess(string Kernel, double Level, double Spread);
