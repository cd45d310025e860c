using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// A matrix of kernel values or of weights for them, column after column, that is worked on by columns on all threads.
/// </summary>
public sealed class GramMatrix
{
    // Columns that one thread takes at a time: enough to share out the triangle evenly, few enough sums to add up in
    // order.
    private const int ColumnsAtATime = 16;

    private const int RowsAtATime = 1024;

    // Two vectors of 512 bits.
    private const int MinRows = 16;

    // Of one processor's own cache.
    private const int BytesOfCache = 1 << 20;

    private readonly double[] values;

    internal GramMatrix(int rows, int columns)
        : this(new double[Elements(rows, columns)], rows, columns)
    {
    }

    private GramMatrix(double[] values, int rows, int columns) =>
        (this.values, Rows, Columns) = (values, rows, columns);

    /// <summary>Fills a part of one column.</summary>
    /// <param name="column">The column, from 0.</param>
    /// <param name="firstRow">The first row of the part.</param>
    /// <param name="values">The elements from that row on.</param>
    /// <param name="scratch">As many numbers, to work in; what they are at first is left open.</param>
    public delegate void ColumnPart(int column, int firstRow, Span<double> values, Span<double> scratch);

    /// <summary>What is summed up over one column.</summary>
    /// <param name="column">The column, from 0.</param>
    /// <param name="scratch">Three times as many numbers as the matrix has rows, to work in.</param>
    /// <param name="sums">Where the column's share is added.</param>
    public delegate void ColumnSum(int column, Span<double> scratch, Span<double> sums);

    /// <summary>Gets the number of rows.</summary>
    public int Rows { get; }

    /// <summary>Gets the number of columns.</summary>
    public int Columns { get; }

    /// <summary>Gets one column.</summary>
    /// <param name="column">The column, from 0.</param>
    public Span<double> Column(int column) => values.AsSpan(column * Rows, Rows);

    /// <summary>
    /// Fills every column, part by part, on all threads; of a symmetric matrix the half on and below the diagonal
    /// alone, and mirrors it. The same rows of several columns follow each other, so that their samples stay in the
    /// cache.
    /// </summary>
    /// <param name="isSymmetric">Whether the matrix is that of a set of samples with itself.</param>
    /// <param name="fill">Fills a part of a column.</param>
    public void FillColumns(bool isSymmetric, ColumnPart fill) => FillTogether(isSymmetric, RowsAtATime, fill);

    /// <summary>Fills every column of samples with so many inputs that fewer rows stay in the cache.</summary>
    internal void FillColumnsOf(int inputs, bool isSymmetric, ColumnPart fill) => FillTogether(
        isSymmetric,
        Math.Clamp(BytesOfCache / (sizeof(double) * Math.Max(1, inputs)) / MinRows * MinRows, MinRows, RowsAtATime),
        fill);

    private void FillTogether(bool isSymmetric, int rowsAtATime, ColumnPart fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        InBlocks(rowsAtATime, (first, end, scratch) =>
        {
            for (int start = isSymmetric ? first : 0; start < Rows; start += rowsAtATime)
            {
                int stop = Math.Min(Rows, start + rowsAtATime);
                for (int column = first; column < end; column++)
                {
                    int row = isSymmetric ? Math.Max(start, column) : start;
                    if (row < stop)
                    {
                        fill(column, row, Column(column)[row..stop], scratch.AsSpan(0, stop - row));
                    }
                }
            }
        });
        if (isSymmetric)
        {
            Mirror();
        }
    }

    /// <summary>
    /// Sums over the columns, on all threads; the order of the additions does not depend on their number.
    /// </summary>
    /// <param name="sums">Where the sums are added.</param>
    /// <param name="work">What a column adds.</param>
    public void SumColumns(Span<double> sums, ColumnSum work)
    {
        ArgumentNullException.ThrowIfNull(work);
        int count = sums.Length;
        double[] shares = new double[(Columns + ColumnsAtATime - 1) / ColumnsAtATime * count];
        InBlocks(3 * Rows, (first, end, scratch) =>
        {
            Span<double> share = shares.AsSpan(first / ColumnsAtATime * count, count);
            for (int column = first; column < end; column++)
            {
                work(column, scratch, share);
            }
        });
        for (int i = 0; i < shares.Length; i++)
        {
            sums[i % count] += shares[i];
        }
    }

    internal double[] Values => values;

    internal Matrix<double> ToMatrix() => Matrix<double>.Build.Dense(Rows, Columns, values);

    internal static GramMatrix Of(Matrix<double> matrix) =>
        new(matrix.AsColumnMajorArray() ?? matrix.ToColumnMajorArray(), matrix.RowCount, matrix.ColumnCount);

    internal static GramMatrix Of(double[] values, int order) => new(values, order, order);

    /// <summary>Multiplies every element, on all threads.</summary>
    internal void Scale(double factor) => InBlocks(0, (first, end, _) =>
    {
        Span<double> part = values.AsSpan(first * Rows, (end - first) * Rows);
        TensorPrimitives.Multiply(part, factor, part);
    });

    /// <summary>
    /// Returns the number of elements of a matrix, and refuses one that is larger than an array or than the memory.
    /// </summary>
    internal static long Elements(int rows, int columns, int bytesOfElement = sizeof(double)) => Elements(
        rows, columns, bytesOfElement, $"A kernel matrix of {rows} × {columns} samples",
        "use fewer samples, kernel ridge regression by conjugate gradients, or a support vector machine");

    /// <inheritdoc cref="Elements(int, int, int)"/>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="bytesOfElement">The size of an element.</param>
    /// <param name="what">What the matrix is, for the error.</param>
    /// <param name="remedy">What to do, for the error.</param>
    internal static long Elements(int rows, int columns, int bytesOfElement, string what, string remedy)
    {
        long elements = (long)rows * columns, available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return elements <= Array.MaxLength && elements * bytesOfElement <= available
            ? elements
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} would take {1e-9 * bytesOfElement * elements:0.#} GB, and at most "
                + $"{1e-9 * Math.Min(available, (double)Array.MaxLength * bytesOfElement):0.#} GB can be had: "
                + $"{remedy}."));
    }

    private void InBlocks(int scratchLength, Action<int, int, double[]> work)
    {
        int blocks = (Columns + ColumnsAtATime - 1) / ColumnsAtATime;
        if (blocks == 1)
        {
            work(0, Columns, new double[scratchLength]);
            return;
        }

        // Blocks of a triangle differ in size: each thread takes the next one.
        int next = -1;
        Team.Run(Math.Min(Team.Size, blocks), _ =>
        {
            double[] scratch = new double[scratchLength];
            for (int block = Interlocked.Increment(ref next); block < blocks; block = Interlocked.Increment(ref next))
            {
                work(block * ColumnsAtATime, Math.Min(Columns, (block + 1) * ColumnsAtATime), scratch);
            }
        });
    }

    /// <summary>Copies what is below the diagonal above it.</summary>
    internal void Mirror() => Symmetry.MirrorLower(values, Rows);
}
