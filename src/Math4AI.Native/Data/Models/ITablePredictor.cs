using Math4AI.Data.Tables;

namespace Math4AI.Data.Models;

/// <summary>A fitted model that predicts the rows of a table, block after block.</summary>
public interface ITablePredictor : IFilePredictor
{
    /// <summary>Gets the column that is predicted.</summary>
    string Target { get; }

    /// <summary>Predicts rows.</summary>
    /// <param name="rows">Rows with all columns of the inputs.</param>
    /// <param name="level">
    /// The probability with which an interval, or a set of classes, holds the truth, where the model gives them.
    /// </param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    FilePredictions PredictTable(Table rows, double level = 0.9);

    /// <summary>Returns predictions with what moved each of them, where the model can tell.</summary>
    /// <param name="found">The predictions.</param>
    /// <param name="rows">Their rows.</param>
    /// <exception cref="InvalidOperationException">The model does not explain predictions.</exception>
    FilePredictions Explain(FilePredictions found, Table rows) => throw new InvalidOperationException(
        "Models of this kind do not explain predictions; those that 'train' chooses for a table do.");

    /// <summary>
    /// Returns a table with the target alone, as the model reads it: missing where a row does not tell it.
    /// </summary>
    /// <param name="rows">Rows with the target.</param>
    Table ReadTarget(Table rows);
}
