using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Tables;

/// <summary>Columns of numbers with names, from a file.</summary>
public sealed class NumberTable
{
    private const int BlockRows = 1 << 16;
    private const int MaxElements = 1 << 27;

    private readonly Dictionary<string, double[]> columns;

    private NumberTable(IReadOnlyList<string> names, Dictionary<string, double[]> columns, long dropped)
    {
        Names = names;
        this.columns = columns;
        Dropped = dropped;
    }

    /// <summary>Gets the names of all columns of the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Rows => columns.Values.First().Length;

    /// <summary>Gets the number of rows that were dropped, because a value that is wanted is missing there.</summary>
    public long Dropped { get; }

    /// <summary>Reads the columns that are wanted; what stands in others need not be numbers.</summary>
    /// <param name="path">A file of any format that holds a table, as for <see cref="Table.Read"/>; lines of text that begin with # are skipped.</param>
    /// <param name="choose">Given the names of all columns, those that are wanted.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">A value is no finite number, or the lines have different lengths; the message says where.</exception>
    /// <exception cref="ArgumentException">A column that is wanted is not there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NumberTable Read(
        string path, Func<IReadOnlyList<string>, IReadOnlyList<string>> choose, NumberTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(choose);
        options ??= new NumberTableOptions();
        IReadOnlyList<string> names = [];
        TableOptions table = options.Table with
        {
            HasComments = true,
            Choose = all => choose(names = all),
        };
        var values = new Dictionary<string, List<double>>();
        long dropped = 0;
        foreach (Table block in Table.ReadBlocks(path, BlockRows, table))
        {
            dropped += Add(path, block, options, values);
            if ((long)values.Count * values.Values.First().Count > MaxElements)
            {
                throw new InvalidDataException($"{path} holds more than {MaxElements} numbers, too many to fit in memory.");
            }
        }

        return values.Count > 0 && values.Values.First().Count > 0
            ? new NumberTable(names, values.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()), dropped)
            : throw new InvalidDataException(
                $"{path} has no rows {(dropped > 0 ? "without missing values" : "after the names of its columns")}.");
    }

    /// <summary>Gets the values of a column.</summary>
    /// <param name="name">Its name; it must have been wanted.</param>
    public Vector<double> Column(string name) => Vector<double>.Build.Dense(columns[name]);

    /// <summary>Adds the rows of a block; returns how many were dropped.</summary>
    private static int Add(string path, Table block, NumberTableOptions options, Dictionary<string, List<double>> values)
    {
        bool[] isDropped = new bool[block.Rows];
        if (options.DropsMissing)
        {
            for (int row = 0; row < isDropped.Length; row++)
            {
                isDropped[row] = block.Misses(row, block.Names);
            }
        }

        foreach (string name in block.Names)
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
            return row => double.IsNaN(numbers[row]) ? throw Missing(path, block, name, row) : numbers[row];
        }

        CellFormat format = block.Format;
        return row => texts[row] is not { } text
            ? throw Missing(path, block, name, row)
            : format.PlainNumber(text) ?? (options.TakesDates ? format.Date(text) : null) ?? throw NoNumber(path, block, name, row, text);
    }

    private static InvalidDataException Missing(string path, Table block, string name, int row) =>
        new($"{path}, {block.PlaceOf(row)}, column '{name}': the value is missing; rows with missing values can be dropped (--missing drop, or DropsMissing).");

    private static InvalidDataException NoNumber(string path, Table block, string name, int row, string text) =>
        new(
            $"{path}, {block.PlaceOf(row)}, column '{name}': {CellFormat.Quote(text)} is not a finite number"
            + $"{(block.Format.Date(text) is null ? string.Empty : "; dates can be read as days or seconds (--dates, or TakesDates)")}.");
}

/// <summary>How a table of numbers is read.</summary>
public sealed record NumberTableOptions
{
    /// <summary>Gets how the table is read.</summary>
    public TableOptions Table { get; init; } = new();

    /// <summary>Gets whether rows in which a value that is wanted is missing are dropped and counted; else they are refused.</summary>
    public bool DropsMissing { get; init; }

    /// <summary>Gets whether dates are taken as numbers, in the unit and from the origin of <see cref="Table"/>; else they are refused.</summary>
    public bool TakesDates { get; init; }
}
