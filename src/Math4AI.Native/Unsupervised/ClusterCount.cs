using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Unsupervised;

/// <summary>
/// Asks four criteria how many clusters samples have: the Bayesian information criterion of mixtures, which knows
/// groups of any spread; and of the groups of k-means the gap to samples without any group, the silhouette, and their
/// stability when half of the samples is left out. They need not agree, and each has its verdict. Sources: R.
/// Tibshirani, G. Walther, T. Hastie, "Estimating the number of clusters in a data set via the gap statistic", JRSS B
/// 63 (2001); <see cref="Silhouette"/>; R. Tibshirani, G. Walther, "Cluster validation by prediction strength", Journal
/// of Computational and Graphical Statistics 14 (2005).
/// </summary>
public sealed record ClusterCount
{
    // What is left of all sums of squares where each cluster holds equal samples.
    private const double Rest = 1e-24;

    /// <summary>Gets the largest number of clusters.</summary>
    public int MaxClusters { get; init => field = Setting.AtLeast(value, 1); } = 10;

    /// <summary>Gets how many sets of samples without groups the gap is measured against.</summary>
    public int References { get; init => field = Setting.AtLeast(value, 2); } = 10;

    /// <summary>Gets how often the samples are divided into halves that predict one another.</summary>
    public int Splits { get; init => field = Setting.AtLeast(value, 2); } = 5;

    /// <summary>Gets the largest number of samples; of more, so many are drawn.</summary>
    public int MaxSamples { get; init => field = Setting.AtLeast(value, 4); } = 4000;

    /// <summary>Gets the seed of draws and starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that share the work, each with the same samples: the fits of different numbers of clusters go
    /// to different processes. The default is this process alone.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Asks for the number of clusters of the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels; columns of larger spread count for more.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">There are fewer than two samples, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ClusterCountFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.RowCount < 2)
        {
            throw new ArgumentException("A number of clusters needs 2 samples or more.", nameof(samples));
        }

        double[] rows = SampleRows.Finite(samples);
        _ = SampleRows.Scale(rows);
        Matrix<double> some = MixtureSearch.Some(
            Matrix<double>.Build.DenseOfRowMajor(samples.RowCount, samples.ColumnCount, rows), MaxSamples, Seed);
        Matrix<double> centered = Centered(some);
        double spread = Math.Sqrt(centered.Enumerate().Sum(x => x * x) / centered.RowCount / centered.ColumnCount);
        if (spread == 0.0)
        {
            return ClusterCountFit.OfEqualSamples(some.RowCount);
        }

        Matrix<double> standard = centered / spread;
        return Fit(
            standard, MixtureSearch.Support(
                standard, Numbers(standard.RowCount), Seed, Processes, cancellation), cancellation);
    }

    /// <summary>Asks where the mixtures are known already.</summary>
    /// <param name="standard">Samples × channels, of which not all are the same.</param>
    /// <param name="mixtures">The support of each number of components.</param>
    /// <param name="cancellation">Stops between fits.</param>
    internal ClusterCountFit Fit(
        Matrix<double> standard, IReadOnlyList<ClusterSupport> mixtures, CancellationToken cancellation)
    {
        Matrix<double> some = MixtureSearch.Some(Centered(standard), MaxSamples, Seed);
        double whole = some.Enumerate().Sum(x => x * x), floor = Rest * whole;
        KMeansFit[] fits = Divide(some, floor, cancellation);
        int[][] labels = [.. fits.Skip(1).Select(fit => fit.Assign(some))];
        double[] silhouettes = labels.Length == 0 ? [] : Silhouette.Means(some, labels);
        double[] logs = [.. fits.Select(fit => Math.Log(Math.Max(fit.Inertia, floor)))];
        (double[] expected, double[] errors) = Expected(some, fits.Length, floor, cancellation);
        double[][] stability = Stability(some, fits.Length, cancellation);
        return new ClusterCountFit(some.RowCount,
        [
            .. Enumerable.Range(0, fits.Length).Select(i => new ClusterCountRow(
                i + 1,
                mixtures.Where(one => one.Clusters == i + 1 && one.Problem is null).Min(one => (double?)one.Bic),
                expected[i] - logs[i],
                errors[i],
                i == 0 ? null : silhouettes[i - 1],
                stability[i].Average(),
                stability[i].PopulationStandardDeviation() / Math.Sqrt(stability[i].Length))),
        ]);
    }

    private static Matrix<double> Centered(Matrix<double> samples)
    {
        Vector<double> mean = samples.ColumnSums() / samples.RowCount;
        return samples.MapIndexed((_, j, value) => value - mean[j], Zeros.Include);
    }

    private IEnumerable<int> Numbers(int samples) =>
        Enumerable.Range(1, Math.Max(1, Math.Min(MaxClusters, samples / 2)));

    private static KMeans Means(int clusters, int seed) => new(clusters) { Seed = seed };

    /// <summary>One division for each number, up to that at which every cluster holds equal samples.</summary>
    private KMeansFit[] Divide(Matrix<double> samples, double floor, CancellationToken cancellation)
    {
        var fits = new List<KMeansFit>();
        foreach (int count in Numbers(samples.RowCount))
        {
            fits.Add(Means(count, Seed).Fit(samples, cancellation));
            if (fits[^1].Inertia <= floor)
            {
                break;
            }
        }

        return [.. fits];
    }

    /// <summary>
    /// The mean of log W of samples that fill the box along the principal components, and how far the mean and one such
    /// set are off.
    /// </summary>
    private (double[] Means, double[] Errors) Expected(
        Matrix<double> samples, int numbers, double floor, CancellationToken cancellation)
    {
        Matrix<double> along = new PrincipalComponents().Fit(samples, cancellation).Transform(samples);
        double[] low = [.. along.EnumerateColumns().Select(column => column.Minimum())];
        double[] high = [.. along.EnumerateColumns().Select(column => column.Maximum())];
        var random = new MersenneTwister(Seed, threadSafe: false);

        // Every process draws all sets, so that each of them is the one that one process would draw.
        double[][] ofSets = Processes.Distribute(References, own => [.. Enumerable.Range(0, References)
            .Select(set => (Set: set, Samples: Matrix<double>.Build.Dense(
                along.RowCount, along.ColumnCount, (_, j) => low[j] + (high[j] - low[j]) * random.NextDouble())))
            .Where(drawn => own.Contains(drawn.Set))
            .Select(drawn => Enumerable.Range(0, numbers).Select(i => Math.Log(Math.Max(
                floor, Means(i + 1, Seed + drawn.Set).Fit(drawn.Samples, cancellation).Inertia))).ToArray())]);
        double[][] logs = [.. Enumerable.Range(0, numbers).Select(i => ofSets.Select(set => set[i]).ToArray())];
        double both = Math.Sqrt(1.0 + 1.0 / References);
        return (
            [.. logs.Select(values => values.Average())],
            [.. logs.Select(values => both * values.PopulationStandardDeviation())]);
    }

    /// <summary>The prediction strength of each number in each division into halves.</summary>
    private double[][] Stability(Matrix<double> samples, int numbers, CancellationToken cancellation)
    {
        var random = new MersenneTwister(Seed, threadSafe: false);
        int[][] orders =
            [.. Enumerable.Range(0, Splits).Select(_ => Combinatorics.GeneratePermutation(samples.RowCount, random))];
        double[][] ofSplits = Processes.Distribute(Splits, split =>
        {
            int[] order = orders[split];
            int half = order.Length / 2;
            Matrix<double> Part(int first, int count) => Matrix<double>.Build.Dense(
                count, samples.ColumnCount, (i, j) => samples[order[first + i], j]);
            Matrix<double> one = Part(0, half), other = Part(half, order.Length - half);
            double[] strengths = new double[numbers];
            for (int i = 0; i < numbers; i++)
            {
                KMeans method = Means(i + 1, Seed + split);
                int[] own = method.Fit(other, cancellation).Assign(other);
                strengths[i] = Strength(own, method.Fit(one, cancellation).Assign(other), i + 1);
            }

            return strengths;
        });
        return [.. Enumerable.Range(0, numbers).Select(i => ofSplits.Select(split => split[i]).ToArray())];
    }

    /// <summary>The least share, of any cluster, of the pairs that the other half also puts together.</summary>
    private static double Strength(int[] own, int[] predicted, int clusters)
    {
        double[,] together = new double[clusters, clusters];
        for (int i = 0; i < own.Length; i++)
        {
            together[own[i], predicted[i]]++;
        }

        double least = 1.0;
        for (int cluster = 0; cluster < clusters && clusters > 1; cluster++)
        {
            double pairs = 0.0, size = 0.0;
            for (int other = 0; other < clusters; other++)
            {
                pairs += together[cluster, other] * (together[cluster, other] - 1.0);
                size += together[cluster, other];
            }

            // A sample alone has no pair that could be confirmed.
            least = Math.Min(least, size > 1.0 ? pairs / (size * (size - 1.0)) : 0.0);
        }

        return least;
    }
}
