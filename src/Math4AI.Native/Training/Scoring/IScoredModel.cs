using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Scoring;

/// <summary>A model of rows that can be scored by some that it has not seen.</summary>
internal interface IScoredModel : ITablePredictor
{
    /// <summary>What it predicts.</summary>
    TableTask Task { get; }

    /// <summary>The classes, in the order of the probabilities; empty for numbers.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>How rows become inputs.</summary>
    TableEncoder Encoder { get; }

    /// <summary>Predicts rows: a number for each, or the probabilities of its classes.</summary>
    RowPredictions PredictAll(Table rows);

    /// <summary>Predictions of encoded inputs, rows × inputs.</summary>
    Matrix<double> PredictEncoded(Matrix<double> inputs);

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    void Save(string folder, FileTransaction files);
}
