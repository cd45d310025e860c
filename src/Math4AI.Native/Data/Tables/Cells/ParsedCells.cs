using System.Collections;
using System.Text;

namespace Math4AI.Data.Tables.Cells;

/// <summary>
/// The cells of a column all of which are plain numbers, or all dates of ISO 8601, usual tokens for a missing value
/// aside: their values, and their texts as they stand in the file, which become strings only where they are looked at.
/// </summary>
internal sealed class ParsedCells : IReadOnlyList<string?>
{
    /// <summary>The cells of a page.</summary>
    public const int PageCells = 1 << 12;

    private readonly IReadOnlyList<Page> pages;
    private readonly IReadOnlyList<int>? rows;

    /// <summary>Takes over the pages, all of which but the last are full.</summary>
    public ParsedCells(IReadOnlyList<Page> pages, double[] values, bool areDates, IReadOnlyList<int>? rows = null) =>
        (this.pages, Values, AreDates, this.rows) = (pages, values, areDates, rows);

    /// <summary>Whether they are dates, not numbers.</summary>
    public bool AreDates { get; }

    /// <summary>The numbers; NaN where a cell is missing or a token for that.</summary>
    public double[] Values { get; }

    /// <summary>Whether there is a value at all.</summary>
    public bool HasValues => Values.AsSpan().ContainsAnyInRange(double.MinValue, double.MaxValue);

    /// <summary>Whether a cell is a token for a missing value, such as NULL.</summary>
    public bool HasTokens
    {
        get
        {
            for (int row = 0; row < Values.Length; row++)
            {
                if (double.IsNaN(Values[row]) && !IsMissing(row))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether the values are codes: two digits or more, as many in all, of which some begin with 0.</summary>
    public bool AreCodes
    {
        get
        {
            int length = 0;
            bool hasZero = false;
            double first = double.NaN;
            bool vary = false;
            for (int row = 0; row < Values.Length; row++)
            {
                if (double.IsNaN(Values[row]))
                {
                    continue;
                }

                ReadOnlySpan<byte> text = Bytes(row);
                length = length == 0 ? text.Length : length;
                if (text.Length != length || length < 2 || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                {
                    return false;
                }

                first = double.IsNaN(first) ? Values[row] : first;
                vary |= first != Values[row];
                hasZero |= text[0] == '0';
            }

            return hasZero && vary;
        }
    }

    /// <summary>
    /// Whether separators may be those of thousands, 491 and 1.008: some numbers have one, always before three digits
    /// and behind one to three that do not begin with 0, and the others have no more than three digits.
    /// </summary>
    public bool MayBeGrouped
    {
        get
        {
            bool hasGroups = false, hasPlain = false;
            for (int row = 0; row < Values.Length; row++)
            {
                if (double.IsNaN(Values[row]))
                {
                    continue;
                }

                ReadOnlySpan<byte> digits = Bytes(row).TrimStart("+-"u8);
                int at = digits.IndexOfAny((byte)'.', (byte)',');
                ReadOnlySpan<byte> first = at < 0 ? digits : digits[..at], second = at < 0 ? [] : digits[(at + 1)..];
                if (first.Length is 0 or > 3 || first.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                    || (at >= 0 && (first[0] == '0' || second.Length != 3
                        || second.ContainsAnyExceptInRange((byte)'0', (byte)'9'))))
                {
                    return false;
                }

                (hasGroups, hasPlain) = (hasGroups || at >= 0, hasPlain || at < 0);
            }

            return hasGroups && hasPlain;
        }
    }

    public int Count => Values.Length;

    public string? this[int index] => IsMissing(index) ? null : Encoding.UTF8.GetString(Bytes(index));

    /// <summary>Whether a cell is missing; a token is there.</summary>
    public bool IsMissing(int row) => Bytes(row).IsEmpty;

    /// <summary>Some of the rows.</summary>
    public ParsedCells Select(IReadOnlyList<int> some) => new(
        pages, [.. some.Select(row => Values[row])], AreDates,
        [.. some.Select(row => rows is null ? row : rows[row])]);

    public IEnumerator<string?> GetEnumerator()
    {
        for (int row = 0; row < Count; row++)
        {
            yield return this[row];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ReadOnlySpan<byte> Bytes(int row)
    {
        int source = rows is null ? row : rows[row];
        (Page page, int cell) = (pages[source / PageCells], source % PageCells);
        int start = cell == 0 ? 0 : page.Ends[cell - 1];
        return page.Bytes.AsSpan(start, page.Ends[cell] - start);
    }

    /// <summary>Some cells one after another.</summary>
    /// <param name="Bytes">Their texts in UTF-8; nothing of a missing cell.</param>
    /// <param name="Ends">Where each ends.</param>
    internal sealed record Page(byte[] Bytes, int[] Ends);
}
