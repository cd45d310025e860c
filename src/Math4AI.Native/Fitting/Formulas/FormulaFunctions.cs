namespace Math4AI.Fitting.Formulas;

/// <summary>
/// The functions that a formula may call: how many values each takes, and the node that a call makes.
/// </summary>
internal static class FormulaFunctions
{
    // What nobody means by the name alone; others, such as gamma, beta, y0 or step, are good names of parameters.
    private static readonly HashSet<string> NeverNames =
    [
        "exp", "expm1", "log", "ln", "log10", "log2", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin",
        "acos", "atan",
        "arctan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "atan2", "sigmoid", "abs", "erf", "erfc",
        "lgamma", "digamma",
        "pow", "if", "gp",
    ];

    // Functions of a location and a scale too: g(x, m, s) is g((x − m)/s), and the density divided by s.
    private static readonly HashSet<string> OfLocationAndScale = ["normpdf", "normcdf"];

    /// <summary>The names of all of them.</summary>
    public static string List { get; } =
        string.Join(", ", UnaryFunction.ByName.Keys.Concat(BinaryFunction.ByName.Keys).Append("if")
            .Order(StringComparer.Ordinal));

    public static bool Exists(string name) =>
        name == "if" || UnaryFunction.ByName.ContainsKey(name) || BinaryFunction.ByName.ContainsKey(name);

    /// <summary>Whether the name without brackets is a slip.</summary>
    public static bool NeedsBrackets(string name) => NeverNames.Contains(name);

    public static bool Takes(string name, int count) => count switch
    {
        1 => UnaryFunction.ByName.ContainsKey(name),
        2 => BinaryFunction.ByName.ContainsKey(name) || name == "log",
        3 => name == "if" || OfLocationAndScale.Contains(name),
        _ => false,
    };

    /// <summary>Returns a sentence that describes the arguments of a function.</summary>
    public static string Usage(string name) =>
        name == "if" ? "if takes a condition and two values, as in if(x < k, a, b)."
        : name == "log" ? "log takes a value, or a value and a base, as in log(x, 2)."
        : OfLocationAndScale.Contains(name)
        ? $"{name} takes a value, or a value, a mean and a standard deviation, as in {name}(x, m, s)."
        : UnaryFunction.ByName.ContainsKey(name) ? $"{name} takes one value."
        : $"{name} takes two values, with a comma between them.";

    public static Expression Make(ExpressionPool pool, string name, List<Expression> arguments, int start, int end)
    {
        if (arguments.Count == 1)
        {
            return pool.Call(UnaryFunction.ByName[name], arguments[0], start, end);
        }

        if (arguments.Count == 2 && name == "log")
        {
            UnaryFunction logarithm = UnaryFunction.ByName["log"];
            return pool.Call(
                BinaryFunction.Divide,
                pool.Call(logarithm, arguments[0], start, end),
                pool.Call(logarithm, arguments[1], start, end),
                start,
                end);
        }

        if (arguments.Count == 2)
        {
            return pool.Call(BinaryFunction.ByName[name], arguments[0], arguments[1], start, end);
        }

        if (name == "if")
        {
            return pool.Choice(arguments[0], arguments[1], arguments[2], start, end);
        }

        Expression shifted = pool.Call(BinaryFunction.Subtract, arguments[0], arguments[1], start, end);
        Expression standard = pool.Call(
            UnaryFunction.ByName[name], pool.Call(BinaryFunction.Divide, shifted, arguments[2], start, end),
            start, end);
        return name == "normpdf" ? pool.Call(BinaryFunction.Divide, standard, arguments[2], start, end) : standard;
    }
}
