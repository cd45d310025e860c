using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>
/// A formula in text, <c>y ~ b1*(1-exp(-b2*x))</c>: a response on the left, and a function of columns and parameters on the
/// right. A name that is no column is a parameter; <c>pi</c> and <c>e</c> are constants unless a column has that name.
/// </summary>
public sealed class Formula
{
    private Formula(string text, Expression? response, Expression right)
    {
        Text = text;
        Response = response;
        Right = right;
    }

    /// <summary>The formula as it was written.</summary>
    public string Text { get; }

    internal Expression? Response { get; }

    internal Expression Right { get; }

    /// <summary>Reads a formula.</summary>
    /// <param name="text">With or without a response and <c>~</c>.</param>
    /// <exception cref="FormulaException">It cannot be read; the message shows the character.</exception>
    public static Formula Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int tilde = text.IndexOf('~', StringComparison.Ordinal);
        Expression? response = tilde < 0 ? null : FormulaParser.Parse(text, 0, tilde);
        return new Formula(text, response, FormulaParser.Parse(text, tilde + 1, text.Length));
    }

    /// <summary>The columns that the formula needs, of those that there are: those of the response first.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> ColumnsAmong(IReadOnlyCollection<string> columns) =>
        [.. (Response?.Names() ?? []).Concat(Right.Names()).Select(name => name.Name).Where(columns.Contains).Distinct()];

    /// <summary>The columns on the right, of those that there are.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> InputsAmong(IReadOnlyCollection<string> columns) =>
        [.. Right.Names().Select(name => name.Name).Where(columns.Contains).Distinct()];

    /// <summary>The response, a function of columns alone, of every row.</summary>
    /// <param name="names">The names of the columns that there are.</param>
    /// <param name="columns">Those that <see cref="ColumnsAmong"/> names.</param>
    /// <exception cref="ArgumentException">There is no response, or it names what is no column.</exception>
    public Vector<double> Respond(
        IReadOnlyCollection<string> names, IReadOnlyDictionary<string, Vector<double>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (Response is null)
        {
            throw new ArgumentException($"The formula '{Text}' has no response: write y ~ in front of it.");
        }

        if (Response.Names().FirstOrDefault(name => !names.Contains(name.Name) && !IsConstant(name.Name)) is { } unknown)
        {
            throw new ArgumentException(
                $"There is no column '{unknown.Name}', which stands left of ~; the columns are {string.Join(", ", names)}.");
        }

        string[] inputs = [.. Response.Names().Select(name => name.Name).Where(columns.ContainsKey).Distinct()];
        if (inputs.Length == 0)
        {
            throw new ArgumentException($"The response of the formula '{Text}' holds no column.");
        }

        int rows = columns[inputs[0]].Count;
        double[] values = new double[rows];
        new FormulaKernel(Response, inputs, []).Evaluate(
            [.. inputs.SelectMany(name => columns[name])], rows, [], values, []);
        return Vector<double>.Build.Dense(values);
    }

    /// <summary>The names that are no columns and no constants.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> ParametersBeside(IReadOnlyCollection<string> columns) =>
        [.. Right.Names().Select(name => name.Name).Where(name => !columns.Contains(name) && !IsConstant(name)).Distinct()];

    /// <summary>Whether a name stands for a number.</summary>
    internal static bool IsConstant(string name) => name is "pi" or "e";

    internal static double Constant(string name) => name == "pi" ? Math.PI : Math.E;

    /// <summary>The right side as an operation on tensors.</summary>
    /// <param name="named">The tensor of each column and parameter; null for a constant's name.</param>
    public Tensor Evaluate(Func<string, Tensor?> named)
    {
        ArgumentNullException.ThrowIfNull(named);
        return Evaluate(Right, named);
    }

    private static Tensor Evaluate(Expression expression, Func<string, Tensor?> named) => expression switch
    {
        NumberExpression number => tensor(number.Value, float64),
        NameExpression { Name: var name } => named(name) ?? tensor(Constant(name), float64),
        UnaryExpression unary => unary.Function.OfTensor(Evaluate(unary.Operand, named)),
        BinaryExpression binary => binary.Function.OfTensors(Evaluate(binary.Left, named), Evaluate(binary.Right, named)),
        _ => throw new InvalidOperationException(),
    };
}
