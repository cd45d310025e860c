using System.Numerics.Tensors;
using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// Holds the mean and the covariance of channels, computed in one pass over blocks. The sums are those of y − s, where
/// s is the mean of the first block, so that a mean of 10⁸ with variance 1 loses no digits: Σ(y − μ)(y − μ)ᵀ = Σ(y −
/// s)(y − s)ᵀ − N (μ − s)(μ − s)ᵀ. Equals <c>numpy.mean</c> and <c>numpy.cov(bias=True)</c>.
/// </summary>
public sealed class Covariance
{
    // From so many channels on, computing one half alone pays for the narrower products.
    private const int MinHalved = 64;

    private Covariance(long count, Vector<double> mean, Matrix<double> matrix)
    {
        Count = count;
        Mean = mean;
        Matrix = matrix;
    }

    /// <summary>Gets the number of samples, N.</summary>
    public long Count { get; }

    /// <summary>Gets the mean of each channel, in the unit of the data.</summary>
    public Vector<double> Mean { get; }

    /// <summary>Gets the covariance matrix Σ(y − μ)(y − μ)ᵀ / N, channels × channels.</summary>
    public Matrix<double> Matrix { get; }

    /// <summary>
    /// Gets the correlation matrix, channels × channels: 1 on the diagonal, and 0 between a constant channel and any
    /// other.
    /// </summary>
    public Matrix<double> Correlation =>
        DenseMatrix.Create(Matrix.RowCount, Matrix.ColumnCount, (i, j) =>
        {
            double scale = Math.Sqrt(Matrix[i, i] * Matrix[j, j]);
            return i == j ? 1.0 : scale > 0.0 ? Matrix[i, j] / scale : 0.0;
        });

    /// <summary>Computes the mean and the covariance of all samples.</summary>
    /// <param name="source">The samples, at least one.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">
    /// There is no sample, or one is not finite; the message says which.
    /// </exception>
    public static Covariance Of(ISampleSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Channels < 1 || source.Length < 1)
        {
            throw new ArgumentException("There are no samples to compute a covariance from.", nameof(source));
        }

        int channels = source.Channels;
        double[] shift = MeanOfFirstBlock(source);
        bool isFew = channels <= FewChannels.MaxCount;
        var pass = new BlockPass<double, Sums>(
            source,
            isFew ? (start, count, block) => FewChannels.ReadIfNotLent(source, start, count, block) : source.Read,
            0,
            () => new Sums(channels));
        pass.Run(
            (sums, block, _, count, start) =>
            {
                if (isFew)
                {
                    FewChannels.Of(source, block, start, count).AddMoments(shift, sums.First, sums.Second);
                }
                else
                {
                    sums.Add(block, shift, count);
                }
            },
            cancellation);
        return Combine(source, shift, pass.States);
    }

    private static double[] MeanOfFirstBlock(ISampleSource source)
    {
        int count = (int)Math.Min(source.Length, 256);
        double[] block = new double[source.Channels * count];
        source.Read(0, count, block);
        double[] mean = new double[source.Channels];
        for (int channel = 0; channel < source.Channels; channel++)
        {
            mean[channel] = TensorPrimitives.Average<double>(
                block.AsSpan(channel * count, count));
        }

        return mean;
    }

    private static Covariance Combine(ISampleSource source, double[] shift, IEnumerable<Sums> states)
    {
        int channels = source.Channels;
        double samples = source.Length;
        double[] first = new double[channels];
        double[] second = new double[channels * channels];
        foreach (Sums sums in states)
        {
            TensorPrimitives.Add<double>(first, sums.First, first);
            TensorPrimitives.Add<double>(second, sums.Second, second);
        }

        if (!second.All(double.IsFinite))
        {
            throw FirstBadSample(source);
        }

        Vector<double> mean = DenseVector.Create(channels, i => shift[i] + first[i] / samples);
        Matrix<double> matrix = DenseMatrix.Create(
            channels,
            channels,
            (i, j) =>
            {
                int least = Math.Min(i, j), most = Math.Max(i, j);
                int upper = most * channels + least, lower = least * channels + most;
                double moment =
                    channels >= MinHalved ? second[upper] : (second[upper] + second[lower]) / 2.0;
                return (moment - first[i] * first[j] / samples) / samples;
            });
        return new Covariance(source.Length, mean, matrix);
    }

    /// <summary>The exception for samples that are not finite: it names the first of them.</summary>
    internal static ArgumentException FirstBadSample(ISampleSource source)
    {
        int longest = BlockPass<double, Sums>.BlockLengthFor(source);
        double[] block = new double[longest * source.Channels];
        for (long start = 0; start < source.Length; start += longest)
        {
            int count = (int)Math.Min(longest, source.Length - start);
            source.Read(start, count, block);
            for (int i = 0; i < count * source.Channels; i++)
            {
                if (!double.IsFinite(block[i]))
                {
                    return new ArgumentException(
                        $"Sample {start + i % count + 1} of channel {i / count + 1} is {block[i]}: remove or replace "
                        + "values that are not finite.",
                        nameof(source));
                }
            }
        }

        return new ArgumentException(
            "The samples are too large for their squares to be represented: divide all by one large number.",
            nameof(source));
    }

    private sealed class Sums(int channels) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [First, Second];

        public double[] First { get; } = new double[channels];

        public double[] Second { get; } = new double[channels * channels];

        public void Add(Span<double> block, double[] shift, int count)
        {
            BlockKernels.Centre(block, count, shift);
            for (int channel = 0; channel < channels; channel++)
            {
                First[channel] += BlockKernels.Sum(block.Slice(channel * count, count));
            }

            if (channels >= MinHalved)
            {
                BlockKernels.AddGram(block, channels, count, Second);
            }
            else
            {
                BlockKernels.AddOuterProduct(block, channels, block, channels, count, Second);
            }
        }
    }
}
