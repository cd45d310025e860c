using System.Numerics;

namespace Math4AI.Interop.Mkl;

/// <summary>
/// MKL's LAPACK for one element type. Every routine keeps the meaning of its LAPACK namesake; <c>info</c> is returned
/// instead of passed. Arguments that only complex routines have are left out for real elements.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <typeparam name="TReal">The type of singular values, norms and the eigenvalues of Hermitian matrices.</typeparam>
internal static unsafe class MklLapack<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    private static readonly nint GetrfEntry = Mkl<T, TReal>.Entry("getrf");
    private static readonly nint GetrsEntry = Mkl<T, TReal>.Entry("getrs");
    private static readonly nint PotrfEntry = Mkl<T, TReal>.Entry("potrf");
    private static readonly nint PotrsEntry = Mkl<T, TReal>.Entry("potrs");
    private static readonly nint GeqrfEntry = Mkl<T, TReal>.Entry("geqrf");
    private static readonly nint OrgqrEntry = Mkl<T, TReal>.Entry("orgqr", "ungqr");
    private static readonly nint OrmqrEntry = Mkl<T, TReal>.Entry("ormqr", "unmqr");
    private static readonly nint GesddEntry = Mkl<T, TReal>.Entry("gesdd");
    private static readonly nint GelsdEntry = Mkl<T, TReal>.Entry("gelsd");
    private static readonly nint SyevdEntry = Mkl<T, TReal>.Entry("syevd", "heevd");
    private static readonly nint GeevEntry = Mkl<T, TReal>.Entry("geev");

    private static bool IsComplex => Mkl<T, TReal>.IsComplex;

    public static int Getrf(int m, int n, T* a, int lda, int* pivots)
    {
        int info;
        ((delegate* unmanaged<int*, int*, T*, int*, int*, int*, void>)GetrfEntry)(&m, &n, a, &lda, pivots, &info);
        return info;
    }

    public static int Getrs(byte trans, int n, int nrhs, T* a, int lda, int* pivots, T* b, int ldb)
    {
        int info;
        ((delegate* unmanaged<byte*, int*, int*, T*, int*, int*, T*, int*, int*, void>)GetrsEntry)(
            &trans, &n, &nrhs, a, &lda, pivots, b, &ldb, &info);
        return info;
    }

    public static int Potrf(byte uplo, int n, T* a, int lda)
    {
        int info;
        ((delegate* unmanaged<byte*, int*, T*, int*, int*, void>)PotrfEntry)(&uplo, &n, a, &lda, &info);
        return info;
    }

    public static int Potrs(byte uplo, int n, int nrhs, T* a, int lda, T* b, int ldb)
    {
        int info;
        ((delegate* unmanaged<byte*, int*, int*, T*, int*, T*, int*, int*, void>)PotrsEntry)(
            &uplo, &n, &nrhs, a, &lda, b, &ldb, &info);
        return info;
    }

    public static int Geqrf(int m, int n, T* a, int lda, T* tau, T* work, int lwork)
    {
        int info;
        ((delegate* unmanaged<int*, int*, T*, int*, T*, T*, int*, int*, void>)GeqrfEntry)(
            &m, &n, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    /// <summary>orgqr, or ungqr for complex elements.</summary>
    public static int Orgqr(int m, int n, int k, T* a, int lda, T* tau, T* work, int lwork)
    {
        int info;
        ((delegate* unmanaged<int*, int*, int*, T*, int*, T*, T*, int*, int*, void>)OrgqrEntry)(
            &m, &n, &k, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    /// <summary>ormqr, or unmqr for complex elements.</summary>
    public static int Ormqr(
        byte side, byte trans, int m, int n, int k, T* a, int lda, T* tau, T* c, int ldc, T* work, int lwork)
    {
        int info;
        ((delegate* unmanaged<byte*, byte*, int*, int*, int*, T*, int*, T*, T*, int*, T*, int*, int*, void>)OrmqrEntry)(
            &side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info);
        return info;
    }

    public static int Gesdd(
        byte jobz, int m, int n, T* a, int lda, TReal* s, T* u, int ldu, T* vt, int ldvt, T* work, int lwork,
        TReal* rwork,
        int* iwork)
    {
        int info;
        if (IsComplex)
        {
            ((delegate* unmanaged<byte*, int*, int*, T*, int*, TReal*, T*, int*, T*, int*, T*, int*, TReal*, int*,
                int*, void>)
                GesddEntry)(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, rwork, iwork, &info);
        }
        else
        {
            ((delegate* unmanaged<byte*, int*, int*, T*, int*, TReal*, T*, int*, T*, int*, T*, int*, int*, int*, void>)
                GesddEntry)(&jobz, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info);
        }

        return info;
    }

    /// <summary>
    /// The least-norm solution of min ‖A x − b‖ over b, by singular values; those under rcond times the largest count
    /// as 0.
    /// </summary>
    public static int Gelsd(
        int m, int n, int nrhs, T* a, int lda, T* b, int ldb, TReal* s, TReal rcond, int* rank, T* work, int lwork,
        TReal* rwork,
        int* iwork)
    {
        int info;
        if (IsComplex)
        {
            ((delegate* unmanaged<int*, int*, int*, T*, int*, T*, int*, TReal*, TReal*, int*, T*, int*, TReal*, int*,
                int*, void>)
                GelsdEntry)(&m, &n, &nrhs, a, &lda, b, &ldb, s, &rcond, rank, work, &lwork, rwork, iwork, &info);
        }
        else
        {
            ((delegate* unmanaged<int*, int*, int*, T*, int*, T*, int*, TReal*, TReal*, int*, T*, int*, int*,
                int*, void>)
                GelsdEntry)(&m, &n, &nrhs, a, &lda, b, &ldb, s, &rcond, rank, work, &lwork, iwork, &info);
        }

        return info;
    }

    /// <summary>syevd, or heevd for complex elements: eigenvalues ascending in w, eigenvectors over a.</summary>
    public static int Syevd(
        byte jobz, byte uplo, int n, T* a, int lda, TReal* w, T* work, int lwork, TReal* rwork, int lrwork,
        int* iwork, int liwork)
    {
        int info;
        if (IsComplex)
        {
            ((delegate* unmanaged<byte*, byte*, int*, T*, int*, TReal*, T*, int*, TReal*, int*, int*, int*, int*, void>)
                SyevdEntry)(&jobz, &uplo, &n, a, &lda, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &info);
        }
        else
        {
            ((delegate* unmanaged<byte*, byte*, int*, T*, int*, TReal*, T*, int*, int*, int*, int*, void>)
                SyevdEntry)(&jobz, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info);
        }

        return info;
    }

    /// <summary>
    /// geev with right eigenvectors. Eigenvalues: for real elements the n real parts and then the n imaginary parts in
    /// w; for complex elements n complex numbers in w.
    /// </summary>
    public static int Geev(
        byte jobvl, byte jobvr, int n, T* a, int lda, TReal* w, T* vl, int ldvl, T* vr, int ldvr, T* work, int lwork,
        TReal* rwork)
    {
        int info;
        if (IsComplex)
        {
            ((delegate* unmanaged<byte*, byte*, int*, T*, int*, TReal*, T*, int*, T*, int*, T*, int*, TReal*,
                int*, void>)
                GeevEntry)(&jobvl, &jobvr, &n, a, &lda, w, vl, &ldvl, vr, &ldvr, work, &lwork, rwork, &info);
        }
        else
        {
            ((delegate* unmanaged<byte*, byte*, int*, T*, int*, TReal*, TReal*, T*, int*, T*, int*, T*, int*,
                int*, void>)
                GeevEntry)(&jobvl, &jobvr, &n, a, &lda, w, w + n, vl, &ldvl, vr, &ldvr, work, &lwork, &info);
        }

        return info;
    }
}
