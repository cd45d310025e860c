using Math4AI.Audio;
using Math4AI.Separation;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

public class UnmixingTests
{
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
            Matrix<double>.Build.Random(2, 5, 2), Matrix<double>.Build.Random(5, 2, 3), Vector<double>.Build.Random(5, 4));
        Matrix<double> expected = Matrix<double>.Build.Dense(20_000, 5, (i, j) => y[i, j] - unmixing.Mean[j])
            * unmixing.Matrix.Transpose();
        Assert.Equal(0.0, (unmixing.Apply(y) - expected).FrobeniusNorm() / expected.FrobeniusNorm(), 1e-14);
    }

    [Fact]
    public void Another_number_of_channels_is_refused()
    {
        var unmixing = new Unmixing(
            Matrix<double>.Build.DenseIdentity(2), Matrix<double>.Build.DenseIdentity(2), Vector<double>.Build.Dense(2));
        var refusal = Assert.Throws<ArgumentException>(() => unmixing.Apply(Matrix<double>.Build.Dense(10, 3)));
        Assert.Contains("3 channels", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Unmixing(
            Matrix<double>.Build.Dense(2, 3), Matrix<double>.Build.Dense(2, 3), Vector<double>.Build.Dense(3)));
    }

    [Fact]
    public void Whitening_gives_uncorrelated_components_of_unit_variance()
    {
        Matrix<double> y = Mixtures.Laplace(5000, 4, 5) * Matrix<double>.Build.Random(4, 4, 6);
        var source = new Math4AI.LinearAlgebra.MatrixSampleSource(y);
        Whitening whitening = Whitening.Of(source);
        Matrix<double> covariance = whitening.Matrix * whitening.Covariance.Matrix * whitening.Matrix.Transpose();
        Assert.Equal(0.0, (covariance - Matrix<double>.Build.DenseIdentity(4)).FrobeniusNorm(), 1e-11);
        Assert.Equal(0.0, (whitening.Inverse * whitening.Matrix - Matrix<double>.Build.DenseIdentity(4)).FrobeniusNorm(), 1e-11);
        Assert.Equal(1.0, whitening.ExplainedVariance, 1e-12);
        Assert.Equal(4, whitening.Rank);
    }
}
