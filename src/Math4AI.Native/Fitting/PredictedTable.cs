using System.Globalization;
using System.Text;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>Predictions for the rows of a table.</summary>
/// <param name="InputNames">The names of the inputs.</param>
/// <param name="Inputs">x, rows × inputs.</param>
/// <param name="Outputs">The predictions of each output of the model.</param>
public sealed record PredictedTable(
    IReadOnlyList<string> InputNames, Matrix<double> Inputs, IReadOnlyList<Prediction> Outputs)
{
    private static readonly string[] Titles =
        ["predicted", "confidence_from", "confidence_to", "prediction_from", "prediction_to"];

    /// <summary>Gets the name of the column of groups; null if there are none.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>Gets the group of each row; empty if there are none.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Gets the number of rows that were dropped because a value is missing there.</summary>
    public long DroppedRows { get; init; }

    /// <summary>Gets what must be known besides the predictions, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// Returns the table as comma-separated text: the group if there are any, the inputs, and of each output the
    /// prediction, its confidence interval and the prediction interval of a new observation. What is not known is an
    /// empty cell.
    /// </summary>
    public string ToCsv()
    {
        var text = new StringBuilder();
        IEnumerable<string> titles = Outputs.Count == 1
            ? Titles
            : Enumerable.Range(1, Outputs.Count).SelectMany(output => Titles.Select(title => $"{title}_{output}"));
        string[] first = GroupColumn is null ? [] : [GroupColumn];
        text.AppendJoin(',', first.Concat(InputNames).Select(CsvText.Cell).Concat(titles)).Append('\n');
        for (int i = 0; i < Inputs.RowCount; i++)
        {
            text.AppendJoin(',', Groups.Skip(i).Take(1).Select(CsvText.Cell).Concat(
                Inputs.Row(i).Concat(Outputs.SelectMany(output => Row(output, i))).Select(CsvText.Cell))).Append('\n');
        }

        return text.ToString();
    }

    private static double[] Row(Prediction output, int i) =>
    [
        output.Mean[i], output.Confidence[i].Lower, output.Confidence[i].Upper, output.Observation[i].Lower,
        output.Observation[i].Upper,
    ];
}

/// <summary>Cells of comma-separated text.</summary>
internal static class CsvText
{
    /// <summary>A number in the shortest form that reads back to the same bits; empty if it is not known.</summary>
    public static string Cell(double value) =>
        double.IsNaN(value) ? string.Empty : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A text, quoted where it has to be.</summary>
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
