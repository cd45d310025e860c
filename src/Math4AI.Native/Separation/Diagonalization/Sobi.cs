using System.Buffers;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Diagonalization;

/// <summary>
/// SOBI: separates sources with different spectra, whatever their densities; they may be Gaussian. It jointly
/// diagonalizes the lagged covariances E z(t) z(t + τ)ᵀ of white signals. Source: A. Belouchrani, K. Abed-Meraim, J.-F.
/// Cardoso, E. Moulines, "A blind source separation technique using second-order statistics", IEEE Transactions on
/// Signal Processing 45 (1997).
/// </summary>
internal sealed class Sobi : DiagonalizingSeparator
{
    private readonly int lags;

    public Sobi(int? sources, int lags = 50)
        : base(sources)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lags, 1);
        this.lags = lags;
    }

    /// <summary>Gets the entry of <see cref="Separator.Methods"/>.</summary>
    public static SeparationMethod Description { get; } = new("sobi")
    {
        Summary = "lagged covariances, for sources with different spectra",
        Objective = OffDiagonal,
        UsesDensities = false,
        UsesSampleOrder = true,
        Factory = options => new Sobi(options.Sources),
    };

    public override SeparationMethod Method => Description;

    protected override Matrix<double>[] Matrices(
        ISampleSource mixture, Whitening whitening, CancellationToken cancellation) =>
        mixture.Length > lags
            ? LaggedCovariances(mixture, whitening, cancellation)
            : throw new ArgumentException($"There are {mixture.Length} samples, and lags up to {lags} are needed.");

    private Matrix<double>[] LaggedCovariances(
        ISampleSource mixture, Whitening whitening, CancellationToken cancellation)
    {
        int channels = mixture.Channels;
        double[] mean = whitening.Covariance.Mean.ToArray();
        var pass = new BlockPass<double, Sums>(mixture, (_, _, _) => { }, 0, () => new Sums(channels, lags));
        pass.Run((sums, _, _, count, begin) => Add(mixture, mean, begin, count, sums.Products), cancellation);
        var total = new double[lags * channels * channels];
        foreach (Sums sums in pass.States)
        {
            for (int i = 0; i < total.Length; i++)
            {
                total[i] += sums.Products[i] / mixture.Length;
            }
        }

        return
        [
            .. Enumerable.Range(0, lags).Select(lag =>
            {
                Matrix<double> covariance = Matrix<double>.Build.Dense(
                    channels, channels,
                    (i, j) => 0.5
                        * (total[(lag * channels + i) * channels + j] + total[(lag * channels + j) * channels + i]));
                return whitening.Matrix * covariance * whitening.Matrix.Transpose();
            }),
        ];
    }

    /// <summary>Adds the products of the samples of a block with those that follow them by each lag.</summary>
    private unsafe void Add(ISampleSource mixture, double[] mean, long begin, int count, double[] products)
    {
        // The last samples of the block are paired with samples of the next one.
        int channels = mixture.Channels, whole = (int)Math.Min(count + lags, mixture.Length - begin);
        double[] samples = ArrayPool<double>.Shared.Rent(channels * whole);
        Span<double> block = samples.AsSpan(0, channels * whole);
        mixture.Read(begin, whole, block);
        BlockKernels.Centre(block, whole, mean);
        fixed (double* y = block)
        {
            for (int lag = 1; lag <= lags; lag++)
            {
                int pairs = Math.Min(count, whole - lag);
                for (int i = 0; i < channels && pairs > 0; i++)
                {
                    for (int j = 0; j < channels; j++)
                    {
                        products[((lag - 1) * channels + i) * channels + j] +=
                            BlockKernels.Dot(y + i * whole, y + j * whole + lag, pairs);
                    }
                }
            }
        }

        ArrayPool<double>.Shared.Return(samples);
    }

    private sealed class Sums(int channels, int lags) : IPartialSums
    {
        public IReadOnlyList<double[]> Totals => [Products];

        public double[] Products { get; } = new double[lags * channels * channels];
    }
}
