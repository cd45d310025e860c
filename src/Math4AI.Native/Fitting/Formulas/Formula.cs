using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// A formula in text, <c>y ~ b1*(1-exp(-b2*x))</c>: a response on the left, and a function of columns and parameters on the
/// right; where there are several of either, with ; between them. A name that is no column is a parameter; <c>pi</c> and <c>e</c>
/// are constants unless a column has that name.
/// </summary>
public sealed class Formula
{
    private Formula(string text, IReadOnlyList<Expression> responses, IReadOnlyList<Expression> outputs)
    {
        Text = text;
        Responses = responses;
        Outputs = outputs;
    }

    /// <summary>The formula as it was written.</summary>
    public string Text { get; }

    /// <summary>What stands left of ~; empty where there is none.</summary>
    internal IReadOnlyList<Expression> Responses { get; }

    internal IReadOnlyList<Expression> Outputs { get; }

    /// <summary>Reads a formula.</summary>
    /// <param name="text">With or without a response and <c>~</c>.</param>
    /// <exception cref="FormulaException">It cannot be read; the message shows the character.</exception>
    public static Formula Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int tilde = text.IndexOf('~', StringComparison.Ordinal);
        return new Formula(text, tilde < 0 ? [] : Parts(text, 0, tilde), Parts(text, tilde + 1, text.Length));
    }

    /// <summary>The columns that the formula needs, of those that there are: those of the response first.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> ColumnsAmong(IReadOnlyCollection<string> columns) =>
        [.. Names(Responses).Concat(Names(Outputs)).Where(columns.Contains).Distinct()];

    /// <summary>The columns on the right, of those that there are.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> InputsAmong(IReadOnlyCollection<string> columns) =>
        [.. Names(Outputs).Where(columns.Contains).Distinct()];

    /// <summary>The responses, functions of columns alone, of every row.</summary>
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

    /// <summary>The names that are no columns and no constants.</summary>
    /// <param name="columns">The names of the columns that there are.</param>
    public IReadOnlyList<string> ParametersBeside(IReadOnlyCollection<string> columns) =>
        [.. Names(Outputs).Where(name => !columns.Contains(name) && !IsConstant(name)).Distinct()];

    /// <summary>Whether a name stands for a number.</summary>
    internal static bool IsConstant(string name) => name is "pi" or "e";

    internal static double Constant(string name) => name == "pi" ? Math.PI : Math.E;

    /// <summary>The right side as an operation on tensors; of several, one below the other along a new last dimension.</summary>
    /// <param name="named">The tensor of each column and parameter; null for a constant's name.</param>
    public Tensor Evaluate(Func<string, Tensor?> named)
    {
        ArgumentNullException.ThrowIfNull(named);
        return Outputs.Count == 1 ? Evaluate(Outputs[0], named) : stack([.. Outputs.Select(output => Evaluate(output, named))], -1);
    }

    private static Tensor Evaluate(Expression expression, Func<string, Tensor?> named) => expression switch
    {
        NumberExpression number => tensor(number.Value, float64),
        NameExpression { Name: var name } => named(name) ?? tensor(Constant(name), float64),
        UnaryExpression unary => unary.Function.OfTensor(Evaluate(unary.Operand, named)),
        BinaryExpression binary => binary.Function.OfTensors(Evaluate(binary.Left, named), Evaluate(binary.Right, named)),
        _ => throw new InvalidOperationException(),
    };

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
        expressions.SelectMany(expression => expression.Names()).Select(name => name.Name);

    private Vector<double> Respond(
        Expression response, IReadOnlyCollection<string> names, IReadOnlyDictionary<string, Vector<double>> columns)
    {
        if (response.Names().FirstOrDefault(name => !names.Contains(name.Name) && !IsConstant(name.Name)) is { } unknown)
        {
            throw new ArgumentException(
                $"There is no column '{unknown.Name}', which stands left of ~; the columns are {string.Join(", ", names)}.");
        }

        string[] inputs = [.. response.Names().Select(name => name.Name).Where(columns.ContainsKey).Distinct()];
        if (inputs.Length == 0)
        {
            throw new ArgumentException($"The response of the formula '{Text}' holds no column.");
        }

        int rows = columns[inputs[0]].Count;
        double[] values = new double[rows];
        new FormulaKernel(response, inputs, []).Evaluate([.. inputs.SelectMany(name => columns[name])], rows, [], values, []);
        return Vector<double>.Build.Dense(values);
    }
}
