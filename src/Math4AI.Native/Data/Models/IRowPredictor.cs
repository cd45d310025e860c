using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Models;

/// <summary>A fitted model that predicts from a matrix of samples × inputs, and can be saved.</summary>
public interface IRowPredictor
{
    /// <summary>
    /// Gets what to know before the model is trusted, such as a fit that did not converge, in a sentence; null for
    /// nothing.
    /// </summary>
    string? Warning => null;

    /// <summary>Predicts samples.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    RowPredictions PredictRows(Matrix<double> inputs);

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    void Save(string folder, FileTransaction files);
}

/// <summary>Predictions of samples.</summary>
/// <param name="Values">Samples × classes probabilities, or samples × outputs numbers.</param>
/// <param name="Deviations">The standard deviation of each predicted number; null where the model gives none.</param>
public sealed record RowPredictions(Matrix<double> Values, Vector<double>? Deviations = null);
