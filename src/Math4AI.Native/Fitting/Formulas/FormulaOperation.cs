namespace Math4AI.Fitting.Formulas;

/// <summary>
/// One step of a compiled formula: a constant, an input, a parameter, or a function of steps before it.
/// </summary>
internal sealed record FormulaOperation
{
    /// <summary>The expression that it was compiled from.</summary>
    public required Expression Source { get; init; }

    public double Constant { get; init; }

    public int Input { get; init; } = -1;

    /// <summary>
    /// The place of ∂f/∂ this; −1 if it is not asked for. With an input too, the value is the input's.
    /// </summary>
    public int Parameter { get; init; } = -1;

    /// <summary>The step that chooses between left and right; −1 if none does.</summary>
    public int Condition { get; init; } = -1;

    public int Left { get; init; } = -1;

    public int Right { get; init; } = -1;

    public UnaryFunction? Unary { get; init; }

    public BinaryFunction? Binary { get; init; }

    /// <summary>Whether it changes with θ, other than by jumps.</summary>
    public bool Depends { get; init; }

    /// <summary>The steps of an expression, each after those that it uses; the last one is the result.</summary>
    public static FormulaOperation[] Compile(
        Expression expression, IReadOnlyList<string> inputs, IReadOnlyList<string> parameters)
    {
        List<Expression> order = expression.InOrder();
        Dictionary<string, int> inputPlaces = Places(inputs), parameterPlaces = Places(parameters);
        var place = new Dictionary<Expression, int>(ReferenceEqualityComparer.Instance);
        var operations = new FormulaOperation[order.Count];
        for (int i = 0; i < operations.Length; i++)
        {
            FormulaOperation operation = Of(order[i], place, inputPlaces, parameterPlaces);
            bool isStep = operation.Unary is { IsStep: true } || operation.Binary is { IsStep: true };
            bool depends = operation.Parameter >= 0 || (operation.Left >= 0 && operations[operation.Left].Depends)
                || (operation.Right >= 0 && operations[operation.Right].Depends);
            operations[i] = operation with { Depends = depends && !isStep };
            place[order[i]] = i;
        }

        return operations;
    }

    private static FormulaOperation Of(
        Expression node, Dictionary<Expression, int> place, Dictionary<string, int> inputs,
        Dictionary<string, int> parameters)
    {
        int Operand(int i) => place[node.Operands[i]];
        var operation = new FormulaOperation { Source = node };
        return node switch
        {
            NumberExpression number => operation with { Constant = number.Value },
            NameExpression name => OfName(operation, name.Name, inputs, parameters),
            UnaryExpression unary => operation with { Left = Operand(0), Unary = unary.Function },
            BinaryExpression binary =>
                operation with { Left = Operand(0), Right = Operand(1), Binary = binary.Function },
            _ => operation with { Condition = Operand(0), Left = Operand(1), Right = Operand(2) },
        };
    }

    private static FormulaOperation OfName(
        FormulaOperation operation, string name, Dictionary<string, int> inputs, Dictionary<string, int> parameters) =>
        inputs.TryGetValue(name, out int input)
            ? operation with { Input = input, Parameter = parameters.GetValueOrDefault(name, -1) }
        : parameters.TryGetValue(name, out int parameter) ? operation with { Parameter = parameter }
        : Formula.IsConstant(name) ? operation with { Constant = Formula.Constant(name) }
        : throw new ArgumentException($"'{name}' is neither a column nor a parameter.");

    private static Dictionary<string, int> Places(IReadOnlyList<string> names) =>
        names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
}
