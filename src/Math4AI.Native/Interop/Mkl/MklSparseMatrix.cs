using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>
/// A handle of MKL's sparse BLAS on the three arrays of a matrix in compressed rows (CSR), zero-based.
/// </summary>
internal sealed unsafe partial class MklSparseMatrix : IDisposable
{
    private const int NonTranspose = 10;
    private const int ZeroBased = 0;
    private const int General = 20;
    private const int ColumnMajor = 102;

    private readonly bool isDouble;
    private nint handle;

    /// <summary>Wraps the arrays, which must stay pinned as long as this lives.</summary>
    public MklSparseMatrix(bool isDouble, int rows, int columns, int* rowStarts, int* columnIndices, void* values)
    {
        this.isDouble = isDouble;
        Require(isDouble
            ? CreateDouble(out handle, ZeroBased, rows, columns, rowStarts, rowStarts + 1, columnIndices, values)
            : CreateSingle(out handle, ZeroBased, rows, columns, rowStarts, rowStarts + 1, columnIndices, values));
    }

    private static Description Plain => new() { Type = General };

    /// <summary>y = A x.</summary>
    public void MultiplyVector(void* x, void* y) =>
        Require(isDouble
            ? MultiplyDouble(NonTranspose, 1.0, handle, Plain, x, 0.0, y)
            : MultiplySingle(NonTranspose, 1.0f, handle, Plain, x, 0.0f, y));

    /// <summary>C = A B, with column-major dense B and C.</summary>
    public void MultiplyDense(void* b, int columns, int leadingB, void* c, int leadingC) =>
        Require(isDouble
            ? MultiplyDenseDouble(NonTranspose, 1.0, handle, Plain, ColumnMajor, b, columns, leadingB, 0.0, c, leadingC)
            : MultiplyDenseSingle(
                NonTranspose, 1.0f, handle, Plain, ColumnMajor, b, columns, leadingB, 0.0f, c, leadingC));

    public void Dispose()
    {
        _ = Destroy(handle);
        handle = 0;
    }

    private static void Require(int status)
    {
        if (status != 0)
        {
            throw new InvalidOperationException($"MKL's sparse product failed with status {status}.");
        }
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_d_create_csr")]
    private static partial int CreateDouble(
        out nint matrix, int indexing, int rows, int columns, int* starts, int* ends, int* indices, void* values);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_s_create_csr")]
    private static partial int CreateSingle(
        out nint matrix, int indexing, int rows, int columns, int* starts, int* ends, int* indices, void* values);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_d_mv")]
    private static partial int MultiplyDouble(
        int operation, double alpha, nint matrix, Description description, void* x, double beta, void* y);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_s_mv")]
    private static partial int MultiplySingle(
        int operation, float alpha, nint matrix, Description description, void* x, float beta, void* y);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_d_mm")]
    private static partial int MultiplyDenseDouble(
        int operation, double alpha, nint matrix, Description description, int layout, void* b, int columns,
        int leadingB,
        double beta, void* c, int leadingC);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_s_mm")]
    private static partial int MultiplyDenseSingle(
        int operation, float alpha, nint matrix, Description description, int layout, void* b, int columns,
        int leadingB,
        float beta, void* c, int leadingC);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_sparse_destroy")]
    private static partial int Destroy(nint matrix);

    /// <summary><c>matrix_descr</c>: kind, triangle, diagonal.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Description
    {
        public int Type;
        public int Triangle;
        public int Diagonal;
    }
}
