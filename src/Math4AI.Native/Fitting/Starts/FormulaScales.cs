using Math4AI.Fitting.Formulas;
using Math4AI.LinearAlgebra.Provider;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Starts;

/// <summary>
/// The magnitudes that the parameters of a formula have if its parts are to matter: dimensional analysis on the ranges
/// of the columns. What is added or compared has one magnitude, the argument of exp, sin or log has the magnitude 1, so
/// has an exponent, and the whole that of y; these are linear equations in the logarithms, solved by least squares.
/// </summary>
internal sealed class FormulaScales
{
    private const double Prior = 0.02;

    private readonly IReadOnlyList<string> parameters;
    private readonly ExpressionValues data;
    private readonly Func<Scale, double> ofData;
    private readonly Func<Scale, double> ofDifference;
    private readonly int unknowns;
    private readonly List<LinearForm> zeros = [];
    private readonly Dictionary<Expression, LinearForm> forms = new(ReferenceEqualityComparer.Instance);
    private int extra;

    private FormulaScales(
        Expression expression,
        IReadOnlyList<string> parameters,
        ExpressionValues data,
        double whole,
        Func<Scale, double> ofData,
        Func<Scale, double> ofDifference)
    {
        (this.parameters, this.data, this.ofData, this.ofDifference) = (parameters, data, ofData, ofDifference);
        List<Expression> order = expression.InOrder();
        unknowns = parameters.Count + order.Count;
        extra = parameters.Count;
        foreach (Expression node in order)
        {
            forms[node] = Form(node);
        }

        Equal(forms[expression], Constant(whole));
    }

    /// <summary>log₁₀ of the magnitude of every parameter.</summary>
    /// <param name="expression">The formula.</param>
    /// <param name="parameters">The names of the parameters.</param>
    /// <param name="data">The values of the parts that hold no parameter.</param>
    /// <param name="whole">log₁₀ of the magnitude of y.</param>
    /// <param name="isLarge">Whether columns count by their largest values, or by their smallest.</param>
    public static double[] Of(
        Expression expression, IReadOnlyList<string> parameters, ExpressionValues data, double whole, bool isLarge)
    {
        var scales = isLarge
            ? new FormulaScales(expression, parameters, data, whole, scale => scale.High, scale => scale.Range)
            : new FormulaScales(expression, parameters, data, whole, scale => scale.Low, scale => scale.Step);
        return scales.Solve();
    }

    /// <summary>The parameter that is alone in a part, perhaps squared or with a sign; null if none is.</summary>
    public static (string Name, bool IsSquared)? Alone(Expression node, ICollection<string> parameters) => node switch
    {
        NameExpression name when parameters.Contains(name.Name) => (name.Name, false),
        BinaryExpression { Operands: [NameExpression name, var other] } product
            when product.Function == BinaryFunction.Multiply && ReferenceEquals(name, other)
                && parameters.Contains(name.Name) => (name.Name, true),
        _ => null,
    };

    private double[] Solve()
    {
        // Every unknown is drawn to 0 a little, so that what no equation says stays near 1.
        Matrix<double> normal = Matrix<double>.Build.DenseDiagonal(unknowns, unknowns, Prior * Prior);
        Vector<double> right = Vector<double>.Build.Dense(unknowns);
        foreach (LinearForm form in zeros)
        {
            for (int i = 0; i < unknowns; i++)
            {
                if (form.Factors[i] != 0.0)
                {
                    right[i] -= form.Factors[i] * form.Constant;
                    for (int j = 0; j < unknowns; j++)
                    {
                        normal[i, j] += form.Factors[i] * form.Factors[j];
                    }
                }
            }
        }

        // By plain loops whatever the order: the equations are few, and to load MKL for them takes longer than a short
        // fit. Where an exponent of the formula is beyond all numbers, Math.NET says that there is no solution.
        double[] factor = [.. normal.AsColumnMajorArray()], solution = [.. right];
        if (SmallReal<double>.Cholesky(factor, unknowns) != 0)
        {
            return [.. normal.Cholesky().Solve(right).Take(parameters.Count)];
        }

        SmallReal<double>.SolveCholesky(factor, unknowns, solution);
        return solution[..parameters.Count];
    }

    private LinearForm Form(Expression node)
    {
        if (data[node] is { } values)
        {
            return Constant(ofData(Scale.Of(values)));
        }

        return node switch
        {
            NameExpression name => Unknown(parameters.ToList().IndexOf(name.Name)),
            UnaryExpression unary => OfUnary(unary),
            BinaryExpression binary => OfBinary(binary),
            _ => Equal(forms[node.Operands[1]], forms[node.Operands[2]]),
        };
    }

    private LinearForm OfUnary(UnaryExpression node)
    {
        LinearForm operand = forms[node.Operands[0]];
        switch (node.Function.Name)
        {
            case "-" or "abs" or "floor" or "ceil" or "round":
                return operand;
            case "sqrt":
                return 0.5 * operand;
            case "cbrt":
                return 1.0 / 3.0 * operand;
            default:
                zeros.Add(operand);
                return Constant(0.0);
        }
    }

    private LinearForm OfBinary(BinaryExpression node)
    {
        LinearForm left = forms[node.Operands[0]], right = forms[node.Operands[1]];
        switch (node.Function.Name)
        {
            case "*":
                return left + right;
            case "/":
                return left - right;
            case "^":
                return Power(node, left, right);
            case "+" or "-" when IsDifferenceOfLogarithms(node):
                Equal(forms[node.Operands[0].Operands[0]], forms[node.Operands[1].Operands[0]]);
                return Constant(0.0);
            case "+" or "-" or "min" or "max" or "mod" or "hypot":
                Equal(left, right);
                return Sum(node, left, right);
            case "<" or "<=" or ">" or ">=" or "==" or "!=" or "atan2":
                Equal(left, right);
                return Constant(0.0);
            case "&&" or "||":
                return Constant(0.0);
            default:
                return Unknown(extra++);
        }
    }

    /// <summary>
    /// A sum is as large as what it holds, but the distance from a place on an axis is as large as the axis is long.
    /// </summary>
    private LinearForm Sum(BinaryExpression node, LinearForm left, LinearForm right)
    {
        for (int side = 0; side < 2; side++)
        {
            Expression place = node.Operands[side], axis = node.Operands[1 - side];
            if (axis is not NumberExpression && Alone(place, [.. parameters]) is { } alone && data[axis] is { } values)
            {
                return Constant(alone.IsSquared ? ofData(Scale.Of(values)) : ofDifference(Scale.Of(values)));
            }
        }

        return node.Operands[0] is NumberExpression || left.IsConstant
            ? (node.Operands[0] is NumberExpression ? right : left)
            : node.Operands[1] is NumberExpression ? left
            : right.IsConstant ? right
            : left;
    }

    private LinearForm Power(BinaryExpression node, LinearForm left, LinearForm right)
    {
        if (data[node.Operands[1]] is { } power && power.All(value => value == power[0]))
        {
            return power[0] * left;
        }

        zeros.Add(right);
        if (left.IsConstant)
        {
            return Unknown(extra++);
        }

        zeros.Add(left);
        return Constant(0.0);
    }

    private static bool IsDifferenceOfLogarithms(BinaryExpression node) =>
        node.Operands is [UnaryExpression { Function.Name: "log" or "ln" or "log10" or "log2" } left,
            UnaryExpression right]
        && left.Function == right.Function;

    private LinearForm Equal(LinearForm left, LinearForm right)
    {
        zeros.Add(left - right);
        return left.IsConstant ? left : right;
    }

    private LinearForm Constant(double value) => new(value, new double[unknowns]);

    private LinearForm Unknown(int index)
    {
        double[] factors = new double[unknowns];
        factors[index] = 1.0;
        return new LinearForm(0.0, factors);
    }
}
