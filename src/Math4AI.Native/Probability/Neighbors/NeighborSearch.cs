using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Neighbors;

/// <summary>What is done with the neighbors of a sample; several threads call it at once.</summary>
/// <param name="sample">The sample, from 0.</param>
/// <param name="neighbors">Its neighbors, without itself, in no order; valid during the call.</param>
public delegate void NeighborAction(int sample, ReadOnlySpan<int> neighbors);

/// <summary>
/// Finds the neighbors of samples, exactly: by a tree in few dimensions, by products of blocks in many. On all of <see
/// cref="Compute.Threads"/>, with the same result for any number of them. Equals
/// <c>sklearn.neighbors.NearestNeighbors</c>.
/// </summary>
public sealed class NeighborSearch
{
    // Above so many dimensions a tree looks at most samples, one by one.
    private const int MaxTreeChannels = 12;
    private const int QueriesAtOnce = 64;

    // The samples times a power of two that brings them near 1, so that no square overflows or vanishes.
    private readonly double[] samples;
    private readonly double scale;
    private readonly int channels;
    private readonly bool isMaximum;
    private readonly INeighborFinder finder;

    /// <summary>Prepares the search.</summary>
    /// <param name="samplesByChannels">One row a sample.</param>
    /// <param name="norm">The distance.</param>
    /// <exception cref="ArgumentException">There are no samples, or one is not finite.</exception>
    public NeighborSearch(Matrix<double> samplesByChannels, NeighborNorm norm = NeighborNorm.Euclidean)
    {
        ArgumentNullException.ThrowIfNull(samplesByChannels);
        if (samplesByChannels.RowCount < 1 || samplesByChannels.ColumnCount < 1)
        {
            throw new ArgumentException("There are no samples to search in.", nameof(samplesByChannels));
        }

        channels = samplesByChannels.ColumnCount;
        isMaximum = norm == NeighborNorm.Maximum;
        samples = SampleRows.Finite(samplesByChannels);
        scale = SampleRows.Scale(samples);
        finder = FinderOf(samples, channels, isMaximum);
    }

    /// <summary>Prepares a search by Euclidean distance in finite, scaled rows, which stay as they are.</summary>
    internal NeighborSearch(double[] rows, int channels, double scale)
    {
        (samples, this.channels, this.scale) = (rows, channels, scale);
        finder = FinderOf(samples, channels, isMaximum: false);
    }

    /// <summary>Gets the number of samples.</summary>
    public int Samples => samples.Length / channels;

    /// <summary>Finds the k nearest of each sample, without itself; of equal distances the first samples.</summary>
    /// <param name="count">k, at least 1 and below the number of samples.</param>
    /// <param name="progress">Told what share of the samples is done.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentException">There are too few samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    public NearestNeighbors Nearest(
        int count, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Nearest(samples, count, areSamples: true, progress, cancellation);

    /// <summary>Finds the k nearest samples of other points.</summary>
    /// <param name="queries">Points × channels.</param>
    /// <param name="count">k, from 1 to the number of samples.</param>
    /// <param name="progress">Told what share of the points is done.</param>
    /// <param name="cancellation">Stops between points.</param>
    /// <exception cref="ArgumentException">
    /// The number of channels is another, a number is not finite, or there are too few samples.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    public NearestNeighbors Nearest(
        Matrix<double> queries, int count, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (queries.ColumnCount != channels)
        {
            throw new ArgumentException(
                $"The points have {queries.ColumnCount} channels, and the samples {channels}.", nameof(queries));
        }

        double[] points = SampleRows.Finite(queries);
        TensorPrimitives.Multiply(points, scale, points);
        return Nearest(points, count, areSamples: false, progress, cancellation);
    }

    private static INeighborFinder FinderOf(double[] samples, int channels, bool isMaximum) =>
        isMaximum || channels <= MaxTreeChannels
            ? new SpaceTree(samples, channels, isMaximum)
            : new BlockedDistances(samples, channels);

    /// <summary>Finds all samples within a radius of each sample, the radius included.</summary>
    /// <param name="radius">The radius, finite and not negative.</param>
    /// <param name="action">Called once for each sample.</param>
    /// <param name="chosen">Which samples to call it for; null for all.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">The radius is negative or not finite.</exception>
    public void Within(
        double radius, NeighborAction action, Predicate<int>? chosen = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (!(radius >= 0.0 && double.IsFinite(radius)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(radius), radius, "The radius must be finite and not negative.");
        }

        int[] wanted = [.. Enumerable.Range(0, Samples).Where(sample => chosen is null || chosen(sample))];
        Within(wanted, _ => radius, (_, sample, neighbors) => action(sample, neighbors), cancellation);
    }

    /// <summary>Counts the samples within a radius of some samples, each with its own, without themselves.</summary>
    internal int[] CountWithin(int[] wanted, double[] radii, CancellationToken cancellation = default)
    {
        int[] counts = new int[wanted.Length];
        Within(
            wanted, place => radii[place], (place, _, neighbors) => counts[place] = neighbors.Length, cancellation);
        return counts;
    }

    /// <summary>
    /// Finds the ranks of others among the neighbors of some samples, by Euclidean distance: 1, and one more for each
    /// sample that is nearer.
    /// </summary>
    internal int[][] Ranks(int[] wanted, int[][] others)
    {
        ReadOnlySpan<double> RowOf(int sample) => samples.AsSpan(sample * channels, channels);
        BlockedDistances distances = finder as BlockedDistances ?? new BlockedDistances(samples, channels);
        int runs = (wanted.Length + QueriesAtOnce - 1) / QueriesAtOnce;
        int[][][] ranks = new int[runs][][];
        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, run =>
        {
            int first = run * QueriesAtOnce, count = Math.Min(QueriesAtOnce, wanted.Length - first);
            double[] queries = new double[count * channels];
            double[][] limits = new double[count][];
            for (int i = 0; i < count; i++)
            {
                int sample = wanted[first + i];
                RowOf(sample).CopyTo(queries.AsSpan(i * channels));
                limits[i] = [.. others[first + i].Select(other => Distance.Square(RowOf(sample), RowOf(other)))];
            }

            // A sample counts itself, which is the 1 of the rank, unless the other one lies at its very place.
            ranks[run] = distances.CountNearer(queries, limits);
            for (int i = 0; i < count; i++)
            {
                ranks[run][i] = [.. ranks[run][i].Select((nearer, k) => limits[i][k] > 0.0 ? nearer : 1)];
            }
        });
        return [.. ranks.SelectMany(of => of)];
    }

    private delegate void PlacedAction(int place, int sample, ReadOnlySpan<int> neighbors);

    private void Within(
        int[] wanted, Func<int, double> radius, PlacedAction action, CancellationToken cancellation) =>
        Run(wanted.Length, () => new NeighborCollector.Within(), (first, collectors) =>
        {
            double[] queries = new double[collectors.Length * channels];
            for (int i = 0; i < collectors.Length; i++)
            {
                int sample = wanted[first + i];
                double scaled = radius(first + i) * scale;
                ((NeighborCollector.Within)collectors[i]).Begin(sample, isMaximum ? scaled : scaled * scaled);
                samples.AsSpan(sample * channels, channels).CopyTo(queries.AsSpan(i * channels));
            }

            finder.Find(queries, collectors);
            for (int i = 0; i < collectors.Length; i++)
            {
                action(first + i, collectors[i].Self, ((NeighborCollector.Within)collectors[i]).Samples);
            }
        }, null, cancellation);

    private NearestNeighbors Nearest(
        double[] queries, int count, bool areSamples, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count > Samples - (areSamples ? 1 : 0))
        {
            throw new ArgumentException(
                $"There {(Samples == 1 ? "is" : "are")} {Counted.Of(Samples, "sample")}: too few to find "
                + $"{Counted.Of(count, "neighbor")} of each.");
        }

        var found = new NearestNeighbors(queries.Length / channels, count);
        Run(found.Queries, () => new NeighborCollector.Nearest(count), (first, collectors) =>
        {
            for (int i = 0; i < collectors.Length; i++)
            {
                collectors[i].Begin(areSamples ? first + i : -1);
            }

            finder.Find(queries.AsSpan(first * channels, collectors.Length * channels), collectors);
            for (int i = 0; i < collectors.Length; i++)
            {
                var nearest = (NeighborCollector.Nearest)collectors[i];
                nearest.Samples.CopyTo(found.IndicesOf(first + i));
                Span<double> distances = found.DistancesOf(first + i);
                nearest.Distances.CopyTo(distances);
                if (!isMaximum)
                {
                    TensorPrimitives.Sqrt<double>(distances, distances);
                }

                TensorPrimitives.Divide(distances, scale, distances);
            }
        }, progress, cancellation);
        return found;
    }

    /// <summary>Hands out the queries in runs; each thread has collectors of its own.</summary>
    private static void Run(
        int queries, Func<NeighborCollector> create, Action<int, NeighborCollector[]> action,
        IProgress<double>? progress, CancellationToken cancellation)
    {
        const int RunsOfReport = 16;
        int runs = (queries + QueriesAtOnce - 1) / QueriesAtOnce, done = 0;
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Compute.Threads,
            CancellationToken = cancellation,
        };
        Parallel.For(
            0,
            runs,
            options,
            () => Enumerable.Range(0, QueriesAtOnce).Select(_ => create()).ToArray(),
            (run, _, collectors) =>
            {
                int first = run * QueriesAtOnce, count = Math.Min(QueriesAtOnce, queries - first);
                action(first, count == collectors.Length ? collectors : collectors[..count]);
                int ready = Interlocked.Increment(ref done);
                if (ready % RunsOfReport == 0 || ready == runs)
                {
                    progress?.Report((double)ready / runs);
                }

                return collectors;
            },
            _ => { });
    }
}
