using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Models;

/// <summary>Reads files whose rows are the inputs of a model without named columns.</summary>
internal static class NumberRows
{
    /// <summary>Predicts every row of a file.</summary>
    /// <param name="path">A file of numbers.</param>
    /// <param name="inputs">The number of columns that the model takes.</param>
    /// <param name="predict">From samples × inputs to samples × outputs.</param>
    /// <exception cref="ArgumentException">The file has another number of columns.</exception>
    /// <exception cref="InvalidDataException">A value is no number; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FilePredictions Predict(string path, int inputs, Func<Matrix<double>, Matrix<double>> predict)
    {
        Matrix<double> rows = MatrixFile.Read(path);
        return rows.ColumnCount == inputs
            ? new FilePredictions("prediction", [], predict(rows).ToRowArrays(), [])
            : throw new ArgumentException(
                $"{path} has {rows.ColumnCount} columns, and the model takes {inputs} inputs.");
    }
}
