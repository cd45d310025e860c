using System.Numerics;

namespace Math4AI.Data.Tables.Cells;

/// <summary>Dates of ISO 8601, without the cost of trying every format on every cell.</summary>
internal static class IsoDate
{
    private const int DateLength = 10;
    private const int MinuteLength = 16;
    private const int SecondLength = 19;

    /// <summary>Whether a text has the dashes of a date of ISO 8601 at their places.</summary>
    public static bool MayBe<T>(ReadOnlySpan<T> text)
        where T : IBinaryInteger<T> =>
        text.Length >= DateLength && text[4] == T.CreateTruncating('-') && text[7] == T.CreateTruncating('-');

    /// <summary>
    /// Parses 2026-11-24, 2026-11-24 16:20 and 2026-11-24T16:20:00; false for everything else, which may be a date too.
    /// </summary>
    public static bool TryShort(ReadOnlySpan<byte> text, out DateTime date)
    {
        date = default;
        if (!MayBe(text) || text.Length is not (DateLength or MinuteLength or SecondLength)
            || (text.Length > DateLength && (text[10] is not ((byte)' ' or (byte)'T') || text[13] != ':'))
            || (text.Length == SecondLength && text[16] != ':'))
        {
            return false;
        }

        int year = 100 * Two(text) + Two(text[2..]), month = Two(text[5..]), day = Two(text[8..]);
        int hour = text.Length > DateLength ? Two(text[11..]) : 0;
        int minute = text.Length > DateLength ? Two(text[14..]) : 0;
        int second = text.Length == SecondLength ? Two(text[17..]) : 0;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || (uint)hour > 23 || (uint)minute > 59 || (uint)second > 59)
        {
            return false;
        }

        date = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified);
        return true;
    }

    /// <summary>Two digits; far below 0 where they are none.</summary>
    private static int Two(ReadOnlySpan<byte> text) =>
        char.IsAsciiDigit((char)text[0]) && char.IsAsciiDigit((char)text[1])
            ? 10 * (text[0] - '0') + text[1] - '0'
            : -100_000;
}
