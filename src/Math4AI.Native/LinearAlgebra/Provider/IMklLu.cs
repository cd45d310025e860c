using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// P A = L U with partial pivoting, LAPACK <c>getrf</c> and <c>getrs</c>. A singular A gives a zero on U's diagonal, and
/// infinities or NaN in what is solved with it, as Math.NET's managed provider does. Pivots are zero-based.
/// </summary>
internal unsafe interface IMklLu<T, TReal> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    void ILinearAlgebraProvider<T>.LUFactor(T[] data, int order, int[] ipiv)
    {
        Require.Length(data, (long)order * order);
        Require.Length(ipiv, order);
        if (order == 0)
        {
            return;
        }

        Require.Finite<T, TReal>(data);
        if (!Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.Lu)
        {
            SmallReal<TReal>.Factor(MemoryMarshal.Cast<T, TReal>(data.AsSpan()), order, ipiv);
            return;
        }

        using MklCall call = MklCall.Begin(2.0 / 3.0 * order * order * order);
        using SpacedMatrix<T> matrix = SpacedMatrix<T>.Of(data, order, order);
        fixed (T* a = matrix.Array)
        {
            fixed (int* pivots = ipiv)
            {
                Require.Accepted(MklLapack<T, TReal>.Getrf(order, order, a, matrix.Leading, pivots));
            }
        }

        matrix.Save();
        for (int i = 0; i < order; i++)
        {
            ipiv[i]--;
        }
    }

    void ILinearAlgebraProvider<T>.LUInverse(T[] a, int order)
    {
        Require.Length(a, (long)order * order);
        if (order > 0)
        {
            Require.Finite<T, TReal>(a);
        }

        if (!Mkl<T, TReal>.IsComplex && order <= Small<T>.Inverse)
        {
            Small<T>.Managed.LUInverse(a, order);
            return;
        }

        int[] pivots = new int[order];
        LUFactor(a, order, pivots);
        LUInverseFactored(a, order, pivots);
    }

    void ILinearAlgebraProvider<T>.LUInverseFactored(T[] a, int order, int[] ipiv)
    {
        Require.Length(a, (long)order * order);
        Require.Length(ipiv, order);
        if (order == 0)
        {
            return;
        }

        // libtorch exports no getri: A⁻¹ = U⁻¹ L⁻¹ P, from the permutation's matrix on.
        using var inverse = new Workspace<T>(a.Length);
        Span<T> permutation = inverse.Array.AsSpan(0, a.Length);
        permutation.Clear();
        using var rows = new Workspace<int>(order);
        FillPermutation(permutation, order, ipiv, rows.Array);
        using MklCall call = MklCall.Begin(2.0 * order * order * order);
        fixed (T* factors = a, x = inverse.Array)
        {
            Mkl<T, TReal>.Trsm((byte)'L', (byte)'L', (byte)'N', (byte)'U', order, order, Mkl<T, TReal>.One, factors, order, x, order);
            Mkl<T, TReal>.Trsm((byte)'L', (byte)'U', (byte)'N', (byte)'N', order, order, Mkl<T, TReal>.One, factors, order, x, order);
        }

        permutation.CopyTo(a);
    }

    /// <summary>P of P A = L U: the row interchanges of the factorisation, one after the other.</summary>
    private static void FillPermutation(Span<T> zeros, int order, int[] ipiv, int[] rows)
    {
        for (int i = 0; i < order; i++)
        {
            rows[i] = i;
        }

        for (int i = 0; i < order; i++)
        {
            (rows[i], rows[ipiv[i]]) = (rows[ipiv[i]], rows[i]);
        }

        for (int i = 0; i < order; i++)
        {
            zeros[rows[i] * order + i] = Mkl<T, TReal>.One;
        }
    }

    void ILinearAlgebraProvider<T>.LUSolve(int columnsOfB, T[] a, int order, T[] b)
    {
        Require.Length(a, (long)order * order);
        Require.Length(b, (long)columnsOfB * order);
        Require.Different(a, b);
        if (order == 0)
        {
            return;
        }

        Require.Finite<T, TReal>(a);
        if (!Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.Lu)
        {
            Span<TReal> copy = stackalloc TReal[a.Length];
            Span<int> exchanges = stackalloc int[order];
            MemoryMarshal.Cast<T, TReal>(a.AsSpan()).CopyTo(copy);
            SmallReal<TReal>.Factor(copy, order, exchanges);
            SmallReal<TReal>.Solve(copy, order, exchanges, MemoryMarshal.Cast<T, TReal>(b.AsSpan()));
            return;
        }

        using var overwritten = new Workspace<T>(a);
        using SpacedMatrix<T> factored = SpacedMatrix<T>.Of(overwritten.Array, order, order);
        using var pivots = new Workspace<int>(order);
        using MklCall call = MklCall.Begin(2.0 / 3.0 * order * order * order + 2.0 * order * order * columnsOfB);
        fixed (T* factors = factored.Array, x = b)
        {
            fixed (int* p = pivots.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Getrf(order, order, factors, factored.Leading, p));
                Require.Accepted(MklLapack<T, TReal>.Getrs((byte)'N', order, columnsOfB, factors, factored.Leading, p, x, order));
            }
        }
    }

    void ILinearAlgebraProvider<T>.LUSolveFactored(int columnsOfB, T[] a, int order, int[] ipiv, T[] b)
    {
        Require.Length(a, (long)order * order);
        Require.Length(ipiv, order);
        Require.Length(b, (long)columnsOfB * order);
        Require.Different(a, b);
        Solve(columnsOfB, a, order, ipiv, b);
    }

    private static void Solve(int columnsOfB, T[] a, int order, int[] ipiv, T[] b)
    {
        if (order == 0 || columnsOfB == 0)
        {
            return;
        }

        if (!Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.Lu)
        {
            SmallReal<TReal>.Solve(
                MemoryMarshal.Cast<T, TReal>(a.AsSpan()), order, ipiv, MemoryMarshal.Cast<T, TReal>(b.AsSpan()));
            return;
        }

        using MklCall call = MklCall.Begin(2.0 * order * order * columnsOfB);
        using var pivots = new Workspace<int>(order);
        for (int i = 0; i < order; i++)
        {
            pivots.Array[i] = ipiv[i] + 1;
        }

        fixed (T* factors = a, x = b)
        {
            fixed (int* p = pivots.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Getrs((byte)'N', order, columnsOfB, factors, order, p, x, order));
            }
        }
    }
}
