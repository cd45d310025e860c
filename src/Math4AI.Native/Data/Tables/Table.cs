using System.Globalization;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>
/// A table: a column is numeric if all its values are numbers, and text otherwise. Dates of ISO 8601, such as
/// 2026-11-24 or 2026-11-24T16:20:00, count as numbers, the days since 1 January 2000 unless <see cref="TableOptions"/>
/// say otherwise. Missing values, which are empty, NA or NaN, are kept as such.
/// </summary>
public sealed class Table
{
    /// <summary>The maximum number of cells in memory.</summary>
    internal const int MaxCells = 1 << 26;

    private readonly Dictionary<string, TableColumn> columns;
    private readonly CellFormat format;
    private readonly RowPlaces places;

    private Table(
        IReadOnlyList<string> names, Dictionary<string, TableColumn> columns, int rows, CellFormat format,
        RowPlaces places)
    {
        Names = names;
        this.columns = columns;
        Rows = rows;
        this.format = format;
        this.places = places;
    }

    /// <summary>Gets the names of the columns, in the order of the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Rows { get; }

    /// <summary>Creates a table of numbers.</summary>
    /// <param name="columns">Names and values; NaN is missing.</param>
    /// <param name="firstRow">
    /// The number of the first row in its file, from 0, where this is a block of a longer table.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There are no columns, their lengths differ, or a name is repeated.
    /// </exception>
    public static Table OfNumbers(IReadOnlyList<(string Name, double[] Values)> columns, long firstRow = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Of(
            [.. columns.Select(pair => (pair.Name, TableColumn.Of(pair.Values)))], CellFormat.Default,
            new RowPlaces(firstRow, null));
    }

    /// <summary>Creates a table of texts, which may be numbers and dates.</summary>
    /// <param name="columns">Names and cells; null is missing.</param>
    /// <param name="firstRow">
    /// The number of the first row in its file, from 0, where this is a block of a longer table.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There are no columns, their lengths differ, or a name is repeated.
    /// </exception>
    public static Table OfTexts(IReadOnlyList<(string Name, string?[] Cells)> columns, long firstRow = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Of(
            [.. columns.Select(pair => (pair.Name, TableColumn.Of(pair.Cells)))], CellFormat.Default,
            new RowPlaces(firstRow, null));
    }

    /// <summary>Returns the number of rows and the names of the columns.</summary>
    public override string ToString() => $"{Counted.Of(Rows, "row")}: {ColumnNames.List(Names)}";

    /// <summary>Reads a file of any format that holds a table, by what it holds.</summary>
    /// <param name="path">
    /// Text whose first line has the names of the columns, separated by commas, semicolons, tabs or spaces; a
    /// <c>.npy</c> array, rows × columns, which are called c1, c2, …; a <c>.npz</c> archive, each of whose arrays is a
    /// column of its name, or with two dimensions as many, NAME1, NAME2, …; sound, whose channels are columns; or
    /// another format of <see cref="DataFormat.All"/>.
    /// </param>
    /// <param name="options">How the file is read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">
    /// Lines differ in length, or a name is repeated; the message says where.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Table Read(string path, TableOptions? options = null) =>
        ReadBlocks(path, int.MaxValue, options).FirstOrDefault()
            ?? throw new InvalidDataException($"{path} has no rows after the names of its columns.");

    /// <summary>Reads a file block by block; it may be larger than memory.</summary>
    /// <param name="path">A file, as above.</param>
    /// <param name="rows">The number of rows of a block; the last block may have fewer.</param>
    /// <param name="options">How the file is read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">
    /// Lines differ in length, or a name is repeated; the message says where.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        DataFormat format = DataFormat.Of(path);
        options ??= new TableOptions();
        return options.SkippedLines == 0 || format.IsText
            ? format.ReadBlocks(path, rows, options)
            : throw new ArgumentException($"{path} is no text, so that no lines of it can be skipped.");
    }

    /// <summary>The blocks of a table whose columns are the channels of samples.</summary>
    internal static IEnumerable<Table> OfSamples(
        string path, ISampleSource samples, IReadOnlyList<string> names, int rows, TableOptions options)
    {
        ColumnNames.RequireDistinct(path, names);
        int[] wanted = options.Find(path, names);
        for (long start = 0; start < samples.Length; start += rows)
        {
            int count = (int)Math.Min(rows, samples.Length - start);
            if ((long)count * samples.Channels > MaxCells)
            {
                throw TooMany(path);
            }

            double[] block = new double[count * samples.Channels];
            samples.Read(start, count, block);
            var columns = new (string Name, double[] Values)[wanted.Length];
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = (names[wanted[i]], block.AsSpan(wanted[i] * count, count).ToArray());
                RequireFinite(path, columns[i].Name, columns[i].Values, start);
            }

            yield return OfNumbers(columns, start);
        }
    }

    internal static InvalidDataException TooMany(string path) =>
        new($"{path} has more than {MaxCells} cells, too many to hold in memory at once.");

    internal static Table Of(
        IReadOnlyList<(string Name, TableColumn Column)> columns, CellFormat format, RowPlaces places) =>
        columns.Count > 0 && columns.All(pair => pair.Column.Count == columns[0].Column.Count)
            ? new Table(
                [.. columns.Select(pair => pair.Name)],
                columns.ToDictionary(pair => pair.Name, pair => pair.Column),
                columns[0].Column.Count,
                format,
                places)
            : throw new ArgumentException("A table needs columns of the same length.", nameof(columns));

    /// <summary>NaN is a missing value, and infinity is none at all.</summary>
    private static void RequireFinite(string path, string name, double[] values, long first)
    {
        int row = Array.FindIndex(values, double.IsInfinity);
        if (row >= 0)
        {
            throw new InvalidDataException($"{path}, column '{name}', row {first + row + 1}: the value is infinite.");
        }
    }

    /// <summary>Tells whether a column is numeric, missing values aside.</summary>
    /// <param name="name">The column.</param>
    public bool IsNumeric(string name) => Find(name).IsNumeric(format);

    /// <summary>Gets whether dates count days since 1 January 2000, as they do by default.</summary>
    internal bool HasUsualDates =>
        (format.DateUnit, format.DateOrigin) == (CellFormat.Default.DateUnit, CellFormat.Default.DateOrigin);

    /// <summary>Gets the texts of a column; null where a value is missing.</summary>
    /// <param name="name">The column.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public IReadOnlyList<string?> Texts(string name) => Find(name).AllTexts();

    /// <summary>Gets the numbers of a column; NaN where a value is missing.</summary>
    /// <param name="name">The column.</param>
    /// <exception cref="ArgumentException">There is no such column, or a value is not a number.</exception>
    public double[] Numbers(string name)
    {
        TableColumn column = Find(name);
        return column.Parsed is { HasTokens: false } parsed ? [.. parsed.Values] : column.Numbers ??
        [
            .. column.Texts!.Select((cell, row) => cell is null
                ? double.NaN
                : format.Number(cell) ?? throw new ArgumentException(
                    $"Column '{name}', row {NumberOf(row)}: {CellFormat.Quote(cell)} is not a number.")),
        ];
    }

    /// <summary>Tells whether a row lacks a value in one of the given columns.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="columns">The columns.</param>
    public bool Misses(int row, IEnumerable<string> columns) => columns.Any(name => Find(name).IsMissing(row));

    /// <summary>The first row that lacks a value in a column, from 0; −1 where none does.</summary>
    internal int FirstMissing(string name)
    {
        TableColumn column = Find(name);
        for (int row = 0; row < Rows; row++)
        {
            if (column.IsMissing(row))
            {
                return row;
            }
        }

        return -1;
    }

    /// <summary>
    /// What to say of a column of numbers in which a cell is infinite: where, and what to do; null where none is.
    /// </summary>
    internal string? InfinityIn(string name)
    {
        int row = IsNumeric(name) ? Array.FindIndex(Numbers(name), double.IsInfinity) : FirstInfinite(Texts(name));
        return row < 0 ? null
            : $"Column '{name}', row {NumberOf(row)}: the value is infinite: correct it, or leave the column out "
                + "(--ignore).";
    }

    /// <summary>What to say of a number whose square overflows, which no mean and no distance survives.</summary>
    internal string? OverflowIn(string name)
    {
        double limit = Math.Sqrt(double.MaxValue);
        double[] values = IsNumeric(name) ? Numbers(name) : [];
        int row = Array.FindIndex(values, value => Math.Abs(value) > limit);
        return row < 0 ? null
            : string.Create(CultureInfo.InvariantCulture, $"Column '{name}', row {NumberOf(row)}: {values[row]:G6} ")
                + "is so large that its square overflows: correct it, divide the column by a power of 10, or leave the "
                + "column out.";
    }

    /// <summary>Columns of numbers have none that is infinite, or whose square is.</summary>
    /// <exception cref="ArgumentException">One has; the message names column and row.</exception>
    internal void RequireFinite(IEnumerable<string> names)
    {
        if (names.Select(name => InfinityIn(name) ?? OverflowIn(name)).FirstOrDefault(found => found is not null)
            is { } problem)
        {
            throw new ArgumentException(problem);
        }
    }

    /// <summary>
    /// The first infinite cell, from 0, of a column of texts most of which are numbers; −1 for none, and for texts.
    /// </summary>
    private int FirstInfinite(IReadOnlyList<string?> cells)
    {
        int[] odd =
            [.. Enumerable.Range(0, cells.Count).Where(i => cells[i] is { } cell && format.Number(cell) is null)];
        int first = Array.FindIndex(odd, i => CellFormat.IsInfinite(cells[i]!));
        return first >= 0 && 2 * odd.Length < cells.Count(cell => cell is not null) ? odd[first] : -1;
    }

    /// <summary>Returns a table of some of the rows.</summary>
    /// <param name="rows">Their numbers, from 0.</param>
    public Table Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new Table(
            Names,
            columns.ToDictionary(pair => pair.Key, pair => pair.Value.Select(rows)),
            rows.Count,
            format,
            places.Select(rows));
    }

    /// <summary>Returns the table with more columns of numbers after its own.</summary>
    internal Table With(IReadOnlyList<(string Name, double[] Values)> more) => new(
        [.. Names, .. more.Select(column => column.Name)],
        columns.Concat(more.Select(column =>
            KeyValuePair.Create(column.Name, TableColumn.Of(column.Values)))).ToDictionary(),
        Rows, format, places);

    /// <summary>
    /// Reads columns in their forms: numbers and dates as numbers, classes as texts, and what is neither as missing.
    /// </summary>
    /// <param name="forms">The forms of columns; the others stay as they are.</param>
    /// <param name="whenOdd">Told the column and the row, from 0, of a cell that does not fit.</param>
    internal Table InForms(IReadOnlyDictionary<string, ColumnForm> forms, Action<string, int>? whenOdd = null) => new(
        Names,
        columns.ToDictionary(pair => pair.Key, pair => forms.TryGetValue(pair.Key, out ColumnForm? form)
            ? ReadColumn(pair.Value, form, row => whenOdd?.Invoke(pair.Key, row))
            : pair.Value),
        Rows, format, places);

    private TableColumn ReadColumn(TableColumn column, ColumnForm form, Action<int> whenOdd)
    {
        if (form.Type is ColumnType.Text or ColumnType.Ignore)
        {
            return column;
        }

        if (!form.IsNumeric)
        {
            return TableColumn.OfClasses([.. column.AllTexts().Select(form.ClassOf)]);
        }

        TableColumn.Reading read = column.Read(form, format);
        foreach (int row in read.Odd)
        {
            whenOdd(row);
        }

        return TableColumn.Of(read.Values);
    }

    /// <summary>Gets the number of a row in its file, from 1 after the names of the columns.</summary>
    /// <param name="row">The row, from 0.</param>
    public long NumberOf(int row) => places.NumberOf(row);

    /// <summary>Where a row stands in its file: "line 7" of a text, "row 6" of an array.</summary>
    internal string PlaceOf(int row) => places.NameOf(row);

    /// <summary>The lines before the names of the columns that begin with # and were skipped.</summary>
    internal int Comments => places.Comments;

    /// <summary>The texts of a column as they stand in the file; null where it is an array of numbers.</summary>
    internal IReadOnlyList<string?>? TextsOrNull(string name) => Find(name).Texts;

    /// <summary>The texts of a column with the numbers or dates that all of them are; null for other columns.</summary>
    internal ParsedCells? ParsedOrNull(string name) => Find(name).Parsed;

    /// <summary>The numbers of a column in a form, and the rows whose cells are neither missing nor in it.</summary>
    internal TableColumn.Reading ReadNumbers(string name, ColumnForm form) => Find(name).Read(form, format);

    /// <summary>How numbers and dates stand in the cells of text.</summary>
    internal CellFormat Format => format;

    private TableColumn Find(string name) =>
        columns.TryGetValue(name, out TableColumn? column)
            ? column
            : throw new ArgumentException(ColumnNames.NoColumn(name, Names));
}
