using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>MKL's entry points for <see cref="float"/> elements.</summary>
internal readonly unsafe partial struct MklSingle : IMklElement<float, float>
{
    public static float Zero => 0.0f;

    public static float One => 1.0f;

    public static bool IsComplex => false;

    public static double RealPart(float value) => value;

    public static float FromReal(double value) => (float)value;

    public static void Axpy(int n, float alpha, float* x, float* y)
    {
        int stride = 1;
        Axpy(&n, &alpha, x, &stride, y, &stride);
    }

    public static float Dot(int n, float* x, float* y)
    {
        int stride = 1;
        return Dot(&n, x, &stride, y, &stride);
    }

    public static void Gemm(
        byte transA, byte transB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c,
        int ldc) =>
        Gemm(&transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);

    public static void Gemv(byte trans, int m, int n, float alpha, float* a, int lda, float* x, float beta, float* y)
    {
        int stride = 1;
        Gemv(&trans, &m, &n, &alpha, a, &lda, x, &stride, &beta, y, &stride);
    }

    public static void Trsm(
        byte side, byte uplo, byte trans, byte diag, int m, int n, float alpha, float* a, int lda, float* b, int ldb) =>
        Trsm(&side, &uplo, &trans, &diag, &m, &n, &alpha, a, &lda, b, &ldb);

    public static int Getrf(int m, int n, float* a, int lda, int* pivots)
    {
        int info;
        Getrf(&m, &n, a, &lda, pivots, &info);
        return info;
    }

    public static int Getrs(byte trans, int n, int nrhs, float* a, int lda, int* pivots, float* b, int ldb)
    {
        int info;
        Getrs(&trans, &n, &nrhs, a, &lda, pivots, b, &ldb, &info);
        return info;
    }

    public static int Potrf(byte uplo, int n, float* a, int lda)
    {
        int info;
        Potrf(&uplo, &n, a, &lda, &info);
        return info;
    }

    public static int Potrs(byte uplo, int n, int nrhs, float* a, int lda, float* b, int ldb)
    {
        int info;
        Potrs(&uplo, &n, &nrhs, a, &lda, b, &ldb, &info);
        return info;
    }

    public static int Geqrf(int m, int n, float* a, int lda, float* tau, float* work, int lwork)
    {
        int info;
        Geqrf(&m, &n, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Orgqr(int m, int n, int k, float* a, int lda, float* tau, float* work, int lwork)
    {
        int info;
        Orgqr(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    public static int Ormqr(
        byte side, byte trans, int m, int n, int k, float* a, int lda, float* tau, float* c, int ldc, float* work, int lwork)
    {
        int info;
        Ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info);
        return info;
    }

    public static int Gesdd(
        byte jobz, int m, int n, float* a, int lda, float* s, float* u, int ldu, float* vt, int ldvt, float* work, int lwork,
        float* rwork, int* iwork)
    {
        int info;
        Gesdd(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info);
        return info;
    }

    public static int Gelsd(
        int m, int n, int nrhs, float* a, int lda, float* b, int ldb, float* s, float rcond, int* rank, float* work, int lwork, float* rwork,
        int* iwork)
    {
        int info;
        Gelsd(&m, &n, &nrhs, a, &lda, b, &ldb, s, &rcond, rank, work, &lwork, iwork, &info);
        return info;
    }

    public static int Syevd(
        byte jobz, byte uplo, int n, float* a, int lda, float* w, float* work, int lwork, float* rwork, int lrwork, int* iwork,
        int liwork)
    {
        int info;
        Syevd(&jobz, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info);
        return info;
    }

    public static int Geev(
        byte jobvl, byte jobvr, int n, float* a, int lda, float* w, float* vl, int ldvl, float* vr, int ldvr, float* work,
        int lwork, float* rwork)
    {
        int info;
        Geev(&jobvl, &jobvr, &n, a, &lda, w, w + n, vl, &ldvl, vr, &ldvr, work, &lwork, &info);
        return info;
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "saxpy_")]
    private static partial void Axpy(int* n, float* alpha, float* x, int* incx, float* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sdot_")]
    private static partial float Dot(int* n, float* x, int* incx, float* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, float* alpha, float* a, int* lda, float* b, int* ldb,
        float* beta, float* c, int* ldc);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgemv_")]
    private static partial void Gemv(
        byte* trans, int* m, int* n, float* alpha, float* a, int* lda, float* x, int* incx, float* beta, float* y, int* incy);

    [LibraryImport(MklLibrary.Name, EntryPoint = "strsm_")]
    private static partial void Trsm(
        byte* side, byte* uplo, byte* transa, byte* diag, int* m, int* n, float* alpha, float* a, int* lda, float* b,
        int* ldb);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgetrf_")]
    private static partial void Getrf(int* m, int* n, float* a, int* lda, int* ipiv, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgetrs_")]
    private static partial void Getrs(
        byte* trans, int* n, int* nrhs, float* a, int* lda, int* ipiv, float* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "spotrf_")]
    private static partial void Potrf(byte* uplo, int* n, float* a, int* lda, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "spotrs_")]
    private static partial void Potrs(
        byte* uplo, int* n, int* nrhs, float* a, int* lda, float* b, int* ldb, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgeqrf_")]
    private static partial void Geqrf(
        int* m, int* n, float* a, int* lda, float* tau, float* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sorgqr_")]
    private static partial void Orgqr(
        int* m, int* n, int* k, float* a, int* lda, float* tau, float* work, int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sormqr_")]
    private static partial void Ormqr(
        byte* side, byte* trans, int* m, int* n, int* k, float* a, int* lda, float* tau, float* c, int* ldc, float* work,
        int* lwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgesdd_")]
    private static partial void Gesdd(
        byte* jobz, int* m, int* n, float* a, int* lda, float* s, float* u, int* ldu, float* vt, int* ldvt,
        float* work, int* lwork, int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgelsd_")]
    private static partial void Gelsd(
        int* m, int* n, int* nrhs, float* a, int* lda, float* b, int* ldb, float* s, float* rcond, int* rank, float* work, int* lwork,
        int* iwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "ssyevd_")]
    private static partial void Syevd(
        byte* jobz, byte* uplo, int* n, float* a, int* lda, float* w,
        float* work, int* lwork, int* iwork, int* liwork, int* info);

    [LibraryImport(MklLibrary.Name, EntryPoint = "sgeev_")]
    private static partial void Geev(
        byte* jobvl, byte* jobvr, int* n, float* a, int* lda, float* wr, float* wi, float* vl, int* ldvl, float* vr,
        int* ldvr, float* work, int* lwork, int* info);
}
