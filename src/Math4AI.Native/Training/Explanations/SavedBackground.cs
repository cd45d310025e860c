using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Explanations;

/// <summary>
/// Encoded training rows that explanations compare with, in a model or beside the weights of a network.
/// </summary>
internal static class SavedBackground
{
    /// <summary>Their name among a model's arrays.</summary>
    public const string Name = "background";

    private const int MaxRows = 50;

    /// <summary>The places of those that are kept, evenly taken.</summary>
    public static int[] Places(int rows)
    {
        int count = Math.Min(MaxRows, rows);
        return [.. Enumerable.Range(0, count).Select(i => (int)((long)i * rows / count))];
    }

    /// <summary>Some of the rows, evenly taken.</summary>
    public static Matrix<double> Of(Matrix<double> inputs) =>
        Matrix<double>.Build.DenseOfRowVectors(Places(inputs.RowCount).Select(inputs.Row));

    /// <summary>The rows one by one.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static double[][] Require(Matrix<double>? background) => (background
        ?? throw new InvalidOperationException(
            "The model keeps no training rows to explain predictions by: train it again.")).ToRowArrays();

    /// <summary>Writes them beside the weights of a network.</summary>
    public static void Write(string folder, FileTransaction files, Matrix<double> background)
    {
        var arrays = new ModelArrays();
        arrays.Add(Name, background);
        ModelFolder.Write(
            PathIn(folder), files, Name, new SavedBackgroundDescription(background.RowCount),
            ModelJson.Default.SavedBackgroundDescription, arrays.All);
    }

    /// <summary>Reads those beside the weights of a network.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or belong to another network.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static Matrix<double> Read(string folder, int inputs)
    {
        SavedBackgroundDescription about = ModelFolder.ReadDescription(
            PathIn(folder), Name, ModelJson.Default.SavedBackgroundDescription, about => about.Rows > 0);
        return ModelArrays.Read(PathIn(folder)).Matrix(Name, about.Rows, inputs);
    }

    private static string PathIn(string folder) => Path.Combine(folder, Name);
}

/// <summary>The description of training rows in their folder.</summary>
/// <param name="Rows">Their number.</param>
internal sealed record SavedBackgroundDescription(int Rows);
