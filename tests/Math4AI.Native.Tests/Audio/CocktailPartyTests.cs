using Math4AI.Audio;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Audio;

public class CocktailPartyTests
{
    [Fact]
    public void The_same_seed_gives_the_same_party_and_another_seed_another()
    {
        Recording first = CocktailParty.Sources(3), second = CocktailParty.Sources(3), other = CocktailParty.Sources(4);
        for (int source = 0; source < 3; source++)
        {
            Assert.Equal(first.Channel(source), second.Channel(source));
            Assert.False(first.Channel(source).SequenceEqual(other.Channel(source)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sources_last_ten_seconds_and_have_the_same_energy(int seed)
    {
        Recording sources = CocktailParty.Sources(seed);
        Assert.Equal(TimeSpan.FromSeconds(10), sources.Duration);
        for (int source = 0; source < 3; source++)
        {
            float[] samples = sources.Channel(source).ToArray();
            Assert.Equal(0.12, Math.Sqrt(samples.Sum(x => (double)x * x) / samples.Length), 1e-6);
            Assert.All(samples, x => Assert.InRange(Math.Abs(x), 0f, 4f));
        }
    }

    [Fact]
    public void Microphones_hear_what_the_matrix_says()
    {
        Recording sources = CocktailParty.Sources(1);
        Recording mixture = CocktailParty.Mix(sources, CocktailParty.Mixing);
        Matrix<double> a = CocktailParty.Mixing;
        for (int microphone = 0; microphone < 3; microphone++)
        {
            double expected = Enumerable.Range(0, 3).Sum(s => a[microphone, s] * sources.Channel(s)[100_000]);
            Assert.Equal(expected, mixture.Channel(microphone)[100_000], 1e-7);
        }

        Assert.Throws<ArgumentException>(() => CocktailParty.Mix(sources, Matrix<double>.Build.Dense(2, 2)));
    }
}
