using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// The elementary functions of formulas with their derivatives, each written so that neither a small nor a large
/// argument costs digits.
/// </summary>
internal static class ElementaryFunctions
{
    public static readonly UnaryFunction Exp = new("exp", Math.Exp, (_, y) => y, x => x.exp());

    /// <summary>The functions of one value.</summary>
    public static readonly UnaryFunction[] All =
    [
        Exp,
        new("expm1", ExpMinusOne, (x, _) => Math.Exp(x), x => x.expm1()),
        new("log", Math.Log, (x, _) => 1.0 / x, x => x.log()),
        new("ln", Math.Log, (x, _) => 1.0 / x, x => x.log()),
        new("log10", Math.Log10, (x, _) => 1.0 / (x * Math.Log(10.0)), x => x.log10()),
        new("log2", Math.Log2, (x, _) => 1.0 / (x * Math.Log(2.0)), x => x.log2()),
        new("log1p", LogOnePlus, (x, _) => 1.0 / (1.0 + x), x => x.log1p()),
        new("sqrt", Math.Sqrt, (_, y) => 0.5 / Math.Abs(y), x => x.sqrt()),
        new("cbrt", Math.Cbrt, (_, y) => 1.0 / y / y / 3.0),
        new("sin", Math.Sin, (x, _) => Math.Cos(x), x => x.sin()),
        new("cos", Math.Cos, (x, _) => -Math.Sin(x), x => x.cos()),
        new("tan", Math.Tan, (_, y) => 1.0 + y * y, x => x.tan()),
        new("asin", Math.Asin, (x, _) => 1.0 / Math.Sqrt((1.0 - x) * (1.0 + x)), x => x.asin()),
        new("acos", Math.Acos, (x, _) => -1.0 / Math.Sqrt((1.0 - x) * (1.0 + x)), x => x.acos()),
        new("atan", Math.Atan, (x, _) => 1.0 / (1.0 + x * x), x => x.atan()),
        new("arctan", Math.Atan, (x, _) => 1.0 / (1.0 + x * x), x => x.atan()),
        new("sinh", Math.Sinh, (x, _) => Math.Cosh(x), x => x.sinh()),
        new("cosh", Math.Cosh, (x, _) => Math.Sinh(x), x => x.cosh()),
        new("tanh", Math.Tanh, (x, _) => Square(1.0 / Math.Cosh(x)), x => x.tanh()),
        new("asinh", AreaSine, (x, _) => 1.0 / double.Hypot(1.0, x), x => x.asinh()),
        new("acosh", AreaCosine, (x, _) => 1.0 / (Math.Sqrt(x - 1.0) * Math.Sqrt(x + 1.0)), x => x.acosh()),
        new("atanh", AreaTangent, (x, _) => 1.0 / ((1.0 - x) * (1.0 + x)), x => x.atanh()),
        new("sigmoid", Sigmoid, (x, _) => Sigmoid(x) * Sigmoid(-x), x => x.sigmoid()),
        new("abs", Math.Abs, (x, _) => Sign(x), x => x.abs()),
        new("sign", Sign, (_, _) => 0.0, x => x.sign()) { IsStep = true },
        new("step", Step, (_, _) => 0.0, x => HeldScalar.With(0.0, x.ge).to(float64)) { IsStep = true },
        new("floor", Math.Floor, (_, _) => 0.0, x => x.floor()) { IsStep = true },
        new("ceil", Math.Ceiling, (_, _) => 0.0, x => x.ceil()) { IsStep = true },
        new("round", Math.Round, (_, _) => 0.0, x => x.round()) { IsStep = true },
        new("sinc", x => x == 0.0 ? 1.0 : SineOfPi(x) / (Math.PI * x), SincSlope),
    ];

    /// <summary>The functions of two values.</summary>
    public static readonly Dictionary<string, BinaryFunction> OfTwo = new BinaryFunction[]
    {
        new("min", Math.Min, (a, b, _) => a <= b ? 1.0 : 0.0, (a, b, _) => a <= b ? 0.0 : 1.0, (a, b) => a.minimum(b)),
        new("max", Math.Max, (a, b, _) => a >= b ? 1.0 : 0.0, (a, b, _) => a >= b ? 0.0 : 1.0, (a, b) => a.maximum(b)),
        new("mod", Modulo, (_, _, _) => 1.0, (a, b, _) => -Math.Floor(a / b), (a, b) => a.remainder(b)),
        new("atan2", Math.Atan2, (a, b, _) => OverSquare(b, a, b), (a, b, _) => -OverSquare(a, a, b),
            (a, b) => a.atan2(b)),
        new("hypot", double.Hypot, (a, _, y) => Share(a, y), (_, b, y) => Share(b, y), (a, b) => a.hypot(b)),
    }.ToDictionary(function => function.Name);

    /// <summary>∂(aᵇ)/∂a = b aᵇ/a, or b aᵇ⁻¹ where aᵇ has lost its digits.</summary>
    public static double PowerByBase(double a, double b, double power) =>
        b == 0.0 ? 0.0
        : Math.Abs(power) is > 1e-290 and < 1e290 && a != 0.0 && double.IsFinite(a) ? b * (power / a)
        : b * Math.Pow(a, b - 1.0);

    /// <summary>∂(aᵇ)/∂b = aᵇ ln a, and its limit 0 where aᵇ is 0.</summary>
    public static double PowerByExponent(double a, double b, double power) => power == 0.0 ? 0.0 : power * Math.Log(a);

    /// <summary>sin(πx), exact at whole numbers.</summary>
    public static double SineOfPi(double x) => double.SinPi(x);

    private static double ExpMinusOne(double x)
    {
        // W. Kahan's: what rounding does to eˣ it undoes in the logarithm.
        double exp = Math.Exp(x), less = exp - 1.0;
        return exp == 1.0 ? x : less == -1.0 || double.IsInfinity(exp) ? less : less * x / Math.Log(exp);
    }

    private static double LogOnePlus(double x)
    {
        double sum = 1.0 + x;
        return sum == 1.0 ? x : double.IsInfinity(sum) ? Math.Log(sum) : Math.Log(sum) * (x / (sum - 1.0));
    }

    private static double AreaSine(double x)
    {
        double size = Math.Abs(x);
        double value = size > 1e8
            ? Math.Log(size) + Math.Log(2.0)
            : LogOnePlus(size + size * size / (1.0 + Math.Sqrt(1.0 + size * size)));
        return Math.CopySign(value, x);
    }

    private static double AreaCosine(double x)
    {
        double above = x - 1.0;
        return x > 1e8 ? Math.Log(x) + Math.Log(2.0) : LogOnePlus(above + Math.Sqrt(above * (above + 2.0)));
    }

    private static double AreaTangent(double x) =>
        Math.CopySign(0.5 * LogOnePlus(2.0 * Math.Abs(x) / (1.0 - Math.Abs(x))), x);

    private static double Sigmoid(double x)
    {
        double exp = Math.Exp(-Math.Abs(x));
        return (x >= 0.0 ? 1.0 : exp) / (1.0 + exp);
    }

    private static double Sign(double x) => double.IsNaN(x) ? x : Math.Sign(x);

    private static double Step(double x) => double.IsNaN(x) ? x : x >= 0.0 ? 1.0 : 0.0;

    private static double Modulo(double a, double b)
    {
        double rest = Math.IEEERemainder(a, b);
        return rest != 0.0 && rest < 0.0 != b < 0.0 ? rest + b : rest;
    }

    private static double SincSlope(double x, double y)
    {
        // (cos πx − sinc x)/x cancels near 0, where the series −π²x/3 (1 − π²x²/10 + π⁴x⁴/280 − …) does not.
        double square = Math.PI * Math.PI * x * x;
        return Math.Abs(x) > 0.25
            ? (double.CosPi(x) - y) / x
            : -Math.PI * Math.PI * x / 3.0 * (1.0 - square / 10.0 * (1.0 - square / 28.0 * (1.0 - square / 54.0
                * (1.0 - square / 88.0 * (1.0 - square / 130.0 * (1.0 - square / 180.0))))));
    }

    private static double Share(double part, double whole) => whole == 0.0 ? 0.0 : part / whole;

    private static double Square(double x) => x * x;

    /// <summary>x / (a² + b²), where the squares would overflow too.</summary>
    private static double OverSquare(double x, double a, double b) => x / double.Hypot(a, b) / double.Hypot(a, b);
}
