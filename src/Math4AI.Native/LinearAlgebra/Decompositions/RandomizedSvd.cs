using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Holds the k leading singular values and right singular vectors of a tall samples × channels matrix that is read in
/// blocks, and may be larger than memory: Q spans a random subspace of channels, is multiplied by AᵀA in each pass, and
/// A is then decomposed within it. Equals <c>sklearn.utils.extmath.randomized_svd</c>. Source: N. Halko, P. G.
/// Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithm 4.4.
/// </summary>
/// <param name="SingularValues">Descending; those under 10⁻⁸ of the first are rounding.</param>
/// <param name="RightVectors">V, channels × k.</param>
public sealed record RandomizedSvd(Vector<double> SingularValues, Matrix<double> RightVectors)
{
    private const int Oversampling = 10;

    /// <summary>Finds the leading k.</summary>
    /// <param name="samples">A, by blocks.</param>
    /// <param name="count">k, from 1 to the number of channels.</param>
    /// <param name="passes">
    /// Passes over the data before the last; each brings the subspace nearer by (σ_(k+10)/σ_k)².
    /// </param>
    /// <param name="seed">Of the random subspace.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">k is out of range.</exception>
    public static RandomizedSvd Of(
        ISampleSource samples, int count, int passes = 3, int seed = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfNegative(passes);
        if (count < 1 || count > samples.Channels)
        {
            throw new ArgumentException(
                $"{count} singular values of {samples.Channels} channels were asked for.", nameof(count));
        }

        int width = Math.Min(samples.Channels, count + Oversampling);
        var random = new MersenneTwister(seed, threadSafe: false);
        var normal = new MathNet.Numerics.Distributions.Normal(random);
        Matrix<double> q = Orthonormal(DenseMatrix.Create(samples.Channels, width, (_, _) => normal.Sample()));
        for (int pass = 0; pass < passes; pass++)
        {
            q = Orthonormal(Gram(samples, q, cancellation));
        }

        // Qᵀ AᵀA Q holds the squares of the singular values within the subspace.
        Matrix<double> inner = q.TransposeThisAndMultiply(Gram(samples, q, cancellation));
        LeadingEigen<double> eigen = SymmetricEigen.Largest((inner + inner.Transpose()) / 2.0, count);
        return new RandomizedSvd(eigen.Values.Map(value => Math.Sqrt(Math.Max(0.0, value))), q * eigen.Vectors);
    }

    /// <summary>
    /// Returns the left singular vectors U = A V Σ⁻¹ of samples, for those singular values that are not rounding.
    /// </summary>
    /// <param name="samplesByChannels">A, or some rows of it.</param>
    /// <returns>Rows × k.</returns>
    public Matrix<double> LeftVectors(Matrix<double> samplesByChannels)
    {
        ArgumentNullException.ThrowIfNull(samplesByChannels);
        double least = 1e-8 * SingularValues[0];
        return (samplesByChannels * RightVectors).MultiplyColumns(
            SingularValues.Map(value => value > least ? 1.0 / value : 0.0));
    }

    /// <summary>Aᵀ (A Q), in one pass.</summary>
    private static DenseMatrix Gram(ISampleSource samples, Matrix<double> q, CancellationToken cancellation)
    {
        int channels = samples.Channels;
        double[] rows = q.Transpose().ToRowMajorArray();
        int width = q.ColumnCount;
        var pass = new BlockPass<double, Sums>(samples, samples.Read, width, () => new Sums(channels * width));
        pass.Run(
            (sums, block, scratch, count, _) =>
            {
                BlockKernels.Project<double>(rows, width, block, channels, count, scratch);
                BlockKernels.AddOuterProduct<double>(block, channels, scratch, width, count, sums.Product);
            },
            cancellation);
        double[] total = new double[channels * width];
        foreach (Sums sums in pass.States)
        {
            System.Numerics.Tensors.TensorPrimitives.Add<double>(total, sums.Product, total);
        }

        return DenseMatrix.Create(channels, width, (i, j) => total[i * width + j]);
    }

    private static Matrix<double> Orthonormal(Matrix<double> matrix) => matrix.QR().Q;

    private sealed class Sums(int product) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [Product];

        public double[] Product { get; } = new double[product];
    }
}
