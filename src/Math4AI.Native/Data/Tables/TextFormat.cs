using System.Globalization;
using Math4AI.Data.Tables.Cells;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Tables;

/// <summary>
/// Text in columns separated by commas, semicolons, tabs or spaces. A table has the names of its columns in the first
/// line; a matrix and samples, whose channels are columns, may.
/// </summary>
internal sealed class TextFormat : DataFormat
{
    public override string Name => "text in columns (.csv, .tsv)";

    internal override bool IsText => true;

    public override bool Matches(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0xFF, 0xFE]) || start.StartsWith<byte>([0xFE, 0xFF])
        || (start.Length > 0 && !start.ContainsAnyInRange<byte>(0x00, 0x08)
            && !start.ContainsAnyInRange<byte>(0x0E, 0x1F));

    public override IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options)
    {
        using TextRows text = TextRows.Open(path, options);
        string[] names = NamesOf(text, path, options);
        int[] wanted = options.Find(path, names);
        CellFormat format = CellFormat.Of(options, text.HasDecimalComma);
        var cells = new CellReader[wanted.Length];
        for (long first = 0; Fill(text, names.Length, wanted, cells, (rows, format), path) is { Count: > 0 } lines;
            first += lines.Count)
        {
            yield return Table.Of(
                [.. wanted.Select((column, i) => (names[column], cells[i].Column()))], format,
                new RowPlaces(first, lines) { Comments = text.Comments });
        }
    }

    public override ISampleFile OpenSamples(string path) => Channels(path, ReadColumns(path, Samples));

    /// <summary>Opens samples of which each process parses some lines, and all get all.</summary>
    public static ISampleFile OpenSamples(string path, ProcessGroup processes)
    {
        TextPart? part = TextPart.Of(path, Samples with { Processes = processes });
        double[][] own = processes.Agree(() => ReadColumns(path, Samples with { Part = part }));
        if (part is null)
        {
            return Channels(path, own);
        }

        double[][] all = [.. own.Select(column => TextPart.Join(column, processes))];
        return (long)all.Length * all[0].Length > Table.MaxCells ? throw Table.TooMany(path)
            : all[0].Length == 0 ? throw WithoutNumbers(path)
            : Channels(path, all);
    }

    public override Matrix<double> ReadMatrix(string path) =>
        Matrix<double>.Build.DenseOfColumnArrays(ReadColumns(path, Samples));

    private static TableOptions Samples { get; } = new() { HasComments = true };

    private static ColumnSource Channels(string path, double[][] columns) => columns.Length <= columns[0].Length
        ? new ColumnSource(columns)
        : throw new InvalidDataException(
            $"{path} has {columns.Length} channels of {Counted.Of(columns[0].Length, "sample")}: transpose it to a "
            + "column for each channel, or record longer.");

    private static string[] NamesOf(TextRows text, string path, TableOptions options)
    {
        if (options.Part is { IsFirst: false })
        {
            using TextRows whole = TextRows.Open(path, options with { Part = null });
            return whole.ReadNames();
        }

        return text.ReadNames();
    }

    /// <summary>Takes the next rows; returns their lines.</summary>
    private static List<long> Fill(
        TextRows text, int columns, int[] wanted, CellReader[] cells, (int Rows, CellFormat Format) block, string path)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = new CellReader(block.Format);
        }

        var lines = new List<long>();
        while (lines.Count < block.Rows && text.Read())
        {
            text.RequireCount(columns);
            for (int i = 0; i < wanted.Length; i++)
            {
                cells[i].Add(text, wanted[i]);
            }

            lines.Add(text.Line);
            if ((long)wanted.Length * lines.Count > Table.MaxCells)
            {
                throw Table.TooMany(path);
            }
        }

        return lines;
    }

    /// <summary>Reads lines of numbers, which may come after a line of names.</summary>
    private static double[][] ReadColumns(string path, TableOptions options)
    {
        using TextRows text = TextRows.Open(path, options);
        var format = CellFormat.Of(options, text.HasDecimalComma);
        List<double>[] columns = options.Part is { IsFirst: false }
            ? Columns(TextRows.FirstOf(path, options).Cells.Length)
            : [];
        while (text.Read())
        {
            if (columns.Length == 0)
            {
                columns = Columns(text.Count);
                if (AreNames(text.Cells(), format))
                {
                    continue;
                }
            }

            if (text.Count != columns.Length)
            {
                throw new InvalidDataException(
                    $"{path}, line {text.Line}: {text.Count} numbers where the lines before have {columns.Length}.");
            }

            for (int i = 0; i < columns.Length; i++)
            {
                columns[i].Add(Number(path, text, i, format));
            }

            if ((long)columns.Length * columns[0].Count > Table.MaxCells)
            {
                throw Table.TooMany(path);
            }
        }

        return columns.Length > 0 && (columns[0].Count > 0 || options.Part is not null)
            ? [.. columns.Select(column => column.ToArray())]
            : throw (columns.Length > 0
                ? WithoutNumbers(path)
                : new InvalidDataException($"{path} is empty; lines of numbers are needed."));
    }

    private static InvalidDataException WithoutNumbers(string path) =>
        new($"{path} is text without a line of numbers.");

    private static List<double>[] Columns(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new List<double>())];

    private static bool AreNames(string[] cells, CellFormat format) =>
        cells.All(cell => cell.Length > 0 && format.PlainNumber(cell) is null && !IsNumber(cell));

    // (NaN and infinity are numbers too, and not names.)
    private static bool IsNumber(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static double Number(string path, TextRows text, int column, CellFormat format)
    {
        if (format.PlainNumber(text.Bytes(column)) is { } number)
        {
            return number;
        }

        string cell = text[column];
        throw new InvalidDataException(
            $"{path}, line {text.Line}, column {column + 1}: {CellFormat.Quote(cell)} is not a "
            + $"{(IsNumber(cell) ? "finite " : string.Empty)}number.");
    }
}
