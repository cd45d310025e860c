using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Features;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Files;

/// <summary>What a saved function of ridge regression on features is beside its arrays.</summary>
/// <param name="Features">The formula of the features.</param>
/// <param name="Inputs">The number of inputs.</param>
/// <param name="Texts">What the features have learned in texts.</param>
internal sealed record SavedFeatureRidge(
    string Features, int Inputs, IReadOnlyDictionary<string, string[]> Texts);

/// <summary>Functions of ridge regression on features in folders.</summary>
internal static class SavedFeatureRidges
{
    public const string Kind = "feature-ridge";

    public static void Write(string folder, FileTransaction files, FeatureRidgeFit fit)
    {
        ModelArrays arrays = FeatureFiles.Arrays(fit.Map.State);
        arrays.Add("weights", fit.Weights);
        arrays.Add("offsets", fit.Offsets);
        ModelFolder.Write(
            folder, files, Kind, new SavedFeatureRidge(fit.Formula, fit.Inputs, fit.Map.State.Texts),
            MachineJson.Default.SavedFeatureRidge, arrays.All);
    }

    public static FeatureRidgeFit Read(string folder)
    {
        SavedFeatureRidge about = ModelFolder.ReadDescription(
            folder, Kind, MachineJson.Default.SavedFeatureRidge,
            about => about is { Features: not null, Texts: not null, Inputs: > 0 });
        ModelArrays arrays = ModelArrays.Read(folder);
        Matrix<double> weights = arrays.Matrix("weights");
        FittedFeatures<Matrix<double>> map =
            FeatureFiles.Restore(folder, FeatureMap.Names, about.Features, about.Texts)!;
        SavedSamples.Require(folder, CountOf(folder, map, about.Inputs) == weights.RowCount);
        return new FeatureRidgeFit(
            about.Features, map, about.Inputs, weights,
            Vector<double>.Build.Dense(arrays.Vector("offsets", weights.ColumnCount)));
    }

    private static int CountOf(string folder, FittedFeatures<Matrix<double>> map, int inputs)
    {
        try
        {
            return map.Apply(Matrix<double>.Build.Dense(1, inputs)).ColumnCount;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{folder} is damaged: {e.Message}", e);
        }
    }
}
