using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>A linear model: xᵀw + b, or softmax(Wᵀx + b).</summary>
public sealed class LinearPredictor : IRowPredictor
{
    internal const string Kind = "linear";

    internal LinearPredictor(Matrix<double> weights, Vector<double> offsets, bool areClasses) =>
        (Weights, Offsets, AreClasses) = (weights, offsets, areClasses);

    /// <summary>Gets the weights, inputs × outputs.</summary>
    public Matrix<double> Weights { get; }

    /// <summary>Gets the offset of each output.</summary>
    public Vector<double> Offsets { get; }

    /// <summary>Gets whether the outputs are probabilities of classes.</summary>
    public bool AreClasses { get; }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LinearPredictor Load(string folder)
    {
        SavedLinear about = ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.SavedLinear, _ => true);
        ModelArrays arrays = ModelArrays.Read(folder);
        double[] offsets = arrays.Vector("offsets");
        return new LinearPredictor(
            arrays.Matrix("weights", columns: offsets.Length), Vector<double>.Build.Dense(offsets), about.AreClasses);
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.ColumnCount != Weights.RowCount)
        {
            throw new ArgumentException(
                $"The model takes {Weights.RowCount} inputs, and {inputs.ColumnCount} were given.");
        }

        Matrix<double> scores = inputs * Weights;
        return new RowPredictions(AreClasses
            ? Softmax(scores, Offsets)
            : scores.MapIndexed((_, column, score) => score + Offsets[column]));
    }

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("weights", Weights);
        arrays.Add("offsets", Offsets);
        ModelFolder.Write(folder, files, Kind, new SavedLinear(AreClasses), ModelJson.Default.SavedLinear, arrays.All);
    }

    /// <summary>Returns the number of weights.</summary>
    public override string ToString() => $"linear: {Counted.Of(Weights.RowCount, "weight")}"
        + (AreClasses ? $", {Counted.Of(Weights.ColumnCount, "class")}" : string.Empty);

    /// <summary>The probabilities of scores.</summary>
    internal static Matrix<double> Softmax(Matrix<double> scores, Vector<double> offsets)
    {
        Matrix<double> found = Matrix<double>.Build.Dense(scores.RowCount, scores.ColumnCount);
        double[] row = new double[scores.ColumnCount];
        for (int i = 0; i < scores.RowCount; i++)
        {
            for (int j = 0; j < row.Length; j++)
            {
                row[j] = scores[i, j] + offsets[j];
            }

            double largest = row.Max(), sum = 0.0;
            for (int j = 0; j < row.Length; j++)
            {
                sum += row[j] = Math.Exp(row[j] - largest);
            }

            for (int j = 0; j < row.Length; j++)
            {
                found[i, j] = row[j] / sum;
            }
        }

        return found;
    }
}

/// <summary>The description of a linear model in its folder.</summary>
/// <param name="AreClasses">Whether the outputs are classes.</param>
internal sealed record SavedLinear(bool AreClasses);
