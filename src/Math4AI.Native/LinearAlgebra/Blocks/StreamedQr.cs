using Math4AI.Processes;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// The triangle R and q = Qᵀb of a least-squares problem A x ≈ b whose rows come in blocks: each block is reflected
/// into the triangle by Householder's transformations, column by column, so that no more than a block is ever held, and
/// nothing is squared. Source: G. Golub and C. Van Loan, "Matrix Computations", 4th ed., section 5.2.
/// </summary>
internal sealed unsafe class StreamedQr(int columns)
{
    private const int BlockRows = 512;

    private readonly int width = columns + 1;
    private readonly double[] triangle = new double[(columns + 1) * columns];
    private double[] block = [];

    /// <summary>Gets ‖b − A x‖² of the solution x.</summary>
    public double ResidualSumOfSquares { get; private set; }

    /// <summary>Gets element (i, j) of R.</summary>
    public double this[int i, int j] => triangle[j * columns + i];

    /// <summary>Gets q, the first k elements of Qᵀb.</summary>
    public ReadOnlySpan<double> Right => triangle.AsSpan(columns * columns);

    public void Clear()
    {
        Array.Clear(triangle);
        ResidualSumOfSquares = 0.0;
    }

    /// <summary>Begins from another's triangle.</summary>
    public void CopyFrom(StreamedQr other)
    {
        other.triangle.CopyTo(triangle, 0);
        ResidualSumOfSquares = other.ResidualSumOfSquares;
    }

    /// <summary>Adds rows.</summary>
    /// <param name="a">A, rows × columns, column after column.</param>
    /// <param name="b">b, one number a row.</param>
    public void Add(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        int rows = b.Length;
        int blockRows = Math.Min(rows, BlockRows);
        if (block.Length < width * blockRows)
        {
            block = new double[width * blockRows];
        }

        for (int first = 0; first < rows; first += blockRows)
        {
            int count = Math.Min(blockRows, rows - first);
            for (int j = 0; j < columns; j++)
            {
                a.Slice(j * rows + first, count).CopyTo(block.AsSpan(j * count));
            }

            b.Slice(first, count).CopyTo(block.AsSpan(columns * count));
            Reflect(count);
        }
    }

    /// <summary>Adds the rows of a diagonal matrix, with zeros for b.</summary>
    public void AddDiagonal(ReadOnlySpan<double> diagonal)
    {
        if (block.Length < width * columns)
        {
            block = new double[width * columns];
        }

        Array.Clear(block, 0, width * columns);
        for (int j = 0; j < columns; j++)
        {
            block[j * columns + j] = diagonal[j];
        }

        Reflect(columns);
    }

    /// <summary>
    /// Makes this the triangle of the rows of all processes, from their own triangles, one below the other: the same
    /// bits in every process.
    /// </summary>
    public void Join(ProcessGroup processes)
    {
        // Behind each triangle, its residual; only one of the numbers that are added is not zero.
        int size = triangle.Length + 1, square = columns * columns;
        double[] all = new double[checked(size * processes.Count)];
        triangle.CopyTo(all, processes.Rank * size);
        all[(processes.Rank + 1) * size - 1] = ResidualSumOfSquares;
        processes.Sum(all);
        Clear();
        for (int process = 0; process < processes.Count; process++)
        {
            ReadOnlySpan<double> other = all.AsSpan(process * size, size);
            Add(other[..square], other.Slice(square, columns));
            ResidualSumOfSquares += other[^1];
        }
    }

    /// <summary>Solves R x = q for x.</summary>
    public void Solve(Span<double> x)
    {
        Right.CopyTo(x);
        for (int i = columns - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < columns; j++)
            {
                x[i] -= this[i, j] * x[j];
            }

            x[i] /= this[i, i];
        }
    }

    /// <summary>Solves RᵀR x = g for x, in place.</summary>
    public void SolveNormal(Span<double> g)
    {
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < i; j++)
            {
                g[i] -= this[j, i] * g[j];
            }

            g[i] /= this[i, i];
        }

        for (int i = columns - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < columns; j++)
            {
                g[i] -= this[i, j] * g[j];
            }

            g[i] /= this[i, i];
        }
    }

    /// <summary>Returns ‖R x‖².</summary>
    public double SquareOfImage(ReadOnlySpan<double> x)
    {
        double square = 0.0;
        for (int i = 0; i < columns; i++)
        {
            double sum = 0.0;
            for (int j = i; j < columns; j++)
            {
                sum += this[i, j] * x[j];
            }

            square += sum * sum;
        }

        return square;
    }

    private void Reflect(int rows)
    {
        fixed (double* top = triangle, below = block)
        {
            for (int j = 0; j < columns; j++)
            {
                double* v = below + j * rows;
                double square = BlockKernels.Dot(v, v, rows);
                if (square == 0.0)
                {
                    continue;
                }

                double head = top[j * columns + j];
                double image = -Math.CopySign(Math.Sqrt(head * head + square), head);
                head -= image;
                double scale = 2.0 / (head * head + square);
                top[j * columns + j] = image;
                for (int c = j + 1; c < width; c++)
                {
                    double* target = below + c * rows;
                    double share = scale * (head * top[c * columns + j] + BlockKernels.Dot(v, target, rows));
                    top[c * columns + j] -= share * head;
                    BlockKernels.AddScaled(-share, v, target, rows);
                }
            }

            double* rest = below + columns * rows;
            ResidualSumOfSquares += BlockKernels.Dot(rest, rest, rows);
        }
    }
}
