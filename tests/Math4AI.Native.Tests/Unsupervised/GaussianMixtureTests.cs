using Math4AI.Data.Models;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

[Collection(nameof(ProcessSettings))]
public sealed class GaussianMixtureTests : TemporaryFolder
{
    public static TheoryData<CovarianceShape> Shapes { get; } = [.. Enum.GetValues<CovarianceShape>()];

    [Fact]
    public void The_number_of_groups_that_lie_apart_has_the_lowest_criterion() => Assert.Equal(4, Recovered(draws: 4));

    [Fact(Explicit = true)]
    [Trait("Check", "mixtures")]
    public void The_number_is_recovered_in_95_of_100_draws_of_groups_that_lie_apart()
    {
        int recovered = Recovered(draws: 100);
        TestContext.Current.TestOutputHelper!.WriteLine($"{recovered} of 100 draws");
        Assert.InRange(recovered, 95, 100);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void One_step_of_a_plain_loop_from_the_maximum_changes_nothing(CovarianceShape shape)
    {
        Matrix<double> samples = KMeansTests.Groups(600, 2, 3, 1, apart: 5.0);
        GaussianMixtureFit fit = new GaussianMixture(3)
        {
            Shape = shape,
            Tolerance = 0.0,
            MaxIterations = 500,
        }.Fit(samples);
        Matrix<double> probabilities = Matrix<double>.Build.Dense(600, 3, (i, j) => fit.Weights[j]
            * Density(samples.Row(i), fit.Means.Row(j), fit.Covariances[j]));
        Vector<double> densities = probabilities.RowSums();
        Assert.Equal(densities.PointwiseLog().Sum(), fit.LogLikelihood, 1e-8);
        Assert.Equal(0.0, (densities.PointwiseLog() - fit.LogDensity(samples)).AbsoluteMaximum(), 1e-11);
        probabilities = probabilities.MapIndexed((i, _, p) => p / densities[i]);
        Assert.Equal(0.0, (probabilities - fit.Probabilities(samples)).InfinityNorm(), 1e-11);
        for (int j = 0; j < 3; j++)
        {
            Vector<double> p = probabilities.Column(j);
            Assert.Equal(p.Sum() / 600, fit.Weights[j], 1e-6);
            Assert.Equal(
                0.0, (samples.TransposeThisAndMultiply(p) / p.Sum() - fit.Means.Row(j)).AbsoluteMaximum(), 1e-5);
        }

        Matrix<double>[] scatters = [.. Enumerable.Range(0, 3).Select(j =>
            Scatter(samples, probabilities.Column(j), fit.Means.Row(j)))];
        for (int j = 0; j < 3; j++)
        {
            double count = probabilities.Column(j).Sum();
            Matrix<double> expected = shape switch
            {
                CovarianceShape.Full => scatters[j] / count,
                CovarianceShape.Tied => (scatters[0] + scatters[1] + scatters[2]) / 600,
                CovarianceShape.Diagonal =>
                    Matrix<double>.Build.DiagonalOfDiagonalVector(scatters[j].Diagonal() / count),
                _ => Matrix<double>.Build.DiagonalIdentity(2) * (scatters[j].Trace() / 2 / count),
            };
            Assert.Equal(0.0, (expected - fit.Covariances[j]).InfinityNorm(), 1e-4);
        }
    }

    [Fact]
    public void A_single_component_is_the_normal_distribution_of_the_samples()
    {
        Matrix<double> samples = KMeansTests.Groups(400, 3, 2, 2);
        GaussianMixtureFit fit = new GaussianMixture(1) { Regularization = 1e-12 }.Fit(samples);
        Vector<double> mean = samples.ColumnSums() / 400;
        Matrix<double> covariance = Scatter(samples, Vector<double>.Build.Dense(400, 1.0), mean) / 400;
        Assert.Equal(0.0, (fit.Means.Row(0) - mean).AbsoluteMaximum(), 1e-12);
        Assert.Equal(0.0, (fit.Covariances[0] - covariance).InfinityNorm(), 1e-9);
        double expected = -200 * (Math.Log(covariance.Determinant()) + 3 * Math.Log(2 * Math.PI) + 3);
        Assert.Equal(expected, fit.LogLikelihood, 1e-6);
        Assert.Equal(9, fit.Parameters);
        Assert.Equal(-2 * expected + 9 * Math.Log(400), fit.Bic, 1e-6);
        Assert.Equal(fit.Bic, fit.Icl, 1e-9);
    }

    [Fact]
    public void The_criterion_finds_the_number_of_groups_that_lie_apart()
    {
        // One hundred draws are the proof of the benchmark; ten of them stand here.
        for (int seed = 1; seed <= 10; seed++)
        {
            Matrix<double> samples = KMeansTests.Groups(500, 2, 5, seed, apart: 10.0);
            int found = Enumerable.Range(1, 8).MinBy(k => new GaussianMixture(k) { Starts = 3 }.Fit(samples).Bic);
            Assert.Equal(5, found);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_mean_far_from_zero_and_another_unit_give_the_same_components(CovarianceShape shape)
    {
        Matrix<double> samples = KMeansTests.Groups(900, 2, 3, 3).Map(x => Math.Round(x * 1024.0) / 1024.0);
        GaussianMixtureFit near = new GaussianMixture(3) { Shape = shape }.Fit(samples);
        GaussianMixtureFit far = new GaussianMixture(3) { Shape = shape }.Fit(samples + 1e7);
        Assert.Equal(0.0, (far.Means - near.Means - 1e7).InfinityNorm(), 1e-6);
        Assert.Equal(near.LogLikelihood, far.LogLikelihood, 1e-4);
        GaussianMixtureFit small = new GaussianMixture(3) { Shape = shape }.Fit(samples * Math.Pow(2.0, -400));
        Assert.Equal(0.0, (small.Means * Math.Pow(2.0, 400) - near.Means).InfinityNorm(), 1e-9);
        Assert.Equal(near.LogLikelihood + 900 * 2 * 400 * Math.Log(2.0), small.LogLikelihood, 1e-5);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        Matrix<double> samples = KMeansTests.Groups(40_000, 5, 4, 4);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            GaussianMixtureFit one = new GaussianMixture(4) { MaxIterations = 5 }.Fit(samples);
            Compute.Threads = 3;
            GaussianMixtureFit three = new GaussianMixture(4) { MaxIterations = 5 }.Fit(samples);
            Assert.Equal(one.Means, three.Means);
            Assert.Equal(one.LogLikelihood, three.LogLikelihood);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Constant_columns_and_repeated_samples_end_in_a_mixture_and_a_warning()
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(60, 3, (i, j) => j == 2 ? 7.0 : i % 3 * (j + 1));
        GaussianMixtureFit fit = new GaussianMixture(3).Fit(samples);
        Assert.Equal(3, fit.Assign(samples).Distinct().Count());
        Assert.All(fit.Covariances, covariance => Assert.True(covariance.IsSymmetric() && covariance[2, 2] > 0.0));
        GaussianMixtureFit each = new GaussianMixture(4).Fit(samples.SubMatrix(0, 4, 0, 3));
        Assert.Contains("fewer components", each.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_fitted_or_evaluated_is_refused_with_the_reason()
    {
        Matrix<double> samples = KMeansTests.Groups(20, 2, 2, 5);
        Assert.Throws<ArgumentException>(() => new GaussianMixture(21).Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianMixture(2) { Regularization = 0.0 }.Fit(samples));
        GaussianMixtureFit fit = new GaussianMixture(2).Fit(samples);
        Assert.Contains(
            "3 channels",
            Assert.Throws<ArgumentException>(() => fit.Assign(Matrix<double>.Build.Dense(1, 3))).Message,
            StringComparison.Ordinal);
        samples[4, 1] = double.PositiveInfinity;
        Assert.Contains(
            "Row 5",
            Assert.Throws<ArgumentException>(() => fit.LogDensity(samples)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_mixture_has_the_same_densities()
    {
        Matrix<double> samples = KMeansTests.Groups(200, 2, 3, 6);
        GaussianMixtureFit fit = new GaussianMixture(3) { Shape = CovarianceShape.Tied }.Fit(samples);
        fit.Save(In("model"));
        var loaded = Assert.IsType<GaussianMixtureFit>(ModelFolder.Open(In("model")));
        Assert.Equal(fit.LogDensity(samples), loaded.LogDensity(samples));
        Assert.Equal((fit.Bic, fit.Icl, fit.Shape), (loaded.Bic, loaded.Icl, loaded.Shape));
    }

    private static double Density(Vector<double> x, Vector<double> mean, Matrix<double> covariance) =>
        Math.Exp(-0.5 * (x - mean).DotProduct(covariance.Solve(x - mean)))
            / Math.Sqrt(Math.Pow(2 * Math.PI, x.Count) * covariance.Determinant());

    private static Matrix<double> Scatter(Matrix<double> samples, Vector<double> weights, Vector<double> mean)
    {
        Matrix<double> centered = samples.MapIndexed((i, j, x) => (x - mean[j]) * Math.Sqrt(weights[i]));
        return centered.TransposeThisAndMultiply(centered);
    }

    /// <summary>
    /// In how many draws of two to six groups, each stretched in its own way and eight deviations or more from the
    /// others, the criterion of one to eight components is lowest at their number.
    /// </summary>
    private static int Recovered(int draws) => Enumerable.Range(0, draws).Count(seed =>
    {
        var noise = new MathNet.Numerics.Distributions.Normal(0.0, 1.0, new Random(seed));
        int groups = 2 + seed % 5;
        double[][] stretch = [.. Enumerable.Range(0, groups).Select(_ =>
            Enumerable.Range(0, 3).Select(_ => 0.4 + 0.6 * noise.RandomSource.NextDouble()).ToArray())];
        Matrix<double> samples = Matrix<double>.Build.Dense(60 * groups, 3, (i, j) =>
            (j == 0 ? 8.0 * (i % groups) : 0.0) + stretch[i % groups][j] * noise.Sample());
        return Enumerable.Range(1, 8).MinBy(k => new GaussianMixture(k) { Starts = 3 }.Fit(samples).Bic) == groups;
    });
}
