using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class ClusterCountTests
{
    [Fact]
    public void Silhouettes_are_those_of_the_definition()
    {
        // Distances on a line: within {0, 1} they are 1; to {4, 7} they are 4, 7 and 3, 6.
        Matrix<double> samples = Matrix<double>.Build.DenseOfColumnArrays([0.0, 1.0, 4.0, 7.0, 30.0]);
        Vector<double> found = Silhouette.Of(samples, [5, 5, 2, 2, 9]);
        double[] expected = [1.0 - 1.0 / 5.5, 1.0 - 1.0 / 4.5, 1.0 - 3.0 / 3.5, 1.0 - 3.0 / 6.5, 0.0];
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(expected[i], found[i], 1e-14);
        }

        Assert.Equal(found, Silhouette.Of(samples * Math.ScaleB(1.0, 700), [5, 5, 2, 2, 9]));
        Assert.Throws<ArgumentException>(() => Silhouette.Of(samples, [1, 1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => Silhouette.Of(samples, [1, 2]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Every_criterion_finds_groups_that_lie_apart(int groups)
    {
        ClusterCountFit found = new ClusterCount { MaxClusters = 7 }.Fit(Groups(groups, 60, 12.0));
        Assert.Equal(["BIC", "gap", "silhouette", "stability"], found.Choices.Select(choice => choice.Criterion));
        Assert.All(found.Choices, choice => Assert.Equal(groups, choice.Clusters));
        Assert.Equal($"{groups} clusters by BIC and gap and silhouette and stability.", found.Verdict);
        Assert.Equal(1.0, found.Rows[groups - 1].Stability);
        Assert.Equal(Enumerable.Range(1, 7), found.Rows.Select(row => row.Clusters));
    }

    [Fact]
    public void One_group_is_no_more_by_any_criterion_that_can_tell()
    {
        ClusterCountFit found = new ClusterCount { MaxClusters = 6 }.Fit(Matrix<double>.Build.Random(400, 4, 3));
        Assert.Equal(1, found.Choices.Single(choice => choice.Criterion == "gap").Clusters);
        Assert.Equal(1, found.Choices.Single(choice => choice.Criterion == "stability").Clusters);
        Assert.Equal(1, found.Choices.Single(choice => choice.Criterion == "BIC").Clusters);
        Assert.Equal(1.0, found.Rows[0].Stability);
        Assert.Null(found.Rows[0].Silhouette);
    }

    [Fact]
    public void The_gap_is_that_of_the_box_around_the_samples()
    {
        // One sample at each end of a line: W₁ = 2 · 0.5² times the square of the length; of two uniform numbers on
        // [0, 1], log (u − v)² has the mean −3 and the variance 5.
        Matrix<double> ends = Matrix<double>.Build.DenseOfColumnArrays([0.0, 8.0]);
        ClusterCountFit found = new ClusterCount { References = 4000 }.Fit(ends);
        ClusterCountRow row = Assert.Single(found.Rows);
        Assert.Equal(-3.0, row.Gap, 0.15);
        Assert.Equal(Math.Sqrt(5.0), row.GapError, 0.1);
    }

    [Fact]
    public void Repeated_samples_end_at_their_number_and_equal_ones_are_one_cluster()
    {
        Matrix<double> three = Matrix<double>.Build.Dense(30, 2, (i, j) => i % 3 * (j + 1.0));
        ClusterCountFit found = new ClusterCount().Fit(three);
        Assert.Equal(3, found.Rows.Count);
        Assert.Equal(3, found.Choices.Single(choice => choice.Criterion == "silhouette").Clusters);
        Assert.Equal(3, found.Choices.Single(choice => choice.Criterion == "stability").Clusters);
        Assert.Equal(1.0, found.Rows[2].Silhouette!.Value, 1e-12);
        ClusterCountFit same = new ClusterCount().Fit(Matrix<double>.Build.Dense(9, 2, 4.0));
        Assert.Equal((1, "1 cluster by equality."), (same.Choices.Single().Clusters, same.Verdict));
    }

    [Fact]
    public void The_answer_is_the_same_for_a_seed_and_in_any_unit_and_many_samples_are_drawn_from()
    {
        Matrix<double> samples = Groups(3, 60, 5.0);
        var method = new ClusterCount { MaxClusters = 4, MaxSamples = 120 };
        ClusterCountFit found = method.Fit(samples), again = method.Fit(samples);
        Assert.Equal(120, found.Samples);
        Assert.Equal(found.Rows, again.Rows);
        ClusterCountFit scaled = method.Fit(samples * Math.ScaleB(1.0, 400));
        Assert.Equal(found.Verdict, scaled.Verdict);
        Assert.Equal(found.Rows[2].Gap, scaled.Rows[2].Gap, 1e-9);
    }

    [Fact]
    public void What_cannot_be_counted_is_refused()
    {
        Matrix<double> samples = Groups(2, 10, 5.0);
        Assert.Throws<ArgumentException>(() => new ClusterCount().Fit(samples.SubMatrix(0, 1, 0, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterCount { MaxClusters = 0 }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterCount { References = 1 }.Fit(samples));
        samples[2, 1] = double.PositiveInfinity;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new ClusterCount().Fit(samples));
        Assert.Matches("row 3 has (∞|Infinity) in column 2", refused.Message);
    }

    private static Matrix<double> Groups(int groups, int each, double apart)
    {
        Matrix<double> noise = Matrix<double>.Build.Random(groups * each, 2, 4);
        return noise.MapIndexed((i, j, value) =>
        {
            double angle = 2.0 * Math.PI * (i % groups) / groups;
            return value + apart * (j == 0 ? Math.Cos(angle) : Math.Sin(angle));
        });
    }
}
