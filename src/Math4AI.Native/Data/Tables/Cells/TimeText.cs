using System.Buffers;
using System.Globalization;

namespace Math4AI.Data.Tables.Cells;

/// <summary>
/// Times of day and durations as people write them, in hours: 14:05, 9:30:15, 2:05 PM, 14:05 Uhr, 14:05Z, 2h 5m,
/// 90 min, 2 days 3:04:05 and PT2H5M.
/// </summary>
/// <param name="Hours">The hours.</param>
/// <param name="Shape">How it is written.</param>
internal readonly record struct TimeText(double Hours, TimeShape Shape)
{
    private const int MaxDigits = 6;
    private const int MaxLength = 40;
    private const double MinutesOfHour = 60.0;
    private const double SecondsOfHour = 3600.0;
    private const double HoursOfDay = 24.0;
    private const string Uhr = "Uhr";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.,");

    /// <summary>The units, the longer first, each with its rank and its hours.</summary>
    private static readonly Dictionary<string, (int Rank, double Hours)> Units = Named(
        (6, 7.0 * HoursOfDay, ["w", "week", "weeks"]),
        (5, HoursOfDay, ["d", "day", "days"]),
        (4, 1.0, ["h", "hr", "hrs", "hour", "hours", "std"]),
        (3, 1.0 / MinutesOfHour, ["m", "min", "mins", "minute", "minutes"]),
        (2, 1.0 / SecondsOfHour, ["s", "sec", "secs", "second", "seconds"]),
        (1, 1.0 / (1000.0 * SecondsOfHour), ["ms"]));

    /// <summary>
    /// Gets what a time of two parts says if these are minutes and seconds; null for every other one.
    /// </summary>
    public double? AsMinutes =>
        Shape == TimeShape.TwoParts || Shape == TimeShape.MinutesAlone ? Hours / MinutesOfHour : null;

    /// <summary>The hours of a cell; null where it is no time.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="hasMinutesFirst">Whether two parts are minutes and seconds.</param>
    public static double? Parse(string text, bool hasMinutesFirst) =>
        Of(text) is not { } time ? null
        : hasMinutesFirst ? time.AsMinutes ?? time.Hours
        : time.Shape == TimeShape.MinutesAlone ? null
        : time.Hours;

    /// <summary>Hours as 2:05:30, to the thousandth of a second; null where there are too many.</summary>
    public static string? Text(double hours)
    {
        const double MaxHours = 1e6;
        if (!(Math.Abs(hours) < MaxHours))
        {
            return null;
        }

        var time = TimeSpan.FromMilliseconds(Math.Round(1000.0 * SecondsOfHour * Math.Abs(hours)));
        return (hours < 0.0 && time > TimeSpan.Zero ? "-" : string.Empty)
            + ((long)time.TotalHours).ToString(CultureInfo.InvariantCulture)
            + time.ToString(@"\:mm\:ss\.fff", CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.');
    }

    /// <summary>Whether a cell has two numbers about a colon that are no time, such as the ratio 16:9.</summary>
    public static bool IsRatio(string text)
    {
        string[] parts = text.Split(':', StringSplitOptions.TrimEntries);
        return parts.Length == 2 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit))
            && Of(text) is null;
    }

    /// <summary>Reads a cell; null where it is no time.</summary>
    public static TimeText? Of(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.Length is 0 or > MaxLength || !rest.ContainsAnyInRange('0', '9'))
        {
            return null;
        }

        if (rest is "0")
        {
            return new TimeText(0.0, TimeShape.Words);
        }

        double sign = rest[0] is '-' or '−' ? -1.0 : 1.0;
        rest = rest[0] is '-' or '−' or '+' ? rest[1..].TrimStart() : rest;
        TimeText? found = rest.Contains(':') ? OfClock(rest)
            : rest is ['P', ..] ? OfIso(rest[1..])
            : OfHalfDay(rest) ?? OfHour(rest) ?? OfWords(rest);
        return found is { } time ? time with { Hours = sign * time.Hours } : null;
    }

    /// <summary>Parts between colons, perhaps after days, perhaps before AM or PM.</summary>
    private static TimeText? OfClock(ReadOnlySpan<char> text)
    {
        bool isOfDay = TakeClock(ref text);
        double? half = TakeHalf(ref text);
        double days = 0.0;
        bool hasDays = text.IndexOfAnyInRange('A', 'z') > 0;
        if (hasDays)
        {
            int end = text.LastIndexOfAnyInRange('A', 'z') + 1;
            if (OfWords(text[..end]) is not { } before || before.Hours % HoursOfDay != 0.0)
            {
                return null;
            }

            days = before.Hours;
            text = text[end..].TrimStart(", ");
        }

        Span<Range> parts = stackalloc Range[4];
        int count = text.Split(parts, ':');
        if (count is < 2 or > 3 || Whole(text[parts[0]], MaxDigits) is not { } first
            || (count == 3 ? Whole(text[parts[1]], 2) : 0.0) is not { } middle || middle >= MinutesOfHour
            || Two(text[parts[count - 1]]) is not { } last || (half is not null && first is < 1.0 or > 12.0)
            || ((hasDays || isOfDay) && first >= HoursOfDay) || (isOfDay && (hasDays || half is not null)))
        {
            return null;
        }

        bool hasFraction = text[parts[count - 1]].Length > 2, isWhole = hasDays || isOfDay || half is not null;
        double hours = (half is null ? first : first % 12.0 + half.Value) + days;
        return count == 3
            ? new TimeText(hours + middle / MinutesOfHour + last / SecondsOfHour,
                isWhole ? TimeShape.Whole : TimeShape.ThreeParts)
            : hasFraction && isWhole ? null
            : new TimeText(
                hours + last / MinutesOfHour,
                isWhole ? TimeShape.Whole
                : hasFraction ? TimeShape.MinutesAlone : TimeShape.TwoParts);
    }

    /// <summary>2 PM.</summary>
    private static TimeText? OfHalfDay(ReadOnlySpan<char> text) =>
        TakeHalf(ref text) is { } half && Whole(text, 2) is >= 1.0 and <= 12.0 and { } hour
            ? new TimeText(hour % 12.0 + half, TimeShape.Whole)
            : null;

    /// <summary>14 Uhr.</summary>
    private static TimeText? OfHour(ReadOnlySpan<char> text) =>
        TakeClock(ref text) && Whole(text, 2) is < HoursOfDay and { } hour
            ? new TimeText(hour, TimeShape.Whole)
            : null;

    /// <summary>PT2H5M of ISO 8601, without years and months, whose lengths differ.</summary>
    private static TimeText? OfIso(ReadOnlySpan<char> text)
    {
        int time = text.IndexOf('T');
        ReadOnlySpan<char> days = time < 0 ? text : text[..time], rest = time < 0 ? [] : text[(time + 1)..];
        TimeText? before = days.Length == 0 ? new TimeText(0.0, TimeShape.Words)
            : days[^1] is 'D' or 'W' ? OfWords(days) : null;
        TimeText? after = rest.Length == 0 ? new TimeText(0.0, TimeShape.Words) : OfWords(rest);
        return before is { } one && after is { } two && text.Length > 1 && time != text.Length - 1
            ? new TimeText(one.Hours + two.Hours, TimeShape.Whole)
            : null;
    }

    /// <summary>Numbers with units, the longer units first; minutes after hours need none: 2h05.</summary>
    private static TimeText? OfWords(ReadOnlySpan<char> text)
    {
        double hours = 0.0;
        int rank = int.MaxValue, numbers = 0;
        while (text.Length > 0)
        {
            int end = text.IndexOfAnyExcept(Digits);
            ReadOnlySpan<char> digits = end < 0 ? text : text[..end];
            ReadOnlySpan<char> after = end < 0 ? [] : text[end..].TrimStart();
            int length = after.IndexOfAnyExceptInRange('A', 'z');
            ReadOnlySpan<char> unit = length < 0 ? after : after[..length];
            bool areMinutes = rank == 4 && unit.Length == 0 && digits.Length == 2;
            if (Decimal(digits) is not { } number || (areMinutes && number >= MinutesOfHour)
                || !Units.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(areMinutes ? "m" : unit, out var found)
                || found.Rank >= rank)
            {
                return null;
            }

            (hours, rank, numbers) = (hours + number * found.Hours, found.Rank, numbers + 1);
            text = length < 0 ? [] : after[length..].TrimStart(". ,");
        }

        return numbers == 0 ? null : new TimeText(hours, numbers == 1 ? TimeShape.Words : TimeShape.Whole);
    }

    /// <summary>A date and time without the German word for o'clock: 5.3.2024 14:05 for 5.3.2024, 14:05 Uhr.</summary>
    public static string WithoutUhr(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimEnd();
        if (!rest.EndsWith(Uhr, StringComparison.OrdinalIgnoreCase))
        {
            return text;
        }

        string before = rest[..^Uhr.Length].TrimEnd().ToString();
        int end = before.LastIndexOf(' ');
        if (end < 0 || !before.AsSpan(end).Contains(':'))
        {
            return text;
        }

        ReadOnlySpan<char> date = before.AsSpan(0, end).TrimEnd(", ");
        return string.Concat(date.EndsWith(" um", StringComparison.Ordinal) ? date[..^3] : date, before.AsSpan(end));
    }

    /// <summary>Takes from the end what says that a time is one of day: Uhr, or Z, which is UTC.</summary>
    private static bool TakeClock(ref ReadOnlySpan<char> text)
    {
        int length = text.EndsWith(Uhr, StringComparison.OrdinalIgnoreCase) ? Uhr.Length
            : text is [.., >= '0' and <= '9', 'Z'] && text.Contains(':') ? 1
            : 0;
        text = text[..^length].TrimEnd();
        return length > 0;
    }

    /// <summary>Takes AM or PM from the end: the hours that it adds to those of twelve; null for neither.</summary>
    private static double? TakeHalf(ref ReadOnlySpan<char> text)
    {
        foreach ((string name, double hours) in ((string, double)[])
            [("AM", 0.0), ("A.M.", 0.0), ("PM", 12.0), ("P.M.", 12.0)])
        {
            if (text.EndsWith(name, StringComparison.OrdinalIgnoreCase) && text.Length > name.Length)
            {
                text = text[..^name.Length].TrimEnd();
                return hours;
            }
        }

        return null;
    }

    private static double? Whole(ReadOnlySpan<char> digits, int most) =>
        digits.Length >= 1 && digits.Length <= most && !digits.ContainsAnyExceptInRange('0', '9')
            ? double.Parse(digits, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Two digits below 60, and perhaps a fraction.</summary>
    private static double? Two(ReadOnlySpan<char> digits) =>
        digits.Length >= 2 && char.IsAsciiDigit(digits[0]) && char.IsAsciiDigit(digits[1])
        && (digits.Length == 2 || (digits.Length > 3 && digits[2] is '.' or ','))
        && Decimal(digits) is < MinutesOfHour and { } value ? value : null;

    private static double? Decimal(ReadOnlySpan<char> digits) => double.TryParse(
        digits, NumberStyles.AllowDecimalPoint,
        digits.Contains(',') ? CellFormat.Comma : NumberFormatInfo.InvariantInfo, out double value)
        ? value
        : null;

    private static Dictionary<string, (int Rank, double Hours)> Named(
        params (int Rank, double Hours, string[] Names)[] units) =>
        units.SelectMany(unit => unit.Names.Select(name => (name, (unit.Rank, unit.Hours))))
            .ToDictionary(pair => pair.name, pair => pair.Item2, StringComparer.OrdinalIgnoreCase);
}

/// <summary>The ways to write a time.</summary>
internal enum TimeShape
{
    /// <summary>Nothing about it is open: 2:05 PM, 2h 5m.</summary>
    Whole,

    /// <summary>9:30:15, hours, minutes and seconds.</summary>
    ThreeParts,

    /// <summary>58:12, hours and minutes, or minutes and seconds.</summary>
    TwoParts,

    /// <summary>58:12.5, minutes and seconds.</summary>
    MinutesAlone,

    /// <summary>A number with a unit, such as 90 min.</summary>
    Words,
}
