using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Interop;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Matrix products: C = α op(A) op(B) + β C, BLAS <c>gemm</c>, and <c>gemv</c> where B is one column.
/// </summary>
internal unsafe interface IMklProducts<T, TReal> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    // A smaller array seldom covers a whole page of 2 MB.
    private const long MinBytesOfLargePages = 1 << 20;

    void ILinearAlgebraProvider<T>.MatrixMultiply(
        T[] x, int rowsX, int columnsX, T[] y, int rowsY, int columnsY, T[] result) =>
        MatrixMultiplyWithUpdate(
            Transpose.DontTranspose, Transpose.DontTranspose, Mkl<T, TReal>.One, x, rowsX, columnsX, y, rowsY, columnsY,
            Mkl<T, TReal>.Zero, result);

    void ILinearAlgebraProvider<T>.MatrixMultiplyWithUpdate(
        Transpose transposeA, Transpose transposeB, T alpha, T[] a, int rowsA, int columnsA, T[] b, int rowsB,
        int columnsB, T beta, T[] c)
    {
        Require.Length(a, (long)rowsA * columnsA);
        Require.Length(b, (long)rowsB * columnsB);
        (int m, int k) = transposeA == Transpose.DontTranspose ? (rowsA, columnsA) : (columnsA, rowsA);
        (int l, int n) = transposeB == Transpose.DontTranspose ? (rowsB, columnsB) : (columnsB, rowsB);
        if (k != l)
        {
            throw new ArgumentOutOfRangeException(
                nameof(b), $"The inner dimensions of the product differ: {k} and {l}.");
        }

        ArgumentNullException.ThrowIfNull(c);
        if (c.Length != (long)m * n)
        {
            throw new ArgumentOutOfRangeException(
                nameof(c), $"The result has {c.Length} elements, and {(long)m * n} are needed.");
        }

        if (!Mkl<T, TReal>.IsComplex && (long)m * n * k <= SmallReal<TReal>.Product && !ReferenceEquals(a, c)
            && !ReferenceEquals(b, c))
        {
            (int rowA, int columnA) = transposeA == Transpose.DontTranspose ? (1, rowsA) : (rowsA, 1);
            (int rowB, int columnB) = transposeB == Transpose.DontTranspose ? (1, rowsB) : (rowsB, 1);
            SmallReal<TReal>.Multiply(
                Unsafe.BitCast<T, TReal>(alpha),
                MemoryMarshal.Cast<T, TReal>(a.AsSpan()),
                rowA,
                columnA,
                MemoryMarshal.Cast<T, TReal>(b.AsSpan()),
                rowB,
                columnB,
                k,
                Unsafe.BitCast<T, TReal>(beta),
                MemoryMarshal.Cast<T, TReal>(c.AsSpan()),
                m);
        }
        else if (c.Length > 0)
        {
            Multiply(transposeA, transposeB, alpha, a, rowsA, columnsA, b, rowsB, m, n, k, beta, c);
        }
    }

    private static void Multiply(
        Transpose transposeA, Transpose transposeB, T alpha, T[] a, int rowsA, int columnsA, T[] b, int rowsB, int m,
        int n, int k, T beta, T[] c)
    {
        // The result of BLAS must not share memory with a factor: it goes to a copy.
        bool shared = ReferenceEquals(a, c) || ReferenceEquals(b, c);
        T[] target = shared ? (T[])c.Clone() : c;
        using MklCall call = MklCall.Begin(2.0 * m * n * k);
        fixed (T* pa = a, pb = b, pc = target)
        {
            if ((long)target.Length * sizeof(T) is >= MinBytesOfLargePages and var bytes)
            {
                LibC.AdviseLargePages(pc, bytes);
            }

            if (n == 1 && transposeB == Transpose.DontTranspose && k > 0)
            {
                Mkl<T, TReal>.Gemv(Code(transposeA), rowsA, columnsA, alpha, pa, rowsA, pb, beta, pc);
            }
            else
            {
                Mkl<T, TReal>.Gemm(
                    Code(transposeA), Code(transposeB), m, n, k, alpha, pa, Math.Max(1, rowsA), pb,
                    Math.Max(1, rowsB), beta, pc, m);
            }
        }

        if (shared)
        {
            target.CopyTo(c, 0);
        }
    }

    private static byte Code(Transpose transpose) => transpose switch
    {
        Transpose.DontTranspose => (byte)'N',
        Transpose.Transpose => (byte)'T',
        _ => (byte)'C',
    };
}
