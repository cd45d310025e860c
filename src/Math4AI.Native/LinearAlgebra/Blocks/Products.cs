using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// Matrix products over memory that the caller holds, for the rooms above; on the threads that MKL has at the moment.
/// </summary>
internal static unsafe class Products
{
    /// <summary>Computes C = alpha op(A) op(B) + beta C, column-major, with BLAS's letters for op: N, T, C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gemm<T>(
        byte transA, byte transB, int m, int n, int k, T alpha, T* a, int lda, T* b, int ldb, T beta, T* c, int ldc)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Mkl<T, T>.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);

    /// <summary>Computes C = op(A) op(B) + beta C like <see cref="Gemm"/>, by loops where there is no MKL.</summary>
    public static void Multiply<T>(
        byte transA, byte transB, int m, int n, int k, T* a, int lda, T* b, int ldb, T beta, T* c, int ldc)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Compute.HasMkl)
        {
            Gemm(transA, transB, m, n, k, T.One, a, lda, b, ldb, beta, c, ldc);
            return;
        }

        // The columns of op(A) lie in one piece.
        T[]? copy = transA == (byte)'N' ? null : new T[(long)m * k];
        for (int column = 0; copy is not null && column < k; column++)
        {
            for (int row = 0; row < m; row++)
            {
                copy[(long)column * m + row] = a[(long)row * lda + column];
            }
        }

        fixed (T* turned = copy)
        {
            T* left = copy is null ? a : turned;
            int stride = copy is null ? lda : m;
            for (int column = 0; column < n; column++)
            {
                var sums = new Span<T>(c + (long)column * ldc, m);
                TensorPrimitives.Multiply(sums, beta, sums);
                for (int i = 0; i < k; i++)
                {
                    T factor = transB == (byte)'N' ? b[(long)column * ldb + i] : b[(long)i * ldb + column];
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<T>(left + (long)i * stride, m), factor, sums, sums);
                }
            }
        }
    }
}
