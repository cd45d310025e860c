using System.Numerics;
using System.Runtime.CompilerServices;
using MathNet.Numerics;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// What a function of <c>Matrix&lt;T&gt;</c> has to know of the four element types beside Math.NET's own operators.
/// </summary>
internal static class Element<T>
    where T : struct
{
    /// <summary>Gets ε, the distance from 1 to the next number.</summary>
    public static double Epsilon =>
        typeof(T) == typeof(float) || typeof(T) == typeof(Complex32)
            ? float.BitIncrement(1.0f) - 1.0
            : double.BitIncrement(1.0) - 1.0;

    public static bool IsComplex => typeof(T) == typeof(Complex) || typeof(T) == typeof(Complex32);

    /// <summary>Returns a real number as an element.</summary>
    public static T Of(double value) => Of(new Complex(value, 0.0));

    /// <summary>Returns a number as an element; the imaginary part of real ones is left out.</summary>
    /// <exception cref="NotSupportedException">Math.NET has no matrices of this type.</exception>
    public static T Of(Complex value)
    {
        if (typeof(T) == typeof(double))
        {
            return Unsafe.BitCast<double, T>(value.Real);
        }

        if (typeof(T) == typeof(float))
        {
            return Unsafe.BitCast<float, T>((float)value.Real);
        }

        if (typeof(T) == typeof(Complex))
        {
            return Unsafe.BitCast<Complex, T>(value);
        }

        return typeof(T) == typeof(Complex32)
            ? Unsafe.BitCast<Complex32, T>(new Complex32((float)value.Real, (float)value.Imaginary))
            : throw new NotSupportedException($"There are no matrices of {typeof(T)}.");
    }

    /// <summary>Returns an element as a number.</summary>
    /// <exception cref="NotSupportedException">Math.NET has no matrices of this type.</exception>
    public static Complex ToComplex(T value)
    {
        if (typeof(T) == typeof(double))
        {
            return Unsafe.BitCast<T, double>(value);
        }

        if (typeof(T) == typeof(float))
        {
            return Unsafe.BitCast<T, float>(value);
        }

        if (typeof(T) == typeof(Complex))
        {
            return Unsafe.BitCast<T, Complex>(value);
        }

        return typeof(T) == typeof(Complex32)
            ? Unsafe.BitCast<T, Complex32>(value).ToComplex()
            : throw new NotSupportedException($"There are no matrices of {typeof(T)}.");
    }

    /// <summary>Returns an element times a real number.</summary>
    public static T Scaled(T value, double factor)
    {
        if (typeof(T) == typeof(double))
        {
            return Unsafe.BitCast<double, T>(Unsafe.BitCast<T, double>(value) * factor);
        }

        if (typeof(T) == typeof(float))
        {
            return Unsafe.BitCast<float, T>((float)(Unsafe.BitCast<T, float>(value) * factor));
        }

        Complex number = ToComplex(value);
        return Of(new Complex(number.Real * factor, number.Imaginary * factor));
    }

    public static double Magnitude(T value) => Complex.Abs(ToComplex(value));

    public static double Real(T value) => ToComplex(value).Real;
}
