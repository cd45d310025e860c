using System.Numerics;
using Math4AI.Interop.Mkl;
using Math4AI.LinearAlgebra.Provider.Lapack;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// A = Q R by Householder reflections, LAPACK <c>geqrf</c>, <c>orgqr</c> and <c>ormqr</c>: full (Q m × m, R m × n) or
/// thin (Q m × n, R n × n), and least squares with it.
/// </summary>
internal unsafe interface IMklQr<T, TReal> : ILinearAlgebraProvider<T>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    // Up to this many columns the size of the workspace is known, and MKL is not asked for it.
    private const int MaxSmall = 16;
    private const int SmallBlock = 64;

    void ILinearAlgebraProvider<T>.QRFactor(T[] a, int rowsA, int columnsA, T[] q, T[] tau)
    {
        Require.Length(a, (long)rowsA * columnsA);
        Require.Length(q, (long)rowsA * rowsA);
        int reflections = Math.Min(rowsA, columnsA);
        Require.AtLeast(tau, reflections);
        if (q.Length == 0)
        {
            return;
        }

        using MklCall call = MklCall.Begin(4.0 * rowsA * rowsA * reflections, MklCall.WorthSharingOfQr);
        int exponent = SafeScale<T, TReal>.Apply(a);
        Reflect(a, rowsA, columnsA, tau);
        q.AsSpan().Clear();
        a.AsSpan(0, reflections * rowsA).CopyTo(q);
        GenerateQ(q, rowsA, rowsA, reflections, tau);
        ClearBelowDiagonal(a, rowsA, columnsA);
        SafeScale<T, TReal>.Undo(a, exponent);
    }

    void ILinearAlgebraProvider<T>.ThinQRFactor(T[] a, int rowsA, int columnsA, T[] r, T[] tau)
    {
        Require.Length(a, (long)rowsA * columnsA);
        Require.Length(r, (long)columnsA * columnsA);
        Require.AtLeast(tau, Math.Min(rowsA, columnsA));
        if (rowsA < columnsA)
        {
            throw new ArgumentException(
                "The thin factorization needs at least as many rows as columns.", nameof(rowsA));
        }

        if (a.Length == 0)
        {
            return;
        }

        using MklCall call = MklCall.Begin(4.0 * rowsA * columnsA * columnsA, MklCall.WorthSharingOfQr);
        int exponent = SafeScale<T, TReal>.Apply(a);
        Reflect(a, rowsA, columnsA, tau);
        r.AsSpan().Clear();
        for (int column = 0; column < columnsA; column++)
        {
            a.AsSpan(column * rowsA, column + 1).CopyTo(r.AsSpan(column * columnsA));
        }

        SafeScale<T, TReal>.Undo(r, exponent);
        GenerateQ(a, rowsA, columnsA, columnsA, tau);
    }

    void ILinearAlgebraProvider<T>.QRSolve(
        T[] a, int rows, int columns, T[] b, int columnsB, T[] x, QRMethod method)
    {
        RequireSystem(a, rows, columns, b, columnsB, x);
        if (x.Length == 0)
        {
            return;
        }

        using MklCall call = MklCall.Begin(2.0 * rows * columns * (columns + columnsB), MklCall.WorthSharingOfQr);
        using var factored = new Workspace<T>(a);
        using var rotated = new Workspace<T>(b);
        using var tau = new Workspace<T>(columns);
        int exponent = SafeScale<T, TReal>.Apply(factored.Array.AsSpan(0, a.Length));
        int exponentB = SafeScale<T, TReal>.ExponentIfFinite(b);
        SafeScale<T, TReal>.Multiply(rotated.Array.AsSpan(0, b.Length), exponentB);
        Reflect(factored.Array, rows, columns, tau.Array);
        ApplyAdjointQ(factored.Array, rows, columns, tau.Array, rotated.Array, columnsB);
        SolveTriangle(factored.Array, rows, columns, rotated.Array, rows, columnsB, x);
        SafeScale<T, TReal>.Undo(x, exponentB - exponent);
    }

    void ILinearAlgebraProvider<T>.QRSolveFactored(
        T[] q, T[] r, int rowsA, int columnsA, T[] tau, T[] b, int columnsB, T[] x, QRMethod method)
    {
        ArgumentNullException.ThrowIfNull(r);
        if (rowsA < columnsA)
        {
            throw new ArgumentException("The system needs at least as many rows as columns.", nameof(rowsA));
        }

        Require.Length(q, (long)rowsA * (method == QRMethod.Full ? rowsA : columnsA));
        Require.Length(r, (long)columnsA * (method == QRMethod.Full ? rowsA : columnsA));
        RequireSystem(q, rowsA, method == QRMethod.Full ? rowsA : columnsA, b, columnsB, null);
        Require.Length(x, (long)columnsA * columnsB);
        if (x.Length == 0)
        {
            return;
        }

        using MklCall call = MklCall.Begin(2.0 * rowsA * columnsA * columnsB);
        using var rotated = new Workspace<T>((long)columnsA * columnsB);
        using var triangle = new ScaledMatrix<T, TReal>(r);
        using var right = new ScaledMatrix<T, TReal>(b);
        fixed (T* pq = q, pb = right.Array, target = rotated.Array)
        {
            Mkl<T, TReal>.Gemm(
                (byte)'C', (byte)'N', columnsA, columnsB, rowsA, Mkl<T, TReal>.One, pq, rowsA, pb, rowsA,
                Mkl<T, TReal>.Zero, target,
                columnsA);
        }

        int leading = method == QRMethod.Full ? rowsA : columnsA;
        SolveTriangle(triangle.Array, leading, columnsA, rotated.Array, columnsA, columnsB, x);
        SafeScale<T, TReal>.Undo(x, right.Exponent - triangle.Exponent);
    }

    private static void RequireSystem(T[] a, int rows, int columns, T[] b, int columnsB, T[]? x)
    {
        Require.Length(a, (long)rows * columns);
        Require.Length(b, (long)rows * columnsB);
        if (rows < columns)
        {
            throw new ArgumentException("The system needs at least as many rows as columns.", nameof(rows));
        }

        if (x is not null)
        {
            Require.Length(x, (long)columns * columnsB);
        }
    }

    private static void Reflect(T[] a, int rows, int columns, T[] tau)
    {
        if (!Mkl<T, TReal>.IsComplex)
        {
            ReflectByMkl(a, rows, columns, tau);
            return;
        }

        // MKL's cgeqrf and zgeqrf divide by an underflowed norm where the rank is low: a matrix of ones of order 8
        // gives NaN.
        using var kept = new Workspace<T>(a.AsSpan(0, rows * columns));
        ReflectByMkl(a, rows, columns, tau);
        if (!Require.AreFinite<T, TReal>(a.AsSpan(0, rows * columns))
            || !Require.AreFinite<T, TReal>(tau.AsSpan(0, Math.Min(rows, columns))))
        {
            kept.Array.AsSpan(0, rows * columns).CopyTo(a);
            HouseholderQr<T>.Factor(a, rows, columns, tau);
        }
    }

    private static void ReflectByMkl(T[] a, int rows, int columns, T[] tau)
    {
        using SpacedMatrix<T> spaced = SpacedMatrix<T>.Of(a, rows, columns);
        fixed (T* matrix = spaced.Array, reflections = tau)
        {
            T size = Mkl<T, TReal>.FromReal(columns * SmallBlock);
            if (columns > MaxSmall)
            {
                Require.Accepted(
                    MklLapack<T, TReal>.Geqrf(rows, columns, matrix, spaced.Leading, reflections, &size, -1));
            }

            using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
            fixed (T* w = work.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Geqrf(
                    rows, columns, matrix, spaced.Leading, reflections, w, work.Array.Length));
            }
        }

        spaced.Save();
    }

    private static void GenerateQ(T[] q, int rows, int columns, int reflections, T[] tau)
    {
        using SpacedMatrix<T> spaced = SpacedMatrix<T>.Of(q, rows, columns);
        fixed (T* matrix = spaced.Array, t = tau)
        {
            T size = Mkl<T, TReal>.FromReal(columns * SmallBlock);
            if (columns > MaxSmall)
            {
                Require.Accepted(
                    MklLapack<T, TReal>.Orgqr(rows, columns, reflections, matrix, spaced.Leading, t, &size, -1));
            }

            using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
            fixed (T* w = work.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Orgqr(
                    rows, columns, reflections, matrix, spaced.Leading, t, w, work.Array.Length));
            }
        }

        spaced.Save();
    }

    private static void ApplyAdjointQ(T[] factored, int rows, int columns, T[] tau, T[] b, int columnsB)
    {
        byte adjoint = Mkl<T, TReal>.IsComplex ? (byte)'C' : (byte)'T';
        fixed (T* a = factored, t = tau, target = b)
        {
            T size;
            Require.Accepted(MklLapack<T, TReal>.Ormqr(
                (byte)'L', adjoint, rows, columnsB, columns, a, rows, t, target, rows, &size, -1));
            using var work = new Workspace<T>((long)Mkl<T, TReal>.RealPart(size));
            fixed (T* w = work.Array)
            {
                Require.Accepted(MklLapack<T, TReal>.Ormqr(
                    (byte)'L', adjoint, rows, columnsB, columns, a, rows, t, target, rows, w, work.Array.Length));
            }
        }
    }

    /// <summary>x = R⁻¹ (the first rows of b).</summary>
    private static void SolveTriangle(T[] r, int leadingR, int columns, T[] b, int leadingB, int columnsB, T[] x)
    {
        for (int column = 0; column < columnsB; column++)
        {
            b.AsSpan(column * leadingB, columns).CopyTo(x.AsSpan(column * columns));
        }

        fixed (T* triangle = r, target = x)
        {
            Mkl<T, TReal>.Trsm(
                (byte)'L', (byte)'U', (byte)'N', (byte)'N', columns, columnsB, Mkl<T, TReal>.One, triangle,
                leadingR, target,
                columns);
        }
    }

    private static void ClearBelowDiagonal(T[] a, int rows, int columns)
    {
        for (int column = 0; column < Math.Min(rows - 1, columns); column++)
        {
            a.AsSpan(column * rows + column + 1, rows - column - 1).Clear();
        }
    }
}
