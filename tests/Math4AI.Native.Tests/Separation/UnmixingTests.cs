using Math4AI.Audio;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

public class UnmixingTests
{
    [Theory]
    [InlineData("mi")]
    [InlineData("fastica")]
    public void The_units_of_the_channels_do_not_matter(string method)
    {
        Matrix<double> sources = Mixtures.Laplace(5000, 3, 4), mixing = Mixtures.WellConditioned(3, 4);
        Matrix<double> units = Matrix<double>.Build.DenseOfDiagonalArray([1.0, 1e-8, 1e8]);
        Separator separator = method == "mi" ? Separator.MinimumMutualInformation() : Separator.FastIca();
        SeparationResult plain = separator.Separate(sources * mixing.Transpose());
        SeparationResult scaled = separator.Separate(sources * mixing.Transpose() * units);
        Assert.Equal(3, scaled.Unmixing.Sources);
        Assert.True(SeparationQuality.AmariError(scaled.Unmixing.Matrix * units * mixing) < 0.05);
        Assert.Equal(
            SeparationQuality.AmariError(plain.Unmixing.Matrix * mixing),
            SeparationQuality.AmariError(scaled.Unmixing.Matrix * units * mixing), 1e-6);
    }

    [Fact]
    public void An_offset_of_a_million_a_constant_and_a_doubled_channel_do_no_harm()
    {
        Matrix<double> sources = Mixtures.Laplace(5000, 2, 5), mixing = Mixtures.WellConditioned(2, 5);
        Matrix<double> heard = sources * mixing.Transpose() + 1e6;
        var channels = Matrix<double>.Build.DenseOfColumnVectors(
            heard.Column(0), heard.Column(1), Vector<double>.Build.Dense(5000, 7.0), 2.0 * heard.Column(0));
        SeparationResult result = Separator.MinimumMutualInformation().Separate(channels);
        Assert.Equal(2, result.Unmixing.Sources);
        Assert.Contains(result.Notes, note => note.Contains("Only 2 of the 4 channels", StringComparison.Ordinal));
        Matrix<double> all = Matrix<double>.Build.DenseOfRowVectors(
            mixing.Row(0), mixing.Row(1), Vector<double>.Build.Dense(2), 2.0 * mixing.Row(0));
        Assert.True(SeparationQuality.AmariError(result.Unmixing.Matrix * all) < 0.05);
    }

    [Fact]
    public void An_unmixing_found_on_one_recording_separates_another()
    {
        Recording first = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
        Recording other = CocktailParty.Sources(2);
        Unmixing unmixing = Separator.FastIca().Separate(first).Unmixing;
        Recording separated = unmixing.Apply(CocktailParty.Mix(other, CocktailParty.Mixing));
        Assert.Equal(3, separated.Channels);
        Assert.Equal(other.Length, separated.Length);
        int[] order = Mixtures.Assignment(unmixing.Matrix, CocktailParty.Mixing);
        for (int k = 0; k < 3; k++)
        {
            double[] truth = [.. other.Channel(order[k]).ToArray().Select(x => (double)x)];
            double[] found = [.. separated.Channel(k).ToArray().Select(x => (double)x)];
            Assert.True(Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(truth, found)) > 0.999);
        }
    }

    [Fact]
    public void Matrices_and_blocks_give_the_same_sources()
    {
        Matrix<double> y = Matrix<double>.Build.Random(20_000, 5, 1);
        var unmixing = new Unmixing(
            Matrix<double>.Build.Random(2, 5, 2), Matrix<double>.Build.Random(5, 2, 3),
            Vector<double>.Build.Random(5, 4));
        Matrix<double> expected = Matrix<double>.Build.Dense(20_000, 5, (i, j) => y[i, j] - unmixing.Mean[j])
            * unmixing.Matrix.Transpose();
        Assert.Equal(0.0, (unmixing.Apply(y) - expected).FrobeniusNorm() / expected.FrobeniusNorm(), 1e-14);
    }

    [Fact]
    public void Another_number_of_channels_is_refused()
    {
        var unmixing = new Unmixing(
            Matrix<double>.Build.DenseIdentity(2), Matrix<double>.Build.DenseIdentity(2),
            Vector<double>.Build.Dense(2));
        var refusal = Assert.Throws<ArgumentException>(() => unmixing.Apply(Matrix<double>.Build.Dense(10, 3)));
        Assert.Contains("3 channels", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Unmixing(
            Matrix<double>.Build.Dense(2, 3), Matrix<double>.Build.Dense(2, 3), Vector<double>.Build.Dense(3)));
    }

    [Fact]
    public void Whitening_gives_uncorrelated_components_of_unit_variance()
    {
        Matrix<double> y = Mixtures.Laplace(5000, 4, 5) * Matrix<double>.Build.Random(4, 4, 6);
        var source = new MatrixSampleSource(y);
        Whitening whitening = Whitening.Of(source);
        Matrix<double> covariance = whitening.Matrix * whitening.Covariance.Matrix * whitening.Matrix.Transpose();
        Assert.Equal(0.0, (covariance - Matrix<double>.Build.DenseIdentity(4)).FrobeniusNorm(), 1e-11);
        Assert.Equal(
            0.0, (whitening.Inverse * whitening.Matrix - Matrix<double>.Build.DenseIdentity(4)).FrobeniusNorm(), 1e-11);
        Assert.Equal(1.0, whitening.ExplainedVariance, 1e-12);
        Assert.Equal(4, whitening.Rank);
    }
}
