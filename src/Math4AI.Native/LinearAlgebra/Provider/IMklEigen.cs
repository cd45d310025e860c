using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// A V = V D. Symmetric and Hermitian A by divide and conquer (LAPACK <c>syevd</c>, <c>heevd</c>), eigenvalues
/// ascending; general A by <c>geev</c>. For real elements D is block diagonal: a pair a ± ib takes the block [a b; −b
/// a], and its two columns of V hold the real and the imaginary part of the eigenvector.
/// </summary>
internal unsafe interface IMklEigen<T, TReal> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    private const int Attempts = 5;

    void ILinearAlgebraProvider<T>.EigenDecomp(
        bool isSymmetric, int order, T[] matrix, T[] matrixEv, Complex[] vectorEv, T[] matrixD)
    {
        Require.Length(matrix, (long)order * order);
        Require.Length(matrixEv, (long)order * order);
        Require.Length(vectorEv, order);
        Require.Length(matrixD, (long)order * order);
        if (order == 0)
        {
            return;
        }

        int exponent = SafeScale<T, TReal>.Exponent(matrix);
        if (order == 1 && !Mkl<T, TReal>.IsComplex)
        {
            (matrixEv[0], matrixD[0], vectorEv[0]) = (Mkl<T, TReal>.One, matrix[0], Mkl<T, TReal>.RealPart(matrix[0]));
            return;
        }

        if (isSymmetric && !Mkl<T, TReal>.IsComplex && order <= Small<T>.SymmetricEigen)
        {
            T[] safe = exponent == 0 ? matrix : (T[])matrix.Clone();
            SafeScale<T, TReal>.Multiply(safe, exponent);
            Small<T>.Managed.EigenDecomp(true, order, safe, matrixEv, vectorEv, matrixD);
        }
        else if (isSymmetric || !TryDecomposeSmall(order, matrix, exponent, matrixEv, vectorEv))
        {
            Decompose(isSymmetric, order, matrix, exponent, matrixEv, vectorEv);
        }

        SafeScale<Complex, double>.Undo(vectorEv, exponent);
        FillD(order, vectorEv, matrixD);
    }

    private static bool TryDecomposeSmall(int order, T[] matrix, int exponent, T[] vectors, Complex[] values)
    {
        if (Mkl<T, TReal>.IsComplex || order > SmallEigen<TReal>.MaxOrder)
        {
            return false;
        }

        T[] safe = exponent == 0 ? matrix : (T[])matrix.Clone();
        SafeScale<T, TReal>.Multiply(safe, exponent);
        return SmallEigen<TReal>.TryDecompose(
            MemoryMarshal.Cast<T, TReal>(safe.AsSpan()),
            order,
            MemoryMarshal.Cast<T, TReal>(vectors.AsSpan()),
            values);
    }

    private static void Decompose(bool isSymmetric, int order, T[] matrix, int exponent, T[] vectors, Complex[] values)
    {
        using MklCall call = MklCall.Begin(10.0 * order * order * order);
        using var overwritten = new Workspace<T>(matrix);
        SafeScale<T, TReal>.Multiply(overwritten.Array.AsSpan(0, matrix.Length), exponent);
        if (!TryDecompose(isSymmetric, order, overwritten.Array, vectors, values))
        {
            DecomposeReflected(isSymmetric, order, matrix, exponent, vectors, values);
        }
    }

    private static bool TryDecompose(bool isSymmetric, int order, T[] overwritten, T[] vectors, Complex[] values)
    {
        if (!isSymmetric)
        {
            return TryDecomposeGeneral(order, overwritten, vectors, values);
        }

        overwritten.AsSpan(0, vectors.Length).CopyTo(vectors);
        return TryDecomposeHermitian(order, vectors, values);
    }

    /// <summary>
    /// MKL's iterations find no end, or NaN, on some matrices of low rank, such as one whose rows are equal. An
    /// orthogonal similarity takes the structure away, and is as exact as the decomposition itself.
    /// </summary>
    private static void DecomposeReflected(
        bool isSymmetric, int order, T[] matrix, int exponent, T[] vectors, Complex[] values)
    {
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            T[] reflected = (T[])matrix.Clone();
            SafeScale<T, TReal>.Multiply(reflected, exponent);
            var reflection = new Reflection<T, TReal>(order, attempt);
            reflection.ApplyToBothSides(reflected);
            if (TryDecompose(isSymmetric, order, reflected, vectors, values))
            {
                reflection.ApplyFromLeft(vectors);
                return;
            }
        }

        throw new NonConvergenceException();
    }

    private static bool TryDecomposeHermitian(int order, T[] vectors, Complex[] values)
    {
        using var ascending = new Workspace<TReal>(order);
        using SpacedMatrix<T> matrix = SpacedMatrix<T>.Of(vectors, order, order);
        int info, leading = matrix.Leading;
        fixed (T* a = matrix.Array)
        {
            fixed (TReal* w = ascending.Array)
            {
                T size;
                TReal realSize;
                int integerSize;
                Require.Accepted(MklLapack<T, TReal>.Syevd(
                    (byte)'V', (byte)'L', order, a, leading, w, &size, -1, &realSize, -1, &integerSize, -1));
                using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
                using var reals = new Workspace<TReal>(Mkl<T, TReal>.IsComplex ? long.CreateChecked(realSize) : 1);
                using var integers = new Workspace<int>(integerSize);
                fixed (T* pw = work.Array)
                {
                    fixed (TReal* pr = reals.Array)
                    {
                        fixed (int* pi = integers.Array)
                        {
                            info = MklLapack<T, TReal>.Syevd(
                                (byte)'V', (byte)'L', order, a, leading, w, pw, work.Array.Length, pr,
                                reals.Array.Length, pi, integers.Array.Length);
                        }
                    }
                }
            }
        }

        Require.Accepted(info);
        matrix.Save();
        for (int i = 0; i < order; i++)
        {
            values[i] = double.CreateChecked(ascending.Array[i]);
        }

        return info == 0 && Require.AreFinite<T, TReal>(vectors);
    }

    private static bool TryDecomposeGeneral(int order, T[] overwritten, T[] vectors, Complex[] values)
    {
        using var parts = new Workspace<TReal>(2L * order);
        using var reals = new Workspace<TReal>(2L * order);
        // MKL's zgeev and cgeev return wrong vectors of defective matrices whose leading dimension exceeds the order.
        using SpacedMatrix<T> matrix =
            SpacedMatrix<T>.Of(overwritten, order, order, isAllowed: !Mkl<T, TReal>.IsComplex);
        using SpacedMatrix<T> right = SpacedMatrix<T>.For(vectors, order, order);
        int info, leading = matrix.Leading, leadingV = right.Leading;
        fixed (T* a = matrix.Array, v = right.Array)
        {
            fixed (TReal* w = parts.Array, pr = reals.Array)
            {
                T size;
                Require.Accepted(MklLapack<T, TReal>.Geev(
                    (byte)'N', (byte)'V', order, a, leading, w, null, 1, v, leadingV, &size, -1, pr));
                using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
                fixed (T* pw = work.Array)
                {
                    info = MklLapack<T, TReal>.Geev(
                        (byte)'N', (byte)'V', order, a, leading, w, null, 1, v, leadingV, pw, work.Array.Length, pr);
                }
            }
        }

        Require.Accepted(info);
        right.Save();
        for (int i = 0; i < order; i++)
        {
            (int re, int im) = Mkl<T, TReal>.IsComplex ? (2 * i, 2 * i + 1) : (i, order + i);
            values[i] = new Complex(
                double.CreateChecked(parts.Array[re]), double.CreateChecked(parts.Array[im]));
        }

        return info == 0 && Require.AreFinite<T, TReal>(vectors);
    }

    private static void FillD(int order, Complex[] values, T[] d)
    {
        d.AsSpan().Clear();
        if (Mkl<T, TReal>.IsComplex)
        {
            Span<TReal> parts = MemoryMarshal.Cast<T, TReal>(d.AsSpan());
            for (int i = 0; i < order; i++)
            {
                parts[2 * (i * order + i)] = TReal.CreateChecked(values[i].Real);
                parts[2 * (i * order + i) + 1] = TReal.CreateChecked(values[i].Imaginary);
            }

            return;
        }

        for (int i = 0; i < order; i++)
        {
            d[i * order + i] = Mkl<T, TReal>.FromReal(values[i].Real);
            double imaginary = values[i].Imaginary;
            if (imaginary != 0)
            {
                // LAPACK puts the one with the positive imaginary part first.
                int column = imaginary > 0 ? i + 1 : i - 1;
                d[column * order + i] = Mkl<T, TReal>.FromReal(imaginary);
            }
        }
    }
}
