using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Features;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// What models of learners have in common in their folders: the features, and the learner's model in a folder of its
/// own.
/// </summary>
internal static class SavedFeatures
{
    private const string Prefix = "features.";
    private const string Learner = "learner";

    // A file of safetensors with no array at all is none that other readers take.
    private const string Format = "format";

    /// <summary>The files of a model.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. ModelFolder.Files(folder), .. ModelFolder.Files(Path.Combine(folder, Learner))];

    public static ModelArrays Arrays(FeatureState state)
    {
        var arrays = new ModelArrays();
        arrays.Add(Format, [1.0]);
        foreach ((string name, double[] values) in state.Numbers)
        {
            arrays.Add(Prefix + name, values);
        }

        return arrays;
    }

    /// <summary>The features of a folder; null where it has none.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or not known here.</exception>
    public static FittedFeatures<TData>? Restore<TData>(
        string folder, FeatureNames<TData> names, string? formula, IReadOnlyDictionary<string, string[]> texts)
    {
        if (formula is null)
        {
            return null;
        }

        try
        {
            ModelArrays arrays = ModelArrays.Read(folder);
            return names.Parse(formula).Restore(new FeatureState(
                arrays.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                    .ToDictionary(name => name[Prefix.Length..], name => arrays.Vector(name)),
                texts));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{folder}: {e.Message}", e);
        }
    }

    public static void WriteModel(string folder, FileTransaction files, IRowPredictor model) =>
        model.Save(Path.Combine(folder, Learner), files);

    /// <summary>The learner's model.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind.</exception>
    /// <exception cref="IOException">It is missing, or cannot be read.</exception>
    public static IRowPredictor ReadModel(string folder) =>
        ModelFolder.Open(Path.Combine(folder, Learner)) as IRowPredictor
        ?? throw new InvalidDataException($"{folder} is damaged: {Learner} holds no model that predicts rows.");

    /// <summary>A class that the training part had no sample of has no column: its probability is 0.</summary>
    public static RowPredictions Padded(RowPredictions found, int classes) => classes <= found.Values.ColumnCount
        ? found
        : found with
        {
            Values = found.Values.Append(
                Matrix<double>.Build.Dense(found.Values.RowCount, classes - found.Values.ColumnCount)),
        };
}
