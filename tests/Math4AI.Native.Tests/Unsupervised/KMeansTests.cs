using System.Globalization;
using Math4AI.Data.Arrays;
using Math4AI.Data.Models;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

[Collection(nameof(ProcessSettings))]
public sealed class KMeansTests : TemporaryFolder
{
    [Theory]
    [InlineData(1, 1e-12)]
    [InlineData(3, 1e-12)]
    [InlineData(7, 1e-12)]
    [InlineData(7, 1e-5, true)]
    [InlineData(256, 1e-12)]
    [InlineData(300, 1e-12)]
    public void From_one_start_the_centers_are_those_of_a_plain_loop(int clusters, double error, bool isSingle = false)
    {
        Matrix<double> samples = Groups(997, 5, 6, 1);
        Matrix<double> start = samples.SubMatrix(0, clusters, 0, 5);
        KMeansFit fit = new KMeans(clusters)
        {
            Start = start,
            MaxIterations = 6,
            Tolerance = 0.0,
            SinglePrecision = isSingle,
        }.Fit(samples);
        Matrix<double> expected = PlainLoop(samples, start, 6);
        Assert.Equal(0.0, (fit.Centers - expected).InfinityNorm(), error);
        int[] nearest = Nearest(samples, fit.Centers);
        Assert.Equal(nearest, fit.Assign(samples));
        Assert.Equal(Enumerable.Range(0, clusters).Select(c => (long)nearest.Count(label => label == c)), fit.Counts);
        double inertia = samples.EnumerateRows().Select((row, i) => Square(row - fit.Centers.Row(nearest[i]))).Sum();
        Assert.Equal(inertia, fit.Inertia, inertia * 1e-12);
    }

    [Fact]
    public void Iris_has_the_known_sum_of_squares()
    {
        // 78.851441426146 is what R's kmeans and scikit-learn's KMeans find for three clusters.
        double[][] rows = [.. File.ReadLines(Repository.Data("tables", "iris.csv")).Skip(1).Select(line =>
            line.Split(',')[..4].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        KMeansFit fit = new KMeans(3) { Tolerance = 0.0 }.Fit(Matrix<double>.Build.DenseOfRowArrays(rows));
        Assert.Equal(78.851441426146, fit.Inertia, 1e-11);
        Assert.Equal([38L, 50, 62], fit.Counts.Order());
        Assert.True(fit.IsConverged);
        Assert.Null(fit.Warning);
    }

    [Fact]
    public void Groups_that_lie_apart_are_found_from_any_seed()
    {
        Matrix<double> samples = Groups(2000, 2, 9, 4, apart: 40.0);
        for (int seed = 1; seed <= 20; seed++)
        {
            KMeansFit fit = new KMeans(9) { Seed = seed }.Fit(samples);
            int[] labels = fit.Assign(samples);
            Assert.Equal(9, Enumerable.Range(0, 2000).Select(i => (i % 9, labels[i])).Distinct().Count());
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        Matrix<double> samples = Groups(60_000, 3, 5, 2);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            KMeansFit one = new KMeans(5).Fit(samples);
            Compute.Threads = 3;
            KMeansFit three = new KMeans(5).Fit(samples);
            Assert.Equal(one.Centers, three.Centers);
            Assert.Equal(one.Inertia, three.Inertia);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void A_file_of_float32_is_read_in_blocks_and_has_the_clusters_of_the_matrix()
    {
        Matrix<double> samples = Groups(30_000, 4, 5, 3).Map(x => (double)(float)x);
        using (var writer = new NpyWriter(In("x.npy"), 4, 30_000, isDouble: false))
        {
            writer.Write(0, 30_000, samples.ToColumnMajorArray());
        }

        using var file = new NpySource(In("x.npy"), rowsAreSamples: false);
        KMeansFit streamed = new KMeans(5).Fit(file), inMemory = new KMeans(5).Fit(samples);

        // The search rounds coordinates, which are up to 16 in size, to float32.
        Assert.Equal(0.0, (streamed.Centers - inMemory.Centers).InfinityNorm(), 16.0 * Math.Pow(2.0, -24));
        Assert.Equal(inMemory.Assign(samples), streamed.Assign(file));
    }

    [Fact]
    public void Batches_find_centers_nearly_as_good_as_all_samples_from_a_file_too()
    {
        Matrix<double> samples = Groups(30_000, 4, 5, 3).Map(x => (double)(float)x);
        KMeansFit all = new KMeans(5).Fit(samples);
        var method = new KMeans(5) { BatchSize = 1000 };
        KMeansFit batches = method.Fit(samples);
        Assert.InRange(batches.Inertia, all.Inertia, 1.01 * all.Inertia);
        Assert.True(batches.IsConverged && batches.Iterations is > 10 and < 300, $"{batches.Iterations}");
        Assert.Equal(30_000, batches.Counts.Sum());
        Assert.Equal(batches.Centers, method.Fit(samples).Centers);
        Assert.NotEqual(batches.Centers, (method with { Seed = 2 }).Fit(samples).Centers);
        NpyWriter.Write(In("x.npy"), samples);
        using var file = new NpySource(In("x.npy"), rowsAreSamples: true);
        Assert.Equal(batches.Inertia, method.Fit(file).Inertia, 1e-9 * batches.Inertia);

        // One center ends at the mean of what it got: close to that of all.
        Vector<double> mean = samples.ColumnSums() / 30_000;
        Vector<double> found = new KMeans(1) { BatchSize = 500 }.Fit(samples).Centers.Row(0);
        Assert.True((found - mean).L2Norm() < 0.2 * Math.Sqrt(all.Inertia / 30_000), $"{found - mean}");
    }

    [Fact]
    public void Batches_of_few_samples_have_an_answer()
    {
        Matrix<double> samples = Groups(70, 2, 3, 6);
        KMeansFit fit = new KMeans(3) { BatchSize = 1, MaxIterations = 2 }.Fit(samples);
        Assert.Equal(70, fit.Counts.Sum());
        KMeansFit equal = new KMeans(2) { BatchSize = 10 }.Fit(Matrix<double>.Build.Dense(9, 2, 4.0));
        Assert.Equal(0.0, equal.Inertia);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMeans(2) { BatchSize = 0 }.Fit(samples));
    }

    [Fact]
    public void A_mean_far_from_zero_and_a_tiny_unit_change_nothing()
    {
        Matrix<double> samples = Groups(5000, 3, 4, 5).Map(x => Math.Round(x * 1024.0) / 1024.0);
        KMeansFit near = new KMeans(4).Fit(samples);
        Assert.Equal(near.Assign(samples), new KMeans(4).Fit(samples + 1e8).Assign(samples + 1e8));
        KMeansFit tiny = new KMeans(4).Fit(samples * Math.Pow(2.0, -500));
        Assert.Equal(0.0, (tiny.Centers * Math.Pow(2.0, 500) - near.Centers).InfinityNorm(), 1e-12);
    }

    [Fact]
    public void As_many_clusters_as_samples_leave_no_distance()
    {
        Matrix<double> samples = Groups(40, 2, 3, 6);
        KMeansFit fit = new KMeans(40).Fit(samples);
        Assert.Equal(0.0, fit.Inertia, 1e-25);
        Assert.All(fit.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_cluster_that_loses_its_samples_begins_anew_at_a_far_one()
    {
        Matrix<double> samples = Groups(900, 2, 3, 7, apart: 40.0);
        Matrix<double> start = samples.SubMatrix(0, 3, 0, 2);
        start.SetRow(2, [1e6, 1e6]);
        KMeansFit fit = new KMeans(3) { Start = start }.Fit(samples);
        Assert.All(fit.Counts, count => Assert.Equal(300, count));
    }

    [Fact]
    public void Fewer_distinct_samples_than_clusters_are_said()
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(50, 2, (i, j) => i % 2 + j);
        KMeansFit fit = new KMeans(4).Fit(samples);
        Assert.Equal(0.0, fit.Inertia, 1e-25);
        Assert.Contains("2 of 4 clusters are empty", fit.Warning, StringComparison.Ordinal);
        KMeansFit constant = new KMeans(1).Fit(Matrix<double>.Build.Dense(9, 2, 3.5));
        Assert.Equal([3.5, 3.5], constant.Centers.Row(0));
        Assert.Null(constant.Warning);
    }

    [Fact]
    public void What_cannot_be_clustered_is_refused_with_the_reason()
    {
        Matrix<double> samples = Groups(20, 2, 2, 8);
        Assert.Contains("ask for fewer", Refusal(() => new KMeans(21).Fit(samples)), StringComparison.Ordinal);
        Assert.Contains("2 × 2", Refusal(() => new KMeans(2)
        {
            Start = samples,
        }.Fit(samples)), StringComparison.Ordinal);
        KMeansFit fit = new KMeans(2).Fit(samples);
        Assert.Contains(
            "3 channels", Refusal(() => fit.Assign(Matrix<double>.Build.Dense(4, 3))), StringComparison.Ordinal);
        samples[6, 1] = double.NaN;
        Assert.Contains(
            "Sample 7 of channel 2", Refusal(() => new KMeans(2).Fit(samples)), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMeans(0).Fit(samples));
    }

    [Fact]
    public void Saved_clusters_assign_the_same()
    {
        Matrix<double> samples = Groups(300, 3, 3, 9);
        KMeansFit fit = new KMeans(3).Fit(samples);
        fit.Save(In("model"));
        var loaded = Assert.IsType<KMeansFit>(ModelFolder.Open(In("model")));
        Assert.Equal(fit.Centers, loaded.Centers);
        Assert.Equal(fit.Counts, loaded.Counts);
        Assert.Equal(fit.Inertia, loaded.Inertia);
        NpyWriter.Write(In("rows.npy"), samples);
        Assert.Equal(
            fit.Assign(samples).Select(cluster => cluster + 1.0),
            loaded.PredictFile(In("rows.npy")).Values.Select(row => row[0]));
        Assert.Throws<IOException>(() => fit.Save(In("model")));
        File.WriteAllText(In("model/model.json"), """{"kind":"k-means","version":1,"counts":[1,2]}""");
        Assert.Throws<InvalidDataException>(() => ModelFolder.Open(In("model")));
    }

    private static string Refusal(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    /// <summary>Samples of groups with unit deviation, group after group in turn.</summary>
    internal static Matrix<double> Groups(int samples, int channels, int groups, int seed, double apart = 4.0)
    {
        Matrix<double> centers =
            Matrix<double>.Build.Dense(groups, channels, (i, j) => apart * ((i * (j + 2) + j) % groups));
        Matrix<double> noise = Matrix<double>.Build.Random(samples, channels, seed);
        return Matrix<double>.Build.Dense(samples, channels, (i, j) => centers[i % groups, j] + noise[i, j]);
    }

    private static Matrix<double> PlainLoop(Matrix<double> samples, Matrix<double> start, int iterations)
    {
        Matrix<double> centers = start.Clone();
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            int[] nearest = Nearest(samples, centers);
            for (int c = 0; c < centers.RowCount; c++)
            {
                Vector<double>[] members = [.. samples.EnumerateRows().Where((_, i) => nearest[i] == c)];
                centers.SetRow(c, members.Aggregate((a, b) => a + b) / members.Length);
            }
        }

        return centers;
    }

    private static int[] Nearest(Matrix<double> samples, Matrix<double> centers) =>
        [.. samples.EnumerateRows().Select(row =>
            Enumerable.Range(0, centers.RowCount).MinBy(c => Square(row - centers.Row(c))))];

    private static double Square(Vector<double> x) => x.DotProduct(x);
}
