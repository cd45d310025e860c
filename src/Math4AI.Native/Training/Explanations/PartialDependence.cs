using Math4AI.Data.Tables;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Explanations;

/// <summary>
/// How a model's mean prediction depends on one column: the mean over rows, of which each is given the same value of
/// the column. Where columns depend on each other, some of such rows are unlike any that exist. Source: J. Friedman,
/// "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29 (2001).
/// </summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The numbers; empty for a column of classes.</param>
/// <param name="Classes">The classes of the column; empty for numbers.</param>
/// <param name="Means">The mean prediction for each: a number, or the probabilities of the classes.</param>
public sealed record PartialDependence(
    string Column, IReadOnlyList<double> Values, IReadOnlyList<string> Classes, IReadOnlyList<double[]> Means)
{
    private const int MaxRows = 200;
    private const int Points = 20;
    private const int MaxClasses = 20;

    /// <summary>Measures a column by at most 200 rows, at up to 20 of its quantiles or classes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows with the inputs.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">
    /// There is no such input, it is one of texts, or a value is missing.
    /// </exception>
    public static PartialDependence Of(LearnedTable model, Table rows, string column) => OfModel(model, rows, column);

    /// <summary>Measures a column for a network, as for a learner.</summary>
    /// <param name="model">The network.</param>
    /// <param name="rows">Rows with the inputs.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">There is no such input, or a value is missing.</exception>
    public static PartialDependence Of(TableModel model, Table rows, string column) => OfModel(model, rows, column);

    private static PartialDependence OfModel(IScoredModel model, Table rows, string column)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        InputGroup group = InputGroup.Of(model.Encoder).FirstOrDefault(each => each.Column.Name == column)
            ?? throw new ArgumentException($"'{column}' is no input of the model.", nameof(column));
        if (group.Column.AreTexts)
        {
            throw new ArgumentException(
                $"'{column}' are texts, of which no one value can be given to every row.", nameof(column));
        }

        double[][] inputs = LearnedTable.Encode(model.Encoder, ColumnImportance.Some(rows, MaxRows)).ToRowArrays();
        double[][] settings = group.Column.AreNumbers
            ? [.. Quantiles([.. inputs.Select(row => row[group.First])]).Select(value => Known(value, group.Count))]
            : [.. Enumerable.Range(0, Math.Min(MaxClasses, group.Count)).Select(
                of => Enumerable.Range(0, group.Count).Select(i => i == of ? 1.0 : 0.0).ToArray())];
        double[][] means = [.. settings.Select(setting =>
        {
            Matrix<double> found = model.PredictEncoded(ColumnImportance.Rows([.. inputs.Select(row =>
            {
                double[] changed = [.. row];
                setting.CopyTo(changed, group.First);
                return changed;
            })]));
            return (found.ColumnSums() / found.RowCount).ToArray();
        })];
        return new PartialDependence(
            column,
            group.Column.AreNumbers
                ? [.. settings.Select(setting => group.Column.Mean + group.Column.Deviation * setting[0])]
                : [],
            group.Column.AreNumbers ? [] : [.. group.Column.Classes.Take(settings.Length)],
            means);
    }

    /// <summary>A number, and that it is not missing.</summary>
    private static double[] Known(double value, int inputs) => [value, .. new double[inputs - 1]];

    private static IEnumerable<double> Quantiles(double[] values)
    {
        Array.Sort(values);
        return Enumerable.Range(0, Points).Select(i => values[i * (values.Length - 1) / (Points - 1)]).Distinct();
    }
}
