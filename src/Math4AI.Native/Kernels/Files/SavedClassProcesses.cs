using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.GaussianProcesses.Laplace;

namespace Math4AI.Kernels.Files;

/// <summary>Gaussian processes of classes in folders.</summary>
internal static class SavedClassProcesses
{
    public const string Kind = "gaussian-process-classifier";

    public static void Write(string folder, FileTransaction files, GaussianProcessClassifierFit fit)
    {
        var arrays = new ModelArrays();
        SavedSamples.AddSamples(arrays, fit.Scaling, "samples", fit.Samples);
        arrays.Add("classes", fit.Places.Select(place => (double)place));
        arrays.Add("weights", fit.Mode.Weights);
        arrays.Add("latent", fit.Mode.Latent);
        ModelFolder.Write(
            folder, files, Kind, new SavedClassProcess(fit.Kernel.Formula, fit.Classes),
            MachineJson.Default.SavedClassProcess, arrays.All);
    }

    public static GaussianProcessClassifierFit Read(string folder)
    {
        SavedClassProcess about = ModelFolder.ReadDescription(
            folder, Kind, MachineJson.Default.SavedClassProcess,
            about => about is { Kernel: not null, Classes.Count: >= 2 });
        ModelArrays arrays = ModelArrays.Read(folder);
        (InputScaling scaling, KernelSamples samples, Kernel kernel) =
            SavedSamples.ReadSamples(folder, arrays, "samples", about.Kernel);
        int count = samples.Count;
        int[] places = arrays.Places("classes", about.Classes.Count);
        SavedSamples.Require(folder, places.Length == count);
        ClassMode mode = ClassMode.Of(places, about.Classes.Count);
        var covariance = new GramMatrix(count, count);
        kernel.Fill(samples, samples, covariance);
        SavedSamples.Require(folder, mode.Restore(
            covariance, arrays.Vector("weights", count * mode.Functions),
            arrays.Vector("latent", count * mode.Functions)));
        return new GaussianProcessClassifierFit(
            scaling, samples, [.. about.Classes], places, kernel, mode, search: null);
    }
}

/// <summary>A saved Gaussian process of classes.</summary>
/// <param name="Kernel">The formula of the kernel.</param>
/// <param name="Classes">The classes, in ascending order.</param>
internal sealed record SavedClassProcess(string Kernel, IReadOnlyList<int> Classes);
