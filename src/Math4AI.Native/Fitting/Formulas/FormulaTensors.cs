using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Formulas;

/// <summary>Evaluates a formula on tensors.</summary>
internal static class FormulaTensors
{
    public static Tensor Evaluate(Expression expression, Func<string, Tensor?> named)
    {
        var values = new Dictionary<Expression, Tensor>(ReferenceEqualityComparer.Instance);
        foreach (Expression node in expression.InOrder())
        {
            Tensor Operand(int i) => values[node.Operands[i]];
            values[node] = node switch
            {
                NumberExpression number => tensor(number.Value, float64),
                NameExpression name => named(name.Name) ?? tensor(Formula.Constant(name.Name), float64),
                UnaryExpression unary => unary.Function.OfTensor(Operand(0)),
                BinaryExpression binary => binary.Function.OfTensors(Operand(0), Operand(1)),
                _ => where(HeldScalar.With(0.0, Operand(0).ne), Operand(1), Operand(2)),
            };
        }

        return values[expression];
    }

    public static NotSupportedException NotThere(string function) =>
        new($"'{function}' cannot be evaluated on tensors: torch has no such function.");
}
