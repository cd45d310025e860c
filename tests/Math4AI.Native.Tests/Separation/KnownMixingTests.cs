using Math4AI.Audio;
using Math4AI.Optimization;
using Math4AI.Separation;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

public class KnownMixingTests
{
    [Fact]
    public void Sources_of_a_square_mixing_come_back_to_rounding()
    {
        Matrix<double> x = Mixtures.Laplace(2000, 3, 1);
        var result = Separator.KnownMixing(CocktailParty.Mixing).Separate(x * CocktailParty.Mixing.Transpose());
        Assert.Equal(0.0, (result.Sources - x).FrobeniusNorm() / x.FrobeniusNorm(), 1e-15);
        Assert.Equal(Termination.Direct, result.Termination);
        Assert.Equal(CocktailParty.Mixing.ConditionNumber(), result.ConditionNumber, 1e-12);
    }

    [Fact]
    public void More_channels_than_sources_give_the_least_squares_solution()
    {
        Matrix<double> mixing = Matrix<double>.Build.Random(5, 3, 2);
        Matrix<double> mixture = Matrix<double>.Build.Random(400, 5, 3);
        var result = Separator.KnownMixing(mixing).Separate(mixture);
        Matrix<double> residual = mixture - result.Sources * mixing.Transpose();
        Assert.Equal(0.0, (residual * mixing).FrobeniusNorm(), 1e-11);
    }

    [Fact]
    public void Nothing_is_reordered_rescaled_or_centred()
    {
        Matrix<double> x = Mixtures.Laplace(100, 2, 4) + 7.0;
        Matrix<double> mixing = Matrix<double>.Build.DenseOfArray(new[,] { { 0.001, 0.0 }, { 0.0, -5.0 } });
        var result = Separator.KnownMixing(mixing).Separate(x * mixing.Transpose());
        Assert.Equal(0.0, (result.Sources - x).FrobeniusNorm(), 1e-11);
    }

    [Fact]
    public void A_singular_mixing_is_refused_with_the_figure()
    {
        Matrix<double> mixing = Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 2.0 }, { 2.0, 4.0 } });
        var refusal = Assert.Throws<ArgumentException>(
            () => Separator.KnownMixing(mixing).Separate(Mixtures.Laplace(100, 2, 5)));
        Assert.Contains("condition number", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_ill_conditioned_depends_on_the_precision_of_the_data()
    {
        // 10⁴ lies over 1/√ε of float32, 2896, and under that of float64, 6.7e7.
        Matrix<double> mixing = Matrix<double>.Build.DenseOfDiagonalArray([1.0, 1e-4]);
        Assert.True(Separator.KnownMixing(mixing).Separate(Mixtures.Laplace(100, 2, 6)).IsConverged);
        var sound = new Recording([[0.1f, 0.2f], [0.3f, -0.1f]], 8000);
        Assert.Throws<ArgumentException>(() => Separator.KnownMixing(mixing).Separate(sound));
    }

    [Fact]
    public void Fewer_channels_than_sources_and_wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Separator.KnownMixing(Matrix<double>.Build.Dense(2, 3, 1.0)));
        Assert.Throws<ArgumentException>(
            () => Separator.KnownMixing(CocktailParty.Mixing).Separate(Mixtures.Laplace(10, 2, 7)));
    }
}
