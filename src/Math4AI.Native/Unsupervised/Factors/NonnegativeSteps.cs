using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Unsupervised.Factors;

/// <summary>
/// Steps that each minimize Σ (x − F Gᵀ)² over one column of F ≥ 0, with the other columns and G as they are.
/// </summary>
/// <param name="parts">The number of columns.</param>
internal sealed unsafe class NonnegativeSteps(int parts)
{
    // The rows that the steps work on at once stay near the processor.
    private const int Rows = 512;

    /// <summary>Returns the largest number, having looked for those that cannot be used.</summary>
    /// <exception cref="ArgumentException">A number is negative or not finite.</exception>
    public static double PeakOf(Matrix<double> samples)
    {
        if (samples.Find(x => !(x >= 0.0 && double.IsFinite(x)), Zeros.Include) is (int row, int column, double bad))
        {
            throw new ArgumentException(
                $"Row {row + 1} has {bad} in column {column + 1}: sums of parts need finite numbers from 0 on.",
                nameof(samples));
        }

        return samples.Enumerate().Max();
    }

    /// <summary>Improves each column of F once, in order.</summary>
    /// <param name="factor">F, rows × parts, dense.</param>
    /// <param name="products">X G, rows × parts.</param>
    /// <param name="gram">GᵀG, parts × parts.</param>
    /// <returns>By how much Σ (x − F Gᵀ)² has decreased, or somewhat less where a number came to 0.</returns>
    public double Improve(Matrix<double> factor, Matrix<double> products, Matrix<double> gram)
    {
        int rows = factor.RowCount, chunks = (rows + Rows - 1) / Rows, team = Math.Min(Team.Size, chunks);
        double[] f = ((DenseMatrix)factor).Values, p = ((DenseMatrix)products).Values, g = ((DenseMatrix)gram).Values;
        double[] moves = new double[chunks];
        Team.Run(team, part =>
        {
            double* slope = stackalloc double[Rows];
            (int first, int count) = Team.Part(chunks, part, team);
            for (int chunk = first; chunk < first + count; chunk++)
            {
                moves[chunk] = Improve(f, p, g, rows, chunk * Rows, Math.Min(Rows, rows - chunk * Rows), slope);
            }
        });
        return moves.Sum();
    }

    private double Improve(
        double[] factor, double[] products, double[] gram, int rows, int start, int count, double* slope)
    {
        double moved = 0.0;
        fixed (double* f = factor)
        {
            for (int k = 0; k < parts; k++)
            {
                double square = gram[k * parts + k];
                if (square <= 0.0)
                {
                    continue;
                }

                products.AsSpan(k * rows + start, count).CopyTo(new Span<double>(slope, count));
                for (int other = 0; other < parts; other++)
                {
                    BlockKernels.AddScaled(-gram[k * parts + other], f + (long)other * rows + start, slope, count);
                }

                double* column = f + (long)k * rows + start;
                for (int i = 0; i < count; i++)
                {
                    double next = Math.Max(0.0, column[i] + slope[i] / square);
                    moved += (next - column[i]) * (next - column[i]) * square;
                    column[i] = next;
                }
            }
        }

        return moved;
    }
}
