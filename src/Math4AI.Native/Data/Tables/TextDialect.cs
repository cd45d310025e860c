using System.Globalization;
using CsvHelper;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>How a text separates its columns and writes its numbers, found from its first lines.</summary>
/// <param name="Separator">The separator; a blank for any run of blanks.</param>
/// <param name="HasDecimalComma">Whether numbers have a decimal comma.</param>
/// <param name="HasComments">Whether lines that begin with # are skipped.</param>
internal sealed record TextDialect(char Separator, bool HasDecimalComma, bool HasComments)
{
    private const int MaxRows = 100;
    private static readonly char[] Blanks = [' ', '\t'];
    private static readonly NumberFormatInfo Comma = new() { NumberDecimalSeparator = "," };

    /// <summary>Finds from the text what the options do not specify.</summary>
    /// <param name="start">The text's beginning.</param>
    /// <param name="isWhole">Whether that is all of it; else its last line may be cut.</param>
    /// <param name="options">What the user specified.</param>
    public static TextDialect Of(byte[] start, bool isWhole, TableOptions options)
    {
        (char separator, List<string[]> rows) = Split(start, isWhole, options.Separator, options.HasComments);
        if (options.Separator is null && !IsWide(start) && IsOpen(separator, rows) && AreBlankSeparated(rows))
        {
            separator = ' ';
        }

        if (options.Separator is null && separator == ',' && IsSeparatedBySemicolons(start, isWhole, options))
        {
            (separator, rows) = Split(start, isWhole, ';', options.HasComments);
        }

        if (separator == ' ')
        {
            rows = SplitAtBlanks(rows);
        }

        return new TextDialect(
            separator, options.HasDecimalComma ?? (separator != ',' && HaveDecimalComma(rows.SelectMany(row => row))),
            options.HasComments);
    }

    public CsvReaderOptions ReaderOptions(int? maxRowBytes) =>
        OptionsFor(Separator == ' ' ? TextStream.Joined : Separator, HasComments, maxRowBytes);

    private static CsvReaderOptions OptionsFor(char? separator, bool hasComments, int? maxRowBytes) => new()
    {
        HasHeader = false,
        Separator = separator,
        TrimWhitespace = true,
        CommentPrefix = hasComments ? '#' : null,
        SkipEmptyLines = true,
        TrackLineNumbers = true,
        PoolStrings = true,
        MaxRecordSize = maxRowBytes,
    };

    private static (char Separator, List<string[]> Rows) Split(
        byte[] start, bool isWhole, char? separator, bool hasComments)
    {
        using CsvReader reader = CsvReader.Create(start, OptionsFor(separator, hasComments, null));
        var rows = new List<string[]>();
        while (rows.Count < MaxRows && reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        if (!isWhole && rows.Count is > 1 and < MaxRows)
        {
            rows.RemoveAt(rows.Count - 1);
        }

        return (separator ?? reader.Separator, rows);
    }

    /// <summary>
    /// Whether blanks separate columns: as many in every line, and a number in each but the first, which may have
    /// names. (A column of sentences, or of dates with a time, is one column.)
    /// </summary>
    private static bool AreBlankSeparated(List<string[]> lines)
    {
        List<string[]> rows = SplitAtBlanks(lines);
        return rows.Count > 0 && rows[0].Length > 1
            && rows.TrueForAll(row => row.Length == rows[0].Length)
            && rows.Skip(rows.Count > 1 ? 1 : 0).All(row => row.Any(IsNumber));
    }

    /// <summary>
    /// Whether a separator was found that gives no table: none at all, or tabs here and there among blanks.
    /// </summary>
    private static bool IsOpen(char separator, List<string[]> rows) =>
        rows.TrueForAll(row => row.Length == 1)
            || (separator == '\t' && rows.Exists(row => row.Length != rows[0].Length));

    private static List<string[]> SplitAtBlanks(List<string[]> rows) =>
        [.. rows.Select(row => string.Join(' ', row).Split(Blanks, StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>
    /// Whether commas are those of numbers, and semicolons separate columns: as many in every line, numbers with commas
    /// between them, and none with a point.
    /// </summary>
    private static bool IsSeparatedBySemicolons(byte[] start, bool isWhole, TableOptions options)
    {
        if (IsWide(start) || !start.Contains((byte)';'))
        {
            return false;
        }

        List<string[]> rows = Split(start, isWhole, ';', options.HasComments).Rows;
        return rows.Count > 0 && rows[0].Length > 1 && rows.TrueForAll(row => row.Length == rows[0].Length)
            && HaveDecimalComma(rows.SelectMany(row => row))
            && rows.Skip(rows.Count > 1 ? 1 : 0).All(row => row.All(cell => cell.Length == 0 || IsDecimal(cell)));
    }

    private static bool IsDecimal(string cell) => double.TryParse(cell, NumberStyles.Float, Comma, out _);

    /// <summary>Whether the text is UTF-16 or UTF-32, whose blanks have more than one byte.</summary>
    private static bool IsWide(byte[] start) => start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];

    private static bool HaveDecimalComma(IEnumerable<string> cells)
    {
        bool hasComma = false, hasDecimals = false, hasThousands = false;
        foreach (string cell in cells)
        {
            if (cell.Contains('.', StringComparison.Ordinal) && IsNumber(cell))
            {
                if (!IsGrouped(cell, '.'))
                {
                    return false;
                }

                hasThousands = true;
            }
            else if (cell.Contains(',', StringComparison.Ordinal)
                && double.TryParse(cell, NumberStyles.Float, Comma, out _))
            {
                hasComma = true;
                hasDecimals |= !IsGrouped(cell, ',');
            }
        }

        // 1.234 beside 0,5 is a thousand and more; beside 5,678 it may be either.
        return hasComma && (hasDecimals || !hasThousands);
    }

    /// <summary>Whether a number may be one above a thousand, with a separator before every three digits.</summary>
    private static bool IsGrouped(string cell, char separator) =>
        cell.TrimStart('-', '+') is [not '0', ..]
        && new DressedNumber(cell, string.Empty).Value(separator, hasDecimalComma: separator == '.') is not null;

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || double.TryParse(text, NumberStyles.Float, Comma, out _);
}
