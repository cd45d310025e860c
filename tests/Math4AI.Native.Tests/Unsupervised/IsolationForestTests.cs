using Math4AI.Data.Models;
using Math4AI.Unsupervised.Outliers;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class IsolationForestTests
{
    [Fact]
    public void Three_points_on_a_line_have_the_scores_of_their_mean_depths()
    {
        // The first cut falls between 0 and 1 with probability 1/3, so that 3 is apart after 4/3 cuts on average, 0
        // after 5/3 and 1 after 2; by chance it takes 5/3.
        Matrix<double> samples = Matrix<double>.Build.DenseOfColumnArrays([0.0, 1.0, 3.0]);
        Vector<double> scores = new IsolationForest { Trees = 40_000 }.Fit(samples).Score(samples);
        Assert.Equal(Math.Pow(2.0, -1.0), scores[0], 0.004);
        Assert.Equal(Math.Pow(2.0, -6.0 / 5.0), scores[1], 0.004);
        Assert.Equal(Math.Pow(2.0, -4.0 / 5.0), scores[2], 0.004);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-300)]
    [InlineData(1e307)]
    public void A_sample_outside_has_the_highest_score_in_any_unit_and_a_saved_forest_gives_the_same_one(double unit)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(400, 3, 5);
        samples.SetRow(17, [7.0, -7.0, 7.0]);
        IsolationForestFit fit = new IsolationForest().Fit(samples * unit);
        Vector<double> scores = fit.Score(samples * unit);
        Assert.Equal(17, scores.MaximumIndex());
        Assert.True(scores[17] > 0.7);
        Assert.True(scores.Average() < 0.5);
        Assert.Equal(scores, new IsolationForest().Fit(samples * unit).Score(samples * unit));
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            fit.Save(folder);
            Assert.Equal(scores, Assert.IsType<IsolationForestFit>(ModelFolder.Open(folder)).Score(samples * unit));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Equal_samples_two_samples_and_constant_columns_have_an_answer()
    {
        Matrix<double> same = Matrix<double>.Build.Dense(30, 2, 4.0);
        Assert.All(new IsolationForest().Fit(same).Score(same), score => Assert.Equal(0.5, score, 1e-12));
        Matrix<double> two = Matrix<double>.Build.DenseOfRowArrays([1.0, 5.0], [1.0, 6.0]);
        Assert.All(new IsolationForest().Fit(two).Score(two), score => Assert.Equal(0.5, score, 1e-12));
    }

    [Fact]
    public void What_cannot_be_used_is_refused_with_its_place()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(20, 3, 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => new IsolationForest { Trees = 0 }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IsolationForest { SamplesPerTree = 1 }.Fit(samples));
        Assert.Throws<ArgumentException>(() => new IsolationForest().Fit(samples.SubMatrix(0, 1, 0, 3)));
        IsolationForestFit fit = new IsolationForest().Fit(samples);
        Assert.Throws<ArgumentException>(() => fit.Score(samples.SubMatrix(0, 20, 0, 2)));
        samples[6, 2] = double.NegativeInfinity;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new IsolationForest().Fit(samples));
        Assert.Matches("row 7 has -(∞|Infinity) in column 3", refused.Message);
    }
}
