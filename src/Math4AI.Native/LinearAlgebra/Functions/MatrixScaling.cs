using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Functions;

/// <summary>Products with real diagonal matrices, without making them.</summary>
internal static class MatrixScaling
{
    /// <summary>A diag(d).</summary>
    public static Matrix<T> MultiplyColumns<T>(this Matrix<T> a, Vector<double> d)
        where T : struct, IEquatable<T>, IFormattable =>
        a.MapIndexed((_, column, value) => Element<T>.Scaled(value, d[column]), Zeros.AllowSkip);

    /// <summary>diag(d) A.</summary>
    public static Matrix<T> MultiplyRows<T>(this Matrix<T> a, Vector<double> d)
        where T : struct, IEquatable<T>, IFormattable =>
        a.MapIndexed((row, _, value) => Element<T>.Scaled(value, d[row]), Zeros.AllowSkip);
}
