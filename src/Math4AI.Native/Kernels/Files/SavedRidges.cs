using Math4AI.Data;
using Math4AI.Data.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Files;

/// <summary>Functions of kernel ridge regression in folders.</summary>
internal static class SavedRidges
{
    public const string Kind = "kernel-ridge";

    public static void Write(string folder, FileTransaction files, KernelRidgeFit fit)
    {
        var arrays = new ModelArrays();
        arrays.AddColumns("samples", fit.Samples.Count, fit.Samples.Inputs, fit.Samples.Values);
        arrays.Add("weights", fit.Weights);
        arrays.Add("offsets", fit.Offsets);
        ModelFolder.Write(folder, files, Kind, new SavedRidge(fit.Kernel.Formula, fit.Report),
            MachineJson.Default.SavedRidge, arrays.All);
    }

    public static KernelRidgeFit Read(string folder)
    {
        SavedRidge about =
            ModelFolder.ReadDescription(
                folder, Kind, MachineJson.Default.SavedRidge, about => about.Kernel is not null);
        ModelArrays arrays = ModelArrays.Read(folder);
        Matrix<double> samples = arrays.Matrix("samples");
        Kernel kernel = SavedSamples.ReadKernel(folder, about.Kernel);
        var x = new KernelSamples(samples, folder);
        kernel.Check(x);
        Matrix<double> weights = arrays.Matrix("weights", rows: x.Count);

        // Functions that were saved before there were offsets have none.
        Vector<double> offsets = Vector<double>.Build.Dense(
            arrays.Has("offsets") ? arrays.Vector("offsets", weights.ColumnCount) : new double[weights.ColumnCount]);
        return new KernelRidgeFit(kernel, x, weights, offsets, about.Report ?? new RidgeReport());
    }
}
