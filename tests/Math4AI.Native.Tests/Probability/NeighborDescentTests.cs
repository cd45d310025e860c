using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Probability;

[Collection(nameof(ProcessSettings))]
public sealed class NeighborDescentTests
{
    [Fact]
    public void Nearly_all_neighbors_are_found_and_the_stated_share_is_the_true_one()
    {
        // Ten directions of variation in 60 channels.
        Matrix<double> samples = Matrix<double>.Build.Random(4000, 10, 1) * Matrix<double>.Build.Random(10, 60, 2);
        ApproximateNeighbors found = new NeighborDescent().Nearest(samples, 10);
        NearestNeighbors exact = new NeighborSearch(samples).Nearest(10);
        double share = Enumerable.Range(0, 4000).Average(i =>
            found.Neighbors.Of(i).ToArray().Intersect(exact.Of(i).ToArray()).Count() / 10.0);
        Assert.True(found.Rounds > 0);
        Assert.True(share > 0.97, $"{share}");
        Assert.Equal(share, found.Recall, 0.02);
        for (int i = 0; i < 4000; i += 97)
        {
            int near = found.Neighbors.Of(i)[3];
            Assert.Equal((samples.Row(i) - samples.Row(near)).L2Norm(), found.Neighbors.Distances(i)[3], 1e-11);
            Assert.DoesNotContain(i, found.Neighbors.Of(i).ToArray());
            Assert.Equal(10, found.Neighbors.Of(i).ToArray().Distinct().Count());
            Assert.Equal(found.Neighbors.Distances(i).ToArray().Order(), found.Neighbors.Distances(i).ToArray());
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_threads_and_differs_with_the_seed()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(2500, 20, 1);
        int[] Found(int seed)
        {
            NearestNeighbors near = new NeighborDescent { Seed = seed, MaxRounds = 2 }.Nearest(samples, 5).Neighbors;
            return [.. Enumerable.Range(0, 2500).SelectMany(i => near.Of(i).ToArray())];
        }

        int[] first = Found(1);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = before == 1 ? 2 : 1;
            Assert.Equal(first, Found(1));
        }
        finally
        {
            Compute.Threads = before;
        }

        Assert.NotEqual(first, Found(2));
    }

    [Fact]
    public void Equal_samples_and_extreme_units_have_neighbors()
    {
        Matrix<double> same = Matrix<double>.Build.Dense(2100, 3, 7.0);
        ApproximateNeighbors found = new NeighborDescent().Nearest(same, 4);
        Assert.Equal(1.0, found.Recall);
        Assert.All(Enumerable.Range(0, 2100), i => Assert.Equal(0.0, found.Neighbors.Distances(i)[3]));
        Matrix<double> samples = Matrix<double>.Build.Random(2100, 14, 1);
        int[] order = new NeighborDescent().Nearest(samples, 4).Neighbors.Of(8).ToArray();
        foreach (int power in new[] { 900, -900 })
        {
            Matrix<double> scaled = samples * Math.ScaleB(1.0, power);
            Assert.Equal(order, new NeighborDescent().Nearest(scaled, 4).Neighbors.Of(8).ToArray());
        }
    }

    [Fact]
    public void Few_samples_are_compared_exactly_and_what_cannot_be_searched_is_refused()
    {
        Matrix<double> few = Matrix<double>.Build.Random(30, 5, 1);
        ApproximateNeighbors found = new NeighborDescent().Nearest(few, 29);
        Assert.Equal((1.0, 0), (found.Recall, found.Rounds));
        Assert.Throws<ArgumentException>(() => new NeighborDescent().Nearest(few, 30));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NeighborDescent().Nearest(few, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NeighborDescent { MaxRounds = 0 }.Nearest(few, 2));
        few[11, 3] = double.NaN;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new NeighborDescent().Nearest(few, 2));
        Assert.Contains("row 12 has NaN in column 4", refused.Message, StringComparison.Ordinal);
    }
}
