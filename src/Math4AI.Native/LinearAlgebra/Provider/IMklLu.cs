using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// P A = L U with partial pivoting, LAPACK <c>getrf</c> and <c>getrs</c>. A singular A gives a zero on U's diagonal,
/// and infinities or NaN in what is solved with it, as Math.NET's managed provider does. Pivots are zero-based.
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

        int exponent = SafeScale<T, TReal>.Apply(data);
        if (!Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.Lu)
        {
            SmallReal<TReal>.Factor(MemoryMarshal.Cast<T, TReal>(data.AsSpan()), order, ipiv);
        }
        else
        {
            FactorByMkl(data, order, ipiv);
        }

        MultiplyUpper(data, order, -exponent);
    }

    void ILinearAlgebraProvider<T>.LUInverse(T[] a, int order)
    {
        Require.Length(a, (long)order * order);
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

        using var inverse = new Workspace<T>(a.Length);
        Span<T> permutation = inverse.Array.AsSpan(0, a.Length);
        permutation.Clear();
        if (!Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.MaxInverse)
        {
            for (int i = 0; i < order; i++)
            {
                permutation[i * (order + 1)] = Mkl<T, TReal>.One;
            }

            SmallReal<TReal>.Solve(
                MemoryMarshal.Cast<T, TReal>(a.AsSpan()), order, ipiv, MemoryMarshal.Cast<T, TReal>(permutation));
            permutation.CopyTo(a);
            return;
        }

        // libtorch exports no getri: A⁻¹ = U⁻¹ L⁻¹ P, from the permutation's matrix on.
        using var rows = new Workspace<int>(order);
        FillPermutation(permutation, order, ipiv, rows.Array);
        (T[] safe, int exponent) = WithSafePivots(a, order);
        using MklCall call = MklCall.Begin(2.0 * order * order * order);
        fixed (T* factors = safe, x = inverse.Array)
        {
            Mkl<T, TReal>.Trsm(
                (byte)'L', (byte)'L', (byte)'N', (byte)'U', order, order, Mkl<T, TReal>.One, factors, order, x, order);
            Mkl<T, TReal>.Trsm(
                (byte)'L', (byte)'U', (byte)'N', (byte)'N', order, order, Mkl<T, TReal>.One, factors, order, x, order);
        }

        SafeScale<T, TReal>.Undo(permutation, -exponent);
        permutation.CopyTo(a);
    }

    private static void FactorByMkl(T[] data, int order, int[] ipiv)
    {
        using MklCall call = MklCall.Begin(2.0 / 3.0 * order * order * order);
        fixed (T* a = data)
        {
            fixed (int* pivots = ipiv)
            {
                Require.Accepted(MklLapack<T, TReal>.Getrf(order, order, a, order, pivots));
            }
        }

        for (int i = 0; i < order; i++)
        {
            ipiv[i]--;
        }
    }

    /// <summary>Multiplies U by 2ᵏ; L, below the diagonal, is the same at every scale.</summary>
    private static void MultiplyUpper(T[] factors, int order, int exponent)
    {
        if (exponent == 0)
        {
            return;
        }

        for (int column = 0; column < order; column++)
        {
            Span<T> upper = factors.AsSpan(column * order, column + 1);
            SafeScale<T, TReal>.Multiply(upper, exponent);
            if (!Require.AreFinite<T, TReal>(upper))
            {
                throw new NonConvergenceException(
                    "The factor U exceeds the range of the elements: divide the matrix by 2ⁿ first.");
            }
        }
    }

    /// <summary>
    /// Returns the factors, or a copy with U scaled to about 1 where the inverse of a pivot, with which MKL multiplies,
    /// would overflow; and k, where U was multiplied by 2ᵏ.
    /// </summary>
    private static (T[] Factors, int Exponent) WithSafePivots(T[] factors, int order)
    {
        ReadOnlySpan<TReal> parts = MemoryMarshal.Cast<T, TReal>(factors.AsSpan());
        int perElement = parts.Length / factors.Length;
        TReal least = TReal.PositiveInfinity, largest = TReal.Zero;
        for (int i = 0; i < order; i++)
        {
            ReadOnlySpan<TReal> pivot = parts.Slice(i * (order + 1) * perElement, perElement);
            TReal size = TReal.Max(TReal.Abs(pivot[0]), TReal.Abs(pivot[^1]));
            (least, largest) = (TReal.Min(least, size), TReal.Max(largest, size));
        }

        if (!TReal.IsSubnormal(least))
        {
            return (factors, 0);
        }

        T[] scaled = (T[])factors.Clone();
        int exponent = SafeScale<T, TReal>.OfLargest(largest);
        MultiplyUpper(scaled, order, exponent);
        return (scaled, exponent);
    }

    /// <summary>P of P A = L U: the row interchanges of the factorization, one after the other.</summary>
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

        int exponent = SafeScale<T, TReal>.Exponent(a), exponentB = SafeScale<T, TReal>.ExponentIfFinite(b);
        SafeScale<T, TReal>.Multiply(b, exponentB);
        SolveScaled(columnsOfB, a, order, exponent, b);
        SafeScale<T, TReal>.Undo(b, exponentB - exponent);
    }

    private static void SolveScaled(int columnsOfB, T[] a, int order, int exponent, T[] b)
    {
        if (!Mkl<T, TReal>.IsComplex && order <= SmallReal<TReal>.Lu)
        {
            Span<T> copy = stackalloc T[a.Length];
            Span<int> exchanges = stackalloc int[order];
            a.CopyTo(copy);
            SafeScale<T, TReal>.Multiply(copy, exponent);
            Span<TReal> factors = MemoryMarshal.Cast<T, TReal>(copy);
            SmallReal<TReal>.Factor(factors, order, exchanges);
            SmallReal<TReal>.Solve(factors, order, exchanges, MemoryMarshal.Cast<T, TReal>(b.AsSpan()));
            return;
        }

        using var overwritten = new Workspace<T>(a);
        SafeScale<T, TReal>.Multiply(overwritten.Array.AsSpan(0, a.Length), exponent);
        using var pivots = new Workspace<int>(order);
        using MklCall call = MklCall.Begin(2.0 / 3.0 * order * order * order + 2.0 * order * order * columnsOfB);
        fixed (T* factors = overwritten.Array, x = b)
        {
            fixed (int* p = pivots.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Getrf(order, order, factors, order, p));
                Require.Accepted(MklLapack<T, TReal>.Getrs((byte)'N', order, columnsOfB, factors, order, p, x, order));
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

        using var pivots = new Workspace<int>(order);
        for (int i = 0; i < order; i++)
        {
            pivots.Array[i] = ipiv[i] + 1;
        }

        (T[] safe, int exponent) = WithSafePivots(a, order);
        using MklCall call = MklCall.Begin(2.0 * order * order * columnsOfB);
        fixed (T* factors = safe, x = b)
        {
            fixed (int* p = pivots.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Getrs((byte)'N', order, columnsOfB, factors, order, p, x, order));
            }
        }

        SafeScale<T, TReal>.Undo(b, -exponent);
    }
}
