using System.Numerics;
using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>MKL's entry points for <see cref="Complex"/> elements.</summary>
internal readonly unsafe partial struct MklComplex : IMklElement<Complex, double>
{
    public static Complex Zero => Complex.Zero;

    public static Complex One => Complex.One;

    public static bool IsComplex => true;

    public static double RealPart(Complex value) => value.Real;

    public static Complex FromReal(double value) => new(value, 0.0);

    public static void Axpy(int n, Complex alpha, Complex* x, Complex* y)
    {
        int stride = 1;
        Axpy(&n, &alpha, x, &stride, y, &stride);
    }

    public static Complex Dot(int n, Complex* x, Complex* y)
    {
        if (n == 0)
        {
            return Zero;
        }

        // The Fortran function returns a complex number by value, which compilers disagree about: a 1 × 1 product instead.
        Complex sum;
        Gemm((byte)'T', (byte)'N', 1, 1, n, Complex.One, x, n, y, n, Complex.Zero, &sum, 1);
        return sum;
    }

    public static void Gemm(
        byte transA, byte transB, int m, int n, int k, Complex alpha, Complex* a, int lda, Complex* b, int ldb, Complex beta, Complex* c,
        int ldc) =>
        Gemm(&transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);

    public static void Gemv(byte trans, int m, int n, Complex alpha, Complex* a, int lda, Complex* x, Complex beta, Complex* y) =>
        // libtorch exports no gemv of this type.
        Gemm(
            trans, (byte)'N', trans == (byte)'N' ? m : n, 1, trans == (byte)'N' ? n : m, alpha, a, lda, x,
            trans == (byte)'N' ? n : m, beta, y, trans == (byte)'N' ? m : n);

    public static void Trsm(
        byte side, byte uplo, byte trans, byte diag, int m, int n, Complex alpha, Complex* a, int lda, Complex* b, int ldb) =>
        Trsm(&side, &uplo, &trans, &diag, &m, &n, &alpha, a, &lda, b, &ldb);

    public static int Getrf(int m, int n, Complex* a, int lda, int* pivots)
    {
        int info;
        Getrf(&m, &n, a, &lda, pivots, &info);
        return info;
    }

    public static int Getrs(byte trans, int n, int nrhs, Complex* a, int lda, int* pivots, Complex* b, int ldb)
    {
        int info;
        Getrs(&trans, &n, &nrhs, a, &lda, pivots, b, &ldb, &info);
        return info;
    }

    public static int Potrf(byte uplo, int n, Complex* a, int lda)
    {
        int info;
        Potrf(&uplo, &n, a, &lda, &info);
        return info;
    }

    public static int Potrs(byte uplo, int n, int nrhs, Complex* a, int lda, Complex* b, int ldb)
    {
        int info;
        Potrs(&uplo, &n, &nrhs, a, &lda, b, &ldb, &info);
        return info;
    }

    public static int Geqrf(int m, int n, Complex* a, int lda, Complex* tau, Complex* work, int lwork)
    {
        int info;
        Geqrf(&m, &n, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Orgqr(int m, int n, int k, Complex* a, int lda, Complex* tau, Complex* work, int lwork)
    {
        int info;
        Orgqr(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Ormqr(
        byte side, byte trans, int m, int n, int k, Complex* a, int lda, Complex* tau, Complex* c, int ldc, Complex* work, int lwork)
    {
        int info;
        Ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info);
        return info;
    }

    public static int Gesdd(
        byte jobz, int m, int n, Complex* a, int lda, double* s, Complex* u, int ldu, Complex* vt, int ldvt, Complex* work, int lwork,
        double* rwork, int* iwork)
    {
        int info;
        Gesdd(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, rwork, iwork, &info);
        return info;
    }

    public static int Gelsd(
        int m, int n, int nrhs, Complex* a, int lda, Complex* b, int ldb, double* s, double rcond, int* rank, Complex* work, int lwork, double* rwork,
        int* iwork)
    {
        int info;
        Gelsd(&m, &n, &nrhs, a, &lda, b, &ldb, s, &rcond, rank, work, &lwork, rwork, iwork, &info);
        return info;
    }

    public static int Syevd(
        byte jobz, byte uplo, int n, Complex* a, int lda, double* w, Complex* work, int lwork, double* rwork, int lrwork, int* iwork,
        int liwork)
    {
        int info;
        Syevd(&jobz, &uplo, &n, a, &lda, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &info);
        return info;
    }

    public static int Geev(
        byte jobvl, byte jobvr, int n, Complex* a, int lda, double* w, Complex* vl, int ldvl, Complex* vr, int ldvr, Complex* work,
        int lwork, double* rwork)
    {
        int info;
        Geev(&jobvl, &jobvr, &n, a, &lda, (Complex*)w, vl, &ldvl, vr, &ldvr, work, &lwork, rwork, &info);
        return info;
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "zaxpy_")]
    private static partial void Axpy(int* n, Complex* alpha, Complex* x, int* incx, Complex* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, Complex* alpha, Complex* a, int* lda, Complex* b, int* ldb,
        Complex* beta, Complex* c, int* ldc);

    [LibraryImport(MklLibrary.Name, EntryPoint = "ztrsm_")]
    private static partial void Trsm(
        byte* side, byte* uplo, byte* transa, byte* diag, int* m, int* n, Complex* alpha, Complex* a, int* lda, Complex* b,
        int* ldb);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgetrf_")]
    private static partial void Getrf(int* m, int* n, Complex* a, int* lda, int* ipiv, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgetrs_")]
    private static partial void Getrs(
        byte* trans, int* n, int* nrhs, Complex* a, int* lda, int* ipiv, Complex* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zpotrf_")]
    private static partial void Potrf(byte* uplo, int* n, Complex* a, int* lda, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zpotrs_")]
    private static partial void Potrs(
        byte* uplo, int* n, int* nrhs, Complex* a, int* lda, Complex* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgeqrf_")]
    private static partial void Geqrf(
        int* m, int* n, Complex* a, int* lda, Complex* tau, Complex* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zungqr_")]
    private static partial void Orgqr(
        int* m, int* n, int* k, Complex* a, int* lda, Complex* tau, Complex* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zunmqr_")]
    private static partial void Ormqr(
        byte* side, byte* trans, int* m, int* n, int* k, Complex* a, int* lda, Complex* tau, Complex* c, int* ldc, Complex* work,
        int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgesdd_")]
    private static partial void Gesdd(
        byte* jobz, int* m, int* n, Complex* a, int* lda, double* s, Complex* u, int* ldu, Complex* vt, int* ldvt,
        Complex* work, int* lwork, double* rwork, int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgelsd_")]
    private static partial void Gelsd(
        int* m, int* n, int* nrhs, Complex* a, int* lda, Complex* b, int* ldb, double* s, double* rcond, int* rank, Complex* work, int* lwork,
        double* rwork, int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zheevd_")]
    private static partial void Syevd(
        byte* jobz, byte* uplo, int* n, Complex* a, int* lda, double* w,
        Complex* work, int* lwork, double* rwork, int* lrwork, int* iwork, int* liwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "zgeev_")]
    private static partial void Geev(
        byte* jobvl, byte* jobvr, int* n, Complex* a, int* lda, Complex* w, Complex* vl, int* ldvl, Complex* vr, int* ldvr,
        Complex* work, int* lwork, double* rwork, int* info);
}
