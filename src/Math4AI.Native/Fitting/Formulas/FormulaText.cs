using System.Globalization;

namespace Math4AI.Fitting.Formulas;

/// <summary>A formula as it is read, token by token.</summary>
internal sealed class FormulaText(string source, int start)
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    public int Position { get; private set; } = start;

    /// <summary>Passes over blanks; where the next token begins.</summary>
    public int SkipSpace()
    {
        while (Position < source.Length && char.IsWhiteSpace(source[Position]))
        {
            Position++;
        }

        return Position;
    }

    public bool IsNext(string token)
    {
        SkipSpace();
        return string.CompareOrdinal(source, Position, token, 0, token.Length) == 0;
    }

    public bool IsNext(char token)
    {
        SkipSpace();
        return Position < source.Length && source[Position] == token;
    }

    /// <summary>The first of the tokens that stands here, which is passed over; null if none does.</summary>
    public string? Next(params ReadOnlySpan<string> tokens)
    {
        foreach (string token in tokens)
        {
            if (IsNext(token))
            {
                Position += token.Length;
                return token;
            }
        }

        return null;
    }

    /// <summary>A number such as 2, .5 or 1e-3; null if none stands here.</summary>
    public double? NextNumber()
    {
        int first = Position;
        if (first == source.Length || !(char.IsAsciiDigit(source[first]) || source[first] == '.'))
        {
            return null;
        }

        int end = first;
        while (end < source.Length && (char.IsAsciiDigit(source[end]) || source[end] == '.'))
        {
            end++;
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            int digits = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            while (digits < source.Length && char.IsAsciiDigit(source[digits]))
            {
                end = ++digits;
            }
        }

        if (!double.TryParse(
            source.AsSpan(first, end - first), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            throw Error($"'{source[first..end]}' is no number.");
        }

        Position = end;
        return value;
    }

    /// <summary>A power in superscript digits, such as that of x² or x⁻¹; null if none stands here.</summary>
    public double? NextSuperscript()
    {
        int at = SkipSpace();
        bool isNegative = at < source.Length && source[at] == '⁻';
        at += isNegative ? 1 : 0;
        int first = at;
        double value = 0.0;
        for (; at < source.Length && Superscripts.IndexOf(source[at], StringComparison.Ordinal) is >= 0 and int digit;
            at++)
        {
            value = 10.0 * value + digit;
        }

        if (at == first)
        {
            return null;
        }

        Position = at;
        return isNegative ? -value : value;
    }

    /// <summary>A name of letters, digits, underscores and dots; or anything between backquotes.</summary>
    public (string Name, bool IsQuoted) NextName()
    {
        int first = Position;
        if (first == source.Length)
        {
            throw Error("The formula ends where a number, a name or a bracket should follow.");
        }

        if (source[first] == '`')
        {
            int end = source.IndexOf('`', first + 1);
            if (end < 0)
            {
                throw Error("The name that begins with a backquote does not end with one.");
            }

            Position = end + 1;
            return (source[(first + 1)..end], true);
        }

        if (!(char.IsLetter(source[first]) || source[first] == '_'))
        {
            throw Error($"'{source[first]}' is no number, name or bracket.");
        }

        while (Position < source.Length && (char.IsLetterOrDigit(source[Position]) || source[Position] is '_' or '.'))
        {
            Position++;
        }

        return (source[first..Position], false);
    }

    /// <summary>Passes over the bracket that closes one.</summary>
    public void Close(string opened)
    {
        string wanted = opened == "(" ? ")" : "]";
        if (Next(wanted) is null)
        {
            throw Error($"A '{wanted}' is missing{Quoting()}.");
        }
    }

    public void RequireEnd()
    {
        if (SkipSpace() < source.Length)
        {
            throw Error($"'{source[Position]}' was not expected here{Quoting()}.");
        }
    }

    /// <summary>Where two names stand beside each other, how one with a blank in it is written.</summary>
    private string Quoting()
    {
        string before = source[..Position].TrimEnd();
        return before.Length > 0 && before.Length < Position && IsOfName(before[^1])
            && Position < source.Length && IsOfName(source[Position])
                ? ": a name with a blank in it stands between backquotes, `like this`"
                : string.Empty;
    }

    private static bool IsOfName(char letter) => char.IsLetterOrDigit(letter) || letter == '_';

    public FormulaException Error(string problem) => new(problem, source, Position);

    public FormulaException ErrorAt(int position, string problem) => new(problem, source, position);
}
