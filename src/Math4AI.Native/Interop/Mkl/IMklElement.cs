namespace Math4AI.Interop.Mkl;

/// <summary>
/// MKL's BLAS and LAPACK entry points for one element type. Matrices are column-major; every routine keeps the meaning
/// of its LAPACK namesake, and <c>info</c> is returned instead of passed. <typeparamref name="TReal"/> is the type of
/// singular values, norms and the eigenvalues of Hermitian matrices.
/// </summary>
internal unsafe interface IMklElement<T, TReal>
    where T : unmanaged
    where TReal : unmanaged
{
    static abstract T Zero { get; }

    static abstract T One { get; }

    static abstract bool IsComplex { get; }

    /// <summary>The real part of an element, such as the workspace size that a query returns in the first one.</summary>
    static abstract double RealPart(T value);

    /// <summary>A real number as an element.</summary>
    static abstract T FromReal(double value);

    /// <summary>y += alpha x.</summary>
    static abstract void Axpy(int n, T alpha, T* x, T* y);

    /// <summary>Σ x_i y_i, without conjugation.</summary>
    static abstract T Dot(int n, T* x, T* y);

    /// <summary>C = alpha op(A) op(B) + beta C.</summary>
    static abstract void Gemm(
        byte transA, byte transB, int m, int n, int k, T alpha, T* a, int lda, T* b, int ldb, T beta, T* c, int ldc);

    /// <summary>y = alpha op(A) x + beta y.</summary>
    static abstract void Gemv(byte trans, int m, int n, T alpha, T* a, int lda, T* x, T beta, T* y);

    static abstract void Trsm(
        byte side, byte uplo, byte trans, byte diag, int m, int n, T alpha, T* a, int lda, T* b, int ldb);

    static abstract int Getrf(int m, int n, T* a, int lda, int* pivots);

    static abstract int Getrs(byte trans, int n, int nrhs, T* a, int lda, int* pivots, T* b, int ldb);

    static abstract int Potrf(byte uplo, int n, T* a, int lda);

    static abstract int Potrs(byte uplo, int n, int nrhs, T* a, int lda, T* b, int ldb);

    static abstract int Geqrf(int m, int n, T* a, int lda, T* tau, T* work, int lwork);

    /// <summary>orgqr, or ungqr for complex elements.</summary>
    static abstract int Orgqr(int m, int n, int k, T* a, int lda, T* tau, T* work, int lwork);

    /// <summary>ormqr, or unmqr for complex elements.</summary>
    static abstract int Ormqr(
        byte side, byte trans, int m, int n, int k, T* a, int lda, T* tau, T* c, int ldc, T* work, int lwork);

    static abstract int Gesdd(
        byte jobz, int m, int n, T* a, int lda, TReal* s, T* u, int ldu, T* vt, int ldvt, T* work, int lwork,
        TReal* rwork, int* iwork);

    /// <summary>The least-norm solution of min ‖A x − b‖ over b, by singular values; those under rcond times the largest count as 0.</summary>
    static abstract int Gelsd(
        int m, int n, int nrhs, T* a, int lda, T* b, int ldb, TReal* s, TReal rcond, int* rank, T* work, int lwork, TReal* rwork,
        int* iwork);

    /// <summary>syevd, or heevd for complex elements: eigenvalues ascending in w, eigenvectors over a.</summary>
    static abstract int Syevd(
        byte jobz, byte uplo, int n, T* a, int lda, TReal* w, T* work, int lwork, TReal* rwork, int lrwork, int* iwork,
        int liwork);

    /// <summary>
    /// geev with right eigenvectors. Eigenvalues: for real elements wr and wi of <typeparamref name="TReal"/>, each of
    /// length n, one after the other in w; for complex elements n complex numbers in w.
    /// </summary>
    static abstract int Geev(
        byte jobvl, byte jobvr, int n, T* a, int lda, TReal* w, T* vl, int ldvl, T* vr, int ldvr, T* work, int lwork,
        TReal* rwork);
}
