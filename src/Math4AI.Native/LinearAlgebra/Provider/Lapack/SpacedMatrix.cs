using System.Buffers;
using System.Runtime.CompilerServices;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// A column-major matrix as LAPACK gets it. Columns that lie a multiple of 512 bytes apart fall into the same few sets
/// of the cache: general eigenvalues of order 512 then take more than twice as long, QR of order 1024 1.7 times. Such a
/// matrix is copied to where its columns lie a cache line further apart, and back; any other is used where it is. LU
/// and Cholesky, nearly all products, gain nothing by it.
/// </summary>
internal readonly ref struct SpacedMatrix<T> : IDisposable
    where T : unmanaged
{
    // Smaller matrices fit the first-level cache, and the copy would cost more than it gains.
    private const int MinRows = 128;
    private const int SameSets = 512;
    private const int CacheLine = 64;

    private readonly T[] matrix;
    private readonly int rows;
    private readonly int columns;

    private SpacedMatrix(T[] matrix, int rows, int columns, bool isAllowed)
    {
        (this.matrix, this.rows, this.columns) = (matrix, rows, columns);
        bool isSpaced = isAllowed && rows >= MinRows && (long)rows * Unsafe.SizeOf<T>() % SameSets == 0;
        Leading = isSpaced ? rows + CacheLine / Unsafe.SizeOf<T>() : rows;
        Array = isSpaced ? ArrayPool<T>.Shared.Rent(checked(Leading * columns)) : matrix;
    }

    /// <summary>Gets the elements, column j from <c>j * Leading</c> on.</summary>
    public T[] Array { get; }

    /// <summary>Gets LAPACK's leading dimension.</summary>
    public int Leading { get; }

    private bool IsSpaced => !ReferenceEquals(Array, matrix);

    /// <summary>Returns a matrix that LAPACK reads, and may overwrite.</summary>
    /// <param name="matrix">Its elements, column-major.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="isAllowed">False where the routine needs columns that lie next to each other.</param>
    public static SpacedMatrix<T> Of(T[] matrix, int rows, int columns, bool isAllowed = true)
    {
        var spaced = new SpacedMatrix<T>(matrix, rows, columns, isAllowed);
        for (int column = 0; spaced.IsSpaced && column < columns; column++)
        {
            matrix.AsSpan(column * rows, rows).CopyTo(spaced.Array.AsSpan(column * spaced.Leading));
        }

        return spaced;
    }

    /// <summary>Returns a matrix that LAPACK fills.</summary>
    public static SpacedMatrix<T> For(T[] matrix, int rows, int columns) => new(matrix, rows, columns, isAllowed: true);

    /// <summary>Brings what LAPACK wrote to the matrix itself.</summary>
    public void Save()
    {
        for (int column = 0; IsSpaced && column < columns; column++)
        {
            Array.AsSpan(column * Leading, rows).CopyTo(matrix.AsSpan(column * rows));
        }
    }

    public void Dispose()
    {
        if (IsSpaced)
        {
            ArrayPool<T>.Shared.Return(Array);
        }
    }
}
