using System.Reflection;
using System.Runtime.InteropServices;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Benchmarks;

/// <summary>
/// MKL's own functions with nothing between: the limit that the façade is measured by. Arguments and workspaces are
/// made once; what a function overwrites is copied before each call, as a caller who keeps the matrix has to.
/// </summary>
internal static unsafe partial class RawCalls
{
    /// <summary>Finds the MKL that this library has loaded.</summary>
    public static void Bind()
    {
        _ = Compute.Provider;
        string mkl = Compute.Libraries.Single(library => library.Name == "MKL").Path;
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, assembly, path) =>
            name == "mkl" ? NativeLibrary.Load(mkl) : NativeLibrary.Load(name, assembly, path));
    }

    /// <summary>Returns a row of the dense table by raw calls; null where there is none.</summary>
    /// <param name="operation">The row's name.</param>
    /// <param name="a">Any square matrix.</param>
    /// <param name="b">Another.</param>
    /// <param name="symmetric">A symmetric one.</param>
    /// <param name="definite">A positive definite one.</param>
    public static Action? Prepare(
        string operation, Matrix<double> a, Matrix<double> b, Matrix<double> symmetric, Matrix<double> definite)
    {
        int n = a.RowCount;
        Buffer first = new(Values(a)), second = new(Values(b)), result = new(n * n);
        return operation switch
        {
            "product" => () => Multiply('N', n, first, second, result),
            "transposed" => () => Multiply('T', n, first, second, result),
            "lu solve" => Lu(n, first),
            "cholesky solve" => Cholesky(n, new Buffer(Values(definite))),
            "qr" => Qr(n, first),
            "svd" => Svd(n, first),
            "symmetric eigen" => SymmetricEigen(n, new Buffer(Values(symmetric))),
            "general eigen" => GeneralEigen(n, first),
            _ => null,
        };
    }

    private static double[] Values(Matrix<double> matrix) => ((DenseMatrix)matrix).Values;

    private static void Multiply(char transpose, int n, Buffer a, Buffer b, Buffer c) =>
        Multiply(transpose, n, a.Data, b.Data, c.Data);

    /// <summary>C = op(A) B of square matrices.</summary>
    public static void Multiply(char transpose, int n, double* a, double* b, double* c)
    {
        byte op = (byte)transpose, plain = (byte)'N';
        double one = 1.0, zero = 0.0;
        Gemm(&op, &plain, &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
    }

    private static Action Lu(int n, Buffer a)
    {
        Buffer factor = new(n * n), x = new(n), pivots = new(n);
        return () =>
        {
            a.CopyTo(factor);
            byte plain = (byte)'N';
            int order = n, one = 1, info;
            Getrf(&order, &order, factor.Data, &order, pivots.Integers, &info);
            Getrs(&plain, &order, &one, factor.Data, &order, pivots.Integers, x.Data, &order, &info);
        };
    }

    private static Action Cholesky(int n, Buffer a)
    {
        Buffer factor = new(n * n), x = new(n);
        return () =>
        {
            a.CopyTo(factor);
            byte lower = (byte)'L';
            int order = n, one = 1, info;
            Potrf(&lower, &order, factor.Data, &order, &info);
            Potrs(&lower, &order, &one, factor.Data, &order, x.Data, &order, &info);
        };
    }

    private static Action Qr(int n, Buffer a)
    {
        Buffer factor = new(n * n), tau = new(n), r = new(n * n), work = new(64 * n + 64);
        return () =>
        {
            a.CopyTo(factor);
            int order = n, length = work.Length, info;
            Geqrf(&order, &order, factor.Data, &order, tau.Data, work.Data, &length, &info);
            for (int column = 0; column < n; column++)
            {
                new ReadOnlySpan<double>(factor.Data + (nint)column * n, column + 1)
                    .CopyTo(new Span<double>(r.Data + (nint)column * n, n));
            }

            Orgqr(&order, &order, &order, factor.Data, &order, tau.Data, work.Data, &length, &info);
        };
    }

    private static Action Svd(int n, Buffer a)
    {
        Buffer copy = new(n * n), s = new(n), u = new(n * n), vt = new(n * n), integers = new(8 * n),
            work = new(4 * n * n + 200 * n);
        return () =>
        {
            a.CopyTo(copy);
            byte all = (byte)'A';
            int order = n, length = work.Length, info;
            Gesdd(&all, &order, &order, copy.Data, &order, s.Data, u.Data, &order, vt.Data, &order, work.Data, &length,
                integers.Integers, &info);
        };
    }

    private static Action SymmetricEigen(int n, Buffer a)
    {
        Buffer vectors = new(n * n), w = new(n), work = new(2 * n * n + 200 * n), integers = new(6 * n + 16);
        return () =>
        {
            a.CopyTo(vectors);
            byte job = (byte)'V', lower = (byte)'L';
            int order = n, length = work.Length, integerLength = 6 * n + 16, info;
            Syevd(&job, &lower, &order, vectors.Data, &order, w.Data, work.Data, &length, integers.Integers,
                &integerLength, &info);
        };
    }

    private static Action GeneralEigen(int n, Buffer a)
    {
        Buffer copy = new(n * n), re = new(n), im = new(n), v = new(n * n), work = new(200 * n);
        return () =>
        {
            a.CopyTo(copy);
            byte no = (byte)'N', yes = (byte)'V';
            int order = n, one = 1, length = work.Length, info;
            Geev(&no, &yes, &order, copy.Data, &order, re.Data, im.Data, null, &one, v.Data, &order, work.Data, &length,
                &info);
        };
    }

    [LibraryImport("mkl", EntryPoint = "dgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, double* alpha, double* a, int* lda, double* b, int* ldb,
        double* beta, double* c, int* ldc);

    [LibraryImport("mkl", EntryPoint = "dgetrf_")]
    private static partial void Getrf(int* m, int* n, double* a, int* lda, int* pivots, int* info);

    [LibraryImport("mkl", EntryPoint = "dgetrs_")]
    private static partial void Getrs(
        byte* trans, int* n, int* nrhs, double* a, int* lda, int* pivots, double* b, int* ldb, int* info);

    [LibraryImport("mkl", EntryPoint = "dpotrf_")]
    private static partial void Potrf(byte* uplo, int* n, double* a, int* lda, int* info);

    [LibraryImport("mkl", EntryPoint = "dpotrs_")]
    private static partial void Potrs(
        byte* uplo, int* n, int* nrhs, double* a, int* lda, double* b, int* ldb, int* info);

    [LibraryImport("mkl", EntryPoint = "dgeqrf_")]
    private static partial void Geqrf(
        int* m, int* n, double* a, int* lda, double* tau, double* work, int* lwork, int* info);

    [LibraryImport("mkl", EntryPoint = "dorgqr_")]
    private static partial void Orgqr(
        int* m, int* n, int* k, double* a, int* lda, double* tau, double* work, int* lwork, int* info);

    [LibraryImport("mkl", EntryPoint = "dgesdd_")]
    private static partial void Gesdd(
        byte* jobz, int* m, int* n, double* a, int* lda, double* s, double* u, int* ldu, double* vt, int* ldvt,
        double* work, int* lwork, int* iwork, int* info);

    [LibraryImport("mkl", EntryPoint = "dsyevd_")]
    private static partial void Syevd(
        byte* jobz, byte* uplo, int* n, double* a, int* lda, double* w, double* work, int* lwork, int* iwork,
        int* liwork, int* info);

    [LibraryImport("mkl", EntryPoint = "dgeev_")]
    private static partial void Geev(
        byte* jobvl, byte* jobvr, int* n, double* a, int* lda, double* wr, double* wi, double* vl, int* ldvl,
        double* vr, int* ldvr, double* work, int* lwork, int* info);

    /// <summary>Memory that no collection moves; it lives as long as the process.</summary>
    private sealed class Buffer
    {
        public Buffer(int length)
        {
            Length = length;
            Data = (double*)NativeMemory.AlignedAlloc((nuint)length * sizeof(double), 64);
            new Span<double>(Data, length).Fill(1.0);
        }

        public Buffer(double[] values)
            : this(values.Length) => values.CopyTo(new Span<double>(Data, Length));

        public int Length { get; }

        public double* Data { get; }

        public int* Integers => (int*)Data;

        public void CopyTo(Buffer other) =>
            new ReadOnlySpan<double>(Data, Length).CopyTo(new Span<double>(other.Data, other.Length));
    }
}
