using System.Globalization;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>Specifies what the cells of a column are.</summary>
public enum ColumnType
{
    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Dates and times, which become numbers.</summary>
    Date,

    /// <summary>Classes, by their names.</summary>
    Category,

    /// <summary>Classes that have an order.</summary>
    Order,

    /// <summary>
    /// Sentences: the weights of their words are inputs, or the <see cref="ColumnForm.Features"/> that are named.
    /// </summary>
    Text,

    /// <summary>Whatever it is, it is not used.</summary>
    Ignore,

    /// <summary>Times of day and durations, which become hours.</summary>
    Time,
}

/// <summary>
/// Describes how the cells of a column are written: what training found in a column, so that prediction reads the
/// column of another file in the same way.
/// </summary>
/// <param name="Type">What the cells are.</param>
public sealed record ColumnForm(ColumnType Type)
{
    /// <summary>The texts that stand for a missing number or date, whatever their case.</summary>
    private static readonly HashSet<string> UsualTokens = new(StringComparer.OrdinalIgnoreCase)
    {
        "NULL", "None", "N/A", "#N/A", "#NA", "<NA>", "NA", "n.a.", "NaN", "nil", "missing", "unknown", "?", "-", "--",
        "–", ".",
    };

    /// <summary>Gets what stands before or after each number, such as $, % or kg; null for nothing.</summary>
    public string? Unit { get; init; }

    /// <summary>
    /// Gets whether numbers are counted in different things, as 850, 1.2k, 3M and 2B are; each is read as the number
    /// that it says.
    /// </summary>
    public bool HasMultipliers { get; init; }

    /// <summary>Gets the character that separates thousands; null for none.</summary>
    public char? Thousands { get; init; }

    /// <summary>Gets whether numbers have a decimal comma.</summary>
    public bool HasDecimalComma { get; init; }

    /// <summary>Gets the format of dates, such as dd/MM/yyyy, without the time; null for ISO 8601.</summary>
    public string? DateFormat { get; init; }

    /// <summary>
    /// Gets whether times of two parts, such as 58:12, are minutes and seconds; otherwise they are hours and minutes.
    /// </summary>
    public bool HasMinutesFirst { get; init; }

    /// <summary>
    /// Gets the two spellings of a column of truth values, false first; empty for other columns. True, TRUE, true, yes
    /// and 1 are then one thing.
    /// </summary>
    public IReadOnlyList<string> TruthValues { get; init; } = [];

    /// <summary>Gets the texts of an ordinal column in ascending order; empty for other columns.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    /// <summary>
    /// Gets the features of texts that are inputs, as a formula such as tfidf; null for the usual ones.
    /// </summary>
    public string? Features { get; init; }

    /// <summary>
    /// Gets the texts that stand for a missing value; null for the usual ones, such as NULL and ?, in columns of
    /// numbers, dates and times, and none in others.
    /// </summary>
    public IReadOnlyList<string>? MissingTokens { get; init; }

    internal bool IsNumeric => Type is ColumnType.Number or ColumnType.Date or ColumnType.Time;

    /// <summary>
    /// Returns a number as the cells of the column are: of dates, which count days since 1 January 2000, and of times
    /// the date or time, and of others the shortest text that is read as the same number.
    /// </summary>
    /// <param name="value">The number, such as a prediction.</param>
    public string TextOf(double value) =>
        Type == ColumnType.Date && Dates.Text(value) is { } date ? date
        : Type == ColumnType.Time && TimeText.Text(value) is { } time ? time
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Returns the form in a few words, such as <c>number in kg</c>.</summary>
    public override string ToString() => Type switch
    {
        ColumnType.Number when Unit is not null => $"number in {Unit}",
        ColumnType.Date when DateFormat is not null => $"date ({DateFormat})",
        ColumnType.Time => HasMinutesFirst ? "time in hours (m:ss)" : "time in hours",
        ColumnType.Text when Features is not null => $"text ({Features})",
        ColumnType.Order => $"order ({string.Join('|', Order)})",
        ColumnType.Category when TruthValues.Count > 0 => "true or false",
        _ => Type.ToString().ToLowerInvariant(),
    };

    /// <summary>What a cell that fits is, in a sentence: a number in kg, where all have that unit.</summary>
    internal string Kind => Unit is null ? Type.ToString().ToLowerInvariant() : ToString();

    /// <summary>Whether a text of a column stands for a missing value.</summary>
    internal bool IsMissing(string text) => MissingTokens is { } tokens
        ? tokens.Contains(text, StringComparer.Ordinal)
        : IsNumeric && UsualTokens.Contains(text);

    internal static bool IsUsualToken(string text) => UsualTokens.Contains(text);

    /// <summary>
    /// The number that a text is, missing ones and odd ones NaN.
    /// </summary>
    /// <param name="text">The cell; null where it is missing.</param>
    /// <param name="format">How the table writes dates.</param>
    /// <param name="isOdd">Whether the text is neither a number nor missing.</param>
    internal double NumberOf(string? text, CellFormat format, out bool isOdd)
    {
        isOdd = false;
        if (text is null || IsMissing(text))
        {
            return double.NaN;
        }

        double? value = Type == ColumnType.Date ? Dates.Parse(text, DateFormat, format)
            : Type == ColumnType.Time ? TimeText.Parse(text, HasMinutesFirst)
            : DressedNumber.Value(text, this) ?? Truth(text);
        isOdd = value is null;
        return value ?? double.NaN;
    }

    /// <summary>The class that a text is; null where it is missing.</summary>
    internal string? ClassOf(string? text) =>
        text is null || IsMissing(text) ? null
        : TruthValues.Count > 0 && Truth(text) is { } value ? TruthValues[(int)value]
        : text;

    private double? Truth(string text) => TruthValues.Count > 0 ? TruthWords.Parse(text) : null;
}

/// <summary>The words for true and false.</summary>
internal static class TruthWords
{
    private static readonly string[] False = ["false", "no", "f", "n", "0", "0.0"];
    private static readonly string[] True = ["true", "yes", "t", "y", "1", "1.0"];

    /// <summary>1 for true, 0 for false, null for neither.</summary>
    public static double? Parse(string text) =>
        True.Contains(text, StringComparer.OrdinalIgnoreCase) ? 1.0
        : False.Contains(text, StringComparer.OrdinalIgnoreCase) ? 0.0
        : null;

    /// <summary>
    /// Whether texts are truth values in words: true and false, or yes and no, in any case; beside both words 1 and 0
    /// say the same.
    /// </summary>
    public static bool AreWords(IReadOnlyCollection<string> texts)
    {
        string[] words = [.. texts.Where(text => text.Length > 0 && !char.IsAsciiDigit(text[0]))];
        return texts.All(text => Parse(text) is not null)
            && words.Select(text => Array.FindIndex(
                Parse(text) > 0.5 ? True : False, word => word.Equals(text, StringComparison.OrdinalIgnoreCase)))
                .Distinct().Count() == 1
            && words.Select(text => Parse(text)).Distinct().Count() == 2;
    }
}
