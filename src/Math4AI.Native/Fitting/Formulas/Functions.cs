using MathNet.Numerics;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Formulas;

/// <summary>A function of one value with its derivative, for numbers and for tensors.</summary>
/// <param name="Name">As formulas have it.</param>
/// <param name="Value">g(x).</param>
/// <param name="Slope">g′ from x and g(x).</param>
/// <param name="OfTensor">g for tensors.</param>
internal sealed record UnaryFunction(
    string Name, Func<double, double> Value, Func<double, double, double> Slope, Func<Tensor, Tensor> OfTensor)
{
    public static readonly UnaryFunction Negate = new("-", x => -x, (_, _) => -1.0, x => -x);

    /// <summary>The functions that a formula may call.</summary>
    public static readonly IReadOnlyDictionary<string, UnaryFunction> ByName = new UnaryFunction[]
    {
        new("exp", Math.Exp, (_, y) => y, x => x.exp()),
        new("log", Math.Log, (x, _) => 1.0 / x, x => x.log()),
        new("ln", Math.Log, (x, _) => 1.0 / x, x => x.log()),
        new("log10", Math.Log10, (x, _) => 1.0 / (x * Math.Log(10.0)), x => x.log10()),
        new("log2", Math.Log2, (x, _) => 1.0 / (x * Math.Log(2.0)), x => x.log2()),
        new("sqrt", Math.Sqrt, (_, y) => 0.5 / y, x => x.sqrt()),
        new("sin", Math.Sin, (x, _) => Math.Cos(x), x => x.sin()),
        new("cos", Math.Cos, (x, _) => -Math.Sin(x), x => x.cos()),
        new("tan", Math.Tan, (_, y) => 1.0 + y * y, x => x.tan()),
        new("asin", Math.Asin, (x, _) => 1.0 / Math.Sqrt(1.0 - x * x), x => x.asin()),
        new("acos", Math.Acos, (x, _) => -1.0 / Math.Sqrt(1.0 - x * x), x => x.acos()),
        new("atan", Math.Atan, (x, _) => 1.0 / (1.0 + x * x), x => x.atan()),
        new("arctan", Math.Atan, (x, _) => 1.0 / (1.0 + x * x), x => x.atan()),
        new("sinh", Math.Sinh, (x, _) => Math.Cosh(x), x => x.sinh()),
        new("cosh", Math.Cosh, (x, _) => Math.Sinh(x), x => x.cosh()),
        new("tanh", Math.Tanh, (_, y) => 1.0 - y * y, x => x.tanh()),
        new("sigmoid", x => 1.0 / (1.0 + Math.Exp(-x)), (_, y) => y * (1.0 - y), x => x.sigmoid()),
        new("erf", SpecialFunctions.Erf, (x, _) => 2.0 / Math.Sqrt(Math.PI) * Math.Exp(-x * x), x => x.erf()),
        new("abs", Math.Abs, (x, _) => double.IsNaN(x) ? x : Math.Sign(x), x => x.abs()),
    }.ToDictionary(function => function.Name);
}

/// <summary>An operation on two values with its derivatives, for numbers and for tensors.</summary>
/// <param name="Name">As formulas have it.</param>
/// <param name="Value">g(a, b).</param>
/// <param name="LeftSlope">∂g/∂a from a, b and g.</param>
/// <param name="RightSlope">∂g/∂b from a, b and g.</param>
/// <param name="OfTensors">g for tensors.</param>
internal sealed record BinaryFunction(
    string Name,
    Func<double, double, double> Value,
    Func<double, double, double, double> LeftSlope,
    Func<double, double, double, double> RightSlope,
    Func<Tensor, Tensor, Tensor> OfTensors)
{
    public static readonly BinaryFunction Add = new("+", (a, b) => a + b, (_, _, _) => 1.0, (_, _, _) => 1.0, (a, b) => a + b);

    public static readonly BinaryFunction Subtract =
        new("-", (a, b) => a - b, (_, _, _) => 1.0, (_, _, _) => -1.0, (a, b) => a - b);

    public static readonly BinaryFunction Multiply =
        new("*", (a, b) => a * b, (_, b, _) => b, (a, _, _) => a, (a, b) => a * b);

    public static readonly BinaryFunction Divide =
        new("/", (a, b) => a / b, (_, b, _) => 1.0 / b, (_, b, y) => -y / b, (a, b) => a / b);

    public static readonly BinaryFunction Power = new(
        "^",
        Math.Pow,
        (a, b, _) => b * Math.Pow(a, b - 1.0),
        (a, _, y) => a == 0.0 ? 0.0 : y * Math.Log(a),
        (a, b) => a.pow(b));

    /// <summary>The functions of two values that a formula may call.</summary>
    public static readonly IReadOnlyDictionary<string, BinaryFunction> ByName = new BinaryFunction[]
    {
        Power with { Name = "pow" },
        new("min", Math.Min, (a, b, _) => a <= b ? 1.0 : 0.0, (a, b, _) => a <= b ? 0.0 : 1.0, (a, b) => a.minimum(b)),
        new("max", Math.Max, (a, b, _) => a >= b ? 1.0 : 0.0, (a, b, _) => a >= b ? 0.0 : 1.0, (a, b) => a.maximum(b)),
    }.ToDictionary(function => function.Name);
}
