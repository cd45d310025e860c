using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Functions;

/// <summary>Products with real diagonal matrices, without making them.</summary>
internal static class MatrixScaling
{
    /// <summary>Returns A diag(d), whose column j is d_j times that of A.</summary>
    public static Matrix<T> MultiplyColumns<T>(this Matrix<T> a, Vector<double> d)
        where T : struct, IEquatable<T>, IFormattable =>
        Map(a, (_, column, value) => Element<T>.Scaled(value, d[column]));

    /// <summary>Returns diag(d) A, whose row i is d_i times that of A.</summary>
    public static Matrix<T> MultiplyRows<T>(this Matrix<T> a, Vector<double> d)
        where T : struct, IEquatable<T>, IFormattable =>
        Map(a, (row, _, value) => Element<T>.Scaled(value, d[row]));

    /// <summary>
    /// Returns 2ᵏ A, with the k that brings the largest element to between 1 and 2; A where it is zero or not finite.
    /// </summary>
    public static Matrix<T> WithElementsAboutOne<T>(this Matrix<T> a, out int exponent)
        where T : struct, IEquatable<T>, IFormattable
    {
        double largest = a.Enumerate(Zeros.Include).Select(Element<T>.Magnitude).DefaultIfEmpty().Max();
        exponent = 0;
        if (largest == 0.0 || !double.IsFinite(largest))
        {
            return a;
        }

        // 2ᵏ itself may be beyond the range; the product of its two halves with an element is not.
        exponent = -Math.ILogB(largest);
        double half = Math.ScaleB(1.0, exponent / 2), rest = Math.ScaleB(1.0, exponent - exponent / 2);
        return a.Map(value => Element<T>.Scaled(Element<T>.Scaled(value, half), rest), Zeros.Include);
    }

    // Math.NET divides by the number of rows.
    private static Matrix<T> Map<T>(Matrix<T> a, Func<int, int, T, T> element)
        where T : struct, IEquatable<T>, IFormattable =>
        a.RowCount == 0 ? a.Clone() : a.MapIndexed(element, Zeros.Include);
}
