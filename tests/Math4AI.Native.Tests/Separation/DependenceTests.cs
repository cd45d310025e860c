using Math4AI.Audio;
using Math4AI.Probability;
using Math4AI.Reporting;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

/// <summary>How dependent sources are: what is far below them, and what each has of its own, does not count.</summary>
public sealed class DependenceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_sources_of_the_party_are_as_independent_as_unrelated_signals_and_the_page_says_so(int seed)
    {
        Recording party = CocktailParty.Mix(CocktailParty.Sources(seed), CocktailParty.Mixing);
        SeparationResult<Recording> result = Separator.MinimumMutualInformation().Separate(party);
        var found = Dependence.Of(party, result.Unmixing);
        Assert.True(found.Sources.PValue > 0.05, $"{found}");
        Assert.True(found.Mixture.PValue < 0.02, $"{found}");
        Assert.True(found.Share < 0.1, $"{found}");
        Assert.StartsWith("Down to 30 dB below their level, the sources are as independent", found.Meaning,
            StringComparison.Ordinal);
        string page = new SeparationReport
        {
            Result = result,
            Dependence = found,
            Mixture = party.Slice(0, 4800),
            Sources = result.Sources.Slice(0, 4800),
            IsSound = true,
            Command = string.Empty,
            SecondsPerStage = [],
        }.ToHtml(TestContext.Current.CancellationToken);
        Assert.Contains(found.Meaning, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10.0)]
    [InlineData(20.0)]
    [InlineData(45.0)]
    public void Sources_that_are_still_mixed_are_said_to_depend_on_each_other_and_by_how_much(double degrees)
    {
        Recording party = CocktailParty.Sources(1);
        (double sine, double cosine) = Math.SinCos(Math.PI / 180.0 * degrees);
        Recording pair = new([party.Channel(0).ToArray(), party.Channel(2).ToArray()], CocktailParty.SampleRate);
        Matrix<double> Turn(double c, double s) => Matrix<double>.Build.DenseOfArray(new[,] { { c, s }, { -s, c } });
        Recording mixture = CocktailParty.Mix(pair, Turn(Math.Sqrt(0.5), Math.Sqrt(0.5)));
        Matrix<double> unmixing = Turn(cosine, sine) * Turn(Math.Sqrt(0.5), -Math.Sqrt(0.5));
        var found = Dependence.Of(mixture, Unmixing.OfMatrix(unmixing));
        Assert.True(found.Sources.PValue < 0.02, $"{found}");
        Assert.InRange(found.Share!.Value, 0.1, 1.0);
        Assert.Matches("^The sources still depend on each other, by [0-9]+ % of what the channels do: ", found.Meaning);
        Assert.EndsWith("by chance, 2 of 100 independent ones show as much.", found.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_far_below_the_sources_does_not_count()
    {
        // A voice that pauses, and a noise of which a hundredth, -40 dB, is left in it: all that its pauses hold.
        var random = new MersenneTwister(1, threadSafe: false);
        double[] voice = [.. Enumerable.Range(0, 20_000).Select(
            t => t % 2000 < 800 ? Laplace.Sample(random, 0.0, 1.0) : 0.0)];
        double[] noise = [.. voice.Select(_ => Laplace.Sample(random, 0.0, 1.0))];
        IndependenceTest Of(double left) => Dependence.Test(
            Matrix<double>.Build.DenseOfColumnArrays([.. voice.Zip(noise, (x, y) => x + left * y)], noise)
                .SubMatrix(0, 1000, 0, 2),
            run: 1);
        Assert.True(Of(0.01).PValue > 0.05, $"{Of(0.01)}");
        Assert.True(Of(0.2).PValue < 0.02, $"{Of(0.2)}");
    }
}
