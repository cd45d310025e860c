using Math4AI.Fitting.Formulas;

namespace Math4AI.Fitting.Starts;

/// <summary>The values of the parts of a formula, over some rows and at some parameters.</summary>
internal sealed class ExpressionValues
{
    private readonly Dictionary<Expression, double[]> values = new(ReferenceEqualityComparer.Instance);

    /// <param name="expression">The formula.</param>
    /// <param name="named">
    /// The values of a column, or one value of a parameter; null leaves out what depends on it.
    /// </param>
    /// <param name="rows">The number of rows.</param>
    public ExpressionValues(Expression expression, Func<string, double[]?> named, int rows)
    {
        foreach (Expression node in expression.InOrder())
        {
            if (Of(node, named, rows) is { } known)
            {
                values[node] = known;
            }
        }
    }

    /// <summary>The values of a part; null if they depend on what was left out.</summary>
    public double[]? this[Expression node] => values.GetValueOrDefault(node);

    private double[]? Of(Expression node, Func<string, double[]?> named, int rows)
    {
        switch (node)
        {
            case NumberExpression number:
                return Filled(number.Value, rows);
            case NameExpression name:
                return named(name.Name) is { } given ? (given.Length == rows ? given : Filled(given[0], rows))
                    : Formula.IsConstant(name.Name) ? Filled(Formula.Constant(name.Name), rows)
                    : null;
        }

        double[][] operands = new double[node.Operands.Count][];
        for (int i = 0; i < operands.Length; i++)
        {
            if (!values.TryGetValue(node.Operands[i], out double[]? operand))
            {
                return null;
            }

            operands[i] = operand;
        }

        return node switch
        {
            UnaryExpression unary => [.. operands[0].Select(unary.Function.Value)],
            BinaryExpression binary => [.. operands[0].Zip(operands[1], binary.Function.Value)],
            _ => [.. operands[0].Select((condition, i) => condition != 0.0 ? operands[1][i] : operands[2][i])],
        };
    }

    private static double[] Filled(double value, int rows)
    {
        double[] filled = new double[rows];
        Array.Fill(filled, value);
        return filled;
    }
}
