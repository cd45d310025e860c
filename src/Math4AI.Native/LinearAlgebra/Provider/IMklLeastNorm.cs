using System.Numerics;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// The least-norm solution of a linear least-squares problem by singular values, divide and conquer: LAPACK
/// <c>gelsd</c>.
/// </summary>
internal unsafe interface IMklLeastNorm<T, TReal> : ILeastNormProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    (T[] Solution, int Rank) ILeastNormProvider<T>.LeastNorm(
        T[] a, int rows, int columns, T[] b, int columnsB, double tolerance, double[] singularValues)
    {
        Require.Length(a, (long)rows * columns);
        Require.Length(b, (long)rows * columnsB);
        Require.Finite<T, TReal>(a);
        int leading = Math.Max(rows, columns);
        using var overwritten = new Workspace<T>(a);
        using var target = new Workspace<T>((long)leading * columnsB);
        using var values = new Workspace<TReal>(singularValues.Length);
        for (int column = 0; column < columnsB; column++)
        {
            b.AsSpan(column * rows, rows).CopyTo(target.Array.AsSpan(column * leading));
        }

        int rank = 0;
        using (MklCall.Begin(8.0 * rows * columns * singularValues.Length))
        {
            rank = Run(overwritten.Array, rows, columns, target.Array, leading, columnsB,
                TReal.CreateChecked(tolerance), values.Array);
        }

        var solution = new T[columns * columnsB];
        for (int column = 0; column < columnsB; column++)
        {
            target.Array.AsSpan(column * leading, columns).CopyTo(solution.AsSpan(column * columns));
        }

        for (int i = 0; i < singularValues.Length; i++)
        {
            singularValues[i] = double.CreateChecked(values.Array[i]);
        }

        return (solution, rank);
    }

    private static int Run(
        T[] a, int rows, int columns, T[] b, int leading, int columnsB, TReal tolerance, TReal[] values)
    {
        int rank, info;
        fixed (T* pa = a, pb = b)
        {
            fixed (TReal* ps = values)
            {
                T size;
                TReal realSize;
                int integerSize;
                Require.Accepted(MklLapack<T, TReal>.Gelsd(
                    rows, columns, columnsB, pa, rows, pb, leading, ps, tolerance, &rank, &size, -1, &realSize,
                    &integerSize));
                using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
                using var reals = new Workspace<TReal>(Mkl<T, TReal>.IsComplex ? long.CreateChecked(realSize) : 1);
                using var integers = new Workspace<int>(integerSize);
                fixed (T* pw = work.Array)
                {
                    fixed (TReal* pr = reals.Array)
                    {
                        fixed (int* pi = integers.Array)
                        {
                            info = MklLapack<T, TReal>.Gelsd(
                                rows, columns, columnsB, pa, rows, pb, leading, ps, tolerance, &rank, pw,
                                work.Array.Length, pr, pi);
                        }
                    }
                }
            }
        }

        Require.Accepted(info);
        return info == 0 ? rank : throw new MathNet.Numerics.NonConvergenceException();
    }
}
