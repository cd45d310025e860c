namespace Math4AI.Fitting.Formulas;

/// <summary>
/// The derivatives of a formula at one sample where the chain rule multiplies an infinite slope. Two facts decide them.
/// What does not change with θ near this θ, as (t/τ)ᵇ at t = 0 or b·log(t), has no derivative, whatever slope stands
/// above or below it. And where f is continuous and its derivative has a limit, that limit is the derivative, by the
/// mean value theorem: so it is taken a hair's breadth beside θ, where the chain rule holds, on both sides.
/// </summary>
internal sealed class PointDerivative(FormulaOperation[] operations, int parameters)
{
    // How far beside θ, from the least on; those in units of θ's last digits follow.
    private static readonly double[] Distances = [1e-300, 1e-200, 1e-100, 1e-50, 1e-25];
    private static readonly double[] Digits = [1.0 / (1L << 52), 1.0 / (1L << 32)];

    // Two distances apart by less than this show no growth.
    private const double Apart = 1 << 16;

    // A derivative that grows by more than this towards θ is infinite there.
    private const double Growth = 1.1;

    // A change of f by more than its derivative explains, and than rounding does, is a jump.
    private const double Jump = 16.0;
    private const double Noise = 1e-9;

    private readonly double[] value = new double[operations.Length];
    private readonly double[] adjoint = new double[operations.Length];
    private readonly bool[] isFixed = new bool[operations.Length];
    private readonly bool[] isReached = new bool[operations.Length];
    private readonly double[] gradient = new double[parameters];

    /// <summary>∂f/∂θ; infinite or NaN where f has no finite derivative.</summary>
    public double[] Differentiate(ReadOnlySpan<double> row, ReadOnlySpan<double> theta)
    {
        Forward(row, theta);
        Back(isZeroStronger: false);
        double[] result = [.. gradient];
        double here = value[^1];
        for (int j = 0; j < parameters; j++)
        {
            if (!double.IsFinite(result[j]))
            {
                result[j] = Limit(row, theta, j, here);
            }
        }

        return result;
    }

    /// <summary>f.</summary>
    public double Value(ReadOnlySpan<double> row, ReadOnlySpan<double> theta)
    {
        Forward(row, theta);
        return value[^1];
    }

    /// <summary>
    /// Names the part that is not finite, such as "derivative of sqrt(k - x) by k"; null if all is finite.
    /// </summary>
    public string? Explain(ReadOnlySpan<double> row, ReadOnlySpan<double> theta)
    {
        Forward(row, theta);
        if (!double.IsFinite(value[^1]))
        {
            return $"value of {Cause().Source.Text}";
        }

        double[] derivatives = Differentiate(row, theta);
        int bad = Array.FindIndex(derivatives, each => !double.IsFinite(each));
        if (bad < 0)
        {
            return null;
        }

        Forward(row, theta);
        Back(isZeroStronger: false);
        string by = operations.First(operation => operation.Parameter == bad).Source.Text;
        FormulaOperation steep =
            operations.Where((operation, i) => isReached[i] && IsSteep(operation, i)).LastOrDefault() ?? operations[^1];
        return $"derivative of {steep.Source.Text} by {by}";
    }

    private void Forward(ReadOnlySpan<double> row, ReadOnlySpan<double> theta)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            FormulaOperation operation = operations[i];
            double left = operation.Left >= 0 ? value[operation.Left] : 0.0;
            double right = operation.Right >= 0 ? value[operation.Right] : 0.0;
            value[i] = operation.Input >= 0 ? row[operation.Input]
                : operation.Parameter >= 0 ? theta[operation.Parameter]
                : operation.Condition >= 0 ? Choose(operation, left, right)
                : operation.Unary is { } unary ? unary.Value(left)
                : operation.Binary is { } binary ? binary.Value(left, right)
                : operation.Constant;
            isFixed[i] = !operation.Depends || IsFixed(operation, left, right);
        }
    }

    private double Choose(FormulaOperation operation, double left, double right) =>
        double.IsNaN(value[operation.Condition]) ? double.NaN : IsLeftChosen(operation) ? left : right;

    private bool IsLeftChosen(FormulaOperation operation) => value[operation.Condition] != 0.0;

    /// <summary>Whether it does not change with θ here, though it depends on it elsewhere.</summary>
    private bool IsFixed(FormulaOperation operation, double left, double right)
    {
        if (operation.Parameter >= 0)
        {
            return false;
        }

        bool isLeftFixed = isFixed[operation.Left];
        if (operation.Condition >= 0)
        {
            return IsLeftChosen(operation) ? isLeftFixed : isFixed[operation.Right];
        }

        if (operation.Binary is not { } binary)
        {
            return isLeftFixed;
        }

        bool isRightFixed = isFixed[operation.Right];
        return (isLeftFixed && isRightFixed)
            || (isLeftFixed && FixesFromLeft(binary, left, right))
            || (isRightFixed && FixesFromRight(binary, left, right));
    }

    /// <summary>Whether the left value alone decides the result, as 0 does a product.</summary>
    private static bool FixesFromLeft(BinaryFunction function, double left, double right) =>
        function == BinaryFunction.Multiply ? IsStronger(left, right)
        : function == BinaryFunction.Divide
        ? (left == 0.0 && right != 0.0) || (double.IsInfinity(left) && double.IsFinite(right))
        : function == BinaryFunction.Power ? left == 1.0 || ((left == 0.0 || double.IsInfinity(left)) && right != 0.0)
        : IsSum(function) && double.IsInfinity(left) && double.IsFinite(right);

    private static bool FixesFromRight(BinaryFunction function, double left, double right) =>
        function == BinaryFunction.Multiply ? IsStronger(right, left)
        : function == BinaryFunction.Divide
        ? (double.IsInfinity(right) && double.IsFinite(left)) || (right == 0.0 && left != 0.0)
        : function == BinaryFunction.Power ? right == 0.0
        : IsSum(function) && double.IsInfinity(right) && double.IsFinite(left);

    private static bool IsSum(BinaryFunction function) =>
        function == BinaryFunction.Add || function == BinaryFunction.Subtract;

    /// <summary>Whether a product is 0, or infinite, whatever the other factor does near its value.</summary>
    private static bool IsStronger(double factor, double other) =>
        (factor == 0.0 && double.IsFinite(other)) || (double.IsInfinity(factor) && other != 0.0);

    private void Back(bool isZeroStronger)
    {
        Array.Clear(adjoint);
        Array.Clear(isReached);
        Array.Clear(gradient);
        (adjoint[^1], isReached[^1]) = (1.0, !isFixed[^1]);
        for (int i = operations.Length - 1; i >= 0; i--)
        {
            FormulaOperation operation = operations[i];
            if (isReached[i] && operation.Parameter >= 0)
            {
                gradient[operation.Parameter] += adjoint[i];
            }
            else if (isReached[i])
            {
                Reach(operation.Left, adjoint[i], LeftSlope(operation, i), isZeroStronger);
                if (operation.Right >= 0)
                {
                    Reach(operation.Right, adjoint[i], RightSlope(operation, i), isZeroStronger);
                }
            }
        }
    }

    private void Reach(int operand, double from, double? slope, bool isZeroStronger)
    {
        if (slope is { } factor && !isFixed[operand])
        {
            adjoint[operand] += isZeroStronger && (from == 0.0 || factor == 0.0) ? 0.0 : from * factor;
            isReached[operand] = true;
        }
    }

    /// <summary>∂/∂left; null for what was not chosen.</summary>
    private double? LeftSlope(FormulaOperation operation, int i) =>
        operation.Condition >= 0 ? (IsLeftChosen(operation) ? 1.0 : null)
        : operation.Unary is { } unary ? unary.Slope(value[operation.Left], value[i])
        : operation.Binary!.LeftSlope(value[operation.Left], value[operation.Right], value[i]);

    private double? RightSlope(FormulaOperation operation, int i) =>
        operation.Condition >= 0 ? (IsLeftChosen(operation) ? null : 1.0)
        : operation.Binary!.RightSlope(value[operation.Left], value[operation.Right], value[i]);

    private double Limit(ReadOnlySpan<double> row, ReadOnlySpan<double> theta, int j, double here)
    {
        double above = LimitFrom(row, theta, j, here, 1.0), below = LimitFrom(row, theta, j, here, -1.0);
        if (double.IsNaN(above) && double.IsNaN(below))
        {
            // Infinite steps of a part that a zero above hides, as e^(−u³) where u³ overflows.
            Forward(row, theta);
            Back(isZeroStronger: true);
            return gradient[j];
        }

        return double.IsNaN(below) ? above
            : double.IsNaN(above) ? below
            : Math.Abs(above - below) <= 1e-3 * Math.Abs(above) ? above
            : 0.5 * (above + below);
    }

    /// <summary>
    /// The derivative just beside θ; infinite if it diverges towards θ or f jumps there, NaN where f has no
    /// values.
    /// </summary>
    private double LimitFrom(ReadOnlySpan<double> row, ReadOnlySpan<double> theta, int j, double here, double side)
    {
        double[] moved = theta.ToArray();
        double size = Math.Abs(theta[j]), nearest = double.NaN, distance = 0.0;
        IEnumerable<double> ofSize = Digits.Select(digit => digit * size).Where(step => step > 0.0);
        foreach (double step in Distances.Concat(Digits).Concat(ofSize).Order())
        {
            moved[j] = theta[j] + side * step;
            if (moved[j] == theta[j] || (distance > 0.0 && step < Apart * distance))
            {
                continue;
            }

            Forward(row, moved);
            Back(isZeroStronger: false);
            if (!double.IsFinite(value[^1]) || !double.IsFinite(gradient[j]))
            {
                continue;
            }

            if (distance > 0.0)
            {
                return Math.Abs(nearest) <= Growth * Math.Abs(gradient[j])
                    ? nearest
                    : Math.CopySign(double.PositiveInfinity, nearest);
            }

            if (Math.Abs(value[^1] - here) > Jump * step * Math.Abs(gradient[j]) + Noise * Math.Abs(here))
            {
                return Math.CopySign(double.PositiveInfinity, side * (value[^1] - here));
            }

            (nearest, distance) = (gradient[j], step);
        }

        return nearest;
    }

    /// <summary>The first step that is not finite though all that it uses is.</summary>
    private FormulaOperation Cause()
    {
        int at = operations.Length - 1;
        while (true)
        {
            FormulaOperation operation = operations[at];
            bool isChoice = operation.Condition >= 0;
            bool isOnlyLeft = isChoice && IsLeftChosen(operation), isOnlyRight = isChoice && !isOnlyLeft;
            int next = operation.Left >= 0 && !isOnlyRight && !double.IsFinite(value[operation.Left]) ? operation.Left
                : operation.Right >= 0 && !isOnlyLeft && !double.IsFinite(value[operation.Right]) ? operation.Right
                : -1;
            if (next < 0)
            {
                return operation;
            }

            at = next;
        }
    }

    /// <summary>Whether a step that is itself reached by a finite number passes on one that is not.</summary>
    private bool IsSteep(FormulaOperation operation, int i) =>
        operation.Parameter < 0 && double.IsFinite(adjoint[i])
        && (IsInfinite(operation.Left, LeftSlope(operation, i))
            || (operation.Right >= 0 && IsInfinite(operation.Right, RightSlope(operation, i))));

    private bool IsInfinite(int operand, double? slope) =>
        slope is { } known && !isFixed[operand] && !double.IsFinite(known);
}
