using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// A formula in text, such as <c>y ~ b1*(1 - exp(-b2*x))</c>: a response on the left of <c>~</c>, and a function of
/// columns and parameters on the right; several of either are separated by <c>;</c>.
/// </summary>
/// <remarks>
/// <para>
/// <b>Names</b> hold letters, digits, underscores and dots, or are anything between backquotes: <c>`flow rate`</c>. A
/// name that is no column is a parameter. <c>pi</c>, <c>Pi</c>, <c>π</c> and <c>e</c> are constants unless a column has
/// that name.
/// </para>
/// <para>
/// <b>Operators</b>, from weak to strong: <c>||</c>; <c>&amp;&amp;</c>; the comparisons <c>&lt; &lt;= &gt; &gt;= ==
/// !=</c> (also <c>≤ ≥ ≠</c>), which are 1 if they hold and else 0; <c>+ -</c> (also <c>−</c>); <c>* /</c> (also
/// <c>× ·</c>); the sign; and <c>^</c> or <c>**</c>, which binds to the right: <c>-x^2</c> is −(x²), <c>2^-x</c> is
/// allowed, <c>a^b^c</c> is a^(b^c). Powers may be superscripts, <c>x²</c>. Square brackets are as good as round ones.
/// </para>
/// <para>
/// <b>Functions</b> of one value: exp, expm1, log and ln (natural), log10, log2, log1p, sqrt, cbrt; sin, cos, tan,
/// asin, acos, atan (or arctan), sinh, cosh, tanh, asinh, acosh, atanh (in radians); abs, sign, step (1 from 0 on),
/// floor, ceil, round; sigmoid 1/(1 + e⁻ˣ), sinc sin(πx)/(πx); erf, erfc, normpdf, normcdf; gamma, lgamma (ln |Γ|),
/// digamma; the Bessel functions j0, j1, y0, y1, i0, i1, k0, k1; airyai, airybi. Of two: min, max, mod (with the sign
/// of the second), pow, atan2(y, x), hypot, beta, jn(n, x), log(x, base). Of three: <c>if(condition, a, b)</c>,
/// normpdf(x, mean, deviation), normcdf(x, mean, deviation).
/// </para>
/// <para>
/// <b>Derivatives</b> by the parameters are exact, and right wherever the value is finite: where a part of the formula
/// does not change with the parameters, as <c>(t/tau)^b</c> at t = 0, its derivative is 0; where a slope is infinite,
/// its limit is taken. Steps have the derivative 0, and a corner the mean of its two sides.
/// </para>
/// </remarks>
public sealed class Formula
{
    private Formula(string text, IReadOnlyList<Expression> responses, IReadOnlyList<Expression> outputs)
    {
        Text = text;
        Responses = responses;
        Outputs = outputs;
    }

    /// <summary>Gets the formula as it was written.</summary>
    public string Text { get; }

    /// <summary>What stands left of ~; empty if there is none.</summary>
    internal IReadOnlyList<Expression> Responses { get; }

    internal IReadOnlyList<Expression> Outputs { get; }

    /// <summary>Reads a formula.</summary>
    /// <param name="text">The formula, with or without a response and <c>~</c>.</param>
    /// <exception cref="FormulaException">It cannot be read; the message shows the character.</exception>
    public static Formula Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int tilde = text.IndexOf('~', StringComparison.Ordinal);
        return new Formula(text, tilde < 0 ? [] : Parts(text, 0, tilde), Parts(text, tilde + 1, text.Length));
    }

    /// <summary>Returns the columns that the formula needs, those of the response first.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> ColumnsAmong(IReadOnlyCollection<string> columns) =>
        [.. Names(Responses).Concat(Names(Outputs)).Where(columns.Contains).Distinct()];

    /// <summary>Returns the columns on the right side.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> InputsAmong(IReadOnlyCollection<string> columns) =>
        [.. Names(Outputs).Where(columns.Contains).Distinct()];

    /// <summary>
    /// Returns a column that a response is made of, where all that it is made of stands in its own function too, which
    /// then explains it by itself; null where there is none.
    /// </summary>
    /// <param name="columns">The names of the columns that there are.</param>
    internal string? SelfExplainedAmong(IReadOnlyCollection<string> columns) => Responses.Zip(Outputs)
        .Select(pair => (
            Observed: pair.First.Names().Where(columns.Contains).ToArray(), Right: pair.Second.Names().ToHashSet()))
        .FirstOrDefault(pair => pair.Observed.Length > 0 && pair.Observed.All(pair.Right.Contains)).Observed?[0];

    /// <summary>Computes the responses, which are functions of columns alone, of every row.</summary>
    /// <param name="names">The names of the columns that there are.</param>
    /// <param name="columns">Those that <see cref="ColumnsAmong"/> names.</param>
    /// <exception cref="ArgumentException">There is no response, or it names what is no column.</exception>
    public FitTargets Respond(
        IReadOnlyCollection<string> names, IReadOnlyDictionary<string, Vector<double>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (Responses.Count == 0)
        {
            throw new ArgumentException($"The formula '{Text}' has no response: write y ~ in front of it.");
        }

        return Matrix<double>.Build.DenseOfColumns(Responses.Select(response => Respond(response, names, columns)));
    }

    /// <summary>Returns the parameters: the names on the right side that are neither columns nor constants.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> ParametersBeside(IReadOnlyCollection<string> columns) =>
        [.. Names(Outputs).Where(name => !columns.Contains(name) && !IsConstant(name)).Distinct()];

    /// <summary>Returns the constants: the names on the right side, such as pi, that stand for numbers.</summary>
    /// <param name="columns">The names of the columns that there are; a column is no constant.</param>
    public IReadOnlyList<string> ConstantsBeside(IReadOnlyCollection<string> columns) =>
        [.. Names(Outputs).Where(name => !columns.Contains(name) && IsConstant(name)).Distinct()];

    /// <summary>
    /// Returns what each name is taken for, in one line: "columns: x; parameters: a, b; constants: pi".
    /// </summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public string DescribeNames(IReadOnlyCollection<string> columns)
    {
        (string Kind, IReadOnlyList<string> Names)[] kinds =
        [
            ("columns", ColumnsAmong(columns)),
            ("parameters", ParametersBeside(columns)),
            ("constants", ConstantsBeside(columns)),
        ];
        return string.Join(
            "; ", kinds.Where(kind => kind.Names.Count > 0).Select(
                kind => $"{kind.Kind}: {string.Join(", ", kind.Names)}"));
    }

    /// <summary>Returns the text.</summary>
    public override string ToString() => Text;

    /// <summary>Whether a name stands for a number.</summary>
    internal static bool IsConstant(string name) => name is "pi" or "Pi" or "π" or "e";

    internal static double Constant(string name) => name == "e" ? Math.E : Math.PI;

    /// <summary>
    /// Computes the right-hand side on tensors; several functions are stacked along a new last dimension.
    /// </summary>
    /// <param name="named">The tensor of each column and parameter; null for a constant's name.</param>
    /// <exception cref="NotSupportedException">It calls a special function that torch does not have.</exception>
    public Tensor Evaluate(Func<string, Tensor?> named)
    {
        ArgumentNullException.ThrowIfNull(named);
        return Outputs.Count == 1
            ? FormulaTensors.Evaluate(Outputs[0], named)
            : stack([.. Outputs.Select(output => FormulaTensors.Evaluate(output, named))], -1);
    }

    private static List<Expression> Parts(string text, int start, int end)
    {
        var parts = new List<Expression>();
        while (true)
        {
            int separator = text.IndexOf(';', start, end - start);
            parts.Add(FormulaParser.Parse(text, start, separator < 0 ? end : separator));
            if (separator < 0)
            {
                return parts;
            }

            start = separator + 1;
        }
    }

    private static IEnumerable<string> Names(IEnumerable<Expression> expressions) =>
        expressions.SelectMany(expression => expression.Names());

    private Vector<double> Respond(
        Expression response, IReadOnlyCollection<string> names, IReadOnlyDictionary<string, Vector<double>> columns)
    {
        if (response.Names().FirstOrDefault(name => !names.Contains(name) && !IsConstant(name)) is { } unknown)
        {
            throw new ArgumentException(
                $"There is no column '{unknown}', which stands left of ~; the columns are {ColumnNames.List(names)}.");
        }

        string[] inputs = [.. response.Names().Where(columns.ContainsKey).Distinct()];
        if (inputs.Length == 0)
        {
            throw new ArgumentException($"The response of the formula '{Text}' holds no column.");
        }

        int rows = columns[inputs[0]].Count;
        double[] values = new double[rows];
        new FormulaKernel(response, inputs, []).Evaluate(
            [.. inputs.SelectMany(name => columns[name])], rows, [], values, []);
        return Vector<double>.Build.Dense(values);
    }
}
