using System.Buffers;
using System.Text;

namespace Math4AI.Data.Tables.Cells;

/// <summary>
/// Takes the cells of a column of text as they come: as numbers or dates while all of them are, and as texts from the
/// first one on that is not.
/// </summary>
/// <param name="format">How numbers and dates are written.</param>
internal sealed class CellReader(CellFormat format)
{
    // The longest token for a missing value, such as "missing", has fewer bytes.
    private const int MaxToken = 8;

    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly List<int> ends = [];
    private readonly List<ParsedCells.Page> pages = [];
    private readonly List<double> values = [];
    private List<string?>? texts;
    private bool? areDates;

    /// <summary>Takes a cell of the row that was read.</summary>
    public void Add(TextRows text, int cell)
    {
        ReadOnlySpan<byte> span = text.Bytes(cell);
        if (CellFormat.IsMissing(span))
        {
            KeepMissing();
        }
        else if (texts is not null)
        {
            texts.Add(text[cell]);
        }
        else if (ValueOf(span) is { } value)
        {
            Keep(span, value);
        }
        else
        {
            texts = [.. Parsed()];
            texts.Add(text[cell]);
            pages.Clear();
            values.Clear();
            values.TrimExcess();
        }
    }

    /// <summary>The column of the cells so far.</summary>
    public TableColumn Column() => texts is null ? TableColumn.Of(Parsed()) : TableColumn.Of([.. texts]);

    private ParsedCells Parsed()
    {
        ClosePage();
        return new ParsedCells(pages, [.. values], areDates ?? false);
    }

    private void KeepMissing()
    {
        if (texts is not null)
        {
            texts.Add(null);
        }
        else
        {
            Keep([], double.NaN);
        }
    }

    private void Keep(ReadOnlySpan<byte> span, double value)
    {
        bytes.Write(span);
        ends.Add(bytes.WrittenCount);
        values.Add(value);
        if (ends.Count == ParsedCells.PageCells)
        {
            ClosePage();
        }
    }

    private void ClosePage()
    {
        pages.Add(new ParsedCells.Page(bytes.WrittenSpan.ToArray(), [.. ends]));
        bytes.ResetWrittenCount();
        ends.Clear();
    }

    /// <summary>The number or date that a cell is, as those before; NaN for a token; null for something else.</summary>
    private double? ValueOf(ReadOnlySpan<byte> span)
    {
        if (areDates is not true && PlainDecimal.TryParse(span, format.HasDecimalComma, out double number))
        {
            areDates = false;
            return number;
        }

        if (areDates is not false && format.Date(span) is { } date)
        {
            areDates = true;
            return date;
        }

        return span.Length < MaxToken && ColumnForm.IsUsualToken(Encoding.UTF8.GetString(span)) ? double.NaN : null;
    }
}
