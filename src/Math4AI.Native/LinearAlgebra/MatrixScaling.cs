using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra;

/// <summary>Products with diagonal matrices, without making them.</summary>
internal static class MatrixScaling
{
    /// <summary>A diag(d).</summary>
    public static Matrix<double> MultiplyColumns(this Matrix<double> a, Vector<double> d) =>
        a.MapIndexed((_, column, value) => value * d[column], Zeros.AllowSkip);

    /// <summary>diag(d) A.</summary>
    public static Matrix<double> MultiplyRows(this Matrix<double> a, Vector<double> d) =>
        a.MapIndexed((row, _, value) => value * d[row], Zeros.AllowSkip);
}
