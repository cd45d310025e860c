using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
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
    private const int Rows = 256;

    /// <summary>Returns the largest number, having looked for those that cannot be used.</summary>
    /// <exception cref="ArgumentException">A number is negative or not finite.</exception>
    public static double PeakOf(Matrix<double> samples)
    {
        double[] values = samples.AsColumnMajorArray() ?? samples.ToColumnMajorArray();
        double most = TensorPrimitives.Max<double>(values);
        if (TensorPrimitives.Min<double>(values) >= 0.0 && double.IsFinite(most))
        {
            return most;
        }

        int at = Array.FindIndex(values, value => !(value >= 0.0 && double.IsFinite(value)));
        throw new ArgumentException(
            $"Row {at % samples.RowCount + 1} has {values[at]} in column {at / samples.RowCount + 1}: sums of parts "
            + "need finite numbers from 0 on.",
            nameof(samples));
    }

    /// <summary>
    /// Improves each column of W and then each of H once, X ≈ W Hᵀ. X is read once: while a block of rows is near the
    /// processor, its W is improved, and what H needs of the new W is added up.
    /// </summary>
    /// <param name="x">X, samples × channels.</param>
    /// <param name="weights">W, samples × parts.</param>
    /// <param name="shapes">H, channels × parts.</param>
    /// <returns>By how much Σ (x − W Hᵀ)² has decreased, or somewhat less where a number came to 0.</returns>
    public double ImproveBoth(DenseMatrix x, DenseMatrix weights, DenseMatrix shapes)
    {
        double[] gram = shapes.TransposeThisAndMultiply(shapes).ToColumnMajorArray();
        int rows = x.RowCount, chunks = (rows + Rows - 1) / Rows, team = Math.Min(Team.Size, chunks);
        double[] moves = new double[team];
        DenseMatrix[] products = new DenseMatrix[team], grams = new DenseMatrix[team];
        Team.Run(team, part =>
        {
            (products[part], grams[part]) = (new DenseMatrix(x.ColumnCount, parts), new DenseMatrix(parts, parts));
            (int first, int count) = Team.Part(chunks, part, team);
            moves[part] = ImproveRows(
                x, weights, shapes, gram, first * Rows, Math.Min(rows, (first + count) * Rows), products[part],
                grams[part]);
        });
        return moves.Sum() + Improve(
            shapes, products.Aggregate((one, other) => one + other), grams.Aggregate((one, other) => one + other));
    }

    /// <summary>Improves W from one row to another, and adds Xᵀ W and Wᵀ W of them up.</summary>
    private double ImproveRows(
        DenseMatrix x, DenseMatrix weights, DenseMatrix shapes, double[] gram, int begin, int end,
        DenseMatrix products, DenseMatrix squares)
    {
        (int rows, int channels) = (x.RowCount, x.ColumnCount);
        double[] room = new double[Rows * (parts + 1)];
        double moved = 0.0;
        fixed (double* xs = x.Values, ws = weights.Values, h = shapes.Values, slopes = room, sum = products.Values,
            square = squares.Values)
        {
            for (int start = begin; start < end; start += Rows)
            {
                int height = Math.Min(Rows, end - start);
                double* block = xs + start, w = ws + start;
                Products.Multiply(
                    (byte)'N', (byte)'N', height, parts, channels, block, rows, h, channels, 0.0, slopes, height);
                moved += Improve(w, rows, slopes, height, gram, height, slopes + Rows * parts);
                Products.Multiply(
                    (byte)'T', (byte)'N', channels, parts, height, block, rows, w, rows, 1.0, sum, channels);
                Products.Multiply((byte)'T', (byte)'N', parts, parts, height, w, rows, w, rows, 1.0, square, parts);
            }
        }

        return moved;
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
            fixed (double* all = f, product = p)
            {
                for (int chunk = first; chunk < first + count; chunk++)
                {
                    int start = chunk * Rows;
                    moves[chunk] = Improve(
                        all + start, rows, product + start, rows, g, Math.Min(Rows, rows - start), slope);
                }
            }
        });
        return moves.Sum();
    }

    /// <summary>Improves some rows of F, from the products of the same rows.</summary>
    private double Improve(
        double* factor, int stride, double* products, int productStride, double[] gram, int count, double* slope)
    {
        double moved = 0.0;
        for (int k = 0; k < parts; k++)
        {
            double square = gram[k * parts + k];
            if (square <= 0.0)
            {
                continue;
            }

            new ReadOnlySpan<double>(products + (long)k * productStride, count).CopyTo(new Span<double>(slope, count));
            for (int other = 0; other < parts; other++)
            {
                BlockKernels.AddScaled(-gram[k * parts + other], factor + (long)other * stride, slope, count);
            }

            moved += square * Step(factor + (long)k * stride, slope, 1.0 / square, count);
        }

        return moved;
    }

    /// <summary>Computes x ← max(0, x + slope · rate), and returns the sum of the squares of the moves.</summary>
    private static double Step(double* column, double* slope, double rate, int count)
    {
        int width = Vector512<double>.Count, i = 0;
        Vector512<double> sum = default;
        for (; i <= count - width; i += width)
        {
            Vector512<double> before = Vector512.Load(column + i);
            var after = Vector512.Max(
                Vector512<double>.Zero,
                Vector512.FusedMultiplyAdd(Vector512.Load(slope + i), Vector512.Create(rate), before));
            sum += (after - before) * (after - before);
            after.Store(column + i);
        }

        double moved = Vector512.Sum(sum);
        for (; i < count; i++)
        {
            double after = Math.Max(0.0, Math.FusedMultiplyAdd(slope[i], rate, column[i]));
            moved += (after - column[i]) * (after - column[i]);
            column[i] = after;
        }

        return moved;
    }
}
