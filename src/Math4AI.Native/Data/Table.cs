using System.Globalization;
using CsvHelper;

namespace Math4AI.Data;

/// <summary>
/// A table from comma-separated text: a column whose values are all numbers is one of numbers, every other one of text. Dates of ISO 8601,
/// such as 2026-11-24 or 2026-11-24T16:20:00, count as numbers, the days since 1 January 2000. Missing values, which are empty, NA or NaN,
/// are kept as such.
/// </summary>
public sealed class Table
{
    private const int MostCells = 1 << 26;

    private static readonly DateTime FirstDay = new(2000, 1, 1);
    private static readonly string[] DateFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFF"];

    private readonly Dictionary<string, string?[]> cells;

    private Table(IReadOnlyList<string> names, Dictionary<string, string?[]> cells, int rows)
    {
        Names = names;
        this.cells = cells;
        Rows = rows;
    }

    /// <summary>The columns' names, in the file's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>Reads a file whose first line has the columns' names.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The lines have different lengths, or names repeat; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Table Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using CsvReader reader = CsvFile.Open(path, hasComments: false);
        string[] names = CsvFile.ReadNames(reader, path);
        List<string?>[] columns = [.. names.Select(_ => new List<string?>())];
        while (reader.Read())
        {
            CsvFile.RequireLength(reader, path, names.Length);
            for (int i = 0; i < names.Length; i++)
            {
                string text = reader.GetString(i);
                columns[i].Add(IsMissing(text) ? null : text);
            }

            if ((long)names.Length * columns[0].Count > MostCells)
            {
                throw new InvalidDataException($"{path} has more than {MostCells} cells, too many to train on in memory.");
            }
        }

        if (columns[0].Count == 0)
        {
            throw new InvalidDataException($"{path} has no rows after the names of its columns.");
        }

        return new Table(names, names.Zip(columns).ToDictionary(pair => pair.First, pair => pair.Second.ToArray()), columns[0].Count);
    }

    /// <summary>Whether every value of a column that is there is a number.</summary>
    /// <param name="name">The column.</param>
    public bool IsNumeric(string name) => Cells(name).All(cell => cell is null || Number(cell) is not null);

    /// <summary>The texts of a column; null where missing.</summary>
    /// <param name="name">The column.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public IReadOnlyList<string?> Texts(string name) => Cells(name);

    /// <summary>The numbers of a column; NaN where missing.</summary>
    /// <param name="name">The column.</param>
    /// <exception cref="ArgumentException">There is no such column, or a value is no number.</exception>
    public double[] Numbers(string name) =>
    [
        .. Cells(name).Select((cell, row) => cell is null
            ? double.NaN
            : Number(cell) ?? throw new ArgumentException($"Column '{name}', row {row + 1}: '{cell}' is not a number.")),
    ];

    /// <summary>Whether a row misses a value in one of the columns.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="columns">The columns.</param>
    public bool Misses(int row, IEnumerable<string> columns) => columns.Any(name => Cells(name)[row] is null);

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Their numbers, from 0.</param>
    public Table Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new Table(
            Names, cells.ToDictionary(pair => pair.Key, pair => rows.Select(row => pair.Value[row]).ToArray()), rows.Count);
    }

    private static bool IsMissing(string text) => text.Length == 0 || text is "NA" or "NaN" or "nan";

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date) ? (date - FirstDay).TotalDays
        : null;

    private string?[] Cells(string name) =>
        cells.TryGetValue(name, out string?[]? column)
            ? column
            : throw new ArgumentException($"There is no column '{name}'; the columns are {string.Join(", ", Names)}.");
}
