using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// A = L Lᴴ of a Hermitian positive definite A, LAPACK <c>potrf</c> and <c>potrs</c>; L is lower triangular, and only
/// the lower triangle of A counts.
/// </summary>
internal unsafe interface IMklCholesky<T, TReal> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    void ILinearAlgebraProvider<T>.CholeskyFactor(T[] a, int order)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        Require.Length(a, (long)order * order);
        if (order == 0)
        {
            return;
        }

        int exponent = ScaleEvenly(a, order);
        int info = !Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.MaxCholesky
            ? SmallReal<TReal>.Cholesky(MemoryMarshal.Cast<T, TReal>(a.AsSpan()), order)
            : FactorByMkl(a, order);
        Require.Accepted(info);
        RequirePositiveDefinite(a, order, info);
        SafeScale<T, TReal>.Undo(a, exponent / 2);
        for (int column = 1; column < order; column++)
        {
            a.AsSpan(column * order, column).Clear();
        }
    }

    void ILinearAlgebraProvider<T>.CholeskySolve(T[] a, int orderA, T[] b, int columnsB)
    {
        Require.Length(a, (long)orderA * orderA);
        Require.Length(b, (long)orderA * columnsB);
        Require.Different(a, b);
        T[] factored = (T[])a.Clone();
        CholeskyFactor(factored, orderA);
        CholeskySolveFactored(factored, orderA, b, columnsB);
    }

    void ILinearAlgebraProvider<T>.CholeskySolveFactored(T[] a, int orderA, T[] b, int columnsB)
    {
        Require.Length(a, (long)orderA * orderA);
        Require.Length(b, (long)orderA * columnsB);
        Require.Different(a, b);
        if (b.Length == 0)
        {
            return;
        }

        if (!Mkl<T, TReal>.IsComplex && orderA <= SmallReal<TReal>.MaxCholesky)
        {
            SmallReal<TReal>.SolveCholesky(
                MemoryMarshal.Cast<T, TReal>(a.AsSpan()), orderA, MemoryMarshal.Cast<T, TReal>(b.AsSpan()));
            return;
        }

        using MklCall call = MklCall.Begin(2.0 * orderA * orderA * columnsB);
        fixed (T* factor = a, x = b)
        {
            Require.Accepted(MklLapack<T, TReal>.Potrs((byte)'L', orderA, columnsB, factor, orderA, x, orderA));
        }
    }

    /// <summary>
    /// Scales A by an even power of two, so that L is scaled by a power of two. No element of a positive definite
    /// matrix is larger than the largest on its diagonal.
    /// </summary>
    private static int ScaleEvenly(T[] a, int order)
    {
        ReadOnlySpan<TReal> parts = MemoryMarshal.Cast<T, TReal>(a.AsSpan());
        int step = parts.Length / a.Length * (order + 1);
        TReal largest = TReal.Zero;
        for (int at = 0; at < parts.Length; at += step)
        {
            largest = TReal.Max(largest, parts[at]);
        }

        int exponent = SafeScale<T, TReal>.OfLargest(largest) / 2 * 2;
        SafeScale<T, TReal>.Multiply(a, exponent);
        return exponent;
    }

    private static int FactorByMkl(T[] a, int order)
    {
        using MklCall call = MklCall.Begin(1.0 / 3.0 * order * order * order, MklCall.WorthSharingOfCholesky);
        fixed (T* matrix = a)
        {
            return MklLapack<T, TReal>.Potrf((byte)'L', order, matrix, order);
        }
    }

    /// <summary>
    /// Not a number and infinity below the diagonal leave a pivot that is not positive; infinity on it stays there.
    /// </summary>
    private static void RequirePositiveDefinite(T[] a, int order, int info)
    {
        for (int i = 0; i < order; i++)
        {
            if (!double.IsFinite(Mkl<T, TReal>.RealPart(a[i * (order + 1)])))
            {
                throw new ArgumentException(Require.NotFinite, nameof(a));
            }
        }

        if (info > 0)
        {
            throw new ArgumentException(
                $"Matrix must be positive definite: its leading minor of order {info} is not.", nameof(a));
        }
    }
}
