using System.Globalization;
using CsvHelper;
using Math4AI.Data.Arrays;

namespace Math4AI.Data.Tables;

/// <summary>
/// A table from comma-separated text or arrays of NumPy: a column whose values are all numbers is one of numbers, every other one of text. Dates of ISO 8601,
/// such as 2026-11-24 or 2026-11-24T16:20:00, count as numbers, the days since 1 January 2000. Missing values, which are empty, NA or NaN,
/// are kept as such.
/// </summary>
public sealed class Table
{
    /// <summary>The most cells that are held in memory at once.</summary>
    internal const int MostCells = 1 << 26;

    private static readonly DateTime FirstDay = new(2000, 1, 1);
    private static readonly string[] DateFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFF"];

    private readonly Dictionary<string, Column> columns;
    private readonly Func<int, long> numberOf;

    private Table(IReadOnlyList<string> names, Dictionary<string, Column> columns, int rows, Func<int, long> numberOf)
    {
        Names = names;
        this.columns = columns;
        Rows = rows;
        this.numberOf = numberOf;
    }

    /// <summary>The columns' names, in the file's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>A table of numbers.</summary>
    /// <param name="columns">Names and values; NaN is missing.</param>
    /// <exception cref="ArgumentException">The columns have different lengths, or there is none, or names repeat.</exception>
    public static Table OfNumbers(IReadOnlyList<(string Name, double[] Values)> columns) => OfNumbers(columns, 0);

    private static Table OfNumbers(IReadOnlyList<(string Name, double[] Values)> columns, long first)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return columns.Count > 0 && columns.All(column => column.Values.Length == columns[0].Values.Length)
            ? new Table(
                [.. columns.Select(column => column.Name)],
                columns.ToDictionary(column => column.Name, column => new Column(null, column.Values)),
                columns[0].Values.Length,
                row => first + row + 1)
            : throw new ArgumentException("A table needs columns of the same length.", nameof(columns));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">
    /// Comma-separated text whose first line has the names of the columns; a <c>.npy</c> array, rows × columns, which are called c1, c2, …;
    /// or a <c>.npz</c> archive, each of whose arrays is a column of its name, or with two dimensions as many, NAME1, NAME2, ….
    /// </param>
    /// <exception cref="InvalidDataException">The lines have different lengths, or names repeat; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Table Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".NPY" => OfArrays(path, [("c", NumPyArray.ReadNpy(path))]),
            ".NPZ" => OfArrays(path, NumPyArray.ReadNpz(path)),
            _ => ReadCsv(path),
        };
    }

    private static Table OfArrays(string path, IReadOnlyList<(string Name, NumPyArray Array)> arrays)
    {
        long rows = arrays[0].Array.Shape.DefaultIfEmpty(0).First();
        if (rows < 1)
        {
            throw new InvalidDataException($"{path} has no rows.");
        }

        if (arrays.FirstOrDefault(array => array.Array.Shape.Length is not (1 or 2) || array.Array.Shape[0] != rows) is { Name: not null } odd)
        {
            throw new InvalidDataException(
                $"{path}: the array '{odd.Name}' has the shape ({string.Join(", ", odd.Array.Shape)}); a table needs arrays of {rows} rows, or of "
                + $"{rows} rows × columns.");
        }

        var columns = new List<(string, double[])>();
        foreach ((string name, NumPyArray array) in arrays)
        {
            int count = array.Shape.Length == 1 ? 1 : (int)array.Shape[1];
            for (int column = 0; column < count; column++)
            {
                double[] values = new double[rows];
                for (int row = 0; row < values.Length; row++)
                {
                    values[row] = array.Values[array.IsFortranOrder ? column * rows + row : (long)row * count + column];
                }

                string title = array.Shape.Length == 1 && name != "c" ? name : string.Create(CultureInfo.InvariantCulture, $"{name}{column + 1}");
                RequireFinite(path, title, values, 0);
                columns.Add((title, values));
            }
        }

        return columns.GroupBy(column => column.Item1).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new InvalidDataException($"{path} has two columns called '{twice.Key}'.")
            : OfNumbers(columns);
    }

    /// <summary>Reads a file some rows at a time: it may be larger than memory.</summary>
    /// <param name="path">Comma-separated text, or a <c>.npy</c> array, as above.</param>
    /// <param name="rows">The rows of a block; the last one has what is left.</param>
    /// <exception cref="InvalidDataException">The lines have different lengths, or names repeat; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<Table> ReadBlocks(string path, int rows)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? NpyBlocks(path, rows) : CsvBlocks(path, rows);
    }

    private static Table ReadCsv(string path) => CsvBlocks(path, int.MaxValue).FirstOrDefault()
        ?? throw new InvalidDataException($"{path} has no rows after the names of its columns.");

    private static IEnumerable<Table> NpyBlocks(string path, int rows)
    {
        using var file = new NpySource(path, rowsAreSamples: true);
        for (long start = 0; start < file.Length; start += rows)
        {
            int count = (int)Math.Min(rows, file.Length - start);
            double[] block = new double[checked(count * file.Channels)];
            file.Read(start, count, block);
            var columns = new (string Name, double[] Values)[file.Channels];
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = (string.Create(CultureInfo.InvariantCulture, $"c{i + 1}"), block[(i * count)..((i + 1) * count)]);
                RequireFinite(path, columns[i].Name, columns[i].Values, start);
            }

            yield return OfNumbers(columns, start);
        }
    }

    /// <summary>NaN is a missing value, and infinity is none at all.</summary>
    private static void RequireFinite(string path, string name, double[] values, long first)
    {
        int row = Array.FindIndex(values, double.IsInfinity);
        if (row >= 0)
        {
            throw new InvalidDataException($"{path}, column '{name}', row {first + row + 1}: the value is infinite.");
        }
    }

    private static IEnumerable<Table> CsvBlocks(string path, int rows)
    {
        using CsvReader reader = CsvFile.Open(path, hasComments: false);
        string[] names = CsvFile.ReadNames(reader, path);
        List<string?>[] cells = [.. names.Select(_ => new List<string?>())];
        bool hasMore = reader.Read();
        long first = 0;
        while (hasMore)
        {
            CsvFile.RequireLength(reader, path, names.Length);
            for (int i = 0; i < names.Length; i++)
            {
                string text = reader.GetString(i);
                cells[i].Add(IsMissing(text) ? null : text);
            }

            if ((long)names.Length * cells[0].Count > MostCells)
            {
                throw new InvalidDataException($"{path} has more than {MostCells} cells, too many to hold in memory at once.");
            }

            hasMore = reader.Read();
            if (!hasMore || cells[0].Count == rows)
            {
                long before = first;
                yield return new Table(
                    names, names.Zip(cells).ToDictionary(pair => pair.First, pair => new Column(pair.Second.ToArray(), null)), cells[0].Count,
                    row => before + row + 1);
                first += cells[0].Count;
                Array.ForEach(cells, column => column.Clear());
            }
        }
    }

    /// <summary>Whether every value of a column that is there is a number.</summary>
    /// <param name="name">The column.</param>
    public bool IsNumeric(string name) => Find(name) is { Numbers: not null } || Find(name).Texts!.All(cell => cell is null || Number(cell) is not null);

    /// <summary>The texts of a column; null where missing.</summary>
    /// <param name="name">The column.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public IReadOnlyList<string?> Texts(string name) => Find(name) is { Numbers: { } numbers }
        ? [.. numbers.Select(value => double.IsNaN(value) ? null : value.ToString("R", CultureInfo.InvariantCulture))]
        : Find(name).Texts!;

    /// <summary>The numbers of a column; NaN where missing.</summary>
    /// <param name="name">The column.</param>
    /// <exception cref="ArgumentException">There is no such column, or a value is no number.</exception>
    public double[] Numbers(string name) => Find(name).Numbers ??
    [
        .. Find(name).Texts!.Select((cell, row) => cell is null
            ? double.NaN
            : Number(cell) ?? throw new ArgumentException($"Column '{name}', row {NumberOf(row)}: '{cell}' is not a number.")),
    ];

    /// <summary>Whether a row misses a value in one of the columns.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="columns">The columns.</param>
    public bool Misses(int row, IEnumerable<string> columns) => columns.Any(name => Find(name) is { Numbers: { } numbers } ? double.IsNaN(numbers[row]) : Find(name).Texts![row] is null);

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Their numbers, from 0.</param>
    public Table Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new Table(
            Names,
            columns.ToDictionary(
                pair => pair.Key,
                pair => new Column(
                    pair.Value.Texts is { } texts ? [.. rows.Select(row => texts[row])] : null,
                    pair.Value.Numbers is { } numbers ? [.. rows.Select(row => numbers[row])] : null)),
            rows.Count,
            row => numberOf(rows[row]));
    }

    /// <summary>The number of a row in its file, from 1 after the names of the columns.</summary>
    /// <param name="row">The row, from 0.</param>
    public long NumberOf(int row) => numberOf(row);

    /// <summary>The texts of a column as they stand in the file; null where it is an array of numbers.</summary>
    internal IReadOnlyList<string?>? TextsOrNull(string name) => Find(name).Texts;

    private static bool IsMissing(string text) => text.Length == 0 || text is "NA" or "NaN" or "nan";

    internal static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date) ? (date - FirstDay).TotalDays
        : null;

    private Column Find(string name) =>
        columns.TryGetValue(name, out Column? column)
            ? column
            : throw new ArgumentException($"There is no column '{name}'; the columns are {string.Join(", ", Names)}.");

    /// <summary>Texts as they stand in a file, or numbers, of which NaN is missing.</summary>
    private sealed record Column(string?[]? Texts, double[]? Numbers);
}
