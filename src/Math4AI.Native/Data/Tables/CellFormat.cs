using System.Globalization;
using System.Text;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>Specifies how numbers and dates are written in the cells of a table.</summary>
/// <param name="HasDecimalComma">Whether numbers have a decimal comma instead of a point.</param>
/// <param name="DateUnit">What dates count.</param>
/// <param name="DateOrigin">The date that counts as 0.</param>
internal sealed record CellFormat(bool HasDecimalComma, DateUnit DateUnit, DateTime DateOrigin)
{
    private static readonly string[] DateFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mmK",
            "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Gets the format of numbers with a decimal comma.</summary>
    public static NumberFormatInfo Comma { get; } = new() { NumberDecimalSeparator = "," };

    /// <summary>Gets the default format.</summary>
    public static CellFormat Default { get; } = Of(new TableOptions(), hasDecimalComma: false);

    public static CellFormat Of(TableOptions options, bool hasDecimalComma) =>
        new(hasDecimalComma, options.DateUnit, options.DateOrigin);

    /// <summary>Quotes a cell for a message: on one line, and shortened.</summary>
    public static string Quote(string text) =>
        $"'{(text.Length > 40 ? text[..40] + "…" : text).ReplaceLineEndings(" ")}'";

    public static bool IsMissing(string text) => text.Length == 0 || text is "NA" or "NaN" or "nan";

    /// <summary>Whether a cell is infinite, or a number beyond the range of float64.</summary>
    public static bool IsInfinite(string text) =>
        text.Trim().TrimStart('+', '-').Equals("inf", StringComparison.OrdinalIgnoreCase)
        || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsInfinity(value));

    /// <summary>Whether a cell in UTF-8 is missing.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text) =>
        text.Length <= 3 && (text.IsEmpty || text.SequenceEqual("NA"u8) || text.SequenceEqual("NaN"u8)
            || text.SequenceEqual("nan"u8));

    /// <summary>Parses a finite number or a date; null if the text is neither.</summary>
    public double? Number(string text) => PlainNumber(text) ?? Date(text);

    /// <summary>Parses a finite number; null if the text is not one.</summary>
    public double? PlainNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, HasDecimalComma ? Comma : NumberFormatInfo.InvariantInfo,
            out double value) && double.IsFinite(value)
            ? value
            : null;

    /// <summary>Parses a finite number in UTF-8; null if the text is not one.</summary>
    public double? PlainNumber(ReadOnlySpan<byte> text) =>
        PlainDecimal.TryParse(text, HasDecimalComma, out double value) ? value : null;

    /// <summary>
    /// Parses a date of ISO 8601 as days or seconds, in UTC where it names its zone; null if the text is not one.
    /// </summary>
    public double? Date(string text) =>
        IsoDate.MayBe(text.AsSpan()) && DateTime.TryParseExact(
            text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTime date)
            ? Count(date)
            : null;

    /// <summary>Parses a date of ISO 8601 in UTF-8, as above.</summary>
    public double? Date(ReadOnlySpan<byte> text) =>
        IsoDate.TryShort(text, out DateTime date) ? Count(date)
        : IsoDate.MayBe(text) ? Date(Encoding.UTF8.GetString(text))
        : null;

    /// <summary>Counts the days or seconds of a date from the origin.</summary>
    public double Count(DateTime date)
    {
        TimeSpan since = date - DateOrigin;
        return DateUnit == DateUnit.Days ? since.TotalDays : since.TotalSeconds;
    }
}
