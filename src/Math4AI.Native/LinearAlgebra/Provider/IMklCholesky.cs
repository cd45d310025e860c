using System.Numerics;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>A = L Lᴴ of a Hermitian positive definite A, LAPACK <c>potrf</c> and <c>potrs</c>; L is lower triangular.</summary>
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

        int info;
        using MklCall call = MklCall.Begin(1.0 / 3.0 * order * order * order, MklCall.WorthSharingOfCholesky);
        using SpacedMatrix<T> spaced = SpacedMatrix<T>.Of(a, order, order);
        fixed (T* matrix = spaced.Array)
        {
            info = MklLapack<T, TReal>.Potrf((byte)'L', order, matrix, spaced.Leading);
        }

        spaced.Save();
        Require.Accepted(info);
        if (info > 0)
        {
            throw new ArgumentException(
                $"Matrix must be positive definite: its leading minor of order {info} is not.", nameof(a));
        }

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

        using MklCall call = MklCall.Begin(2.0 * orderA * orderA * columnsB);
        fixed (T* factor = a, x = b)
        {
            Require.Accepted(MklLapack<T, TReal>.Potrs((byte)'L', orderA, columnsB, factor, orderA, x, orderA));
        }
    }
}
