using System.Globalization;
using Math4AI.Data.Tables.Cells;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Tables;

/// <summary>Columns of numbers with names, from a file.</summary>
public sealed class NumberTable
{
    private const int BlockRows = 1 << 16;
    private const int MaxElements = 1 << 27;

    private readonly Dictionary<string, double[]> columns;

    private readonly Dictionary<string, string[]> labels;

    private NumberTable(
        IReadOnlyList<string> names, Dictionary<string, double[]> columns, Dictionary<string, string[]> labels,
        long dropped)
    {
        Names = names;
        this.columns = columns;
        this.labels = labels;
        Dropped = dropped;
    }

    /// <summary>Gets the names of all columns of the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Rows => columns.Count > 0 ? columns.Values.First().Length : labels.Values.First().Length;

    /// <summary>Gets the number of rows that were dropped, because a value that is wanted is missing there.</summary>
    public long Dropped { get; }

    /// <summary>Reads the columns that are wanted; what stands in others need not be numbers.</summary>
    /// <param name="path">
    /// A file of any format that holds a table, as for <see cref="Table.Read"/>; lines of text that begin with # are
    /// skipped.
    /// </param>
    /// <param name="choose">Given the names of all columns, those that are wanted.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">
    /// A value is no finite number, or the lines have different lengths; the message says where.
    /// </exception>
    /// <exception cref="ArgumentException">A column that is wanted is not there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NumberTable Read(
        string path, Func<IReadOnlyList<string>, IReadOnlyList<string>> choose, NumberTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(choose);
        options ??= new NumberTableOptions();
        if (options.Labels.Count == 0
            && TextPart.Of(path, options.Table with { HasComments = true }) is { } part)
        {
            ProcessGroup processes = options.Table.Processes;
            options = options with { Table = options.Table with { Part = part } };
            NumberTable own = processes.Agree(() => ReadRows(path, choose, options));
            return own.Joined(processes).Checked(path);
        }

        return options.Table.Processes.Agree(() => ReadRows(path, choose, options).Checked(path));
    }

    private static NumberTable ReadRows(
        string path, Func<IReadOnlyList<string>, IReadOnlyList<string>> choose, NumberTableOptions options)
    {
        IReadOnlyList<string> names = [];
        HashSet<string> wanted = [];
        TableOptions table = options.Table with
        {
            HasComments = true,
            Choose = all => [.. wanted = [.. choose(names = all)], .. options.Labels],
        };
        var values = new Dictionary<string, List<double>>();
        var labels = options.Labels.Distinct().ToDictionary(name => name, _ => new List<string>());
        long dropped = 0;
        foreach (Table block in Table.ReadBlocks(path, BlockRows, table))
        {
            // A format may ignore the choice of columns.
            wanted = names.Count == 0 ? [.. choose(names = block.Names)] : wanted;
            dropped += Add(path, block, options, wanted, values, labels);
            RequireRoom(path, values.Values.Sum(column => (long)column.Count));
        }

        if (options.Table.Part is not null)
        {
            // The part of one process may have no row, and its columns are those of the others.
            foreach (string name in names.Where(wanted.Contains))
            {
                values.TryAdd(name, []);
            }
        }

        return new NumberTable(
            names,
            values.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
            labels.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
            dropped);
    }

    private static void RequireRoom(string path, long elements)
    {
        if (elements > MaxElements)
        {
            throw new InvalidDataException(
                $"{path} holds more than {MaxElements} numbers, too many to fit in memory.");
        }
    }

    /// <summary>The table of the rows of all processes; each of them calls this.</summary>
    private NumberTable Joined(ProcessGroup processes)
    {
        double[] counts = [Dropped];
        processes.Sum(counts);
        return new NumberTable(
            Names,
            Names.Where(columns.ContainsKey).ToDictionary(
                name => name, name => TextPart.Join(columns[name], processes)),
            labels, (long)counts[0]);
    }

    private NumberTable Checked(string path)
    {
        if (columns.Count + labels.Count == 0 || Rows == 0)
        {
            throw new InvalidDataException(
                $"{path} has no rows {(Dropped > 0 ? "without missing values" : "after the names of its columns")}.");
        }

        RequireRoom(path, (long)columns.Count * Rows);
        return this;
    }

    /// <summary>Gets the values of a column.</summary>
    /// <param name="name">Its name; it must have been wanted.</param>
    public Vector<double> Column(string name) => Vector<double>.Build.Dense(columns[name]);

    /// <summary>Gets the cells of a column of labels.</summary>
    /// <param name="name">Its name; it must be among <see cref="NumberTableOptions.Labels"/>.</param>
    public IReadOnlyList<string> Labels(string name) => labels[name];

    /// <summary>Returns the table of some of the rows.</summary>
    /// <param name="rows">The numbers of the rows, from 0.</param>
    public NumberTable Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new NumberTable(
            Names,
            columns.ToDictionary(pair => pair.Key, pair => rows.Select(row => pair.Value[row]).ToArray()),
            labels.ToDictionary(pair => pair.Key, pair => rows.Select(row => pair.Value[row]).ToArray()),
            Dropped);
    }

    /// <summary>Returns the number of rows and the names of the columns.</summary>
    public override string ToString() => $"{Counted.Of(Rows, "row")}: {ColumnNames.List(Names)}";

    /// <summary>Adds the rows of a block; returns how many were dropped.</summary>
    private static int Add(
        string path, Table block, NumberTableOptions options, HashSet<string> wanted,
        Dictionary<string, List<double>> values, Dictionary<string, List<string>> labels)
    {
        bool[] isDropped = new bool[block.Rows];
        if (options.DropsMissing)
        {
            for (int row = 0; row < isDropped.Length; row++)
            {
                isDropped[row] = block.Misses(row, block.Names);
            }
        }

        foreach ((string name, List<string> column) in labels)
        {
            Func<int, string> label = Label(path, block, name, options);
            column.AddRange(Enumerable.Range(0, isDropped.Length).Where(row => !isDropped[row]).Select(label));
        }

        foreach (string name in block.Names.Where(wanted.Contains))
        {
            if (!values.TryGetValue(name, out List<double>? column))
            {
                values.Add(name, column = []);
            }

            Func<int, double> number = Numbers(path, block, name, options);
            for (int row = 0; row < isDropped.Length; row++)
            {
                if (!isDropped[row])
                {
                    column.Add(number(row));
                }
            }
        }

        return isDropped.Count(dropped => dropped);
    }

    private static Func<int, double> Numbers(string path, Table block, string name, NumberTableOptions options)
    {
        if (block.TextsOrNull(name) is not { } texts)
        {
            double[] numbers = block.Numbers(name);
            return row => double.IsNaN(numbers[row]) ? throw Missing(path, block, name, row, options) : numbers[row];
        }

        double[] parsed = texts is ParsedCells cells && (options.TakesDates || !cells.AreDates) ? cells.Values : [];
        CellFormat format = block.Format;
        return row => row < parsed.Length && !double.IsNaN(parsed[row]) ? parsed[row]
            : texts[row] is not { } text
            ? throw Missing(path, block, name, row, options)
            : format.PlainNumber(text) ?? (options.TakesDates ? format.Date(text) : null)
                ?? throw NoNumber(path, block, name, row, text);
    }

    private static Func<int, string> Label(string path, Table block, string name, NumberTableOptions options)
    {
        if (block.TextsOrNull(name) is { } texts)
        {
            return row => texts[row] ?? throw Missing(path, block, name, row, options);
        }

        double[] numbers = block.Numbers(name);
        return row => double.IsNaN(numbers[row])
            ? throw Missing(path, block, name, row, options)
            : numbers[row].ToString("R", CultureInfo.InvariantCulture);
    }

    private static InvalidDataException Missing(
        string path, Table block, string name, int row, NumberTableOptions options) =>
        new($"{path}, {block.PlaceOf(row)}, column '{name}': the value is missing; {options.RemedyOfMissing}.");

    private static InvalidDataException NoNumber(string path, Table block, string name, int row, string text) =>
        new(
            $"{path}, {block.PlaceOf(row)}, column '{name}': {CellFormat.Quote(text)} is not a finite number"
            + (block.Format.Date(text) is null
                ? "."
                : "; dates can be read as days or seconds (--dates, or TakesDates)."));
}

/// <summary>How a table of numbers is read.</summary>
public sealed record NumberTableOptions
{
    /// <summary>Gets how the table is read.</summary>
    public TableOptions Table { get; init; } = new();

    /// <summary>Gets the columns whose cells are kept as they are written, such as the names of groups.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>
    /// Gets whether rows with a missing value in a requested column are dropped and counted; otherwise they are
    /// refused.
    /// </summary>
    public bool DropsMissing { get; init; }

    /// <summary>What can be done where a value is missing.</summary>
    internal string RemedyOfMissing { get; init; } =
        "rows with missing values can be dropped (--missing drop, or DropsMissing)";

    /// <summary>
    /// How rows to predict are read where nothing else is said: each has a prediction, and none is dropped.
    /// </summary>
    internal static NumberTableOptions ToPredict { get; } = new()
    {
        RemedyOfMissing = "fill it in, or leave the row out",
    };

    /// <summary>
    /// Gets whether dates are taken as numbers, in the unit and from the origin of <see cref="Table"/>; else they are
    /// refused.
    /// </summary>
    public bool TakesDates { get; init; }
}
