using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Probability;

[Collection(nameof(ProcessSettings))]
public sealed class NeighborSearchTests
{
    public static TheoryData<int, int, NeighborNorm> Shapes => new()
    {
        { 500, 1, NeighborNorm.Euclidean },
        { 500, 3, NeighborNorm.Euclidean },
        { 500, 3, NeighborNorm.Maximum },
        { 40, 12, NeighborNorm.Euclidean },
        { 700, 13, NeighborNorm.Euclidean },
        { 1500, 80, NeighborNorm.Euclidean },
        { 300, 80, NeighborNorm.Maximum },
        { 6, 100, NeighborNorm.Euclidean },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Neighbors_are_those_of_a_search_through_all(int rows, int columns, NeighborNorm norm)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(rows, columns, 7) + 1000.0;
        NearestNeighbors found = new NeighborSearch(samples, norm).Nearest(5);
        for (int i = 0; i < rows; i += 7)
        {
            (int Sample, double Distance)[] all = All(samples, samples.Row(i), norm, without: i);
            Assert.Equal(all[..5].Select(pair => pair.Sample), found.Of(i).ToArray());
            Assert.All(all[..5], (pair, k) =>
                Assert.Equal(pair.Distance, found.Distances(i)[k], 1e-14 * pair.Distance));
        }
    }

    /// <summary>On a lattice, with copies and far from zero, where products do not tell equal distances.</summary>
    [Theory]
    [InlineData(3, 0.0)]
    [InlineData(3, 1e6)]
    [InlineData(40, 0.0)]
    [InlineData(40, 1e6)]
    public void Ranks_count_the_samples_that_are_nearer(int columns, double offset)
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(
            1500, columns, (i, j) => offset + (i % 1400 * (j + 3) * 7919 + j * i % 1400) % 5);
        int[] wanted = [.. Enumerable.Range(0, 150).Select(i => 10 * i)];
        int[][] others = [.. wanted.Select(i => new[] { (i + 1) % 1500, (i + 700) % 1500, (i + 1400) % 1500 })];
        int[][] ranks = new NeighborSearch(samples).Ranks(wanted, others);
        for (int i = 0; i < wanted.Length; i++)
        {
            double Square(int other) => (samples.Row(other) - samples.Row(wanted[i])).PointwisePower(2.0).Sum();
            double[] squares = [.. Enumerable.Range(0, 1500).Where(other => other != wanted[i]).Select(Square)];
            Assert.Equal(others[i].Select(other => 1 + squares.Count(square => square < Square(other))), ranks[i]);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    public void Of_equal_distances_the_first_samples_are_taken(int columns)
    {
        // A lattice of 0 and 1 in the first two columns, each point ten times.
        Matrix<double> samples =
            Matrix<double>.Build.Dense(40, columns, (i, j) => j == 0 ? i % 2 : j == 1 ? i / 2 % 2 : 3.0);
        NearestNeighbors found = new NeighborSearch(samples).Nearest(12);
        for (int i = 0; i < 40; i++)
        {
            (int Sample, double Distance)[] all = All(samples, samples.Row(i), NeighborNorm.Euclidean, without: i);
            Assert.Equal(all[..12].Select(pair => pair.Sample), found.Of(i).ToArray());
            Assert.Equal(0.0, found.Distances(i)[8]);
            Assert.Equal(1.0, found.Distances(i)[9]);
        }
    }

    [Theory]
    [InlineData(3, -900)]
    [InlineData(3, 900)]
    [InlineData(40, -900)]
    [InlineData(40, 900)]
    public void The_unit_does_not_matter_however_small_or_large(int columns, int exponent)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(400, columns, 3);
        double unit = Math.ScaleB(1.0, exponent);
        NearestNeighbors here = new NeighborSearch(samples).Nearest(3), there =
            new NeighborSearch(samples * unit).Nearest(3);
        Assert.Equal(here.Of(17).ToArray(), there.Of(17).ToArray());
        Assert.Equal(here.Distances(17)[2] * unit, there.Distances(17)[2]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(25)]
    public void Other_points_find_their_nearest_samples_and_a_sample_itself(int columns)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(300, columns, 1);
        Matrix<double> points = Matrix<double>.Build.Random(50, columns, 2);
        points.SetRow(4, samples.Row(77));
        NearestNeighbors found = new NeighborSearch(samples).Nearest(points, 2);
        Assert.Equal(77, found.Of(4)[0]);
        Assert.Equal(0.0, found.Distances(4)[0]);
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(
                All(samples, points.Row(i), NeighborNorm.Euclidean, without: -1)[..2].Select(pair => pair.Sample),
                found.Of(i).ToArray());
        }
    }

    [Theory]
    [InlineData(2, 0.4)]
    [InlineData(20, 4.5)]
    public void Within_a_radius_lie_the_samples_that_a_search_through_all_finds(int columns, double radius)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(400, columns, 5);
        int[][] found = new int[400][];
        new NeighborSearch(samples).Within(radius, (i, near) => found[i] = near.ToArray(), i => i != 8);
        Assert.Null(found[8]);
        for (int i = 9; i < 400; i++)
        {
            Assert.Equal(
                All(samples, samples.Row(i), NeighborNorm.Euclidean, without: i)
                    .Where(pair => pair.Distance <= radius).Select(pair => pair.Sample).Order(),
                found[i].Order());
        }
    }

    [Fact]
    public void Any_number_of_threads_finds_the_same()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(900, 20, 9);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            NearestNeighbors one = new NeighborSearch(samples).Nearest(4);
            Compute.Threads = 3;
            NearestNeighbors three = new NeighborSearch(samples).Nearest(4);
            Assert.All(Enumerable.Range(0, 900), i =>
                Assert.Equal(one.Distances(i).ToArray(), three.Distances(i).ToArray()));
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void What_has_no_neighbors_is_refused()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(10, 2, 1);
        var search = new NeighborSearch(samples);
        Assert.Throws<ArgumentException>(() => search.Nearest(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => search.Nearest(0));
        Assert.Throws<ArgumentException>(() => search.Nearest(Matrix<double>.Build.Random(3, 3, 1), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => search.Within(double.NaN, (_, _) => { }));
        samples[3, 1] = double.NaN;
        Assert.Contains("row 4 has NaN in column 2", Assert.Throws<ArgumentException>(
            () => new NeighborSearch(samples)).Message, StringComparison.Ordinal);
    }

    private static (int Sample, double Distance)[] All(
        Matrix<double> samples, Vector<double> query, NeighborNorm norm, int without) =>
    [
        .. Enumerable.Range(0, samples.RowCount).Where(j => j != without)
            .Select(j => (j, norm == NeighborNorm.Maximum
                ? (query - samples.Row(j)).InfinityNorm()
                : (query - samples.Row(j)).L2Norm()))
            .OrderBy(pair => pair.Item2).ThenBy(pair => pair.j),
    ];
}
