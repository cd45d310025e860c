using System.Numerics;
using System.Runtime.CompilerServices;
using Math4AI.Interop.Mkl;

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
}
