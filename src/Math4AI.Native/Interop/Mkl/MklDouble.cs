using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>MKL's entry points for <see cref="double"/> elements.</summary>
internal readonly unsafe partial struct MklDouble : IMklElement<double, double>
{
    public static double Zero => 0.0;

    public static double One => 1.0;

    public static bool IsComplex => false;

    public static double RealPart(double value) => value;

    public static double FromReal(double value) => value;

    public static void Axpy(int n, double alpha, double* x, double* y)
    {
        int stride = 1;
        Axpy(&n, &alpha, x, &stride, y, &stride);
    }

    public static double Dot(int n, double* x, double* y)
    {
        int stride = 1;
        return Dot(&n, x, &stride, y, &stride);
    }

    public static void Gemm(
        byte transA, byte transB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb, double beta, double* c,
        int ldc) =>
        Gemm(&transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);

    public static void Gemv(byte trans, int m, int n, double alpha, double* a, int lda, double* x, double beta, double* y)
    {
        int stride = 1;
        Gemv(&trans, &m, &n, &alpha, a, &lda, x, &stride, &beta, y, &stride);
    }

    public static void Trsm(
        byte side, byte uplo, byte trans, byte diag, int m, int n, double alpha, double* a, int lda, double* b, int ldb) =>
        Trsm(&side, &uplo, &trans, &diag, &m, &n, &alpha, a, &lda, b, &ldb);

    public static int Getrf(int m, int n, double* a, int lda, int* pivots)
    {
        int info;
        Getrf(&m, &n, a, &lda, pivots, &info);
        return info;
    }

    public static int Getrs(byte trans, int n, int nrhs, double* a, int lda, int* pivots, double* b, int ldb)
    {
        int info;
        Getrs(&trans, &n, &nrhs, a, &lda, pivots, b, &ldb, &info);
        return info;
    }

    public static int Potrf(byte uplo, int n, double* a, int lda)
    {
        int info;
        Potrf(&uplo, &n, a, &lda, &info);
        return info;
    }

    public static int Potrs(byte uplo, int n, int nrhs, double* a, int lda, double* b, int ldb)
    {
        int info;
        Potrs(&uplo, &n, &nrhs, a, &lda, b, &ldb, &info);
        return info;
    }

    public static int Geqrf(int m, int n, double* a, int lda, double* tau, double* work, int lwork)
    {
        int info;
        Geqrf(&m, &n, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Orgqr(int m, int n, int k, double* a, int lda, double* tau, double* work, int lwork)
    {
        int info;
        Orgqr(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Ormqr(
        byte side, byte trans, int m, int n, int k, double* a, int lda, double* tau, double* c, int ldc, double* work, int lwork)
    {
        int info;
        Ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info);
        return info;
    }

    public static int Gesdd(
        byte jobz, int m, int n, double* a, int lda, double* s, double* u, int ldu, double* vt, int ldvt, double* work, int lwork,
        double* rwork, int* iwork)
    {
        int info;
        Gesdd(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info);
        return info;
    }

    public static int Gelsd(
        int m, int n, int nrhs, double* a, int lda, double* b, int ldb, double* s, double rcond, int* rank, double* work, int lwork, double* rwork,
        int* iwork)
    {
        int info;
        Gelsd(&m, &n, &nrhs, a, &lda, b, &ldb, s, &rcond, rank, work, &lwork, iwork, &info);
        return info;
    }

    public static int Syevd(
        byte jobz, byte uplo, int n, double* a, int lda, double* w, double* work, int lwork, double* rwork, int lrwork, int* iwork,
        int liwork)
    {
        int info;
        Syevd(&jobz, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info);
        return info;
    }

    public static int Geev(
        byte jobvl, byte jobvr, int n, double* a, int lda, double* w, double* vl, int ldvl, double* vr, int ldvr, double* work,
        int lwork, double* rwork)
    {
        int info;
        Geev(&jobvl, &jobvr, &n, a, &lda, w, w + n, vl, &ldvl, vr, &ldvr, work, &lwork, &info);
        return info;
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "daxpy_")]
    private static partial void Axpy(int* n, double* alpha, double* x, int* incx, double* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "ddot_")]
    private static partial double Dot(int* n, double* x, int* incx, double* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, double* alpha, double* a, int* lda, double* b, int* ldb,
        double* beta, double* c, int* ldc);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgemv_")]
    private static partial void Gemv(
        byte* trans, int* m, int* n, double* alpha, double* a, int* lda, double* x, int* incx, double* beta, double* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dtrsm_")]
    private static partial void Trsm(
        byte* side, byte* uplo, byte* transa, byte* diag, int* m, int* n, double* alpha, double* a, int* lda, double* b,
        int* ldb);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgetrf_")]
    private static partial void Getrf(int* m, int* n, double* a, int* lda, int* ipiv, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgetrs_")]
    private static partial void Getrs(
        byte* trans, int* n, int* nrhs, double* a, int* lda, int* ipiv, double* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dpotrf_")]
    private static partial void Potrf(byte* uplo, int* n, double* a, int* lda, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dpotrs_")]
    private static partial void Potrs(
        byte* uplo, int* n, int* nrhs, double* a, int* lda, double* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgeqrf_")]
    private static partial void Geqrf(
        int* m, int* n, double* a, int* lda, double* tau, double* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dorgqr_")]
    private static partial void Orgqr(
        int* m, int* n, int* k, double* a, int* lda, double* tau, double* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dormqr_")]
    private static partial void Ormqr(
        byte* side, byte* trans, int* m, int* n, int* k, double* a, int* lda, double* tau, double* c, int* ldc, double* work,
        int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgesdd_")]
    private static partial void Gesdd(
        byte* jobz, int* m, int* n, double* a, int* lda, double* s, double* u, int* ldu, double* vt, int* ldvt,
        double* work, int* lwork, int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgelsd_")]
    private static partial void Gelsd(
        int* m, int* n, int* nrhs, double* a, int* lda, double* b, int* ldb, double* s, double* rcond, int* rank, double* work, int* lwork,
        int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dsyevd_")]
    private static partial void Syevd(
        byte* jobz, byte* uplo, int* n, double* a, int* lda, double* w,
        double* work, int* lwork, int* iwork, int* liwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "dgeev_")]
    private static partial void Geev(
        byte* jobvl, byte* jobvr, int* n, double* a, int* lda, double* wr, double* wi, double* vl, int* ldvl, double* vr,
        int* ldvr, double* work, int* lwork, int* info);
}
