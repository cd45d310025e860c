namespace Math4AI.Fitting.Formulas;

/// <summary>A node of a formula.</summary>
internal abstract record Expression
{
    /// <summary>The names in it, in the order of their first appearance.</summary>
    public IEnumerable<NameExpression> Names() => this switch
    {
        NameExpression name => [name],
        UnaryExpression unary => unary.Operand.Names(),
        BinaryExpression binary => binary.Left.Names().Concat(binary.Right.Names()),
        _ => [],
    };
}

/// <summary>A number.</summary>
internal sealed record NumberExpression(double Value) : Expression;

/// <summary>A column or a parameter; two of one name are one, wherever they stand.</summary>
internal sealed record NameExpression(string Name) : Expression
{
    public int Position { get; init; }

    public bool Equals(NameExpression? other) => other is not null && other.Name == Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A function of one value.</summary>
internal sealed record UnaryExpression(UnaryFunction Function, Expression Operand) : Expression;

/// <summary>An operation on two values.</summary>
internal sealed record BinaryExpression(BinaryFunction Function, Expression Left, Expression Right) : Expression;
