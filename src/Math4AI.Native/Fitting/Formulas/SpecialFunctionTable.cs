using MathNet.Numerics;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// The special functions of formulas, by Math.NET, with their derivatives. Source of these: F. Olver et al., "NIST
/// Digital Library of Mathematical Functions", chapters 5, 7, 9 and 10.
/// </summary>
internal static class SpecialFunctionTable
{
    private static readonly double TwoOverRootPi = 2.0 / Math.Sqrt(Math.PI);
    private static readonly double RootTwoPi = Math.Sqrt(2.0 * Math.PI);

    /// <summary>The functions of one value.</summary>
    public static readonly UnaryFunction[] All =
    [
        new("erf", SpecialFunctions.Erf, (x, _) => TwoOverRootPi * Gaussian(x, 1.0), x => x.erf()),
        new("erfc", SpecialFunctions.Erfc, (x, _) => -TwoOverRootPi * Gaussian(x, 1.0), x => x.erfc()),
        new("normpdf", NormalDensity, (x, y) => y == 0.0 ? 0.0 : -x * y),
        new("normcdf", x => 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2.0)), (x, _) => NormalDensity(x)),
        new("gamma", Gamma, (x, y) => y * SpecialFunctions.DiGamma(x)),
        new("lgamma", LogGamma, (x, _) => SpecialFunctions.DiGamma(x), x => x.lgamma()),
        new("digamma", SpecialFunctions.DiGamma, (x, _) => Trigamma(x), x => x.digamma()),
        new("j0", x => BesselJ(0, x), (x, _) => -BesselJ(1, x)),
        new("j1", x => BesselJ(1, x), (x, _) => 0.5 * (BesselJ(0, x) - BesselJ(2, x))),
        new("y0", x => BesselY(0, x), (x, _) => -BesselY(1, x)),
        new("y1", x => BesselY(1, x), (x, _) => 0.5 * (BesselY(0, x) - BesselY(2, x))),
        new("i0", x => BesselI(0, x), (x, _) => BesselI(1, x)),
        new("i1", x => BesselI(1, x), (x, _) => 0.5 * (BesselI(0, x) + BesselI(2, x))),
        new("k0", x => BesselK(0, x), (x, _) => -BesselK(1, x)),
        new("k1", x => BesselK(1, x), (x, _) => -0.5 * (BesselK(0, x) + BesselK(2, x))),
        new("airyai", SpecialFunctions.AiryAi, (x, _) => SpecialFunctions.AiryAiPrime(x)),
        new("airybi", SpecialFunctions.AiryBi, (x, _) => SpecialFunctions.AiryBiPrime(x)),
    ];

    /// <summary>
    /// The functions of two values; the order of a Bessel function is a whole number, and nothing can be derived by
    /// it.
    /// </summary>
    public static readonly Dictionary<string, BinaryFunction> OfTwo = new BinaryFunction[]
    {
        new("beta", SpecialFunctions.Beta, (a, b, y) => y * DigammaDifference(a, b),
            (a, b, y) => y * DigammaDifference(b, a)),
        new(
            "jn",
            BesselJ,
            (_, _, _) => double.NaN,
            (n, x, _) => n == 0.0 ? -BesselJ(1, x) : 0.5 * (BesselJ(n - 1.0, x) - BesselJ(n + 1.0, x))),
    }.ToDictionary(function => function.Name);

    private static double DigammaDifference(double a, double b) =>
        SpecialFunctions.DiGamma(a) - SpecialFunctions.DiGamma(a + b);

    private static double NormalDensity(double x) => Gaussian(x, 0.5) / RootTwoPi;

    /// <summary>exp(−s x²), where the rounding of x² is not multiplied by its size.</summary>
    private static double Gaussian(double x, double s)
    {
        double head = Math.Round(x * 16.0) / 16.0, tail = x - head;
        return Math.Abs(x) > 40.0 ? 0.0 : Math.Exp(-s * head * head) * Math.Exp(-s * tail * (x + head));
    }

    /// <summary>Γ(x); beyond what the library holds by Γ(x) = (x − 1) Γ(x − 1).</summary>
    private static double Gamma(double x)
    {
        double product = 1.0;
        for (; x is > 140.0 and < 180.0; x--)
        {
            product *= x - 1.0;
        }

        return product * SpecialFunctions.Gamma(x);
    }

    /// <summary>ln |Γ(x)|; by reflection below ½, and −ln |x| − γ x near 0.</summary>
    private static double LogGamma(double x) => x >= 0.5
        ? SpecialFunctions.GammaLn(x)
        : Math.Abs(x) < 1e-9
        ? -Math.Log(Math.Abs(x)) - Constants.EulerMascheroni * x
        : Math.Log(Math.PI / Math.Abs(ElementaryFunctions.SineOfPi(x))) - SpecialFunctions.GammaLn(1.0 - x);

    /// <summary>
    /// ψ′(x): by reflection below ½, up by recurrence to 10, and from there by its asymptotic series.
    /// </summary>
    private static double Trigamma(double x)
    {
        if (x < 0.5)
        {
            double sine = ElementaryFunctions.SineOfPi(x) / Math.PI;
            return 1.0 / (sine * sine) - Trigamma(1.0 - x);
        }

        double sum = 0.0;
        for (; x < 10.0; x++)
        {
            sum += 1.0 / (x * x);
        }

        double square = 1.0 / (x * x);
        double series =
            1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square * (1.0 / 30.0 - square * (5.0 / 66.0
            - square * (691.0 / 2730.0 - square * (7.0 / 6.0))))));
        return sum + 1.0 / x + square * (0.5 + series / x);
    }

    private static double BesselJ(double n, double x)
    {
        double sign = x < 0.0 && Math.Abs(n % 2.0) == 1.0 ? -1.0 : 1.0;
        return n != Math.Floor(n) ? double.NaN
            : n < 0.0 ? (Math.Abs(n % 2.0) == 1.0 ? -sign : sign) * SpecialFunctions.BesselJ(-n, Math.Abs(x))
            : sign * SpecialFunctions.BesselJ(n, Math.Abs(x));
    }

    private static double BesselY(int n, double x) => SpecialFunctions.BesselY(n, x);

    private static double BesselK(int n, double x) => SpecialFunctions.BesselK(n, x);

    private static double BesselI(int n, double x) =>
        (x < 0.0 && n % 2 == 1 ? -1.0 : 1.0) * SpecialFunctions.BesselI(n, Math.Abs(x));
}
