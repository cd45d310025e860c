namespace Math4AI.LinearAlgebra.Solves;

/// <summary>
/// A number as the unevaluated sum of two float64: 106 bits, about 32 digits. Sources: T. J. Dekker, "A floating-point
/// technique for extending the available precision", Numerische Mathematik 18 (1971); D. E. Knuth, "The Art of Computer
/// Programming" 2, section 4.2.2, for the error of a sum.
/// </summary>
/// <param name="High">The nearest float64.</param>
/// <param name="Low">What it misses.</param>
internal readonly record struct DoubleDouble(double High, double Low)
{
    public static implicit operator DoubleDouble(double value) => new(value, 0.0);

    public static explicit operator double(DoubleDouble value) => value.High + value.Low;

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble high = ExactSum(a.High, b.High);
        DoubleDouble low = ExactSum(a.Low, b.Low);
        high = QuickSum(high.High, high.Low + low.High);
        return QuickSum(high.High, high.Low + low.Low);
    }

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble product = ExactProduct(a.High, b.High);
        return QuickSum(product.High, product.Low + (a.High * b.Low + a.Low * b.High));
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        double first = a.High / b.High;
        DoubleDouble rest = a - b * first;
        double second = rest.High / b.High;
        rest -= b * second;
        return QuickSum(first, second) + rest.High / b.High;
    }

    /// <summary>Returns a b, without error.</summary>
    public static DoubleDouble ExactProduct(double a, double b)
    {
        double product = a * b;
        return new DoubleDouble(product, Math.FusedMultiplyAdd(a, b, -product));
    }

    public static DoubleDouble Sqrt(DoubleDouble a)
    {
        if (a.High <= 0.0)
        {
            return Math.Sqrt(a.High);
        }

        // One step of Newton's method from the float64 root.
        DoubleDouble root = Math.Sqrt(a.High);
        return root + (a - root * root) / (root + root);
    }

    private static DoubleDouble ExactSum(double a, double b)
    {
        double sum = a + b;
        double partOfB = sum - a;
        return new DoubleDouble(sum, (a - (sum - partOfB)) + (b - partOfB));
    }

    private static DoubleDouble QuickSum(double larger, double smaller)
    {
        double sum = larger + smaller;
        return new DoubleDouble(sum, smaller - (sum - larger));
    }
}
