using System.Numerics;
using System.Runtime.CompilerServices;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra;

/// <summary>
/// A square sparse matrix of float32 in compressed rows, with 64-bit offsets: the entries of a row follow each other in
/// the order of their columns. Its products with a block of dense vectors use the whole team of threads.
/// </summary>
/// <param name="starts">The offset of the first entry of each row, and at the end the number of entries.</param>
/// <param name="columns">The column of each entry.</param>
/// <param name="values">The entries.</param>
internal sealed unsafe class SparseRows(long[] starts, int[] columns, float[] values)
{
    /// <summary>The columns of X that are multiplied with all of the matrix before the next ones.</summary>
    private const int Together = 32;

    /// <summary>X with its columns so divided that those of a group follow each other, row by row.</summary>
    private float[] grouped = [];

    /// <summary>Gets the order of the matrix.</summary>
    public int Order => starts.Length - 1;

    /// <summary>Gets the number of entries.</summary>
    public long Count => starts[^1];

    /// <summary>
    /// Returns the transposed matrix. Its rows are sorted by column even if those of this one are not.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SparseRows Transposed()
    {
        long[] from = new long[starts.Length];
        foreach (int column in columns)
        {
            from[column + 1]++;
        }

        for (int row = 0; row < Order; row++)
        {
            from[row + 1] += from[row];
        }

        long[] next = from[..^1];
        int[] newColumns = LargeArray.New<int>(columns.Length);
        float[] newValues = LargeArray.New<float>(columns.Length);
        for (int row = 0; row < Order; row++)
        {
            for (long i = starts[row]; i < starts[row + 1]; i++)
            {
                long place = next[columns[i]]++;
                (newColumns[place], newValues[place]) = (row, values[i]);
            }
        }

        return new SparseRows(from, newColumns, newValues);
    }

    /// <summary>
    /// Returns the matrix of max(0, a_ij − r_i − c_j) over the entries a_ij of this one, without its zeros.
    /// </summary>
    /// <param name="ofRow">r, subtracted from the entries of each row.</param>
    /// <param name="ofColumn">c, subtracted from the entries of each column.</param>
    public SparseRows Positive(float[] ofRow, float[] ofColumn)
    {
        long[] left = new long[starts.Length];
        Team.Run(Team.Size, part => CountPositive(part, ofRow, ofColumn, left));
        for (int row = 0; row < Order; row++)
        {
            left[row + 1] += left[row];
        }

        int[] newColumns = LargeArray.New<int>(left[^1]);
        float[] newValues = LargeArray.New<float>(left[^1]);
        Team.Run(Team.Size, part => CopyPositive(part, ofRow, ofColumn, left, newColumns, newValues));
        return new SparseRows(left, newColumns, newValues);
    }

    /// <summary>Computes Y = A X.</summary>
    /// <param name="x">X, order × width, row by row.</param>
    /// <param name="y">Y, order × width, row by row.</param>
    /// <param name="width">The number of columns of X.</param>
    /// <param name="processes">
    /// The processes that share the rows, each with the same A and X; every one gets all of Y.
    /// </param>
    public void Multiply(float[] x, float[] y, int width, ProcessGroup processes)
    {
        if (processes.Count > 1)
        {
            Array.Clear(y);
        }

        grouped = grouped.Length == x.Length ? grouped : LargeArray.New<float>(x.Length);
        Team.Run(Team.Size, part => Divide(part, x, width));
        Team.Run(Team.Size, part =>
        {
            (int first, int count) = Part(processes.Rank * Team.Size + part, processes.Count * Team.Size);
            fixed (float* from = grouped, to = y, entries = values)
            fixed (int* places = columns)
            {
                // Some columns of X after the others: what they take of it stays in the nearer caches.
                for (int at = 0; at < width; at += Together)
                {
                    int some = Math.Min(Together, width - at);
                    for (int row = first; row < first + count; row++)
                    {
                        Row(
                            from + (long)at * Order, places + starts[row], entries + starts[row],
                            starts[row + 1] - starts[row], to + (long)row * width + at, some);
                    }
                }
            }
        });

        // Only one of the numbers that are added is not zero.
        processes.Sum(y);
    }

    private void Divide(int part, float[] x, int width)
    {
        (int first, int count) = Team.Part(Order, part, Team.Size);
        for (int at = 0; at < width; at += Together)
        {
            int some = Math.Min(Together, width - at);
            for (int row = first; row < first + count; row++)
            {
                x.AsSpan(row * width + at, some).CopyTo(grouped.AsSpan(at * Order + row * some));
            }
        }
    }

    /// <summary>Some numbers of a row of Y, from as many columns of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(float* x, int* places, float* entries, long count, float* y, int some)
    {
        int step = Vector<float>.Count;
        int at = 0;
        for (; at + 4 * step <= some; at += 4 * step)
        {
            Vector<float> a = default, b = default, c = default, d = default;
            for (long i = 0; i < count; i++)
            {
                float* from = x + (long)places[i] * some + at;
                var entry = new Vector<float>(entries[i]);
                a = Vector.FusedMultiplyAdd(entry, Vector.Load(from), a);
                b = Vector.FusedMultiplyAdd(entry, Vector.Load(from + step), b);
                c = Vector.FusedMultiplyAdd(entry, Vector.Load(from + 2 * step), c);
                d = Vector.FusedMultiplyAdd(entry, Vector.Load(from + 3 * step), d);
            }

            a.Store(y + at);
            b.Store(y + at + step);
            c.Store(y + at + 2 * step);
            d.Store(y + at + 3 * step);
        }

        for (; at < some; at++)
        {
            float sum = 0.0f;
            for (long i = 0; i < count; i++)
            {
                sum = MathF.FusedMultiplyAdd(entries[i], x[(long)places[i] * some + at], sum);
            }

            y[at] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountPositive(int part, float[] ofRow, float[] ofColumn, long[] left)
    {
        (int first, int count) = Part(part, Team.Size);
        for (int row = first; row < first + count; row++)
        {
            long some = 0;
            for (long i = starts[row]; i < starts[row + 1]; i++)
            {
                some += values[i] - ofRow[row] - ofColumn[columns[i]] > 0.0f ? 1 : 0;
            }

            left[row + 1] = some;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyPositive(
        int part, float[] ofRow, float[] ofColumn, long[] left, int[] newColumns, float[] newValues)
    {
        (int first, int count) = Part(part, Team.Size);
        for (int row = first; row < first + count; row++)
        {
            long next = left[row];
            for (long i = starts[row]; i < starts[row + 1]; i++)
            {
                float value = values[i] - ofRow[row] - ofColumn[columns[i]];
                if (value > 0.0f)
                {
                    (newColumns[next], newValues[next]) = (columns[i], value);
                    next++;
                }
            }
        }
    }

    /// <summary>Returns one part of the rows, chosen so that all parts have about as many entries.</summary>
    private (int First, int Count) Part(int part, int parts)
    {
        int Bound(long entries)
        {
            int row = Array.BinarySearch(starts, entries);
            return Math.Min(Order, row >= 0 ? row : ~row);
        }

        int first = part == 0 ? 0 : Bound(Count * part / parts);
        return (first, (part + 1 == parts ? Order : Bound(Count * (part + 1) / parts)) - first);
    }
}
