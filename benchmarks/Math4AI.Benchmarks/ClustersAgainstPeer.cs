using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Probability.Neighbors;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Factors;
using Math4AI.Unsupervised.Hierarchies;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// k-means, Gaussian mixtures, clusters by density, nearest neighbors and principal components beside scikit-learn.
/// </summary>
internal static class ClustersAgainstPeer
{
    private const string Script = "clusters.py";

    // Real handwritten digits, of which scikit-learn has the same.
    private static readonly Size Digits = new(1_797, 64, 10);

    /// <param name="words">The Python of the peer, and one work; or nothing.</param>
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        PeerTable.Begin("scikit-learn");
        Matrix<double>? data = null;
        Size? size = null;
        foreach ((string work, Size wanted, Func<Matrix<double>, double[]> ours) in
            Works().Where(row => words.Length < 2 || row.Work == words[1]))
        {
            data = wanted == Digits ? HandwrittenDigits() : data is null || size != wanted ? Groups(wanted) : data;
            size = wanted;
            Matrix<double> samples = data;
            Compare(python, samples, work, () => ours(samples));
        }

        if (words.Length < 2 || words[1] == "density-hierarchy")
        {
            AloneDensity();
        }

        return 0;
    }

    private static IEnumerable<(string Work, Size Size, Func<Matrix<double>, double[]> Ours)> Works()
    {
        yield return ("means-from-first", new Size(1_000_000, 16, 64), x =>
        [
            new KMeans(64)
            {
                Start = x.SubMatrix(0, 64, 0, 16),
                MaxIterations = 20,
                Tolerance = 0.0,
                SinglePrecision = true,
            }.Fit(x).Inertia / x.RowCount,
        ]);
        yield return ("means", new Size(1_000_000, 16, 64), x =>
            [new KMeans(64) { SinglePrecision = true }.Fit(x).Inertia / x.RowCount]);
        yield return ("mixture", new Size(200_000, 8, 16), x =>
            [new GaussianMixture(16) { MaxIterations = 20, Tolerance = 0.0 }.Fit(x).LogLikelihood / x.RowCount]);
        yield return ("density", new Size(100_000, 3, 100, 0.12), x =>
        {
            DbscanFit fit = new Dbscan(0.06) { MinSamples = 10 }.Fit(x);
            return [fit.Clusters, fit.Labels.Count(label => label == DbscanFit.Noise)];
        }
        );
        yield return ("neighbors", new Size(20_000, 64, 20), x =>
        {
            NearestNeighbors found = new NeighborSearch(x).Nearest(10);
            return [Enumerable.Range(0, found.Queries).Average(i => found.Distances(i)[9])];
        }
        );
        yield return ("parts", new Size(20_000, 200, 20, 0.3), x =>
            [new NonnegativeFactorization(20) { MaxIterations = 100, Tolerance = 0.0 }.Fit(x.PointwiseAbs()).Error]);
        yield return ("map", Digits, x => [new Tsne().Fit(x).Divergence]);
        yield return ("ward", new Size(10_000, 16, 20), x =>
            [new Agglomeration().Fit(x).Mergers.Sum(merger => merger.Distance)]);
        yield return ("components", new Size(100_000, 256, 50), x => [new PrincipalComponents().Fit(x).Variances[9]]);
        yield return ("components-by-covariance", new Size(100_000, 256, 50), x =>
            [new PrincipalComponents().Fit(x).Variances[9]]);
    }

    /// <summary>HDBSCAN has no peer here that ends in a reasonable time.</summary>
    private static void AloneDensity()
    {
        Matrix<double> samples = Groups(new Size(40_000, 228, 40));
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        HdbscanFit fit = new Hdbscan { MinClusterSize = 50 }.Fit(samples);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double all = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| density-hierarchy | 40000 × 228 | {all:0.00}; {wall:0.00} | – | – | {fit.Clusters} clusters, "
            + $"{fit.Labels.Count(label => label == DbscanFit.Noise)} rows of noise |"));
    }

    private static void Compare(string python, Matrix<double> samples, string work, Func<double[]> ours)
    {
        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
        try
        {
            using (var writer = new NpyWriter(file, samples.ColumnCount, samples.RowCount, isDouble: false))
            {
                writer.Write(0, samples.RowCount, samples.ToColumnMajorArray());
            }

            // The first call of a process waits for its code to be compiled.
            _ = ours();
            PeerTable.Compare(work, $"{samples.RowCount} × {samples.ColumnCount}", ours, python, Script, file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Samples of overlapping groups, each stretched in its own way, rounded to float32.</summary>
    private static Matrix<double> HandwrittenDigits()
    {
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        var table = Table.Read(Path.Combine(data, "digits", "optdigits.tes"));
        return Matrix<double>.Build.DenseOfColumnArrays([.. table.Names.Take(Digits.Channels).Select(table.Numbers)]);
    }

    private static Matrix<double> Groups(Size size)
    {
        (int samples, int channels, int groups, double width) = size;
        Matrix<double> centers = 3.0 * Matrix<double>.Build.Random(groups, channels, 1);
        Matrix<double> stretch = Matrix<double>.Build.Random(groups, channels, 2).Map(x => 0.5 + Math.Abs(x));
        Matrix<double> noise = Matrix<double>.Build.Random(samples, channels, 3);
        var random = new Random(4);
        int[] group = [.. Enumerable.Range(0, samples).Select(_ => random.Next(groups))];
        return Matrix<double>.Build.Dense(samples, channels, (i, j) =>
            (float)(centers[group[i], j] + width * stretch[group[i], j] * noise[i, j]));
    }

    private sealed record Size(int Samples, int Channels, int Groups, double Width = 1.0);
}
