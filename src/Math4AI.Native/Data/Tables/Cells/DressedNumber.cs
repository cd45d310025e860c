using System.Buffers;
using System.Globalization;

namespace Math4AI.Data.Tables.Cells;

/// <summary>A number as people write it: with a sign of currency, separators of thousands, and a unit.</summary>
/// <param name="Body">The sign, the digits and what separates them, with plain blanks.</param>
/// <param name="Unit">What stands before and after; empty for nothing.</param>
internal readonly record struct DressedNumber(string Body, string Unit)
{
    private const int MaxUnit = 8;

    /// <summary>What numbers of one column are counted in where they differ in it: 850, 1.2k and 3M.</summary>
    private static readonly Dictionary<string, double> Multipliers = new(StringComparer.Ordinal)
    {
        [string.Empty] = 1.0,
        ["k"] = 1e3,
        ["K"] = 1e3,
        ["M"] = 1e6,
        ["B"] = 1e9,
        ["bn"] = 1e9,
    };

    private static readonly SearchValues<char> NoUnit = SearchValues.Create("0123456789,<>=:;/\\\"'()[] \t");

    /// <summary>
    /// The ways to separate thousands and decimals, the likelier first: 3,821 is read as thousands and 3,82 is not.
    /// </summary>
    private static readonly (char? Thousands, bool HasDecimalComma)[] Ways =
        [(null, false), (',', false), (null, true), ('.', true), (' ', false), ('\'', false), (' ', true)];

    /// <summary>
    /// Gets whether the number is negative in the way of ledgers, (1,234) or 1,234-, which is one among others that are
    /// not.
    /// </summary>
    public bool IsOfLedger { get; private init; }

    /// <summary>Takes a text apart; null where no number is in the middle of it.</summary>
    public static DressedNumber? Split(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool isOfLedger = rest is ['(', .., ')'] or [.., >= '0' and <= '9', '-'];
        string sign = isOfLedger ? "-" : string.Empty;
        rest = !isOfLedger ? rest : (rest[0] == '(' ? rest[1..^1] : rest[..^1]).Trim();
        sign += TakeSign(ref rest);
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
            ? new DressedNumber(sign + Blanks(rest[..end]), before + after.ToString()) { IsOfLedger = isOfLedger }
            : null;
    }

    /// <summary>The value of a text in the form of a column; null where it is no such number.</summary>
    public static double? Value(string text, ColumnForm form)
    {
        if (Plain(text, form.HasDecimalComma) is { } plain)
        {
            return plain;
        }

        return Split(text) is not { } number ? null
            : form.HasMultipliers ? number.Factor(form.Unit) * number.Value(form.Thousands, form.HasDecimalComma)
            : number.Unit.Length == 0 || number.Unit == form.Unit ? number.Value(form.Thousands, form.HasDecimalComma)
            : null;
    }

    /// <summary>
    /// What the number is counted in, in a column whose numbers differ in that; null where it has another unit.
    /// </summary>
    private double? Factor(string? currency)
    {
        string after = currency is { Length: > 0 } && Unit.StartsWith(currency, StringComparison.Ordinal)
            ? Unit[currency.Length..]
            : Unit;
        return Multipliers.TryGetValue(after, out double factor) ? factor : null;
    }

    /// <summary>
    /// The sign of currency, empty for none, of numbers that are counted in different things; null where they are not.
    /// One 12K among house numbers is odd, and 12A is counted in nothing.
    /// </summary>
    private static string? CountedIn(IReadOnlyCollection<(DressedNumber Number, int Count)> numbers)
    {
        const double Least = 0.1;
        string currency = numbers.Select(pair => pair.Number.Unit).Select(unit => unit.Length > 0
            && char.GetUnicodeCategory(unit[0]) == UnicodeCategory.CurrencySymbol ? unit[..1] : string.Empty)
            .Max(StringComparer.Ordinal) ?? string.Empty;
        (double? Factor, int Count)[] factors = [.. numbers.Select(pair => (pair.Number.Factor(currency), pair.Count))];
        bool areFactors = factors.All(pair => pair.Factor is not null)
            && factors.Select(pair => pair.Factor).Distinct().Count() > 1
            && factors.Any(pair => pair.Factor is 1e3 or 1e6);
        return areFactors && factors.Where(pair => pair.Factor > 1.0).Sum(pair => (long)pair.Count)
            > Least * factors.Sum(pair => (long)pair.Count) ? currency : null;
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
        string? currency = CountedIn(numbers);
        return new ColumnForm(ColumnType.Number)
        {
            Unit = currency is null ? (hasUnit ? unit : null) : currency.Length > 0 ? currency : null,
            HasMultipliers = currency is not null,
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

        // Thousands do not begin with 0, and nothing separates the digits of a fraction: 23.847,78 has a decimal comma.
        bool isGrouped = groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(group => group.Length == 3)
            && (groups.Length == 1 || groups[0][0] != '0') && !Body.AsSpan(whole.Length).Contains(separator);
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
