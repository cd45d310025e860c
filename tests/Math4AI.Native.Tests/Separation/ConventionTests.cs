using Math4AI.Audio;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

/// <summary>What no method can know is fixed by one stated rule.</summary>
public class ConventionTests
{
    [Fact]
    public void Unmixing_and_mixing_undo_each_other_and_give_the_data_back()
    {
        Matrix<double> mixture = Mixtures.Laplace(5000, 3, 1) * Mixtures.WellConditioned(3, 2).Transpose() + 10.0;
        var result = Separator.FastIca().Separate(mixture);
        Matrix<double> identity = result.Unmixing.Matrix * result.Unmixing.Mixing;
        Assert.Equal(0.0, (identity - Matrix<double>.Build.DenseIdentity(3)).FrobeniusNorm(), 1e-12);
        Matrix<double> again = result.Sources * result.Unmixing.Mixing.Transpose();
        again = Matrix<double>.Build.Dense(5000, 3, (i, j) => again[i, j] + result.Unmixing.Mean[j]);
        Assert.Equal(0.0, (again - mixture).FrobeniusNorm() / mixture.FrobeniusNorm(), 1e-13);
    }

    [Fact]
    public void Matrices_get_unit_variance_and_recordings_a_peak_of_nine_tenths()
    {
        Matrix<double> mixture = Mixtures.Laplace(5000, 3, 3) * Mixtures.WellConditioned(3, 4).Transpose();
        Assert.All(Separator.FastIca().Separate(mixture).Statistics.Variance, v => Assert.Equal(1.0, v, 1e-10));

        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
        var result = Separator.FastIca().Separate(party);
        for (int source = 0; source < 3; source++)
        {
            Assert.Equal(0.9f, result.Sources.Channel(source).ToArray().Max(Math.Abs), 1e-6f);
        }
    }

    [Fact]
    public void The_loudest_source_comes_first_and_skewed_sources_point_upwards()
    {
        var random = new Random(5);
        Matrix<double> x = Matrix<double>.Build.Dense(20_000, 3, (_, _) => 1.0 + Math.Log(1.0 - random.NextDouble()));
        Matrix<double> mixing = Matrix<double>.Build.DenseOfDiagonalArray([0.1, -3.0, 1.0]);
        var result = Separator.FastIca().Separate(x * mixing.Transpose());
        Assert.Equal([1, 2, 0], Mixtures.Assignment(result.Unmixing.Matrix, mixing));
        Assert.All(result.Statistics.Skewness, skewness => Assert.True(skewness > 1.5));
    }

    [Fact]
    public void Any_scaling_permutation_or_start_gives_the_same_sources()
    {
        Matrix<double> mixture =
            Mixtures.Laplace(20_000, 3, 6).Map(x => x + 0.2 * x * x) * Mixtures.WellConditioned(3, 7).Transpose();
        var options = new FastIcaOptions { Tolerance = 1e-13 };
        Matrix<double> first = Separator.FastIca(options).Separate(mixture).Sources;
        Matrix<double> second = Separator.FastIca(options with { Seed = 99 }).Separate(mixture).Sources;
        Assert.Equal(0.0, (first - second).FrobeniusNorm() / first.FrobeniusNorm(), 1e-6);
    }

    [Fact]
    public void Statistics_agree_with_their_definitions()
    {
        Matrix<double> x = Mixtures.Laplace(3001, 2, 8);
        Matrix<double> matrix = Mixtures.WellConditioned(2, 9);
        var source = new MatrixSampleSource(x);
        var covariance = Covariance.Of(source);
        var unmixing = new Unmixing(matrix, matrix.Inverse(), covariance.Mean);
        var found = SourceStatistics.Of(source, covariance, unmixing, CancellationToken.None);
        Vector<double> peaks = SourceStatistics.Peaks(source, unmixing, CancellationToken.None);
        Matrix<double> sources = unmixing.Apply(x);
        for (int k = 0; k < 2; k++)
        {
            double variance = sources.Column(k).DotProduct(sources.Column(k)) / 3001;
            Assert.Equal(variance, found.Variance[k], 1e-12);
            Assert.Equal(
                sources.Column(k).Sum(v => v * v * v) / 3001 / Math.Pow(variance, 1.5), found.Skewness[k], 1e-12);
            Assert.Equal(sources.Column(k).AbsoluteMaximum(), peaks[k], 1e-12);
        }

        double correlation = MathNet.Numerics.Statistics.Correlation.Pearson(sources.Column(0), sources.Column(1));
        Assert.Equal(correlation, found.Correlation[0, 1], 1e-12);
    }
}
