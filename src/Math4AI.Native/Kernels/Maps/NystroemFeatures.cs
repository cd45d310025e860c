using Math4AI.Features;
using Math4AI.Features.Tables;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Kernels.Maps;

/// <summary>
/// φ(x) = L⁻¹ k(Z, x) with k(Z, Z) = L Lᵀ, where that is well conditioned; otherwise φ(x) = Λ^(−1/2) Uᵀ k(Z, x) with
/// k(Z, Z) = U Λ Uᵀ. Both have the same inner products.
/// </summary>
internal sealed class NystroemFeatures : TableFeatures
{
    // The least pivot, over the greatest value of the kernel, with which a triangular factor is taken.
    private const double MinPivot = 1e-7;

    private readonly Kernel? kernel;
    private readonly int count;
    private readonly int seed;

    public NystroemFeatures(Kernel? kernel, int features, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        (this.kernel, count, this.seed) = (kernel, features, seed);
    }

    public override string Formula =>
        $"nystroem:{count}:{(kernel is null ? string.Empty : $"({kernel.Formula})")}:{seed}";

    public override bool HasOwnScales => true;

    protected override FeatureState Learn(Matrix<double> training)
    {
        int[] rows = [.. Enumerable.Range(0, training.RowCount)];
        if (rows.Length > count)
        {
            new MersenneTwister(seed, threadSafe: false).Shuffle(rows);
            rows = [.. rows[..count].Order()];
        }

        Matrix<double> points = Matrix<double>.Build.DenseOfRowVectors(rows.Select(training.Row));
        Matrix<double> gram = KernelMaps.Of(kernel, points.ColumnCount).Gram(points);
        return FeatureState.Of(
            ("points", points.ToColumnMajorArray()), ("weights", Triangle(gram) ?? Directions(gram)));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        Matrix<double> points = KernelMaps.Columns(state, "points", inputs),
            weights = KernelMaps.Rows(state, "weights", points.RowCount);
        return Mapping.Of(
            new NystroemBlocks(KernelMaps.Of(kernel, inputs), points, weights),
            weights.ColumnCount,
            _ => [.. Enumerable.Range(1, weights.ColumnCount).Select(i => $"nystroem {i}")]);
    }

    /// <summary>L⁻ᵀ, column after column; null where a pivot is so small that rounding would show.</summary>
    private static double[]? Triangle(Matrix<double> gram)
    {
        int order = gram.RowCount;
        double largest = gram.Diagonal().Maximum();
        if (PositiveDefiniteFactor.TryFactor(gram.ToColumnMajorArray(), order) is not { } factor)
        {
            return null;
        }

        double[] weights = new double[order * order];
        for (int i = 0; i < order; i++)
        {
            double pivot = factor.Lower[i * order + i];
            if (pivot * pivot < MinPivot * largest)
            {
                return null;
            }

            weights[i * order + i] = 1.0;
        }

        factor.SolveUpper(weights);
        for (int column = 0; column < order; column++)
        {
            // What stands below the diagonal is 0 times something.
            weights.AsSpan(column * order + column + 1, order - column - 1).Clear();
        }

        return weights;
    }

    /// <summary>U Λ^(−1/2), of the directions above rounding.</summary>
    private static double[] Directions(Matrix<double> gram)
    {
        (double[] values, Matrix<double> vectors) = KernelMaps.Eigen(gram);
        return vectors.MapIndexed((_, column, value) => value / Math.Sqrt(values[column]), Zeros.Include)
            .ToColumnMajorArray();
    }
}
