using Math4AI.Data.Arrays;
using Math4AI.Data.Models;
using Math4AI.Unsupervised.Outliers;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class LocalOutlierFactorTests : TemporaryFolder
{
    [Theory]
    [InlineData(0)]
    [InlineData(-300)]
    [InlineData(300)]
    public void The_factors_are_those_of_scikit_learn_in_any_unit(int exponent)
    {
        // Without its constant of 10⁻¹⁰, which moves the eleventh digit.
        Vector<double> scores = new LocalOutlierFactor { Neighbors = 15 }.Score(Samples() * Math.ScaleB(1.0, exponent));
        Assert.Equal(0.9872054830318978, scores[0], 1e-9);
        Assert.Equal(5.246725741383588, scores[7], 1e-8);
        Assert.Equal(0.9851401577788809, scores[100], 1e-9);
        Assert.Equal(0.9930005146781933, scores[199], 1e-9);
        Assert.Equal(1.0258917570184518, scores.Average(), 1e-9);
        Assert.Equal(7, scores.MaximumIndex());
    }

    [Fact]
    public void A_sample_between_a_dense_and_a_sparse_group_stands_out_though_the_sparse_one_is_wider()
    {
        Matrix<double> dense = Matrix<double>.Build.Random(100, 2, 1) * 0.01;
        Matrix<double> sparse = Matrix<double>.Build.Random(100, 2, 2) * 10.0 + 100.0;
        Matrix<double> between = Matrix<double>.Build.DenseOfRowArrays([0.5, 0.5]);
        Vector<double> scores = new LocalOutlierFactor().Score(dense.Stack(sparse).Stack(between));
        Assert.Equal(200, scores.MaximumIndex());
        Assert.True(scores[200] > 5.0);
    }

    [Fact]
    public void Other_samples_have_the_factor_of_the_definition_and_saved_ones_give_the_same()
    {
        const int Neighbors = 15;
        Matrix<double> samples = Samples(), others = Matrix<double>.Build.Random(9, 3, 4) * 1.5;
        LocalOutlierFit fit = new LocalOutlierFactor { Neighbors = Neighbors }.Fit(samples);
        (double Distance, int At)[] Near(Vector<double> row, int self) =>
        [
            .. Enumerable.Range(0, 200).Where(i => i != self).Select(i => ((samples.Row(i) - row).L2Norm(), i)).Order()
                .Take(Neighbors),
        ];
        double[] reach = [.. Enumerable.Range(0, 200).Select(i => Near(samples.Row(i), i)[^1].Distance)];
        double Density(Vector<double> row, int self) =>
            1.0 / Near(row, self).Average(pair => Math.Max(pair.Distance, reach[pair.At]));
        Vector<double> scores = fit.Score(others);
        for (int i = 0; i < 9; i++)
        {
            double expected = Near(others.Row(i), -1).Average(pair => Density(samples.Row(pair.At), pair.At))
                / Density(others.Row(i), -1);
            Assert.Equal(expected, scores[i], 1e-9 * expected);
        }

        fit.Save(In("model"));
        var read = Assert.IsType<LocalOutlierFit>(ModelFolder.Open(In("model")));
        Assert.Equal(fit.Scores, read.Scores);
        NpyWriter.Write(In("rows.npy"), others);
        Assert.Equal(scores, read.PredictFile(In("rows.npy")).Values.Select(row => row[0]));
        Assert.Throws<ArgumentException>(() => fit.Score(samples.SubMatrix(0, 3, 0, 2)));
        LocalOutlierFit same = new LocalOutlierFactor().Fit(Matrix<double>.Build.Dense(9, 2, 3.0));
        Assert.Equal([1.0, double.PositiveInfinity],
            same.Score(Matrix<double>.Build.DenseOfRowArrays([3.0, 3.0], [3.0, 4.0])));
        same.Save(In("same"));
        Assert.Equal(same.Scores, LocalOutlierFit.Load(In("same")).Scores);
    }

    [Fact]
    public void Equal_samples_have_the_factor_one_and_what_cannot_be_scored_is_refused()
    {
        Assert.All(new LocalOutlierFactor().Score(Matrix<double>.Build.Dense(9, 2, 3.0)), x => Assert.Equal(1.0, x));
        Matrix<double> few = Matrix<double>.Build.Dense(60, 1, (i, _) => i < 40 ? 1.0 : i);
        Assert.All(new LocalOutlierFactor { Neighbors = 5 }.Score(few), x => Assert.True(double.IsFinite(x)));
        Assert.Throws<ArgumentException>(() => new LocalOutlierFactor().Score(Matrix<double>.Build.Dense(1, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalOutlierFactor { Neighbors = 0 }.Score(few));
        few[3, 0] = double.NaN;
        Assert.Throws<ArgumentException>(() => new LocalOutlierFactor().Score(few));
    }

    private static Matrix<double> Samples() => Matrix<double>.Build.Dense(200, 3, (i, j) =>
        Math.Sin(0.7 * i * Math.Pow(j + 1.0, 1.3) + j * j) * (i == 7 ? 4.0 : 1.0));
}
