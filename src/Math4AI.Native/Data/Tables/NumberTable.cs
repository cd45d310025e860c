using System.Globalization;
using CsvHelper;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Tables;

/// <summary>Columns of numbers with names, from a file.</summary>
public sealed class NumberTable
{
    private const int MostElements = 1 << 27;

    private readonly Dictionary<string, double[]> columns;

    private NumberTable(IReadOnlyList<string> names, Dictionary<string, double[]> columns)
    {
        Names = names;
        this.columns = columns;
    }

    /// <summary>The names of all columns of the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => columns.Count > 0 ? columns.Values.First().Length : 0;

    /// <summary>Reads the columns that are wanted; what stands in others need not be numbers.</summary>
    /// <param name="path">
    /// Comma-separated text whose first line has the names; or a <c>.npy</c> array, rows × columns, whose columns are called c1,
    /// c2, ….
    /// </param>
    /// <param name="choose">Given the names of all columns, those that are wanted.</param>
    /// <exception cref="InvalidDataException">A value is no finite number, or the lines have different lengths; the message says where.</exception>
    /// <exception cref="ArgumentException">A column that is wanted is not there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NumberTable Read(string path, Func<IReadOnlyList<string>, IReadOnlyList<string>> choose)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(choose);
        return path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? ReadNpy(path, choose) : ReadCsv(path, choose);
    }

    /// <summary>One column.</summary>
    /// <param name="name">Its name; it must have been wanted.</param>
    public Vector<double> Column(string name) => Vector<double>.Build.Dense(columns[name]);

    private static NumberTable ReadNpy(string path, Func<IReadOnlyList<string>, IReadOnlyList<string>> choose)
    {
        Matrix<double> matrix = MatrixFile.Read(path);
        string[] names = [.. Enumerable.Range(1, matrix.ColumnCount).Select(i => $"c{i}")];
        int[] wanted = Find(path, names, choose(names));
        return new NumberTable(names, wanted.ToDictionary(i => names[i], i => matrix.Column(i).ToArray()));
    }

    private static NumberTable ReadCsv(string path, Func<IReadOnlyList<string>, IReadOnlyList<string>> choose)
    {
        using CsvReader reader = CsvFile.Open(path, hasComments: true);
        string[] names = CsvFile.ReadNames(reader, path);
        int[] wanted = Find(path, names, choose(names));
        List<double>[] values = [.. wanted.Select(_ => new List<double>())];
        while (reader.Read())
        {
            CsvFile.RequireLength(reader, path, names.Length);
            for (int k = 0; k < wanted.Length; k++)
            {
                values[k].Add(Number(path, reader.GetString(wanted[k]), reader.LineNumber, names[wanted[k]]));
            }

            if ((long)values.Length * values[0].Count > MostElements)
            {
                throw new InvalidDataException($"{path} holds more than {MostElements} numbers, too many to fit in memory.");
            }
        }

        return values.Length > 0 && values[0].Count > 0
            ? new NumberTable(names, wanted.Select((column, k) => (column, k)).ToDictionary(
                pair => names[pair.column], pair => values[pair.k].ToArray()))
            : throw new InvalidDataException($"{path} has no rows after the names of its columns.");
    }

    private static int[] Find(string path, string[] names, IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0)
        {
            throw new ArgumentException($"None of the columns of {path} is used; its columns are {string.Join(", ", names)}.");
        }

        string? missing = wanted.FirstOrDefault(name => !names.Contains(name));
        return missing is null
            ? [.. wanted.Distinct().Select(name => Array.IndexOf(names, name))]
            : throw new ArgumentException($"{path} has no column '{missing}'; its columns are {string.Join(", ", names)}.");
    }

    private static double Number(string path, string text, long line, string column)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return isNumber && double.IsFinite(value)
            ? value
            : throw new InvalidDataException(
                $"{path}, line {line}, column '{column}': "
                + (text.Length == 0 ? "the value is missing." : $"'{(text.Length > 40 ? text[..40] + "…" : text)}' is not a finite number."));
    }
}
