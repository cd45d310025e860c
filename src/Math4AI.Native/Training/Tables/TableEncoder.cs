using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Data.Tables.Cells;
using Math4AI.Features;
using Math4AI.Kernels;

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
/// <param name="Classes">The classes, or the features of texts, one input each; empty for numbers.</param>
/// <param name="Mean">The mean of numbers.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="Median">Their median, for missing ones.</param>
public sealed record EncodedColumn(
    string Name, IReadOnlyList<string> Classes, double Mean, double Deviation, double Median)
{
    /// <summary>Gets whether the classes have an order: then the class's place in it is one input, a number.</summary>
    public bool IsOrdinal { get; init; }

    /// <summary>Gets how the cells are written; null in models of earlier versions.</summary>
    public ColumnForm? Form { get; init; }

    /// <summary>Gets the minimum of the numbers; null where there is none.</summary>
    public double? Minimum { get; init; }

    /// <summary>Gets the maximum of the numbers; null where there is none.</summary>
    public double? Maximum { get; init; }

    /// <summary>
    /// Gets the share of each class: what the inputs of a class are that training did not see, the mean over those that
    /// it saw.
    /// </summary>
    public IReadOnlyList<double> Shares { get; init; } = [];

    /// <summary>Gets whether the column never varied: then it is no input.</summary>
    public bool IsConstant { get; init; }

    /// <summary>Gets what the features of texts have learned; null for a column of another type.</summary>
    public FeatureState? Learned { get; init; }

    internal bool AreTexts => Learned is not null;

    /// <summary>
    /// Gets whether an input of its own says where a number was missing: 1 there, and 0 elsewhere. It is so where rows
    /// enough of the training miss it.
    /// </summary>
    public bool HasMissing { get; init; }

    internal bool AreNumbers => Classes.Count == 0 || IsOrdinal;

    internal int Inputs => IsConstant ? 0 : !AreNumbers ? Classes.Count : HasMissing ? 2 : 1;
}

/// <summary>
/// Makes numbers of a table: numbers are standardised, texts become one input for each class, or their place in an
/// order that is given, or features of their words; where numbers may be missing, an input says that they are. All of
/// it is learnt from the training part alone.
/// </summary>
/// <param name="Columns">The columns, in order.</param>
/// <param name="Missing">What is done with missing values.</param>
public sealed record TableEncoder(IReadOnlyList<EncodedColumn> Columns, Missing Missing)
{
    private const int MaxClasses = 1000;

    // A learner has each input in float64 beside its float32 here.
    private const int BytesOfInput = sizeof(float) + sizeof(double);

    // That fewer rows miss a number tells nothing that could be learned.
    private const int MinMissing = 5;

    // Of so many cells that none is a number, the column is another one than in training.
    private const int MinAllOdd = 10;

    /// <summary>Gets the names of the inputs: those of columns of numbers, and <c>column=class</c> of texts.</summary>
    public IReadOnlyList<string> InputNames =>
        [.. Columns.Where(column => !column.IsConstant).SelectMany(column => column.AreNumbers
        ? column.HasMissing ? [column.Name, $"{column.Name} is missing"] : [column.Name]
        : column.Classes.Select(name => $"{column.Name}={name}"))];

    /// <summary>
    /// Returns the mean and the deviation of each input, by which a number of its column is input · deviation + mean; 0
    /// and 1 of inputs that are no numbers of a column.
    /// </summary>
    public IReadOnlyList<(double Mean, double Deviation)> UnitsOfInputs() =>
        [.. Columns.Where(column => !column.IsConstant).SelectMany(column =>
            Enumerable.Range(0, column.Inputs).Select(place =>
                column.AreNumbers && place == 0 ? (column.Mean, column.Deviation) : (0.0, 1.0)))];

    /// <summary>Gets how the target is written; null in models of earlier versions.</summary>
    public ColumnForm? TargetForm { get; init; }

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
    /// <param name="forms">How the cells of the columns are written; null for numbers and texts as they are.</param>
    /// <exception cref="ArgumentException">
    /// A text column has too many classes to be one, or no terms to make features of.
    /// </exception>
    /// <exception cref="FormatException">There are no such features of texts.</exception>
    public static TableEncoder Learn(
        Table table,
        IReadOnlyList<string> columns,
        Missing missing,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? orders = null,
        bool isStandardized = true,
        IReadOnlyDictionary<string, ColumnForm>? forms = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TableEncoder([.. columns.Select(name => LearnColumn(name) with
        {
            Form = forms?.GetValueOrDefault(name),
        })],
            missing);

        EncodedColumn LearnColumn(string name)
        {
            if (forms?.GetValueOrDefault(name)?.Features is { } features)
            {
                return TextColumn.Learn(table, name, features);
            }

            if (orders is not null && orders.TryGetValue(name, out IReadOnlyList<string>? order))
            {
                return Scaled(OfNumbers(name, order, Places(table, name, order), missing));
            }

            return table.IsNumeric(name)
                ? Scaled(OfNumbers(name, [], table.Numbers(name), missing))
                : OfClasses(name, table.Texts(name).Select(text => text ?? string.Empty).CountBy(text => text)
                    .ToDictionary(pair => pair.Key, pair => (long)pair.Value));
        }

        EncodedColumn Scaled(EncodedColumn column) =>
            isStandardized ? column : column with { Mean = 0.0, Deviation = 1.0 };
    }

    /// <summary>A column of classes.</summary>
    /// <param name="name">The column.</param>
    /// <param name="counts">How often each class occurs.</param>
    /// <exception cref="ArgumentException">There are too many classes.</exception>
    internal static EncodedColumn OfClasses(string name, IReadOnlyDictionary<string, long> counts)
    {
        string[] classes = [.. counts.Keys.Order(StringComparer.Ordinal)];
        double all = Math.Max(1, counts.Values.Sum());
        return classes.Length <= MaxClasses
            ? new EncodedColumn(name, classes, 0.0, 1.0, 0.0)
            {
                Shares = [.. classes.Select(text => counts[text] / all)],
                IsConstant = classes.Length == 1,
            }
            : throw new ArgumentException($"The column '{name}' has {classes.Length} different texts, too many for "
                + "classes: leave it out with --ignore.");
    }

    /// <summary>The target of rows, as the form of training reads it.</summary>
    internal Table ReadTarget(Table rows, string target)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return TargetForm is { } form ? rows.InForms(new Dictionary<string, ColumnForm> { [target] = form }) : rows;
    }

    /// <summary>The encoder with the form of the target.</summary>
    internal TableEncoder WithTarget(string target, TableLook look) => Columns.All(column => column.IsConstant)
        ? throw new ArgumentException("No column varies in the training part: there is nothing to predict from.")
        : this with { TargetForm = look.Forms[target] };

    /// <summary>Returns the inputs of every row, row after row.</summary>
    /// <param name="table">The rows.</param>
    /// <exception cref="ArgumentException">
    /// A column or value is missing, or text stands where numbers stood.
    /// </exception>
    public float[] Encode(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int width = Inputs;
        float[] inputs = new float[GramMatrix.Elements(
            table.Rows, width, BytesOfInput, $"{width} inputs of {table.Rows} rows",
            "use fewer rows, or fewer features of texts, such as text:tfidf:1:200")];
        int at = 0;
        foreach (EncodedColumn column in Columns.Where(column => !column.IsConstant))
        {
            Span<float> first = inputs.AsSpan(Math.Min(at, inputs.Length));
            if (column.AreTexts)
            {
                RequireTexts(table, column.Name);
                TextColumn.Encode(table, column, first, width);
            }
            else if (column.AreNumbers)
            {
                EncodeNumbers(table, column, first, width);
            }
            else
            {
                EncodeClasses(table, column, first, width);
            }

            at += column.Inputs;
        }

        return inputs;
    }

    /// <summary>The numbers of a column as its form reads them; NaN where missing.</summary>
    /// <exception cref="ArgumentException">A text is no number, and values may not be missing.</exception>
    internal double[] NumbersOf(Table table, EncodedColumn column)
    {
        if (column.IsOrdinal)
        {
            return Places(table, column.Name, column.Classes);
        }

        if (column.Form is not { IsNumeric: true } form || table.TextsOrNull(column.Name) is not { } texts)
        {
            return table.Numbers(column.Name);
        }

        (_, double[] values, IReadOnlyList<int> odd) = table.ReadNumbers(column.Name, form);
        bool mayBeOdd = Missing == Missing.Impute
            && (column.IsConstant || odd.Count < MinAllOdd || !values.All(double.IsNaN));
        return odd.Count == 0 || mayBeOdd ? values : throw new ArgumentException(
            $"Column '{column.Name}', row {table.NumberOf(odd[0])}: {CellFormat.Quote(texts[odd[0]]!)} is not a "
            + $"{form.ToString().Split(' ')[0]}, as the column was in training"
            + $"{(Missing == Missing.Impute ? ", and no other cell of it is one" : string.Empty)}"
            + (form.Type == ColumnType.Number && DressedNumber.Value(
                texts[odd[0]]!, form with { HasDecimalComma = !form.HasDecimalComma, Thousands = null }) is not null
                ? $": its decimal {(form.HasDecimalComma ? "point was a comma" : "comma was a point")} there; write it "
                    + "so."
                : "."));
    }

    /// <summary>The rows whose cell of a column of numbers is neither missing nor such a number.</summary>
    internal static IReadOnlyList<int> OddRows(Table table, EncodedColumn column) =>
        column is { IsOrdinal: false, Form: { IsNumeric: true } form } && table.TextsOrNull(column.Name) is not null
            ? table.ReadNumbers(column.Name, form).Odd
            : [];

    /// <summary>
    /// The place of the class of every row: −1 for a class that training did not see, −2 where it is missing and no
    /// class.
    /// </summary>
    internal static int[] PlacesOf(Table table, EncodedColumn column)
    {
        Dictionary<string, int> places =
            column.Classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);

        // True and TRUE are one class, unless training tells them apart.
        Dictionary<string, int> inAnyCase = column.Classes.Select((name, i) => (name, i))
            .GroupBy(pair => pair.name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.Single().i, StringComparer.OrdinalIgnoreCase);
        return
        [
            .. table.Texts(column.Name).Select(text =>
            {
                string? name = column.Form is { IsNumeric: false } form ? form.ClassOf(text) : text;
                return places.TryGetValue(name ?? string.Empty, out int place)
                    || inAnyCase.TryGetValue(name ?? string.Empty, out place) ? place
                    : name is null ? -2 : -1;
            }),
        ];
    }

    /// <summary>
    /// Writes the number of every row, the first at the beginning of the span, and perhaps whether it is missing.
    /// </summary>
    private void EncodeNumbers(Table table, EncodedColumn column, Span<float> inputs, int width)
    {
        double[] numbers = NumbersOf(table, column);
        for (int row = 0; row < table.Rows; row++)
        {
            RequireValue(!double.IsNaN(numbers[row]), table, column.Name, row);
            double value = double.IsNaN(numbers[row]) ? column.Median : numbers[row];
            float input = (float)((value - column.Mean) / column.Deviation);
            if (column.HasMissing)
            {
                inputs[row * width + 1] = double.IsNaN(numbers[row]) ? 1.0f : 0.0f;
            }

            inputs[row * width] = float.IsFinite(input)
                ? input
                : throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Column '{column.Name}', row {table.NumberOf(row)}: {value} is too far from what the model was "
                    + $"trained on, {column.Mean:G4} ± {column.Deviation:G4}."));
        }
    }

    /// <summary>Writes as many inputs of every row as there are classes: 1 for its own.</summary>
    private void EncodeClasses(Table table, EncodedColumn column, Span<float> inputs, int width)
    {
        int[] places = PlacesOf(table, column);
        IReadOnlyList<string?> texts = table.Texts(column.Name);
        for (int row = 0; row < table.Rows; row++)
        {
            RequireValue(places[row] != -2 && texts[row] is not null, table, column.Name, row);
            if (places[row] >= 0)
            {
                inputs[row * width + places[row]] = 1.0f;
                continue;
            }

            // What training did not see has the mean of what it saw.
            for (int i = 0; i < column.Shares.Count; i++)
            {
                inputs[row * width + i] = (float)column.Shares[i];
            }
        }
    }

    /// <summary>Whether an input says where a number is missing.</summary>
    internal static bool TellsMissing(Missing missing, long count) => missing == Missing.Impute && count >= MinMissing;

    private static EncodedColumn OfNumbers(
        string name, IReadOnlyList<string> order, double[] values, Missing missing)
    {
        double[] known = [.. values.Where(value => !double.IsNaN(value)).Order()];
        (double mean, double deviation) = Moments.Of(known);
        return new EncodedColumn(
            name, order, mean, deviation > 0.0 ? deviation : 1.0, known.Length > 0 ? known[known.Length / 2] : 0.0)
        {
            IsOrdinal = order.Count > 0,
            IsConstant = known.Length == 0 || known[0] == known[^1],
            Minimum = known.Length > 0 ? known[0] : null,
            Maximum = known.Length > 0 ? known[^1] : null,
            HasMissing = TellsMissing(missing, values.Length - known.Length),
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

    private void RequireTexts(Table table, string name)
    {
        IReadOnlyList<string?> texts = table.Texts(name);
        for (int row = 0; row < texts.Count; row++)
        {
            RequireValue(texts[row] is not null, table, name, row);
        }
    }

    private void RequireValue(bool isKnown, Table table, string name, int row)
    {
        if (!isKnown && Missing != Missing.Impute)
        {
            throw new ArgumentException(
                $"Column '{name}', row {table.NumberOf(row)}: the value is missing, and the model was trained on rows "
                + "that miss none: leave the row out, or train with --missing impute.");
        }
    }
}
