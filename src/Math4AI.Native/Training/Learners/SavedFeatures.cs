using Math4AI.Data;
using Math4AI.Data.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// What models of learners have in common in their folders: the features, and the learner's model in a folder of its
/// own.
/// </summary>
internal static class SavedFeatures
{
    private const string Learner = "learner";

    /// <summary>The files of a model.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. ModelFolder.Files(folder), .. ModelFolder.Files(Path.Combine(folder, Learner))];

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
