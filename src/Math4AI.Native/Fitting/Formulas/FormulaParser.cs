using System.Globalization;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// Reads a formula by recursive descent. From weak to strong: + −, * /, unary + −, then ^ or **, which binds to the right:
/// −x^2 is −(x²), 2^−x is allowed, a^b^c is a^(bᶜ). Square brackets are as good as round ones.
/// </summary>
internal sealed class FormulaParser
{
    // A formula nested deeper than this would overflow the stack.
    private const int MaxNesting = 200;

    private readonly string text;
    private int position;
    private int nesting;

    private FormulaParser(string text, int position) => (this.text, this.position) = (text, position);

    /// <summary>The expression that begins at a character and goes on to the end.</summary>
    /// <exception cref="FormulaException">It cannot be read.</exception>
    public static Expression Parse(string text, int start, int end)
    {
        var parser = new FormulaParser(text[..end], start);
        Expression expression = parser.Sum();
        parser.SkipSpace();
        return parser.position == parser.text.Length
            ? expression
            : throw parser.Error($"'{parser.text[parser.position]}' was not expected here.");
    }

    private Expression Sum()
    {
        if (++nesting > MaxNesting)
        {
            throw Error($"The formula is nested more than {MaxNesting} deep.");
        }

        Expression left = Product();
        while (Next('+', '-') is { } sign)
        {
            Expression right = Product();
            left = new BinaryExpression(sign == '+' ? BinaryFunction.Add : BinaryFunction.Subtract, left, right);
        }

        nesting--;
        return left;
    }

    private Expression Product()
    {
        Expression left = Signed();
        while (!IsPower() && Next('*', '/') is { } sign)
        {
            Expression right = Signed();
            left = new BinaryExpression(sign == '*' ? BinaryFunction.Multiply : BinaryFunction.Divide, left, right);
        }

        return left;
    }

    private Expression Signed()
    {
        bool isNegative = false;
        while (Next('+', '-') is { } sign)
        {
            isNegative ^= sign == '-';
        }

        Expression operand = Power();
        return !isNegative ? operand
            : operand is NumberExpression number ? new NumberExpression(-number.Value)
            : new UnaryExpression(UnaryFunction.Negate, operand);
    }

    private Expression Power()
    {
        Expression left = Primary();
        if (!IsPower())
        {
            return left;
        }

        position += text[position] == '^' ? 1 : 2;
        if (++nesting > MaxNesting)
        {
            throw Error($"The formula is nested more than {MaxNesting} deep.");
        }

        Expression right = Signed();
        nesting--;
        return new BinaryExpression(BinaryFunction.Power, left, right);
    }

    private Expression Primary()
    {
        SkipSpace();
        if (position == text.Length)
        {
            throw Error("The formula ends where a number, a name or a bracket should follow.");
        }

        char first = text[position];
        if (first is '(' or '[')
        {
            position++;
            Expression inside = Sum();
            Close(first);
            return inside;
        }

        if (char.IsAsciiDigit(first) || first == '.')
        {
            return Number();
        }

        return char.IsLetter(first) || first is '_' or '`'
            ? NameOrCall()
            : throw Error($"'{first}' is no number, name or bracket.");
    }

    private NumberExpression Number()
    {
        int start = position;
        while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
        {
            position++;
        }

        if (position < text.Length && text[position] is 'e' or 'E')
        {
            int exponent = position + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-')
            {
                exponent++;
            }

            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                position = exponent;
                while (position < text.Length && char.IsAsciiDigit(text[position]))
                {
                    position++;
                }
            }
        }

        string word = text[start..position];
        if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            position = start;
            throw Error($"'{word}' is no number.");
        }

        return new NumberExpression(value);
    }

    private Expression NameOrCall()
    {
        int start = position;
        string name = Word();
        SkipSpace();
        bool isCall = position < text.Length && text[position] is '(' or '[' && text[start] != '`';
        if (!isCall)
        {
            return new NameExpression(name) { Position = start };
        }

        char bracket = text[position++];
        Expression first = Sum();
        if (UnaryFunction.ByName.TryGetValue(name, out UnaryFunction? unary))
        {
            Close(bracket);
            return new UnaryExpression(unary, first);
        }

        if (!BinaryFunction.ByName.TryGetValue(name, out BinaryFunction? binary))
        {
            position = start;
            string known = string.Join(", ", UnaryFunction.ByName.Keys.Concat(BinaryFunction.ByName.Keys).Order());
            throw Error($"There is no function '{name}'; there are {known}.");
        }

        if (Next(',', ',') is null)
        {
            throw Error($"{name} takes two values, with a comma between them.");
        }

        Expression second = Sum();
        Close(bracket);
        return new BinaryExpression(binary, first, second);
    }

    /// <summary>A name of letters, digits, underscores and dots; or anything between backquotes.</summary>
    private string Word()
    {
        int start = position;
        if (text[position] == '`')
        {
            int end = text.IndexOf('`', position + 1);
            if (end < 0)
            {
                throw Error("The name that begins with a backquote does not end with one.");
            }

            position = end + 1;
            return text[(start + 1)..end];
        }

        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] is '_' or '.'))
        {
            position++;
        }

        return text[start..position];
    }

    private void Close(char opened)
    {
        char wanted = opened == '(' ? ')' : ']';
        SkipSpace();
        if (position == text.Length || text[position] != wanted)
        {
            throw Error($"A '{wanted}' is missing.");
        }

        position++;
    }

    private char? Next(char first, char second)
    {
        SkipSpace();
        return position < text.Length && (text[position] == first || text[position] == second) ? text[position++] : null;
    }

    private bool IsPower()
    {
        SkipSpace();
        return position < text.Length
            && (text[position] == '^' || (text[position] == '*' && position + 1 < text.Length && text[position + 1] == '*'));
    }

    private void SkipSpace()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }
    }

    private FormulaException Error(string problem) => new(problem, text, position);
}
