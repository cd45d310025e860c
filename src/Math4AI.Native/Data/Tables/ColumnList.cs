using System.Text.RegularExpressions;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>
/// Reads the types of columns from one line, such as <c>zip=category, when=date:dd/MM/yyyy, lap=time:m:ss,
/// income=number:$1,234, size=order:S|M|L, note=text:tfidf, id=ignore</c>.
/// </summary>
public static partial class ColumnList
{
    private const string Example =
        "zip=category, when=date:dd/MM/yyyy, lap=time:m:ss, income=number:$1,234, size=order:S|M|L, "
        + "note=text:tfidf, id=ignore";

    /// <summary>Parses the types of columns.</summary>
    /// <param name="text">NAME=TYPE or NAME=TYPE:FORM, separated by commas.</param>
    /// <exception cref="FormatException">It cannot be read; the message says where.</exception>
    public static IReadOnlyDictionary<string, ColumnForm> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var forms = new Dictionary<string, ColumnForm>();

        // A comma within $1,234 is followed by no name and no equals sign.
        foreach (string part in Separator().Split(text).Where(part => part.Trim().Length > 0))
        {
            string[] words = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (words.Length < 2 || !forms.TryAdd(words[0], FormOf(words[1])))
            {
                throw new FormatException(
                    $"'{part.Trim()}' is no NAME=TYPE of a column of its own, such as {Example}.");
            }
        }

        return forms;
    }

    private static ColumnForm FormOf(string text)
    {
        string[] words = text.Split(':', 2, StringSplitOptions.TrimEntries);
        string? shape = words.Length > 1 && words[1].Length > 0 ? words[1] : null;
        return words[0].ToLowerInvariant() switch
        {
            "number" => shape is null ? new ColumnForm(ColumnType.Number) : NumberLike(shape),
            "date" => new ColumnForm(ColumnType.Date) { DateFormat = shape },
            "time" when shape is null or "h:mm" or "m:ss" =>
                new ColumnForm(ColumnType.Time) { HasMinutesFirst = shape == "m:ss" },
            "category" when shape is null => new ColumnForm(ColumnType.Category),
            "order" when shape?.Split('|', StringSplitOptions.TrimEntries) is { Length: > 1 } order
                && order.Distinct().Count() == order.Length => new ColumnForm(ColumnType.Order) { Order = order },
            "text" => new ColumnForm(ColumnType.Text) { Features = shape },
            "ignore" when shape is null => new ColumnForm(ColumnType.Ignore),
            _ => throw new FormatException(
                $"'{text}' is no type of a column: number, date, time, category, order, text or ignore, such as "
                + $"{Example}."),
        };
    }

    /// <summary>The form of numbers that are written like an example.</summary>
    private static ColumnForm NumberLike(string example) => DressedNumber.Split(example) is { } number
        ? DressedNumber.FormOf([(number, 1)], hasDecimalComma: false)
        : throw new FormatException($"'{example}' is no example of a number, such as $1,234 or 1.234,5 kg.");

    [GeneratedRegex(@",(?=[^,=]*=)")]
    private static partial Regex Separator();
}
