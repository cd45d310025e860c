using Math4AI.Features;
using Math4AI.Features.Tables;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Kernels.Maps;

/// <summary>φ(x) = Λ^(−1/2) Uᵀ k(Z, x), k(Z, Z) = U Λ Uᵀ.</summary>
internal sealed class NystroemFeatures : TableFeatures
{
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

    protected override FeatureState Learn(Matrix<double> training)
    {
        int[] rows = [.. Enumerable.Range(0, training.RowCount)];
        if (rows.Length > count)
        {
            new MersenneTwister(seed, threadSafe: false).Shuffle(rows);
            rows = [.. rows[..count].Order()];
        }

        Matrix<double> points = Matrix<double>.Build.DenseOfRowVectors(rows.Select(training.Row));
        (double[] values, Matrix<double> vectors) = KernelMaps.Eigen(
            KernelMaps.Of(kernel, points.ColumnCount).Gram(points));
        Matrix<double> weights =
            vectors.MapIndexed((_, column, value) => value / Math.Sqrt(values[column]), Zeros.Include);
        return FeatureState.Of(("points", points.ToColumnMajorArray()), ("weights", weights.ToColumnMajorArray()));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        Matrix<double> points = KernelMaps.Columns(state, "points", inputs),
            weights = KernelMaps.Rows(state, "weights", points.RowCount);
        Kernel of = KernelMaps.Of(kernel, inputs);
        return new Mapping(
            samples => of.Gram(samples, points) * weights,
            _ => [.. Enumerable.Range(1, weights.ColumnCount).Select(i => $"nystroem {i}")]);
    }
}
