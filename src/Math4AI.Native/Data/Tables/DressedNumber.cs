using System.Buffers;
using System.Globalization;

namespace Math4AI.Data.Tables;

/// <summary>A number as people write it: with a sign of currency, separators of thousands, and a unit.</summary>
/// <param name="Body">The sign, the digits and what separates them, with plain blanks.</param>
/// <param name="Unit">What stands before and after; empty for nothing.</param>
internal readonly record struct DressedNumber(string Body, string Unit)
{
    private const int MaxUnit = 8;

    private static readonly SearchValues<char> NoUnit = SearchValues.Create("0123456789,<>=:;/\\\"'()[] \t");

    /// <summary>
    /// The ways to separate thousands and decimals, the likelier first: 3,821 is read as thousands and 3,82 is not.
    /// </summary>
    private static readonly (char? Thousands, bool HasDecimalComma)[] Ways =
        [(null, false), (',', false), (null, true), ('.', true), (' ', false), ('\'', false), (' ', true)];

    /// <summary>Takes a text apart; null where no number is in the middle of it.</summary>
    public static DressedNumber? Split(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        string sign = TakeSign(ref rest);
        string before = string.Empty;
        if (rest.Length > 0 && char.GetUnicodeCategory(rest[0]) == UnicodeCategory.CurrencySymbol)
        {
            before = rest[..1].ToString();
            rest = rest[1..].TrimStart();
            sign += TakeSign(ref rest);
        }

        int end = 0;
        while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || IsSeparator(rest, end)))
        {
            end++;
        }

        ReadOnlySpan<char> after = rest[end..].Trim();
        bool isUnit = after.Length <= MaxUnit && !after.ContainsAny(NoUnit)
            && (after.Length == 0 || after[0] is not ('-' or '+' or '.' or '_'));
        return end > 0 && rest[..end].ContainsAnyInRange('0', '9') && isUnit && sign.Length < 2
            ? new DressedNumber(sign + Blanks(rest[..end]), before + after.ToString())
            : null;
    }

    /// <summary>The value of a text in the form of a column; null where it is no such number.</summary>
    public static double? Value(string text, ColumnForm form)
    {
        if (Plain(text, form.HasDecimalComma) is { } plain)
        {
            return plain;
        }

        return Split(text) is { } number && (number.Unit.Length == 0 || number.Unit == form.Unit)
            ? number.Value(form.Thousands, form.HasDecimalComma)
            : null;
    }

    /// <summary>
    /// The form that most of some numbers have. A unit belongs to it only where most numbers have it: one 12 km among
    /// plain numbers is odd.
    /// </summary>
    /// <param name="numbers">Numbers, and how often each occurs.</param>
    /// <param name="hasDecimalComma">Whether the table has decimal commas, as far as it shows.</param>
    public static ColumnForm FormOf(
        IReadOnlyCollection<(DressedNumber Number, int Count)> numbers, bool hasDecimalComma)
    {
        (string unit, long most) = numbers.GroupBy(pair => pair.Number.Unit, pair => (long)pair.Count)
            .Select(group => (group.Key, group.Sum())).OrderByDescending(pair => pair.Item2)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal).FirstOrDefault();
        bool hasUnit = unit is { Length: > 0 } && most > numbers.Sum(pair => (long)pair.Count) / 2;

        // Where other columns have decimal commas, 1.234 is a thousand and more.
        (char? thousands, bool comma) = Ways.OrderByDescending(way => way == (null, hasDecimalComma))
            .ThenByDescending(way => hasDecimalComma && way.HasDecimalComma)
            .MaxBy(way => numbers
                .Where(pair => pair.Number.Value(way.Thousands, way.HasDecimalComma) is not null)
                .Sum(pair => (long)pair.Count));
        return new ColumnForm(ColumnType.Number)
        {
            Unit = hasUnit ? unit : null,
            Thousands = thousands,
            HasDecimalComma = comma,
        };
    }

    /// <summary>The value; null where the digits are not grouped so.</summary>
    public double? Value(char? thousands, bool hasDecimalComma)
    {
        if (thousands is not { } separator || !Body.Contains(separator, StringComparison.Ordinal))
        {
            return Plain(Body, hasDecimalComma);
        }

        int point = Body.IndexOf(hasDecimalComma ? ',' : '.', StringComparison.Ordinal);
        string whole = point < 0 ? Body : Body[..point];
        string[] groups = whole.TrimStart('-', '+').Split(separator);
        bool isGrouped = groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(group => group.Length == 3);
        return isGrouped
            ? Plain(Body.Replace(separator.ToString(), string.Empty, StringComparison.Ordinal), hasDecimalComma)
            : null;
    }

    private static double? Plain(string text, bool hasDecimalComma) =>
        double.TryParse(text, NumberStyles.Float, hasDecimalComma ? CellFormat.Comma : NumberFormatInfo.InvariantInfo,
            out double value) && double.IsFinite(value)
            ? value
            : null;

    private static string TakeSign(ref ReadOnlySpan<char> rest)
    {
        if (rest.Length == 0 || rest[0] is not ('-' or '+' or '−'))
        {
            return string.Empty;
        }

        string sign = rest[0] == '+' ? "+" : "-";
        rest = rest[1..].TrimStart();
        return sign;
    }

    /// <summary>Whether a character between digits separates them.</summary>
    private static bool IsSeparator(ReadOnlySpan<char> text, int at) =>
        text[at] is '.' or ','
        || (text[at] is ' ' or '\u00A0' or '\u202F' or '\'' or '’' && at > 0 && char.IsAsciiDigit(text[at - 1])
            && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]));

    private static string Blanks(ReadOnlySpan<char> digits) =>
        digits.ToString().Replace('\u00A0', ' ').Replace('\u202F', ' ').Replace('’', '\'');
}
