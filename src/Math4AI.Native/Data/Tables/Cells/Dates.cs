using System.Collections.Concurrent;
using System.Globalization;

namespace Math4AI.Data.Tables.Cells;

/// <summary>Dates as people write them.</summary>
internal static class Dates
{
    private static readonly string[] Days =
    [
        "d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "d-M-yyyy", "M-d-yyyy", "yyyy/M/d", "d/M/yy", "M/d/yy", "d.M.yy",
        "d MMM yyyy", "d-MMM-yyyy", "d-MMM-yy", "MMM d, yyyy",
    ];

    private static readonly string[] Times = ["", " H:mm", " H:mm:ss", " h:mm tt", " h:mm:ss tt"];

    private static readonly ConcurrentDictionary<string, Shape> Shapes = new();

    /// <summary>The formats that a column may have; null is ISO 8601.</summary>
    public static IReadOnlyList<string?> Formats { get; } = [null, .. Days];

    /// <summary>The date of so many days since the origin, to the second; null where the calendar has none.</summary>
    public static string? Text(double days)
    {
        DateTime origin = CellFormat.Default.DateOrigin;
        double seconds = Math.Round(TimeSpan.SecondsPerDay * days);
        return seconds > (DateTime.MinValue - origin).TotalSeconds
            && seconds < (DateTime.MaxValue - origin).TotalSeconds
            ? origin.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>The number of a date; null where the text is none of this format.</summary>
    public static double? Parse(string text, string? format, CellFormat table)
    {
        if (format is null)
        {
            return table.Date(text);
        }

        Shape shape = Shapes.GetOrAdd(format, Shape.Of);
        return shape.IsBegunBy(text) && DateTime.TryParseExact(
            shape.Plain(text), shape.WithTimes, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces,
            out DateTime date)
            ? table.Count(date)
            : null;
    }

    /// <summary>
    /// A format with all times of day, and how its texts begin: with up to so many digits and a separator, which tells
    /// most texts that are no such dates without an attempt.
    /// </summary>
    private sealed record Shape(string Format, string[] WithTimes, int MaxDigits, char Separator)
    {
        public static Shape Of(string format)
        {
            string read = format.Contains("MMM", StringComparison.Ordinal)
                ? format.Replace("d. ", "d ", StringComparison.Ordinal)
                    .Replace("'de' ", string.Empty, StringComparison.Ordinal)
                : format;
            string[] all = [.. Times.Select(time => read + time)];
            return !Days.Contains(format) ? new Shape(format, all, int.MaxValue, ' ')
                : format.StartsWith("MM", StringComparison.Ordinal) ? new Shape(format, all, 0, ' ')
                : new Shape(format, all, format[0] == 'y' ? 4 : 2, format.TrimStart('d', 'M', 'y')[0]);
        }

        /// <summary>The text without what people write beside a date, its month in English.</summary>
        public string Plain(string text)
        {
            string plain = TimeText.WithoutUhr(text);
            return Format.Contains("MMM", StringComparison.Ordinal)
                ? MonthWords.InEnglish(plain, areWhole: Format.Contains("MMMM", StringComparison.Ordinal))
                : plain;
        }

        public bool IsBegunBy(string text)
        {
            if (MaxDigits == int.MaxValue)
            {
                return true;
            }

            ReadOnlySpan<char> rest = text.AsSpan().TrimStart();
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            return digits >= 0 && digits <= MaxDigits && (digits > 0 || MaxDigits == 0)
                && (Separator == ' ' || rest[digits..].TrimStart() is [var next, ..] && next == Separator);
        }
    }
}
