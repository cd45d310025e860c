using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Features.Texts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Tables;

/// <summary>
/// A column of texts whose features, such as the weights of its words, are inputs. What they need to know they learn
/// from the training part. A missing text has no words.
/// </summary>
internal static class TextColumn
{
    private const int RowsAtATime = 1024;

    /// <summary>Learns the features of a column.</summary>
    /// <exception cref="ArgumentException">The texts hold no terms.</exception>
    /// <exception cref="FormatException">There are no such features.</exception>
    public static EncodedColumn Learn(Table table, string name, string formula)
    {
        FeatureMap<IReadOnlyList<string>> map = Parse(name, formula);
        try
        {
            FittedFeatures<IReadOnlyList<string>> fitted = map.Fit(TextsOf(table, name));
            return new EncodedColumn(name, fitted.Names([]), 0.0, 1.0, 0.0) { Learned = fitted.State };
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Column '{name}': {e.Message}", e);
        }
    }

    /// <summary>Whether a text of the column has a word.</summary>
    public static bool HasWords(Table table, string name) =>
        table.Texts(name).OfType<string>().Any(text => Terms.Words(text, 1).Any());

    /// <summary>Reads a formula of features.</summary>
    /// <exception cref="FormatException">It is none; the message names the column.</exception>
    public static FeatureMap<IReadOnlyList<string>> Parse(string name, string formula)
    {
        try
        {
            return TextFeatures.Names.Parse(formula);
        }
        catch (FormatException e)
        {
            throw new FormatException($"Column '{name}': {e.Message}", e);
        }
    }

    /// <summary>Writes the features of every row, the first of them at the beginning of the span.</summary>
    /// <exception cref="InvalidDataException">The column is of a damaged model.</exception>
    public static void Encode(Table table, EncodedColumn column, Span<float> inputs, int width)
    {
        for (int first = 0; first < table.Rows; first += RowsAtATime)
        {
            Matrix<double> features = FeaturesOf(table, column, first);
            for (int row = 0; row < features.RowCount; row++)
            {
                Span<float> target = inputs.Slice((first + row) * width, features.ColumnCount);
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (float)features[row, i];
                }
            }
        }
    }

    /// <summary>The rows whose texts have nothing that training saw: all of their features are 0.</summary>
    public static IReadOnlyList<int> Strange(Table table, EncodedColumn column)
    {
        var rows = new List<int>();
        for (int first = 0; first < table.Rows; first += RowsAtATime)
        {
            double[] norms = [.. FeaturesOf(table, column, first).RowNorms(double.PositiveInfinity)];
            rows.AddRange(Enumerable.Range(0, norms.Length).Where(row => norms[row] == 0.0).Select(row => first + row));
        }

        return rows;
    }

    /// <summary>The features of some rows.</summary>
    private static Matrix<double> FeaturesOf(Table table, EncodedColumn column, int first)
    {
        string[] texts = TextsOf(table, column.Name)[first..Math.Min(table.Rows, first + RowsAtATime)];
        Matrix<double>? features = column is { Form.Features: { } formula, Learned: { } state }
            ? Parse(column.Name, formula).Restore(state).Apply(texts)
            : null;
        return features?.ColumnCount == column.Classes.Count
            ? features
            : throw new InvalidDataException(
                $"The model is damaged: column '{column.Name}' has not the features that it learned.");
    }

    private static string[] TextsOf(Table table, string name) =>
        [.. table.Texts(name).Select(text => text ?? string.Empty)];
}
