using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Storage;
using TorchSharp;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// Shares one memory between matrices and tensors. A dense matrix's array is lent to torch as it is, and a tensor that
/// stands on such an array can be had back as a matrix: neither is copied, and what one writes the other reads. The
/// array lives as long as either of them.
/// </summary>
public static class TensorViews
{
    // Which managed array a tensor's memory is; the tensor pins it, so its address stays the same.
    private static readonly Dictionary<nint, WeakReference<Array>> Lent = [];
    private static int sweepAt = 64;

    /// <summary>
    /// Returns a tensor on the memory of a dense matrix: rows × columns, with the strides of column-major order.
    /// </summary>
    /// <typeparam name="T">double or float.</typeparam>
    /// <param name="matrix">A dense matrix.</param>
    /// <exception cref="NotSupportedException">The matrix is not dense, empty, or of another element type.</exception>
    public static torch.Tensor AsTensor<T>(this Matrix<T> matrix)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.Storage is not DenseColumnMajorMatrixStorage<T> storage || storage.Data.Length == 0)
        {
            throw new NotSupportedException(
                $"Only a dense matrix with elements can be shared; this is {matrix.GetType().Name}, {matrix.RowCount} "
                + $"× {matrix.ColumnCount}: make a dense copy of it.");
        }

        torch.ScalarType type = TypeOf<T>();
        using var scope = torch.NewDisposeScope();
        torch.Tensor flat = torch.frombuffer(storage.Data, type);
        Remember(storage.Data);
        return flat.view(matrix.ColumnCount, matrix.RowCount).t().MoveToOuterDisposeScope();
    }

    /// <summary>Returns a vector's memory as a tensor of one dimension.</summary>
    /// <typeparam name="T">double or float.</typeparam>
    /// <param name="vector">A dense vector.</param>
    /// <exception cref="NotSupportedException">The vector is not dense, empty, or of another element type.</exception>
    public static torch.Tensor AsTensor<T>(this Vector<T> vector)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Storage is not DenseVectorStorage<T> storage || storage.Data.Length == 0)
        {
            throw new NotSupportedException(
                $"Only a dense vector with elements can be shared; this is {vector.GetType().Name} of {vector.Count}: "
                + "make a dense copy of it.");
        }

        torch.Tensor tensor = torch.frombuffer(storage.Data, TypeOf<T>());
        Remember(storage.Data);
        return tensor;
    }

    /// <summary>
    /// Returns a tensor of zeros that can be had as a matrix without a copy: rows × columns, column-major.
    /// </summary>
    /// <typeparam name="T">double or float.</typeparam>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    public static torch.Tensor Zeros<T>(int rows, int columns)
        where T : struct, IEquatable<T>, IFormattable =>
        Matrix<T>.Build.Dense(rows, columns).AsTensor();

    /// <summary>
    /// Returns the matrix on a tensor's memory. This works for tensors of two dimensions that stand on the whole of an
    /// array lent by <see cref="AsTensor{T}(Matrix{T})"/> or <see cref="Zeros{T}"/>, in column-major order; torch's own
    /// memory cannot become a .NET array.
    /// </summary>
    /// <typeparam name="T">double or float, as the tensor's type.</typeparam>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="NotSupportedException">
    /// The tensor stands on other memory, or in another order: copy it.
    /// </exception>
    public static Matrix<T> AsMatrix<T>(this torch.Tensor tensor)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Dimensions != 2 || tensor.dtype != TypeOf<T>() || tensor.device_type != DeviceType.CPU)
        {
            throw new NotSupportedException(
                $"A tensor of two dimensions and type {typeof(T).Name} on the processor is needed; this one has "
                + $"{tensor.Dimensions} dimensions of {tensor.dtype} on {tensor.device_type}.");
        }

        int rows = checked((int)tensor.shape[0]);
        int columns = checked((int)tensor.shape[1]);
        bool isColumnMajor = (rows == 1 || tensor.stride(0) == 1) && (columns == 1 || tensor.stride(1) == rows);
        if (!isColumnMajor || ArrayAt(tensor) is not T[] array || array.Length != (long)rows * columns)
        {
            throw new NotSupportedException(
                "The tensor does not stand on the array of a matrix in column-major order, so that it cannot be "
                + "shared; copy it with ToMatrix, or make it with TensorViews.Zeros.");
        }

        return Matrix<T>.Build.Dense(rows, columns, array);
    }

    /// <summary>Returns a tensor's elements in a matrix of its own.</summary>
    /// <typeparam name="T">double or float, as the tensor's type.</typeparam>
    /// <param name="tensor">A tensor of two dimensions.</param>
    /// <exception cref="NotSupportedException">It has another number of dimensions, or another type.</exception>
    public static Matrix<T> ToMatrix<T>(this torch.Tensor tensor)
        where T : unmanaged, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Dimensions != 2 || tensor.dtype != TypeOf<T>())
        {
            throw new NotSupportedException(
                $"A tensor of two dimensions and type {typeof(T).Name} is needed; this one has {tensor.Dimensions} "
                + $"dimensions of {tensor.dtype}.");
        }

        using var scope = torch.NewDisposeScope();
        T[] columnMajor = tensor.detach().cpu().t().contiguous().data<T>().ToArray();
        return Matrix<T>.Build.Dense((int)tensor.shape[0], (int)tensor.shape[1], columnMajor);
    }

    /// <summary>Returns the elements of a dense matrix, column after column, as they stand in memory.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="matrix">A dense matrix.</param>
    /// <exception cref="NotSupportedException">The matrix is not dense.</exception>
    public static Span<T> AsSpan<T>(this Matrix<T> matrix)
        where T : struct, IEquatable<T>, IFormattable
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return matrix.AsColumnMajorArray()
            ?? throw new NotSupportedException(
                $"{matrix.GetType().Name} is not dense: its elements are in no one array.");
    }

    private static torch.ScalarType TypeOf<T>() =>
        typeof(T) == typeof(double) ? torch.ScalarType.Float64
        : typeof(T) == typeof(float) ? torch.ScalarType.Float32
        : throw new NotSupportedException($"Elements of type {typeof(T).Name} cannot be shared; double and float can.");

    /// <summary>Notes an array that a tensor has pinned.</summary>
    private static void Remember(Array array)
    {
        lock (Lent)
        {
            if (Lent.Count >= sweepAt)
            {
                Lent.Where(entry => !entry.Value.TryGetTarget(out _)).Select(entry => entry.Key).ToList()
                    .ForEach(gone => Lent.Remove(gone));
                sweepAt = 2 * Lent.Count + 64;
            }

            Lent[AddressOf(array)] = new WeakReference<Array>(array);
        }
    }

    private static unsafe Array? ArrayAt(torch.Tensor tensor)
    {
        using torch.Tensor flat = tensor.detach().t().reshape(-1);
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(flat.bytes));
        lock (Lent)
        {
            // An array that no tensor holds any more may have moved since; then its old address proves nothing.
            return Lent.TryGetValue(address, out WeakReference<Array>? entry) && entry.TryGetTarget(out Array? array)
                && AddressOf(array) == address
                    ? array
                    : null;
        }
    }

    private static nint AddressOf(Array array) => Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
}
