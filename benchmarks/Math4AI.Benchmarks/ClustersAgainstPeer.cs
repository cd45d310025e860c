using Math4AI.Data.Arrays;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>k-means and Gaussian mixtures beside scikit-learn.</summary>
internal static class ClustersAgainstPeer
{
    private const string Script = "clusters.py";

    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        PeerTable.Begin("scikit-learn");
        Matrix<double> large = Groups(1_000_000, 16, 64), small = Groups(200_000, 8, 16);
        Compare(python, large, "means-from-first", () =>
        [
            new KMeans(64)
            {
                Start = large.SubMatrix(0, 64, 0, 16),
                MaxIterations = 20,
                Tolerance = 0.0,
                SinglePrecision = true,
            }.Fit(large).Inertia / large.RowCount,
        ]);
        Compare(python, large, "means", () =>
            [new KMeans(64) { SinglePrecision = true }.Fit(large).Inertia / large.RowCount]);
        Compare(python, small, "mixture", () =>
            [new GaussianMixture(16)
            {
                MaxIterations = 20,
                Tolerance = 0.0,
            }.Fit(small).LogLikelihood / small.RowCount]);
        return 0;
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
    private static Matrix<double> Groups(int samples, int channels, int groups)
    {
        Matrix<double> centers = 3.0 * Matrix<double>.Build.Random(groups, channels, 1);
        Matrix<double> stretch = Matrix<double>.Build.Random(groups, channels, 2).Map(x => 0.5 + Math.Abs(x));
        Matrix<double> noise = Matrix<double>.Build.Random(samples, channels, 3);
        var random = new Random(4);
        int[] group = [.. Enumerable.Range(0, samples).Select(_ => random.Next(groups))];
        return Matrix<double>.Build.Dense(samples, channels, (i, j) =>
            (float)(centers[group[i], j] + stretch[group[i], j] * noise[i, j]));
    }
}
