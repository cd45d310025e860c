namespace Math4AI.Fitting.Formulas;

/// <summary>
/// Makes the nodes of one formula; equal ones are the same object, in time that does not depend on what is below
/// them.
/// </summary>
internal sealed class ExpressionPool(string source)
{
    // Integer powers up to this are multiplied out.
    private const double MaxMultipliedPower = 4.0;

    private readonly Dictionary<(object What, Expression? First, Expression? Second, Expression? Third),
        Expression> known = [];

    public Expression Number(double value, int start, int end) =>
        Add((BitConverter.DoubleToInt64Bits(value), null, null, null),
            () => new NumberExpression(value, source, start, end));

    public Expression Name(string name, int start, int end) =>
        Add((name, null, null, null), () => new NameExpression(name, source, start, end));

    public Expression Call(UnaryFunction function, Expression operand, int start, int end) =>
        Add((function, operand, null, null), () => new UnaryExpression(function, operand, source, start, end));

    /// <summary>
    /// A function of two values; x², x³ and x⁴ as products: exact where pow is, and a tenth of its time.
    /// </summary>
    public Expression Call(BinaryFunction function, Expression left, Expression right, int start, int end)
    {
        if (function == BinaryFunction.Power && right is NumberExpression { Value: var power }
            && power == Math.Floor(power) && power >= 2.0 && power <= MaxMultipliedPower)
        {
            Expression square = Call(BinaryFunction.Multiply, left, left, start, end);
            return power switch
            {
                2.0 => square,
                3.0 => Call(BinaryFunction.Multiply, square, left, start, end),
                _ => Call(BinaryFunction.Multiply, square, square, start, end),
            };
        }

        return Add((function, left, right, null), () =>
            new BinaryExpression(function, left, right, source, start, end));
    }

    public Expression Choice(Expression condition, Expression chosen, Expression other, int start, int end) =>
        Add((this, condition, chosen, other), () => new ChoiceExpression(condition, chosen, other, source, start, end));

    private Expression Add((object, Expression?, Expression?, Expression?) key, Func<Expression> make)
    {
        if (!known.TryGetValue(key, out Expression? node))
        {
            known[key] = node = make();
        }

        return node;
    }
}
