namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// Balances a small matrix, as LAPACK's <c>gebal</c> does: a permutation brings out the rows and columns that are
/// triangular already, whose eigenvalues stand on the diagonal, and powers of two make the norms of each row and column
/// of the rest about equal. Source: B. Parlett, C. Reinsch, "Balancing a matrix for calculation of eigenvalues and
/// eigenvectors", Numer. Math. 13 (1969).
/// </summary>
/// <param name="a">The matrix, column-major, balanced in place.</param>
/// <param name="order">Its order.</param>
/// <param name="scale">Room for a factor of each row.</param>
/// <param name="exchanged">Room for a row that each row was exchanged with.</param>
internal unsafe ref struct Balance(double* a, int order, Span<double> scale, Span<int> exchanged)
{
    // Products of elements and vectors stay far within the range of numbers.
    private const double MaxScale = 1L << 62;
    private const double Worthwhile = 0.95;

    private readonly double* a = a;
    private readonly int order = order;
    private readonly Span<double> scale = scale;
    private readonly Span<int> exchanged = exchanged;

    /// <summary>Gets the first row that is not triangular.</summary>
    public int Low { get; private set; }

    /// <summary>Gets the last row that is not triangular.</summary>
    public int High { get; private set; } = order - 1;

    /// <summary>Permutes and scales.</summary>
    public void Run()
    {
        scale.Fill(1.0);
        while (FindRow() is >= 0 and var row)
        {
            Exchange(row, High--);
        }

        while (Low < High && FindColumn() is >= 0 and var column)
        {
            Exchange(column, Low++);
        }

        bool isChanged = true;
        for (int pass = 0; isChanged && pass < 20; pass++)
        {
            isChanged = false;
            for (int i = Low; i <= High; i++)
            {
                isChanged |= Equalize(i);
            }
        }
    }

    /// <summary>Turns eigenvectors of the balanced matrix into those of the matrix.</summary>
    public readonly void Undo(double* vectors)
    {
        for (int j = 0; j < order; j++)
        {
            double* x = vectors + j * order;
            for (int i = Low; i <= High; i++)
            {
                x[i] *= scale[i];
            }

            for (int i = Low - 1; i >= 0; i--)
            {
                (x[i], x[exchanged[i]]) = (x[exchanged[i]], x[i]);
            }

            for (int i = High + 1; i < order; i++)
            {
                (x[i], x[exchanged[i]]) = (x[exchanged[i]], x[i]);
            }
        }
    }

    private readonly int FindRow()
    {
        for (int row = High; row >= 0; row--)
        {
            int column = 0;
            while (column <= High && (column == row || a[row + column * order] == 0.0))
            {
                column++;
            }

            if (column > High)
            {
                return row;
            }
        }

        return -1;
    }

    private readonly int FindColumn()
    {
        for (int column = Low; column <= High; column++)
        {
            int row = Low;
            while (row <= High && (row == column || a[row + column * order] == 0.0))
            {
                row++;
            }

            if (row > High)
            {
                return column;
            }
        }

        return -1;
    }

    private readonly void Exchange(int i, int target)
    {
        exchanged[target] = i;
        if (i == target)
        {
            return;
        }

        for (int k = 0; k < order; k++)
        {
            (a[k + i * order], a[k + target * order]) = (a[k + target * order], a[k + i * order]);
        }

        for (int k = 0; k < order; k++)
        {
            (a[i + k * order], a[target + k * order]) = (a[target + k * order], a[i + k * order]);
        }
    }

    /// <summary>Scales row and column i so that their norms are about equal.</summary>
    private readonly bool Equalize(int i)
    {
        double columnNorm = 0.0, rowNorm = 0.0;
        for (int k = Low; k <= High; k++)
        {
            columnNorm += a[k + i * order] * a[k + i * order];
            rowNorm += a[i + k * order] * a[i + k * order];
        }

        if (columnNorm == 0.0 || rowNorm == 0.0)
        {
            return false;
        }

        // The power of two nearest to the root of the quotient of the norms.
        double quotient = Math.Sqrt(rowNorm / columnNorm);
        if (quotient is > 0.5 and < 2.0)
        {
            return false;
        }

        double factor = Math.ScaleB(1.0, (int)Math.Round(Math.Log2(quotient) / 2.0));
        (columnNorm, rowNorm) = (Math.Sqrt(columnNorm), Math.Sqrt(rowNorm));
        if (columnNorm * factor + rowNorm / factor >= Worthwhile * (columnNorm + rowNorm)
            || scale[i] * factor is < 1.0 / MaxScale or > MaxScale)
        {
            return false;
        }

        scale[i] *= factor;
        for (int k = 0; k < order; k++)
        {
            a[k + i * order] *= factor;
        }

        for (int k = 0; k < order; k++)
        {
            a[i + k * order] /= factor;
        }

        return true;
    }
}
