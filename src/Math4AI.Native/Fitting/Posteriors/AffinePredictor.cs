using System.Numerics.Tensors;
using Math4AI.Fitting.Formulas;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The outputs of a formula that is linear in its free parameters, f = c + J θ, with c and J computed once: a density
/// then takes a block of samples at a time through f, its likelihood and Jᵀ ∂ log p/∂f, while the block is in the
/// cache.
/// </summary>
internal sealed class AffinePredictor
{
    private const int Block = 512;

    private readonly double[] constant;
    private readonly double[] jacobian;
    private readonly int parameters;

    private AffinePredictor(double[] constant, double[] jacobian, int parameters) =>
        (this.constant, this.jacobian, this.parameters) = (constant, jacobian, parameters);

    /// <summary>log p and its slope by s of some outputs, whose slopes by f are written.</summary>
    public delegate (double Sum, double OfScale) BlockLikelihood(
        int first, ReadOnlySpan<double> predicted, Span<double> slopes);

    /// <summary>The predictor of a problem; null where its model is not linear in the free parameters.</summary>
    /// <param name="problem">The problem, with samples in memory.</param>
    /// <param name="free">The numbers of the free parameters.</param>
    public static AffinePredictor? Of(FitProblem problem, int[] free)
    {
        IReadOnlyList<string> names = problem.Model.ParameterNames;
        HashSet<string> unknown = [.. free.Select(j => names[j])];
        IReadOnlyList<Expression> formulas = problem.Model.Expressions;
        if (formulas.Count == 0 || free.Length == 0 || !formulas.All(formula => Degree(formula, unknown) <= 1))
        {
            return null;
        }

        double[] theta = [.. names.Select(name => problem.Fixed.GetValueOrDefault(name))];
        double[] values = new double[problem.Inputs!.RowCount * problem.Model.Outputs];
        double[] all = new double[checked(values.Length * names.Count)];
        problem.Model.Evaluate(problem.Inputs, theta, values, all);
        double[] jacobian =
            [.. free.SelectMany(j => all.AsSpan(j * values.Length, values.Length).ToArray())];
        return TensorPrimitives.IsFiniteAll<double>(values) && TensorPrimitives.IsFiniteAll<double>(jacobian)
            ? new AffinePredictor(values, jacobian, free.Length)
            : null;
    }

    /// <summary>
    /// How many of some parameters a model's formulas are linear in together: as many as are found in their order.
    /// </summary>
    /// <param name="formulas">The formulas; none for a model that has none.</param>
    /// <param name="names">The parameters to look at.</param>
    public static int CountLinear(IReadOnlyList<Expression> formulas, IEnumerable<string> names)
    {
        HashSet<string> linear = [];
        foreach (string name in formulas.Count == 0 ? [] : names)
        {
            HashSet<string> more = [.. linear, name];
            linear = formulas.All(formula => Degree(formula, more) <= 1) ? more : linear;
        }

        return linear.Count;
    }

    /// <summary>log p, its slope by s, and its gradient by the free parameters.</summary>
    /// <param name="theta">The free parameters, and perhaps others after them.</param>
    /// <param name="likelihood">The density of a block of outputs.</param>
    /// <param name="gradient">Receives ∂ log p/∂θ.</param>
    public (double Sum, double OfScale) Evaluate(
        ReadOnlySpan<double> theta, BlockLikelihood likelihood, Span<double> gradient)
    {
        Span<double> values = stackalloc double[Block], slopes = stackalloc double[Block];
        gradient[..parameters].Clear();
        double sum = 0.0, ofScale = 0.0;
        for (int first = 0; first < constant.Length; first += Block)
        {
            int count = Math.Min(Block, constant.Length - first);
            Span<double> predicted = values[..count], ofPredicted = slopes[..count];
            constant.AsSpan(first, count).CopyTo(predicted);
            for (int j = 0; j < parameters; j++)
            {
                TensorPrimitives.MultiplyAdd(Column(j, first, count), theta[j], predicted, predicted);
            }

            (double ofBlock, double scaleOfBlock) = likelihood(first, predicted, ofPredicted);
            (sum, ofScale) = (sum + ofBlock, ofScale + scaleOfBlock);
            for (int j = 0; j < parameters; j++)
            {
                gradient[j] += TensorPrimitives.Dot(Column(j, first, count), ofPredicted);
            }
        }

        return (sum, ofScale);
    }

    private ReadOnlySpan<double> Column(int j, int first, int count) =>
        jacobian.AsSpan(j * constant.Length + first, count);

    /// <summary>0 where none of the names occurs, 1 where a formula is linear in them together, else 2.</summary>
    private static int Degree(Expression formula, HashSet<string> names)
    {
        var degrees = new Dictionary<Expression, int>(ReferenceEqualityComparer.Instance);
        foreach (Expression node in formula.InOrder())
        {
            int[] below = [.. node.Operands.Select(operand => degrees[operand])];
            degrees[node] = node switch
            {
                NameExpression name => names.Contains(name.Name) ? 1 : 0,
                _ when below.All(degree => degree == 0) => 0,
                UnaryExpression { Function: var of } when of == UnaryFunction.Negate => below[0],
                BinaryExpression { Function: var of } when of == BinaryFunction.Add || of == BinaryFunction.Subtract =>
                    Math.Max(below[0], below[1]),
                BinaryExpression { Function: var of } when of == BinaryFunction.Multiply =>
                    Math.Min(2, below[0] + below[1]),
                BinaryExpression { Function: var of } when of == BinaryFunction.Divide && below[1] == 0 => below[0],
                ChoiceExpression when below[0] == 0 => Math.Max(below[1], below[2]),
                _ => 2,
            };
        }

        return degrees[formula];
    }
}
