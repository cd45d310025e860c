using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// A = U Σ Vᴴ by divide and conquer, LAPACK <c>gesdd</c>: singular values descending, U m × m, Vᴴ n × n; and the
/// minimum-norm solution of A x = b.
/// </summary>
internal unsafe interface IMklSvd<T, TReal> : ILinearAlgebraProvider<T>, IThinSvdProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    void ILinearAlgebraProvider<T>.SingularValueDecomposition(
        bool computeVectors, T[] a, int rowsA, int columnsA, T[] s, T[] u, T[] vt)
    {
        Require.Length(a, (long)rowsA * columnsA);
        Require.Length(s, Math.Min(rowsA, columnsA));
        Require.Length(u, (long)rowsA * rowsA);
        Require.Length(vt, (long)columnsA * columnsA);
        if (a.Length == 0)
        {
            FillIdentity(u, computeVectors ? rowsA : 0);
            FillIdentity(vt, computeVectors ? columnsA : 0);
            return;
        }

        Decompose(computeVectors ? (byte)'A' : (byte)'N', a, rowsA, columnsA, s, u, vt);
    }

    void ILinearAlgebraProvider<T>.SvdSolve(T[] a, int rowsA, int columnsA, T[] b, int columnsB, T[] x)
    {
        Require.Length(a, (long)rowsA * columnsA);
        Require.Length(b, (long)rowsA * columnsB);
        Require.Length(x, (long)columnsA * columnsB);
        int rank = Math.Min(rowsA, columnsA);
        if (rank == 0)
        {
            x.AsSpan().Clear();
            return;
        }

        T[] s = new T[rank];
        using var overwritten = new Workspace<T>(a);
        using var u = new Workspace<T>((long)rowsA * rank);
        using var vt = new Workspace<T>((long)rank * columnsA);
        Decompose((byte)'S', overwritten.Array, rowsA, columnsA, s, u.Array, vt.Array);
        Solve(rowsA, columnsA, s, u.Array, vt.Array, rank, b, columnsB, x);
    }

    void ILinearAlgebraProvider<T>.SvdSolveFactored(
        int rowsA, int columnsA, T[] s, T[] u, T[] vt, T[] b, int columnsB, T[] x)
    {
        Require.Length(s, Math.Min(rowsA, columnsA));
        Require.Length(u, (long)rowsA * rowsA);
        Require.Length(vt, (long)columnsA * columnsA);
        Require.Length(b, (long)rowsA * columnsB);
        Require.Length(x, (long)columnsA * columnsB);
        if (s.Length > 0)
        {
            Solve(rowsA, columnsA, s, u, vt, columnsA, b, columnsB, x);
        }
    }

    void IThinSvdProvider<T>.ThinSingularValueDecomposition(T[] a, int rows, int columns, T[] s, T[] u, T[] vt)
    {
        Decompose(u.Length > 0 ? (byte)'S' : (byte)'N', a, rows, columns, s, u, vt);
    }

    private static void FillIdentity(T[] matrix, int order)
    {
        for (int i = 0; i < order; i++)
        {
            matrix[i * order + i] = Mkl<T, TReal>.One;
        }
    }

    /// <summary>x = V Σ⁻¹ Uᴴ b over the singular values that are there; Vᴴ has the given leading dimension.</summary>
    private static void Solve(
        int rows, int columns, T[] s, T[] u, T[] vt, int leadingVt, T[] b, int columnsB, T[] x)
    {
        using var projected = new Workspace<T>((long)s.Length * columnsB);
        fixed (T* pu = u, pvt = vt, pb = b, pp = projected.Array, px = x)
        {
            Mkl<T, TReal>.Gemm(
                (byte)'C', (byte)'N', s.Length, columnsB, rows, Mkl<T, TReal>.One, pu, rows, pb, rows,
                Mkl<T, TReal>.Zero, pp, s.Length);
            DivideRows((TReal*)pp, s, columnsB, Math.Max(rows, columns));

            Mkl<T, TReal>.Gemm(
                (byte)'C', (byte)'N', columns, columnsB, s.Length, Mkl<T, TReal>.One, pvt, leadingVt, pp, s.Length,
                Mkl<T, TReal>.Zero,
                px, columns);
        }
    }

    /// <summary>
    /// Divides row i by s_i, the real and the imaginary part of a complex number alike. Where s_i is at most
    /// max(m, n) ε s₁, which is rounding, the row becomes 0, so that a singular system has its minimum-norm solution.
    /// </summary>
    private static void DivideRows(TReal* parts, T[] s, int columns, int largerSide)
    {
        int partsPerElement = Mkl<T, TReal>.IsComplex ? 2 : 1;
        TReal epsilon = TReal.BitIncrement(TReal.One) - TReal.One;
        TReal rounding =
            TReal.CreateChecked(largerSide) * epsilon * TReal.CreateChecked(Mkl<T, TReal>.RealPart(s[0]));
        for (int column = 0; column < columns; column++)
        {
            for (int i = 0; i < s.Length; i++)
            {
                var divisor = TReal.CreateChecked(Mkl<T, TReal>.RealPart(s[i]));
                for (int part = 0; part < partsPerElement; part++, parts++)
                {
                    *parts = divisor > rounding ? *parts / divisor : TReal.Zero;
                }
            }
        }
    }

    private static void Decompose(byte job, T[] a, int rows, int columns, T[] s, T[] u, T[] vt)
    {
        int rank = Math.Min(rows, columns);
        (int columnsU, int rowsVt) = job switch
        {
            (byte)'A' => (rows, columns),
            (byte)'S' => (rank, rank),
            _ => (0, 0),
        };
        int exponent = SafeScale<T, TReal>.Apply(a.AsSpan(0, rows * columns));
        if (!Mkl<T, TReal>.IsComplex && Math.Max(rows, columns) <= JacobiSvd<TReal>.MaxOrder
            && JacobiSvd<TReal>.TryDecompose(
                Parts(a, rows * columns), rows, columns, Parts(s, rank), Parts(u, rows * columnsU),
                Parts(vt, rowsVt * columns), rowsVt))
        {
            SafeScale<T, TReal>.Undo(s, exponent);
            return;
        }

        DecomposeByMkl(job, a, rows, columns, s, u, vt, columnsU, rowsVt);
        SafeScale<T, TReal>.Undo(s, exponent);
    }

    private static Span<TReal> Parts(T[] array, int length) => MemoryMarshal.Cast<T, TReal>(array.AsSpan(0, length));

    private static void DecomposeByMkl(
        byte job, T[] a, int rows, int columns, T[] s, T[] u, T[] vt, int columnsU, int rowsVt)
    {
        int rank = Math.Min(rows, columns);
        using SpacedMatrix<T> matrix = SpacedMatrix<T>.Of(a, rows, columns);
        using SpacedMatrix<T> left = SpacedMatrix<T>.For(u, rows, columnsU);
        using SpacedMatrix<T> right = SpacedMatrix<T>.For(vt, rowsVt, columns);
        int leading = matrix.Leading, leadingU = left.Leading, leadingVt = Math.Max(1, right.Leading);
        using MklCall call = MklCall.Begin(8.0 * rows * columns * rank);
        using var values = new Workspace<TReal>(rank);
        using var integers = new Workspace<int>(8L * rank);
        using var reals = new Workspace<TReal>(Mkl<T, TReal>.IsComplex ? RealWorkspace(rows, columns) : 1);
        int info;
        fixed (T* pa = matrix.Array, pu = left.Array, pvt = right.Array)
        {
            fixed (TReal* ps = values.Array, pr = reals.Array)
            {
                fixed (int* pi = integers.Array)
                {
                    T size;
                    Require.Accepted(MklLapack<T, TReal>.Gesdd(
                        job, rows, columns, pa, leading, ps, pu, leadingU, pvt, leadingVt, &size, -1, pr, pi));
                    using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
                    fixed (T* w = work.Array)
                    {
                        info = MklLapack<T, TReal>.Gesdd(
                            job, rows, columns, pa, leading, ps, pu, leadingU, pvt, leadingVt, w,
                            work.Array.Length, pr, pi);
                    }
                }
            }
        }

        if (info != 0)
        {
            // A negative code here is the matrix: gesdd answers -4 when it holds NaN.
            throw new NonConvergenceException();
        }

        left.Save();
        right.Save();
        SaveValues(values.Array.AsSpan(0, rank), s);
    }

    private static void SaveValues(ReadOnlySpan<TReal> values, Span<T> s)
    {
        for (int i = 0; i < values.Length; i++)
        {
            // gesdd can answer −0.
            s[i] = Mkl<T, TReal>.FromReal(Math.Abs(double.CreateChecked(values[i])));
        }
    }

    /// <summary>LAPACK's bound for <c>rwork</c> of cgesdd and zgesdd.</summary>
    private static long RealWorkspace(int rows, int columns)
    {
        long least = Math.Min(rows, columns);
        long most = Math.Max(rows, columns);
        return least * Math.Max(5 * least + 7, 2 * most + 2 * least + 1);
    }
}
