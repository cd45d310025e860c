using System.Runtime.InteropServices;
using MathNet.Numerics;

namespace Math4AI.Interop.Mkl;

/// <summary>MKL's entry points for <see cref="Complex32"/> elements.</summary>
internal readonly unsafe partial struct MklComplex32 : IMklElement<Complex32, float>
{
    public static Complex32 Zero => Complex32.Zero;

    public static Complex32 One => Complex32.One;

    public static bool IsComplex => true;

    public static double RealPart(Complex32 value) => value.Real;

    public static Complex32 FromReal(double value) => new((float)value, 0.0f);

    public static void Axpy(int n, Complex32 alpha, Complex32* x, Complex32* y)
    {
        int stride = 1;
        Axpy(&n, &alpha, x, &stride, y, &stride);
    }

    public static Complex32 Dot(int n, Complex32* x, Complex32* y)
    {
        if (n == 0)
        {
            return Zero;
        }

        // The Fortran function returns a complex number by value, which compilers disagree about: a 1 × 1 product instead.
        Complex32 sum;
        Gemm((byte)'T', (byte)'N', 1, 1, n, Complex32.One, x, n, y, n, Complex32.Zero, &sum, 1);
        return sum;
    }

    public static void Gemm(
        byte transA, byte transB, int m, int n, int k, Complex32 alpha, Complex32* a, int lda, Complex32* b, int ldb, Complex32 beta, Complex32* c,
        int ldc) =>
        Gemm(&transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);

    public static void Gemv(byte trans, int m, int n, Complex32 alpha, Complex32* a, int lda, Complex32* x, Complex32 beta, Complex32* y) =>
        // libtorch exports no gemv of this type.
        Gemm(
            trans, (byte)'N', trans == (byte)'N' ? m : n, 1, trans == (byte)'N' ? n : m, alpha, a, lda, x,
            trans == (byte)'N' ? n : m, beta, y, trans == (byte)'N' ? m : n);

    public static void Trsm(
        byte side, byte uplo, byte trans, byte diag, int m, int n, Complex32 alpha, Complex32* a, int lda, Complex32* b, int ldb) =>
        Trsm(&side, &uplo, &trans, &diag, &m, &n, &alpha, a, &lda, b, &ldb);

    public static int Getrf(int m, int n, Complex32* a, int lda, int* pivots)
    {
        int info;
        Getrf(&m, &n, a, &lda, pivots, &info);
        return info;
    }

    public static int Getrs(byte trans, int n, int nrhs, Complex32* a, int lda, int* pivots, Complex32* b, int ldb)
    {
        int info;
        Getrs(&trans, &n, &nrhs, a, &lda, pivots, b, &ldb, &info);
        return info;
    }

    public static int Potrf(byte uplo, int n, Complex32* a, int lda)
    {
        int info;
        Potrf(&uplo, &n, a, &lda, &info);
        return info;
    }

    public static int Potrs(byte uplo, int n, int nrhs, Complex32* a, int lda, Complex32* b, int ldb)
    {
        int info;
        Potrs(&uplo, &n, &nrhs, a, &lda, b, &ldb, &info);
        return info;
    }

    public static int Geqrf(int m, int n, Complex32* a, int lda, Complex32* tau, Complex32* work, int lwork)
    {
        int info;
        Geqrf(&m, &n, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Orgqr(int m, int n, int k, Complex32* a, int lda, Complex32* tau, Complex32* work, int lwork)
    {
        int info;
        Orgqr(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Ormqr(
        byte side, byte trans, int m, int n, int k, Complex32* a, int lda, Complex32* tau, Complex32* c, int ldc, Complex32* work, int lwork)
    {
        int info;
        Ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info);
        return info;
    }

    public static int Gesdd(
        byte jobz, int m, int n, Complex32* a, int lda, float* s, Complex32* u, int ldu, Complex32* vt, int ldvt, Complex32* work, int lwork,
        float* rwork, int* iwork)
    {
        int info;
        Gesdd(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, rwork, iwork, &info);
        return info;
    }

    public static int Gelsd(
        int m, int n, int nrhs, Complex32* a, int lda, Complex32* b, int ldb, float* s, float rcond, int* rank, Complex32* work, int lwork, float* rwork,
        int* iwork)
    {
        int info;
        Gelsd(&m, &n, &nrhs, a, &lda, b, &ldb, s, &rcond, rank, work, &lwork, rwork, iwork, &info);
        return info;
    }

    public static int Syevd(
        byte jobz, byte uplo, int n, Complex32* a, int lda, float* w, Complex32* work, int lwork, float* rwork, int lrwork, int* iwork,
        int liwork)
    {
        int info;
        Syevd(&jobz, &uplo, &n, a, &lda, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &info);
        return info;
    }

    public static int Geev(
        byte jobvl, byte jobvr, int n, Complex32* a, int lda, float* w, Complex32* vl, int ldvl, Complex32* vr, int ldvr, Complex32* work,
        int lwork, float* rwork)
    {
        int info;
        Geev(&jobvl, &jobvr, &n, a, &lda, (Complex32*)w, vl, &ldvl, vr, &ldvr, work, &lwork, rwork, &info);
        return info;
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "caxpy_")]
    private static partial void Axpy(int* n, Complex32* alpha, Complex32* x, int* incx, Complex32* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, Complex32* alpha, Complex32* a, int* lda, Complex32* b, int* ldb,
        Complex32* beta, Complex32* c, int* ldc);

    [LibraryImport(MklLibrary.Name, EntryPoint = "ctrsm_")]
    private static partial void Trsm(
        byte* side, byte* uplo, byte* transa, byte* diag, int* m, int* n, Complex32* alpha, Complex32* a, int* lda, Complex32* b,
        int* ldb);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgetrf_")]
    private static partial void Getrf(int* m, int* n, Complex32* a, int* lda, int* ipiv, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgetrs_")]
    private static partial void Getrs(
        byte* trans, int* n, int* nrhs, Complex32* a, int* lda, int* ipiv, Complex32* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cpotrf_")]
    private static partial void Potrf(byte* uplo, int* n, Complex32* a, int* lda, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cpotrs_")]
    private static partial void Potrs(
        byte* uplo, int* n, int* nrhs, Complex32* a, int* lda, Complex32* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgeqrf_")]
    private static partial void Geqrf(
        int* m, int* n, Complex32* a, int* lda, Complex32* tau, Complex32* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cungqr_")]
    private static partial void Orgqr(
        int* m, int* n, int* k, Complex32* a, int* lda, Complex32* tau, Complex32* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cunmqr_")]
    private static partial void Ormqr(
        byte* side, byte* trans, int* m, int* n, int* k, Complex32* a, int* lda, Complex32* tau, Complex32* c, int* ldc, Complex32* work,
        int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgesdd_")]
    private static partial void Gesdd(
        byte* jobz, int* m, int* n, Complex32* a, int* lda, float* s, Complex32* u, int* ldu, Complex32* vt, int* ldvt,
        Complex32* work, int* lwork, float* rwork, int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgelsd_")]
    private static partial void Gelsd(
        int* m, int* n, int* nrhs, Complex32* a, int* lda, Complex32* b, int* ldb, float* s, float* rcond, int* rank, Complex32* work, int* lwork,
        float* rwork, int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cheevd_")]
    private static partial void Syevd(
        byte* jobz, byte* uplo, int* n, Complex32* a, int* lda, float* w,
        Complex32* work, int* lwork, float* rwork, int* lrwork, int* iwork, int* liwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "cgeev_")]
    private static partial void Geev(
        byte* jobvl, byte* jobvr, int* n, Complex32* a, int* lda, Complex32* w, Complex32* vl, int* ldvl, Complex32* vr, int* ldvr,
        Complex32* work, int* lwork, float* rwork, int* info);
}
