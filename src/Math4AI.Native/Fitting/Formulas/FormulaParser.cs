namespace Math4AI.Fitting.Formulas;

/// <summary>Reads a formula by recursive descent; the grammar is that of <see cref="Formula"/>.</summary>
internal sealed class FormulaParser
{
    // A formula nested deeper than this would overflow the stack.
    private const int MaxNesting = 200;

    private readonly FormulaText text;
    private readonly ExpressionPool pool;
    private int nesting;

    private FormulaParser(string source, int start) =>
        (text, pool) = (new FormulaText(source, start), new ExpressionPool(source));

    /// <summary>Parses the expression from a character to the end.</summary>
    /// <exception cref="FormulaException">It cannot be read.</exception>
    public static Expression Parse(string source, int start, int end)
    {
        var parser = new FormulaParser(source[..end], start);
        Expression expression = parser.Any();
        parser.text.RequireEnd();
        return expression;
    }

    /// <summary>Conditions joined by ||.</summary>
    private Expression Any()
    {
        int start = text.SkipSpace();
        Nest();
        Expression left = All();
        while (text.Next("||") is not null)
        {
            left = Call(BinaryFunction.Conditions["||"], left, All(), start);
        }

        nesting--;
        return left;
    }

    /// <summary>Conditions joined by &amp;&amp;.</summary>
    private Expression All()
    {
        int start = text.SkipSpace();
        Expression left = Comparison();
        while (text.Next("&&") is not null)
        {
            left = Call(BinaryFunction.Conditions["&&"], left, Comparison(), start);
        }

        return left;
    }

    private Expression Comparison()
    {
        int start = text.SkipSpace();
        Expression left = Sum();
        if (NextComparison() is not { } comparison)
        {
            return text.IsNext('=')
                ? throw text.Error("'=' is no operator: write ~ between response and model, and == to compare.")
                : left;
        }

        Expression compared = Call(BinaryFunction.Conditions[comparison], left, Sum(), start);
        int next = text.SkipSpace();
        return NextComparison() is null
            ? compared
            : throw text.ErrorAt(next, "Comparisons cannot be chained: write 0 < x && x < 1 for 0 < x < 1.");
    }

    private string? NextComparison() => text.Next("<=", ">=", "==", "!=", "<", ">", "≤", "≥", "≠") switch
    {
        "≤" => "<=",
        "≥" => ">=",
        "≠" => "!=",
        var comparison => comparison,
    };

    private Expression Sum()
    {
        int start = text.SkipSpace();
        Expression left = Product();
        while (text.Next("+", "-", "−") is { } sign)
        {
            left = Call(sign == "+" ? BinaryFunction.Add : BinaryFunction.Subtract, left, Product(), start);
        }

        return left;
    }

    private Expression Product()
    {
        int start = text.SkipSpace();
        Expression left = Signed();
        while (!text.IsNext("**") && text.Next("*", "/", "×", "·") is { } sign)
        {
            left = Call(sign == "/" ? BinaryFunction.Divide : BinaryFunction.Multiply, left, Signed(), start);
        }

        return left;
    }

    private Expression Signed()
    {
        int start = text.SkipSpace();
        bool isNegative = false;
        while (text.Next("+", "-", "−") is { } sign)
        {
            isNegative ^= sign != "+";
        }

        Expression operand = Power();
        return !isNegative ? operand
            : operand is NumberExpression number ? pool.Number(-number.Value, start, text.Position)
            : pool.Call(UnaryFunction.Negate, operand, start, text.Position);
    }

    private Expression Power()
    {
        int start = text.SkipSpace();
        Expression left = Primary();
        if (text.NextSuperscript() is { } power)
        {
            left = pool.Call(
                BinaryFunction.Power, left, pool.Number(power, start, text.Position), start, text.Position);
        }

        if (text.Next("^", "**") is null)
        {
            return left;
        }

        Nest();
        Expression right = Signed();
        nesting--;
        return pool.Call(BinaryFunction.Power, left, right, start, text.Position);
    }

    private Expression Primary()
    {
        int start = text.SkipSpace();
        if (text.Next("(", "[") is { } bracket)
        {
            Expression inside = Any();
            text.Close(bracket);
            return inside;
        }

        if (text.NextNumber() is { } number)
        {
            return pool.Number(number, start, text.Position);
        }

        (string name, bool isQuoted) = text.NextName();
        return !isQuoted && text.Next("(", "[") is { } opened ? FunctionOf(name, start, opened)
            : !isQuoted && FormulaFunctions.NeedsBrackets(name)
                ? throw text.ErrorAt(
                    start, $"'{name}' is a function: write {name}(…), or "
                        + $"`{name}` for a column or parameter of that name.")
            : pool.Name(name, start, text.Position);
    }

    private Expression FunctionOf(string name, int start, string bracket)
    {
        if (name == "gp")
        {
            throw text.ErrorAt(
                start, "gp(…) is a Gaussian process, a term of its own that math4ai fit and FormulaProcess take.");
        }

        if (!FormulaFunctions.Exists(name))
        {
            throw text.ErrorAt(start, $"There is no function '{name}'; there are {FormulaFunctions.List}.");
        }

        var arguments = new List<Expression> { Any() };
        while (text.Next(",") is not null)
        {
            arguments.Add(Any());
        }

        if (!FormulaFunctions.Takes(name, arguments.Count))
        {
            throw text.Error(FormulaFunctions.Usage(name));
        }

        text.Close(bracket);
        return FormulaFunctions.Make(pool, name, arguments, start, text.Position);
    }

    private Expression Call(BinaryFunction function, Expression left, Expression right, int start) =>
        pool.Call(function, left, right, start, text.Position);

    private void Nest()
    {
        if (++nesting > MaxNesting)
        {
            throw text.Error($"The formula is nested more than {MaxNesting} deep.");
        }
    }
}
