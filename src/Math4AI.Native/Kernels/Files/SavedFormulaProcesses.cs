using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.GaussianProcesses;

namespace Math4AI.Kernels.Files;

/// <summary>Laws with Gaussian processes in folders; the process has a folder of its own.</summary>
internal static class SavedFormulaProcesses
{
    public const string Kind = "formula-process";

    private const string Process = "process";

    // A file of safetensors with no array at all is none that other readers take.
    private const string Format = "format";

    public static IReadOnlyList<string> Files(string folder) =>
        [.. ModelFolder.Files(folder), .. ModelFolder.Files(Path.Combine(folder, Process))];

    public static void Write(string folder, FileTransaction files, FormulaProcessFit fit)
    {
        var arrays = new ModelArrays();
        arrays.Add(Format, [1.0]);
        ModelFolder.Write(
            folder, files, Kind, new SavedFormulaProcess(fit.Formula, fit.InputNames),
            MachineJson.Default.SavedFormulaProcess, arrays.All);
        string inner = Path.Combine(folder, Process);
        fit.Exact?.Save(inner, files);
        fit.Sparse?.Save(inner, files);
    }

    public static FormulaProcessFit Read(string folder)
    {
        SavedFormulaProcess about = ModelFolder.ReadDescription(
            folder, Kind, MachineJson.Default.SavedFormulaProcess,
            about => about is { Formula: not null, Inputs.Count: > 0 });
        object inner = ModelFolder.Open(Path.Combine(folder, Process));
        SavedSamples.Require(folder, inner is GaussianProcessFit { Samples.Mean: not null }
            or SparseGaussianProcessFit { Scales.Mean: not null });
        return new FormulaProcessFit(
            about.Formula, about.Inputs, inner as GaussianProcessFit, inner as SparseGaussianProcessFit);
    }
}

/// <summary>A saved law with a Gaussian process.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="Inputs">The names of the columns.</param>
internal sealed record SavedFormulaProcess(string Formula, IReadOnlyList<string> Inputs);
