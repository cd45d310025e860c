using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>
/// MKL's BLAS for one element type: double, float, Complex or Complex32. Matrices are column-major. The entry points
/// are looked up by name, the letter of the type before the routine's.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <typeparam name="TReal">The type of their real parts.</typeparam>
internal static unsafe class Mkl<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    private static readonly nint AxpyEntry = Entry("axpy");
    private static readonly nint GemmEntry = Entry("gemm");
    private static readonly nint TrsmEntry = Entry("trsm");

    // Fortran functions that return complex numbers differ between compilers, and libtorch exports no complex gemv.
    private static readonly nint DotEntry = IsComplex ? 0 : Entry("dot");
    private static readonly nint GemvEntry = IsComplex ? 0 : Entry("gemv");

    public static bool IsComplex => typeof(T) != typeof(TReal);

    public static T Zero => default;

    // Not kept in a field: who asks for it would look up all entries, and so load MKL, for what may need none.
    public static T One => FromReal(1.0);

    /// <summary>
    /// The real part of an element, such as the workspace size that a query returns in the first one.
    /// </summary>
    public static double RealPart(T value) => double.CreateChecked(Unsafe.As<T, TReal>(ref value));

    /// <summary>A real number as an element.</summary>
    public static T FromReal(double value)
    {
        T element = default;
        Unsafe.As<T, TReal>(ref element) = TReal.CreateTruncating(value);
        return element;
    }

    /// <summary>The address of a routine.</summary>
    /// <param name="real">Its name without the letter of the type.</param>
    /// <param name="complex">Its name for complex elements, where it differs.</param>
    /// <exception cref="DllNotFoundException">MKL is not loaded; the message says why.</exception>
    public static nint Entry(string real, string? complex = null)
    {
        char letter = (IsComplex, typeof(TReal) == typeof(double)) switch
        {
            (false, true) => 'd',
            (false, false) => 's',
            (true, true) => 'z',
            (true, false) => 'c',
        };
        string name = $"{letter}{(IsComplex ? complex ?? real : real)}_";
        return NativeLibrary.GetExport(LibraryResolver.Handle(MklLibrary.Name), name);
    }

    /// <summary>y += alpha x.</summary>
    public static void Axpy(int n, T alpha, T* x, T* y)
    {
        int stride = 1;
        ((delegate* unmanaged<int*, T*, T*, int*, T*, int*, void>)AxpyEntry)(&n, &alpha, x, &stride, y, &stride);
    }

    /// <summary>Σ x_i y_i, without conjugation.</summary>
    public static T Dot(int n, T* x, T* y)
    {
        int stride = 1;
        if (!IsComplex)
        {
            return Unsafe.BitCast<TReal, T>(
                ((delegate* unmanaged<int*, T*, int*, T*, int*, TReal>)DotEntry)(&n, x, &stride, y, &stride));
        }

        T sum = Zero;
        if (n > 0)
        {
            Gemm((byte)'T', (byte)'N', 1, 1, n, One, x, n, y, n, Zero, &sum, 1);
        }

        return sum;
    }

    /// <summary>C = alpha op(A) op(B) + beta C.</summary>
    public static void Gemm(
        byte transA, byte transB, int m, int n, int k, T alpha, T* a, int lda, T* b, int ldb, T beta, T* c, int ldc) =>
        ((delegate* unmanaged<byte*, byte*, int*, int*, int*, T*, T*, int*, T*, int*, T*, T*, int*, void>)GemmEntry)(
            &transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);

    /// <summary>y = alpha op(A) x + beta y.</summary>
    public static void Gemv(byte trans, int m, int n, T alpha, T* a, int lda, T* x, T beta, T* y)
    {
        if (IsComplex)
        {
            (int rows, int inner) = trans == (byte)'N' ? (m, n) : (n, m);
            Gemm(trans, (byte)'N', rows, 1, inner, alpha, a, lda, x, Math.Max(1, inner), beta, y, Math.Max(1, rows));
            return;
        }

        int stride = 1;
        ((delegate* unmanaged<byte*, int*, int*, T*, T*, int*, T*, int*, T*, T*, int*, void>)GemvEntry)(
            &trans, &m, &n, &alpha, a, &lda, x, &stride, &beta, y, &stride);
    }

    /// <summary>B = alpha op(A)⁻¹ B of a triangular A, or B op(A)⁻¹.</summary>
    public static void Trsm(
        byte side, byte uplo, byte trans, byte diag, int m, int n, T alpha, T* a, int lda, T* b, int ldb) =>
        ((delegate* unmanaged<byte*, byte*, byte*, byte*, int*, int*, T*, T*, int*, T*, int*, void>)TrsmEntry)(
            &side, &uplo, &trans, &diag, &m, &n, &alpha, a, &lda, b, &ldb);
}
