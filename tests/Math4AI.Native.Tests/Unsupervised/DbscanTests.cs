using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

[Collection(nameof(ProcessSettings))]
public sealed class DbscanTests
{
    [Theory]
    [InlineData(600, 2, 0.25, 5)]
    [InlineData(600, 2, 0.12, 3)]
    [InlineData(400, 3, 0.5, 1)]
    [InlineData(300, 16, 3.4, 6)]
    [InlineData(500, 2, 1e-6, 2)]
    public void Labels_are_those_of_the_published_algorithm(int rows, int columns, double radius, int minSamples)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(rows, columns, 3);
        DbscanFit fit = new Dbscan(radius) { MinSamples = minSamples }.Fit(samples);
        int[] expected = Published(samples, radius, minSamples);
        Assert.Equal(expected, fit.Labels);
        Assert.Equal(expected.Max() + 1, fit.Clusters);
    }

    [Fact]
    public void Two_rings_in_one_another_are_two_clusters_and_a_far_sample_is_noise()
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(401, 2, (i, j) =>
        {
            double angle = 2.0 * Math.PI * i / 200.0, radius = i < 200 ? 1.0 : 3.0;
            return i == 400 ? 20.0 : radius * (j == 0 ? Math.Cos(angle) : Math.Sin(angle));
        });
        DbscanFit fit = new Dbscan(0.2).Fit(samples);
        Assert.Equal(2, fit.Clusters);
        Assert.All(Enumerable.Range(0, 400), i => Assert.Equal(i / 200, fit.Labels[i]));
        Assert.Equal(DbscanFit.Noise, fit.Labels[400]);
        Assert.Null(fit.Warning);
    }

    [Fact]
    public void A_chain_of_cores_is_one_cluster_with_any_number_of_threads()
    {
        Matrix<double> chain = Matrix<double>.Build.Dense(5000, 1, (i, _) => (i * 1237) % 5000);
        int before = Compute.Threads;
        try
        {
            foreach (int threads in new[] { 1, 4 })
            {
                Compute.Threads = threads;
                Assert.All(new Dbscan(1.0) { MinSamples = 2 }.Fit(chain).Labels, label => Assert.Equal(0, label));
            }
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void A_radius_that_is_too_small_or_too_large_is_warned_of_and_one_that_is_none_refused()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(50, 2, 3);
        Assert.Contains("larger", new Dbscan(1e-9).Fit(samples).Warning!, StringComparison.Ordinal);
        Assert.Contains("smaller", new Dbscan(1e9).Fit(samples).Warning!, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dbscan(0.0).Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dbscan(double.NaN).Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dbscan(1.0) { MinSamples = 0 }.Fit(samples));
        samples[1, 0] = double.PositiveInfinity;
        Assert.Throws<ArgumentException>(() => new Dbscan(1.0).Fit(samples));
    }

    /// <summary>Expands one cluster after the other, as the paper has it.</summary>
    private static int[] Published(Matrix<double> samples, double radius, int minSamples)
    {
        int count = samples.RowCount;
        int[][] near = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count)
            .Where(j => (samples.Row(i) - samples.Row(j)).L2Norm() <= radius).ToArray())];
        int[] labels = [.. Enumerable.Repeat(DbscanFit.Noise, count)];
        int clusters = 0;
        for (int i = 0; i < count; i++)
        {
            if (labels[i] != DbscanFit.Noise || near[i].Length < minSamples)
            {
                continue;
            }

            var open = new Queue<int>([i]);
            labels[i] = clusters;
            while (open.TryDequeue(out int core))
            {
                foreach (int other in near[core].Where(other => labels[other] == DbscanFit.Noise))
                {
                    labels[other] = clusters;
                    if (near[other].Length >= minSamples)
                    {
                        open.Enqueue(other);
                    }
                }
            }

            clusters++;
        }

        return labels;
    }
}
