using Math4AI.Data.Models;
using Math4AI.Unsupervised.Factors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class NonnegativeFactorizationTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void Parts_that_do_not_overlap_are_found_with_their_weights(double unit)
    {
        // Each part has channels of its own and samples of its own, so that no other parts explain the samples.
        Matrix<double> parts =
            Matrix<double>.Build.Dense(3, 9, (k, j) => j / 3 == k ? 1.0 + j : 0.0).NormalizeRows(2.0);
        Matrix<double> weights = Amounts(60, 3, 1).MapIndexed((i, k, x) => i < 12 && i % 3 != k ? 0.0 : x);
        NonnegativeFactorizationFit fit =
            new NonnegativeFactorization(3) { Tolerance = 0.0, MaxIterations = 2000 }.Fit(weights * parts * unit);
        Assert.True(fit.Error <= 1e-9 * unit, $"{fit.Error}");
        int[] found = [.. Enumerable.Range(0, 3).Select(k => fit.Parts.Row(k).MaximumIndex() / 3)];
        Assert.Equal([0, 1, 2], found.Order());
        for (int k = 0; k < 3; k++)
        {
            Assert.True((fit.Parts.Row(k) - parts.Row(found[k])).L2Norm() < 1e-9);
            Assert.True((fit.Weights!.Column(k) / unit - weights.Column(found[k])).L2Norm() < 1e-8);
        }
    }

    [Fact]
    public void The_result_satisfies_the_conditions_of_a_minimum_in_either_factor()
    {
        Matrix<double> x = Amounts(40, 12, 3);
        NonnegativeFactorizationFit fit =
            new NonnegativeFactorization(4) { Tolerance = 0.0, MaxIterations = 20000 }.Fit(x);
        Matrix<double> rest = fit.Weights! * fit.Parts - x;
        Stationary(fit.Weights!, rest.TransposeAndMultiply(fit.Parts));
        Stationary(fit.Parts, fit.Weights!.TransposeThisAndMultiply(rest));
        Assert.Equal(rest.FrobeniusNorm(), fit.Error, 1e-12);
    }

    [Fact]
    public void One_part_is_the_first_pair_of_singular_vectors()
    {
        Matrix<double> x = Amounts(30, 8, 5);
        NonnegativeFactorizationFit fit = new NonnegativeFactorization(1) { Tolerance = 0.0 }.Fit(x);
        Vector<double> s = x.Svd().S;
        Assert.Equal(Math.Sqrt(s.Skip(1).Sum(value => value * value)), fit.Error, 1e-10);
    }

    [Fact]
    public void Other_samples_get_the_weights_that_leave_least_and_a_saved_model_gives_the_same_ones()
    {
        Matrix<double> x = Amounts(50, 10, 7), other = Amounts(20, 10, 8);
        NonnegativeFactorizationFit fit = new NonnegativeFactorization(3).Fit(x);
        Matrix<double> weights = fit.Transform(other);
        Stationary(weights, (weights * fit.Parts - other).TransposeAndMultiply(fit.Parts));
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            fit.Save(folder);
            Assert.Equal(weights, NonnegativeFactorizationFit.Load(folder).Transform(other));
            Assert.IsType<NonnegativeFactorizationFit>(ModelFolder.Open(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void As_many_parts_as_channels_zeros_and_one_row_have_an_answer()
    {
        Matrix<double> x = Amounts(20, 4, 9);
        Assert.True(new NonnegativeFactorization(4).Fit(x).Error < new NonnegativeFactorization(1).Fit(x).Error);
        Assert.Equal(0.0, new NonnegativeFactorization(2).Fit(Matrix<double>.Build.Dense(5, 4)).Error);
        Assert.Equal(0.0, new NonnegativeFactorization(1).Fit(x.SubMatrix(0, 1, 0, 4)).Error, 1e-12);
        x.SetColumn(2, Vector<double>.Build.Dense(20));
        Assert.True(double.IsFinite(new NonnegativeFactorization(3).Fit(x).Error));
    }

    [Fact]
    public void What_cannot_be_used_is_refused_with_its_place()
    {
        Matrix<double> x = Amounts(6, 4, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NonnegativeFactorization(0).Fit(x));
        Assert.Throws<ArgumentException>(() => new NonnegativeFactorization(5).Fit(x));
        NonnegativeFactorizationFit fit = new NonnegativeFactorization(2).Fit(x);
        Assert.Throws<ArgumentException>(() => fit.Transform(x.SubMatrix(0, 6, 0, 3)));
        foreach (double bad in new[] { -1.0, double.NaN, double.PositiveInfinity })
        {
            x[2, 1] = bad;
            ArgumentException refused = Assert.Throws<ArgumentException>(() => new NonnegativeFactorization(2).Fit(x));
            Assert.Contains("Row 3 has", refused.Message, StringComparison.Ordinal);
            Assert.Contains("column 2", refused.Message, StringComparison.Ordinal);
        }
    }

    private static Matrix<double> Amounts(int rows, int columns, int seed) =>
        Matrix<double>.Build.Random(rows, columns, seed).PointwiseAbs();

    /// <summary>The slope is 0 where the number is positive, and not negative where it is 0.</summary>
    private static void Stationary(Matrix<double> factor, Matrix<double> slopes) =>
        Assert.All(factor.Enumerate().Zip(slopes.Enumerate()), pair =>
            Assert.True(pair.First > 0.0 ? Math.Abs(pair.Second) < 1e-6 : pair.Second > -1e-6, $"{pair}"));
}
