using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Storage;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// Products with Math.NET's sparse matrices on MKL. Math.NET has no hook for them, so they are methods of their own.
/// They equal <c>scipy.sparse.csr_array @ …</c>. Elements are double or float.
/// </summary>
public static class SparseProducts
{
    /// <summary>Returns A x.</summary>
    /// <typeparam name="T">double or float.</typeparam>
    /// <param name="sparse">A, a <c>SparseMatrix</c>.</param>
    /// <param name="vector">x.</param>
    /// <exception cref="ArgumentException">The sizes differ, or A is not sparse.</exception>
    public static unsafe Vector<T> MultiplySparse<T>(this Matrix<T> sparse, Vector<T> vector)
        where T : unmanaged, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(vector);
        SparseCompressedRowMatrixStorage<T> storage = StorageOf(sparse, vector.Count);
        if (!CanUseMkl<T>(storage))
        {
            return sparse * vector;
        }

        T[] x = vector.AsArray() ?? vector.ToArray();
        T[] y = new T[sparse.RowCount];
        fixed (T* values = storage.Values, from = x, to = y)
        {
            fixed (int* starts = storage.RowPointers, indices = storage.ColumnIndices)
            {
                using var matrix = new MklSparseMatrix(
                    typeof(T) == typeof(double), sparse.RowCount, sparse.ColumnCount, starts, indices, values);
                using MklCall call = MklCall.Begin(2.0 * storage.ValueCount);
                matrix.MultiplyVector(from, to);
            }
        }

        return Vector<T>.Build.Dense(y);
    }

    /// <summary>Returns A B with a dense B.</summary>
    /// <typeparam name="T">double or float.</typeparam>
    /// <param name="sparse">A, a <c>SparseMatrix</c>.</param>
    /// <param name="dense">B.</param>
    /// <exception cref="ArgumentException">The sizes differ, or A is not sparse.</exception>
    public static unsafe Matrix<T> MultiplySparse<T>(this Matrix<T> sparse, Matrix<T> dense)
        where T : unmanaged, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(dense);
        SparseCompressedRowMatrixStorage<T> storage = StorageOf(sparse, dense.RowCount);
        if (!CanUseMkl<T>(storage) || dense.ColumnCount == 0)
        {
            return sparse * dense;
        }

        T[] b = dense.AsColumnMajorArray() ?? dense.ToColumnMajorArray();
        T[] c = new T[(long)sparse.RowCount * dense.ColumnCount];
        fixed (T* values = storage.Values, from = b, to = c)
        {
            fixed (int* starts = storage.RowPointers, indices = storage.ColumnIndices)
            {
                using var matrix = new MklSparseMatrix(
                    typeof(T) == typeof(double), sparse.RowCount, sparse.ColumnCount, starts, indices, values);
                using MklCall call = MklCall.Begin(2.0 * storage.ValueCount * dense.ColumnCount);
                matrix.MultiplyDense(from, dense.ColumnCount, dense.RowCount, to, sparse.RowCount);
            }
        }

        return Matrix<T>.Build.Dense(sparse.RowCount, dense.ColumnCount, c);
    }

    private static bool CanUseMkl<T>(SparseCompressedRowMatrixStorage<T> storage)
        where T : struct, IEquatable<T>, IFormattable =>
        Compute.HasMkl && storage.ValueCount > 0 && (typeof(T) == typeof(double) || typeof(T) == typeof(float));

    private static SparseCompressedRowMatrixStorage<T> StorageOf<T>(Matrix<T> sparse, int rowsOfOther)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(sparse);
        if (sparse.ColumnCount != rowsOfOther)
        {
            throw new ArgumentException(
                $"A is {sparse.RowCount} × {sparse.ColumnCount}, and what it is multiplied with has "
                + $"{rowsOfOther} rows.");
        }

        return sparse.Storage as SparseCompressedRowMatrixStorage<T>
            ?? throw new ArgumentException(
                $"A is a {sparse.GetType().Name} and not sparse: use A * B.", nameof(sparse));
    }
}
