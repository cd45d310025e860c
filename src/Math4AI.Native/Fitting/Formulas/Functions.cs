using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Formulas;

/// <summary>A function of one value with its derivative.</summary>
/// <param name="name">As formulas have it.</param>
/// <param name="value">g(x).</param>
/// <param name="slope">g′ from x and g(x).</param>
/// <param name="ofTensor">g for tensors; null where torch has no such function.</param>
internal sealed class UnaryFunction(
    string name, Func<double, double> value, Func<double, double, double> slope, Func<Tensor, Tensor>? ofTensor = null)
{
    public static readonly UnaryFunction Negate = new("-", x => -x, (_, _) => -1.0, x => -x);

    /// <summary>The functions that a formula may call.</summary>
    public static readonly IReadOnlyDictionary<string, UnaryFunction> ByName =
        ElementaryFunctions.All.Concat(SpecialFunctionTable.All).ToDictionary(function => function.Name);

    public string Name => name;

    public Func<double, double> Value => value;

    public Func<double, double, double> Slope => slope;

    /// <summary>Whether it is constant between jumps, so that its derivative is 0 wherever it has one.</summary>
    public bool IsStep { get; init; }

    public Tensor OfTensor(Tensor operand) => (ofTensor ?? throw FormulaTensors.NotThere(name))(operand);
}

/// <summary>A function of two values with its derivatives.</summary>
/// <param name="name">As formulas have it.</param>
/// <param name="value">g(a, b).</param>
/// <param name="leftSlope">∂g/∂a from a, b and g.</param>
/// <param name="rightSlope">∂g/∂b from a, b and g.</param>
/// <param name="ofTensors">g for tensors; null where torch has no such function.</param>
internal sealed class BinaryFunction(
    string name,
    Func<double, double, double> value,
    Func<double, double, double, double> leftSlope,
    Func<double, double, double, double> rightSlope,
    Func<Tensor, Tensor, Tensor>? ofTensors = null)
{
    public static readonly BinaryFunction Add =
        new("+", (a, b) => a + b, (_, _, _) => 1.0, (_, _, _) => 1.0, (a, b) => a + b);

    public static readonly BinaryFunction Subtract =
        new("-", (a, b) => a - b, (_, _, _) => 1.0, (_, _, _) => -1.0, (a, b) => a - b);

    public static readonly BinaryFunction Multiply =
        new("*", (a, b) => a * b, (_, b, _) => b, (a, _, _) => a, (a, b) => a * b);

    public static readonly BinaryFunction Divide =
        new("/", (a, b) => a / b, (_, b, _) => 1.0 / b, (_, b, y) => -y / b, (a, b) => a / b);

    public static readonly BinaryFunction Power = new(
        "^", Math.Pow, ElementaryFunctions.PowerByBase, ElementaryFunctions.PowerByExponent, (a, b) => a.pow(b));

    /// <summary>The comparisons and what joins them: 1 if they hold, else 0.</summary>
    public static readonly IReadOnlyDictionary<string, BinaryFunction> Conditions = new BinaryFunction[]
    {
        Condition("<", (a, b) => a < b, (a, b) => a < b),
        Condition("<=", (a, b) => a <= b, (a, b) => a <= b),
        Condition(">", (a, b) => a > b, (a, b) => a > b),
        Condition(">=", (a, b) => a >= b, (a, b) => a >= b),
        Condition("==", (a, b) => a == b, (a, b) => a == b),
        Condition("!=", (a, b) => a != b, (a, b) => a != b),
        Condition("&&", (a, b) => a != 0.0 && b != 0.0, (a, b) => IsSet(a).logical_and(IsSet(b))),
        Condition("||", (a, b) => a != 0.0 || b != 0.0, (a, b) => IsSet(a).logical_or(IsSet(b))),
    }.ToDictionary(condition => condition.Name);

    /// <summary>The functions of two values that a formula may call.</summary>
    public static readonly IReadOnlyDictionary<string, BinaryFunction> ByName =
        ElementaryFunctions.OfTwo.Concat(SpecialFunctionTable.OfTwo)
            .Append(new KeyValuePair<string, BinaryFunction>("pow", Power))
            .ToDictionary();

    public string Name => name;

    public Func<double, double, double> Value => value;

    public Func<double, double, double, double> LeftSlope => leftSlope;

    public Func<double, double, double, double> RightSlope => rightSlope;

    /// <summary>Whether it is constant between jumps, so that its derivatives are 0 wherever it has any.</summary>
    public bool IsStep { get; private init; }

    public Tensor OfTensors(Tensor left, Tensor right) =>
        (ofTensors ?? throw FormulaTensors.NotThere(name))(left, right);

    private static Tensor IsSet(Tensor value) => HeldScalar.With(0.0, value.ne);

    private static BinaryFunction Condition(
        string name, Func<double, double, bool> holds, Func<Tensor, Tensor, Tensor> ofTensors) =>
        new(
            name,
            (a, b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : holds(a, b) ? 1.0 : 0.0,
            (_, _, _) => 0.0,
            (_, _, _) => 0.0,
            (a, b) => ofTensors(a, b).to(float64))
        { IsStep = true };
}
