namespace Math4AI.Fitting.Formulas;

/// <summary>
/// A node of a formula. Nodes come from an <see cref="ExpressionPool"/>, which makes equal ones the same object, so
/// that a subexpression that occurs twice is evaluated once.
/// </summary>
/// <param name="source">The formula.</param>
/// <param name="start">Where the node begins in it, at its first appearance.</param>
/// <param name="end">Where it ends.</param>
internal abstract class Expression(string source, int start, int end)
{
    public int Start => start;

    public int End => end;

    /// <summary>The node as it was written.</summary>
    public string Text => source[start..end].Trim();

    /// <summary>The arguments, in the order of evaluation.</summary>
    public virtual IReadOnlyList<Expression> Operands => [];

    /// <summary>The names in it, in the order of their first appearance.</summary>
    public IEnumerable<string> Names() =>
        InOrder().OfType<NameExpression>().OrderBy(name => name.Start).Select(name => name.Name);

    /// <summary>This node and all below it, each once, operands before what uses them.</summary>
    public List<Expression> InOrder()
    {
        var order = new List<Expression>();
        var seen = new HashSet<Expression>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(Expression Node, int Next)>();
        open.Push((this, 0));
        while (open.TryPop(out (Expression Node, int Next) top))
        {
            if (top.Next < top.Node.Operands.Count)
            {
                open.Push((top.Node, top.Next + 1));
                Expression operand = top.Node.Operands[top.Next];
                if (!seen.Contains(operand))
                {
                    open.Push((operand, 0));
                }
            }
            else if (seen.Add(top.Node))
            {
                order.Add(top.Node);
            }
        }

        return order;
    }
}

/// <summary>A number.</summary>
internal sealed class NumberExpression(double value, string source, int start, int end) : Expression(source, start, end)
{
    public double Value => value;
}

/// <summary>A column, a parameter or a constant.</summary>
internal sealed class NameExpression(string name, string source, int start, int end) : Expression(source, start, end)
{
    public string Name => name;
}

/// <summary>A function of one value.</summary>
internal sealed class UnaryExpression(UnaryFunction function, Expression operand, string source, int start, int end)
    : Expression(source, start, end)
{
    public UnaryFunction Function => function;

    public override IReadOnlyList<Expression> Operands { get; } = [operand];
}

/// <summary>A function of two values.</summary>
internal sealed class BinaryExpression(
    BinaryFunction function, Expression left, Expression right, string source, int start, int end)
    : Expression(source, start, end)
{
    public BinaryFunction Function => function;

    public override IReadOnlyList<Expression> Operands { get; } = [left, right];
}

/// <summary>One of two values: the first where a condition is not 0, else the second.</summary>
internal sealed class ChoiceExpression(
    Expression condition, Expression chosen, Expression other, string source, int start, int end)
    : Expression(source, start, end)
{
    public override IReadOnlyList<Expression> Operands { get; } = [condition, chosen, other];
}
