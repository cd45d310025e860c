using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Math4AI.Training;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Unsupervised.Codes;

/// <summary>
/// Learns a short code from which samples can be reconstructed: a network to k numbers and one back, which lower the
/// mean squared error of standardized columns together. Without hidden layers the code spans the principal components;
/// with them it follows curves. Variational, the code of a sample is a normal distribution, and what is raised is the
/// bound E log p(x | z) − KL(q(z | x) ‖ N(0, I)) with a variance of x that is learned too: codes fill the space evenly,
/// so that drawn ones give new samples. Samples that are reconstructed badly are unlike the others. Sources: G. Hinton,
/// R. Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313 (2006); D. Kingma, M.
/// Welling, "Auto-encoding variational Bayes", ICLR 2014; the variance: O. Rybkin et al., ICML 2021.
/// </summary>
/// <param name="CodeSize">k, the numbers of the code.</param>
public sealed record Autoencoder(int CodeSize)
{
    private const double ValidationShare = 0.1;

    /// <summary>Gets k, the numbers of the code.</summary>
    public int CodeSize { get; init => field = Setting.AtLeast(value, 1); } = Setting.AtLeast(CodeSize, 1);

    /// <summary>Gets the widths of the hidden layers to the code; the way back has them in reverse.</summary>
    public IReadOnlyList<int> Hidden { get; init => field = Setting.AllAtLeast(value, 1); } = [64];

    /// <summary>
    /// Gets the filters of convolutions to the code, each of which halves height and width, in place of <see
    /// cref="Hidden"/>; the way back has them in reverse. Empty for none. They need <see cref="Grid"/>, and all pixels
    /// then have one scale, the root of their mean variance.
    /// </summary>
    public IReadOnlyList<int> Convolutions { get; init => field = Setting.AllAtLeast(value, 1); } = [];

    /// <summary>Gets the pixels of the image that each sample is, row after row; null where it is none.</summary>
    public PixelGrid? Grid { get; init; }

    /// <summary>Gets whether the code is a distribution.</summary>
    public bool IsVariational { get; init; }

    /// <summary>Gets the settings of the training, with its seed.</summary>
    public TrainerOptions Training { get; init; } = new();

    /// <summary>Learns the code of the rows of a matrix. One row in ten says when to stop.</summary>
    /// <param name="samples">Samples × channels, in any units.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">There are fewer than four samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is less than 1.</exception>
    public AutoencoderFit Fit(
        Matrix<double> samples, IProgress<TrainingEpoch>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Check(samples);
        double[] mean = [.. samples.EnumerateColumns().Select(column => column.Mean())];
        double[] scales =
        [
            .. samples.EnumerateColumns().Select(column =>
                column.PopulationStandardDeviation() is var spread and > 0.0 ? spread : 1.0),
        ];
        if (Convolutions.Count > 0)
        {
            double common = Math.Sqrt(samples.EnumerateColumns().Average(column => column.PopulationVariance()));
            Array.Fill(scales, common > 0.0 ? common : 1.0);
        }

        var about = new SavedAutoencoder(samples.ColumnCount, CodeSize, [.. Hidden], IsVariational, mean, scales)
        {
            Filters = Convolutions.Count > 0 ? [.. Convolutions] : null,
            Grid = Convolutions.Count > 0 ? Grid : null,
        };
        AutoencoderNetwork network = Trainer.Create(() => new AutoencoderNetwork(about), Training.Seed);
        double[][] rows = about.Standardize(samples).ToRowArrays();
        int[] order =
            Combinatorics.GeneratePermutation(rows.Length, new MersenneTwister(Training.Seed, threadSafe: false));
        int held = Math.Max(1, (int)(ValidationShare * rows.Length));
        TrainingData Part(IEnumerable<int> places)
        {
            double[][] part = [.. places.Select(place => rows[place])];
            return TrainingData.FromArrays(part, part);
        }

        TrainingResult training = Trainer.Fit(
            network, batch => network.Loss(batch.Inputs), Part(order.Skip(held)), Part(order.Take(held)), Training,
            progress, cancellation);
        return new AutoencoderFit(network, about, training);
    }

    private void Check(Matrix<double> samples)
    {
        if (samples.RowCount < 4)
        {
            throw new ArgumentException(
                $"{samples.RowCount} samples are too few to learn a code from: give 4 or more.", nameof(samples));
        }

        if (Convolutions.Count > 0 && (Grid is not { Height: > 0, Width: > 0 } grid
            || (long)grid.Height * grid.Width != samples.ColumnCount))
        {
            throw new ArgumentException(
                "Convolutions need images: say with Grid how many rows and columns of pixels the "
                + $"{samples.ColumnCount} channels are.", nameof(samples));
        }

        _ = SampleRows.Finite(samples);
    }
}
