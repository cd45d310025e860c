using System.Globalization;
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
        string[] names = text.ReadNames();
        int[] wanted = options.Find(path, names);
        CellFormat format = CellFormat.Of(options, text.HasDecimalComma);
        var cells = new List<string?>[wanted.Length];
        for (long first = 0; Fill(text, names.Length, wanted, cells, rows, path) is { Count: > 0 } lines;
            first += lines.Count)
        {
            yield return Table.OfTexts(
                [.. wanted.Select((column, i) => (names[column], cells[i].ToArray()))], format,
                new RowPlaces(first, lines));
        }
    }

    public override ISampleFile OpenSamples(string path)
    {
        double[][] columns = ReadColumns(path);
        return columns.Length <= columns[0].Length
            ? new ColumnSource(columns)
            : throw new InvalidDataException(
                $"{path} has {columns.Length} channels of {columns[0].Length} samples: transpose it to a column for "
                + "each channel.");
    }

    public override Matrix<double> ReadMatrix(string path) =>
        Matrix<double>.Build.DenseOfColumnArrays(ReadColumns(path));

    /// <summary>Takes the next rows; returns their lines.</summary>
    private static List<long> Fill(
        TextRows text, int columns, int[] wanted, List<string?>[] cells, int rows, string path)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = [];
        }

        var lines = new List<long>();
        while (lines.Count < rows && text.Read())
        {
            text.RequireCount(columns);
            for (int i = 0; i < wanted.Length; i++)
            {
                string cell = text[wanted[i]];
                cells[i].Add(CellFormat.IsMissing(cell) ? null : cell);
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
    private static double[][] ReadColumns(string path)
    {
        using TextRows text = TextRows.Open(path, new TableOptions { HasComments = true });
        var format = CellFormat.Of(new TableOptions(), text.HasDecimalComma);
        List<double>[] columns = [];
        while (text.Read())
        {
            if (columns.Length == 0)
            {
                columns = [.. Enumerable.Range(0, text.Count).Select(_ => new List<double>())];
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

        return columns.Length > 0 && columns[0].Count > 0
            ? [.. columns.Select(column => column.ToArray())]
            : throw new InvalidDataException(
                columns.Length > 0
                    ? $"{path} is text without a line of numbers."
                    : $"{path} is empty; lines of numbers are needed.");
    }

    private static bool AreNames(string[] cells, CellFormat format) =>
        cells.All(cell => cell.Length > 0 && format.PlainNumber(cell) is null && !IsNumber(cell));

    // (NaN and infinity are numbers too, and not names.)
    private static bool IsNumber(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static double Number(string path, TextRows text, int column, CellFormat format)
    {
        string cell = text[column];
        return format.PlainNumber(cell) ?? throw new InvalidDataException(
            $"{path}, line {text.Line}, column {column + 1}: {CellFormat.Quote(cell)} is not a "
            + $"{(IsNumber(cell) ? "finite " : string.Empty)}number.");
    }
}
