using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Divides samples into k clusters so that the sum of squared distances to the centers, Σ‖x − c(x)‖², is small: k-means
/// by Lloyd's algorithm. The starts are drawn by k-means++ and improved on a part of the data; the best one is improved
/// on all of it, or by mini-batches. Every pass reads the samples in blocks, so that a file may be larger than memory.
/// Columns of larger spread count for more: standardize them where their units differ. Equals
/// <c>sklearn.cluster.KMeans</c> from the same start. Source: S. Lloyd, "Least squares quantization in PCM", IEEE
/// Transactions on Information Theory 28 (1982).
/// </summary>
/// <param name="Clusters">k, the number of clusters, at least 1.</param>
public sealed record KMeans(int Clusters)
{
    // Starts are compared on so many samples for each cluster, and at least on so many in all.
    private const int SamplesPerCluster = 256;
    private const int MinSamplesOfStarts = 16_384;
    private const int IterationsOfStarts = 30;

    /// <summary>Gets k, the number of clusters.</summary>
    public int Clusters { get; init => field = Setting.AtLeast(value, 1); } = Setting.AtLeast(Clusters, 1);

    /// <summary>Gets the centers to start from, clusters × channels; null to search for some.</summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Gets the number of starts that are compared where none is given.</summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 4;

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the limit on iterations over all samples.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 300;

    /// <summary>
    /// Gets the number of samples of a mini-batch; null for passes over all samples. Batches of some thousands find
    /// centers nearly as good long before a file of many samples has been read a few times; they end when the mean
    /// squared distance has stopped to fall, and <see cref="KMeansFit.Iterations"/> counts them.
    /// </summary>
    public int? BatchSize { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>
    /// Gets the sum of squared moves of the centers, in units of the mean variance of the channels, below which the
    /// iteration has converged.
    /// </summary>
    public double Tolerance { get; init => field = Setting.AtLeast(value, 0.0); } = 1e-4;

    /// <summary>
    /// Gets whether the search rounds samples to float32, which takes less time. Null decides by the source: float32
    /// where its samples are. Counts and inertia of the result are computed in float64 either way.
    /// </summary>
    public bool? SinglePrecision { get; init; }

    /// <summary>Finds the clusters of the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">As for a source.</exception>
    public KMeansFit Fit(Matrix<double> samples, CancellationToken cancellation = default) =>
        Fit(new MatrixSampleSource(samples), cancellation);

    /// <summary>Finds the clusters of samples that are read in blocks.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer samples than clusters, one of them is not finite, or the start has another shape.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public KMeansFit Fit(ISampleSource samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Check(samples);
        var centered = CenteredSource.Of(samples, cancellation);
        return SinglePrecision ?? samples.Epsilon > 1e-10
            ? Fit<float>(centered, cancellation)
            : Fit<double>(centered, cancellation);
    }

    private void Check(ISampleSource samples)
    {
        if (samples.Length < Clusters)
        {
            throw new ArgumentException(
                $"{samples.Length} samples cannot form {Clusters} clusters: ask for fewer.", nameof(samples));
        }

        if (Start is not null && (Start.RowCount != Clusters || Start.ColumnCount != samples.Channels
            || !Start.Enumerate().All(double.IsFinite)))
        {
            throw new ArgumentException(
                $"The start must be {Clusters} × {samples.Channels} finite numbers, clusters × channels.");
        }
    }

    private KMeansFit Fit<T>(CenteredSource samples, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] start = Start is null
            ? BestStart<T>(samples, cancellation)
            : samples.FromData([.. Start.ToRowMajorArray()]);
        (double[] centers, int iterations, bool isConverged) = BatchSize is { } size
            ? BatchMeans.Improve<T>(samples, start, size, MaxBatches(samples, size), Seed, cancellation)
            : Improve<T>(samples, start, MaxIterations, Tolerance, cancellation);
        var end = Assignment.Of(samples, centers, Clusters, withLabels: false, cancellation);
        double[] inData = samples.ToData(centers);
        return new KMeansFit(
            Matrix<double>.Build.DenseOfRowMajor(Clusters, samples.Channels, inData),
            end.Counts,
            end.Inertia * samples.Unit * samples.Unit,
            iterations,
            isConverged);
    }

    private long MaxBatches(CenteredSource samples, int size) =>
        Math.Min(int.MaxValue, MaxIterations * ((samples.Source.Length + size - 1) / size));

    private double[] BestStart<T>(CenteredSource samples, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int most = Math.Max(MinSamplesOfStarts, (int)Math.Min(int.MaxValue, (long)SamplesPerCluster * Clusters));
        var part = samples.With(
            new MatrixSampleSource(PlusPlus.Draw(samples.Source, most, Seed, cancellation)));
        int count = (int)part.Source.Length;
        double[] block = new double[count * part.Channels];
        part.Read<double>(0, count, block);
        double[][] columns = [.. block.Chunk(count)];
        double lowest = double.PositiveInfinity;
        double[] best = [];
        var random = new MersenneTwister(Seed, threadSafe: false);
        for (int i = 0; i < Starts; i++)
        {
            double[] start = PlusPlus.Centers(columns, Clusters, random);
            double[] centers = Improve<T>(part, start, IterationsOfStarts, Tolerance, cancellation).Centers;
            double inertia = Assignment.Of(part, centers, Clusters, withLabels: false, cancellation).Inertia;
            if (inertia < lowest)
            {
                (lowest, best) = (inertia, centers);
            }
        }

        return best;
    }

    /// <summary>Lloyd's iteration. A cluster that lost all of its samples begins anew at a far one.</summary>
    private (double[] Centers, int Iterations, bool IsConverged) Improve<T>(
        CenteredSource samples, double[] start, int maxIterations, double tolerance, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var pass = new LloydPass<T>(samples, Clusters);
        double[] centers = start;
        for (int iteration = 1; iteration <= maxIterations; iteration++)
        {
            (double[] means, long[] counts) = pass.Run(centers, cancellation);
            bool isMoved = counts.Contains(0) && MoveEmpty(samples, centers, means, counts, cancellation);
            double shift = Math.Pow(TensorPrimitives.Distance<double>(means, centers), 2);
            centers = means;
            if (!isMoved && shift <= tolerance)
            {
                return (centers, iteration, true);
            }
        }

        return (centers, maxIterations, false);
    }

    private bool MoveEmpty(
        CenteredSource samples, double[] centers, double[] means, long[] counts, CancellationToken cancellation)
    {
        var assignment = Assignment.Of(samples, centers, Clusters, withLabels: false, cancellation);
        var far = new Queue<double[]>(
            assignment.Farthest.Where(pair => pair.Distance > 0.0).Select(pair => pair.At));
        bool isMoved = false;
        for (int cluster = 0; cluster < Clusters && far.Count > 0; cluster++)
        {
            if (counts[cluster] == 0)
            {
                far.Dequeue().CopyTo(means, cluster * samples.Channels);
                isMoved = true;
            }
        }

        return isMoved;
    }
}
