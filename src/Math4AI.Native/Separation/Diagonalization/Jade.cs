using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Diagonalization;

/// <summary>
/// JADE: the cumulant matrices Q_kl of white signals z, with the elements cum(z_i, z_j, z_k, z_l), are diagonal for
/// independent sources, and the rotation makes all of them as diagonal as possible. It takes one pass over the data and
/// no start; its cost grows with the fourth power of the number of channels. Source: J.-F. Cardoso, "High-order
/// contrasts for independent component analysis", Neural Computation 11 (1999).
/// </summary>
internal sealed class Jade(int? sources) : DiagonalizingSeparator(sources)
{
    private const int MaxSignals = 24;

    /// <summary>Gets the entry of <see cref="Separator.Methods"/>.</summary>
    public static SeparationMethod Description { get; } = new("jade")
    {
        Summary = "fourth-order cumulants, for few channels",
        Objective = OffDiagonal,
        Factory = options => new Jade(options.Sources),
    };

    public override SeparationMethod Method => Description;

    protected override Matrix<double>[] Matrices(
        ISampleSource mixture, Whitening whitening, CancellationToken cancellation)
    {
        int count = whitening.Matrix.RowCount;
        return count <= MaxSignals
            ? Cumulants(mixture, whitening, cancellation)
            : throw new ArgumentException(
                $"JADE's cost grows with the fourth power of the signals, and there are {count}: use another "
                + "method, or look for fewer sources.");
    }

    private static Matrix<double>[] Cumulants(
        ISampleSource mixture, Whitening whitening, CancellationToken cancellation)
    {
        int count = whitening.Matrix.RowCount, pairs = count * (count + 1) / 2;
        double[] weights = whitening.Matrix.ToRowMajorArray();
        double[] mean = whitening.Covariance.Mean.ToArray();
        var pass = new BlockPass<double, Sums>(mixture, mixture.Read, count + pairs, () => new Sums(pairs));
        pass.Run(
            (sums, block, scratch, length, _) =>
            {
                Span<double> white = scratch[..(count * length)];
                BlockKernels.Centre(block, length, mean);
                BlockKernels.Project<double>(weights, count, block, mixture.Channels, length, white);
                sums.Add(white, count, scratch[(count * length)..], length);
            },
            cancellation);
        double[] moments = new double[pairs * pairs];
        foreach (Sums sums in pass.States)
        {
            TensorPrimitives.Add<double>(moments, sums.Moments, moments);
        }

        int Pair(int i, int j) => i < j ? j * (j + 1) / 2 + i : i * (i + 1) / 2 + j;
        var cumulants = new List<Matrix<double>>();
        for (int k = 0; k < count; k++)
        {
            for (int l = 0; l <= k; l++)
            {
                double weight = k == l ? 1.0 : Math.Sqrt(2.0);
                cumulants.Add(Matrix<double>.Build.Dense(count, count, (i, j) => weight * (
                    moments[Pair(i, j) * pairs + Pair(k, l)] / mixture.Length
                    - (i == j && k == l ? 1.0 : 0.0) - (i == k && j == l ? 1.0 : 0.0)
                        - (i == l && j == k ? 1.0 : 0.0))));
            }
        }

        return [.. cumulants];
    }

    private sealed class Sums(int pairs) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [Moments];

        public double[] Moments { get; } = new double[pairs * pairs];

        /// <summary>Computes E z_i z_j z_k z_l, as inner products of the products of pairs.</summary>
        public void Add(ReadOnlySpan<double> white, int signals, Span<double> products, int length)
        {
            int pair = 0;
            for (int i = 0; i < signals; i++)
            {
                for (int j = 0; j <= i; j++, pair++)
                {
                    TensorPrimitives.Multiply(
                        white.Slice(i * length, length), white.Slice(j * length, length),
                        products.Slice(pair * length, length));
                }
            }

            BlockKernels.AddOuterProduct<double>(products, pairs, products, pairs, length, Moments);
        }
    }
}
