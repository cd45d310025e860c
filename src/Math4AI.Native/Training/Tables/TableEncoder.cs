using System.Globalization;
using Math4AI.Data.Tables;

namespace Math4AI.Training.Tables;

/// <summary>The ways to treat missing values.</summary>
public enum Missing
{
    /// <summary>Missing values are an error.</summary>
    Refuse,

    /// <summary>Rows with a missing value are left out.</summary>
    Drop,

    /// <summary>A number is replaced by the median of the training part; a text is a class of its own.</summary>
    Impute,
}

/// <summary>A column as the network sees it, as it was in the training part.</summary>
/// <param name="Name">The column.</param>
/// <param name="Classes">The texts, one input each; empty for numbers.</param>
/// <param name="Mean">The mean of numbers.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="Median">Their median, for missing ones.</param>
public sealed record EncodedColumn(
    string Name, IReadOnlyList<string> Classes, double Mean, double Deviation, double Median)
{
    /// <summary>Gets whether the classes have an order: then the class's place in it is one input, a number.</summary>
    public bool IsOrdinal { get; init; }

    internal int Inputs => IsOrdinal ? 1 : Math.Max(1, Classes.Count);
}

/// <summary>
/// Makes numbers of a table: numbers are standardised, texts become one input for each class, or their place in an
/// order that is given. All of it is learnt from the training part alone.
/// </summary>
/// <param name="Columns">The columns, in order.</param>
/// <param name="Missing">What is done with missing values.</param>
public sealed record TableEncoder(IReadOnlyList<EncodedColumn> Columns, Missing Missing)
{
    private const int MaxClasses = 1000;

    /// <summary>Gets the names of the inputs: those of columns of numbers, and <c>column=class</c> of texts.</summary>
    public IReadOnlyList<string> InputNames =>
        [.. Columns.SelectMany(column => column.Classes.Count == 0 || column.IsOrdinal
        ? [column.Name]
        : column.Classes.Select(name => $"{column.Name}={name}"))];

    /// <summary>Gets the number of inputs.</summary>
    public int Inputs => Columns.Sum(column => column.Inputs);

    /// <summary>Learns the encoding from the training rows.</summary>
    /// <param name="table">The training part.</param>
    /// <param name="columns">The columns that are inputs.</param>
    /// <param name="missing">What is done with missing values.</param>
    /// <param name="orders">Columns of text whose classes have an order, the least first; null for none.</param>
    /// <param name="isStandardized">
    /// Whether numbers are shifted and scaled to mean 0 and variance 1; otherwise they stay as they are.
    /// </param>
    /// <exception cref="ArgumentException">A text column has too many classes to be one.</exception>
    public static TableEncoder Learn(
        Table table,
        IReadOnlyList<string> columns,
        Missing missing,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? orders = null,
        bool isStandardized = true)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TableEncoder(
            [
                .. columns.Select(name =>
                {
                    if (orders is not null && orders.TryGetValue(name, out IReadOnlyList<string>? order))
                    {
                        return Scaled(OfNumbers(name, order, Places(table, name, order)));
                    }

                    if (table.IsNumeric(name))
                    {
                        return Scaled(OfNumbers(name, [], table.Numbers(name)));
                    }

                    string[] classes = [.. table.Texts(name).Select(text => text ?? string.Empty).Distinct()
                        .Order(StringComparer.Ordinal)];
                    return classes.Length <= MaxClasses
                        ? new EncodedColumn(name, classes, 0.0, 1.0, 0.0)
                        : throw new ArgumentException(
                            $"The column '{name}' has {classes.Length} different texts, too many for classes: leave it "
                            + "out with --ignore.");
                }),
            ],
            missing);

        EncodedColumn Scaled(EncodedColumn column) =>
            isStandardized ? column : column with { Mean = 0.0, Deviation = 1.0 };
    }

    /// <summary>Returns the inputs of every row, row after row.</summary>
    /// <param name="table">The rows.</param>
    /// <exception cref="ArgumentException">
    /// A column or value is missing, or text stands where numbers stood.
    /// </exception>
    public float[] Encode(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int width = Inputs;
        float[] inputs = new float[checked(table.Rows * width)];
        int at = 0;
        foreach (EncodedColumn column in Columns)
        {
            RequireValues(table, column.Name);
            if (column.Classes.Count == 0 || column.IsOrdinal)
            {
                EncodeNumbers(table, column, inputs.AsSpan(Math.Min(at, inputs.Length)), width);
                at++;
            }
            else
            {
                EncodeClasses(table, column, inputs.AsSpan(Math.Min(at, inputs.Length)), width);
                at += column.Classes.Count;
            }
        }

        return inputs;
    }

    /// <summary>Writes one input of every row, the first of them at the beginning of the span.</summary>
    private static void EncodeNumbers(Table table, EncodedColumn column, Span<float> inputs, int width)
    {
        double[] numbers =
            column.IsOrdinal ? Places(table, column.Name, column.Classes) : table.Numbers(column.Name);
        for (int row = 0; row < table.Rows; row++)
        {
            double value = double.IsNaN(numbers[row]) ? column.Median : numbers[row];
            float input = (float)((value - column.Mean) / column.Deviation);
            inputs[row * width] = float.IsFinite(input)
                ? input
                : throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Column '{column.Name}', row {table.NumberOf(row)}: {value} is too far from what the model was "
                    + $"trained on, {column.Mean:G4} ± {column.Deviation:G4}."));
        }
    }

    /// <summary>Writes as many inputs of every row as there are classes: 1 for its own.</summary>
    private static void EncodeClasses(Table table, EncodedColumn column, Span<float> inputs, int width)
    {
        Dictionary<string, int> places =
            column.Classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        IReadOnlyList<string?> texts = table.Texts(column.Name);
        for (int row = 0; row < table.Rows; row++)
        {
            // A class that the training part did not have is none of them.
            if (places.TryGetValue(texts[row] ?? string.Empty, out int place))
            {
                inputs[row * width + place] = 1.0f;
            }
        }
    }

    private static EncodedColumn OfNumbers(string name, IReadOnlyList<string> order, double[] values)
    {
        double[] known = [.. values.Where(value => !double.IsNaN(value)).Order()];
        double mean = known.DefaultIfEmpty(0.0).Average();
        double deviation = Math.Sqrt(known.DefaultIfEmpty(0.0).Average(value => (value - mean) * (value - mean)));
        return new EncodedColumn(
            name, order, mean, deviation > 0.0 ? deviation : 1.0, known.Length > 0 ? known[known.Length / 2] : 0.0)
        {
            IsOrdinal = order.Count > 0,
        };
    }

    /// <summary>The places of texts in an order, from 0; NaN where missing.</summary>
    internal static double[] Places(Table table, string name, IReadOnlyList<string> order)
    {
        Dictionary<string, int> places =
            order.Select((text, i) => (text, i)).ToDictionary(pair => pair.text, pair => pair.i);
        return
        [
            .. table.Texts(name).Select((text, row) => text is null ? double.NaN
                : places.TryGetValue(text, out int place) ? place
                : throw new ArgumentException($"Column '{name}', row {table.NumberOf(row)}: '{text}' has no place in "
                    + $"the order {string.Join(", ", order)}.")),
        ];
    }

    private void RequireValues(Table table, string name)
    {
        if (Missing != Missing.Impute && table.Texts(name).ToList().FindIndex(text => text is null) is var row and >= 0)
        {
            throw new ArgumentException(
                $"Column '{name}', row {table.NumberOf(row)}: the value is missing, and the model was trained on rows "
                + "that miss none.");
        }
    }
}
