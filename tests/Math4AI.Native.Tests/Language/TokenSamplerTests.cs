using Math4AI.Language;
using Math4AI.Language.Generation;

namespace Math4AI.Tests.Language;

public sealed class TokenSamplerTests
{
    private const int Draws = 40_000;

    private static readonly double[] Probabilities = [0.4, 0.05, 0.25, 0.2, 0.1];

    [Fact]
    public void Tokens_come_as_often_as_they_are_probable()
    {
        AssertFrequencies(new() { Temperature = 1.0 }, Probabilities);
        AssertFrequencies(new() { Temperature = 0.5 }, [.. Probabilities.Select(p => p * p)]);
        AssertFrequencies(new() { Temperature = 0.0 }, [1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    [Fact]
    public void Filters_leave_the_most_probable_tokens_in_their_proportions()
    {
        AssertFrequencies(new() { Temperature = 1.0, TopK = 2 }, [0.4, 0.0, 0.25, 0.0, 0.0]);
        AssertFrequencies(new() { Temperature = 1.0, TopK = 99 }, Probabilities);
        AssertFrequencies(new() { Temperature = 1.0, TopP = 0.39 }, [1.0, 0.0, 0.0, 0.0, 0.0]);
        AssertFrequencies(new() { Temperature = 1.0, TopP = 0.6 }, [0.4, 0.0, 0.25, 0.0, 0.0]);
        AssertFrequencies(new() { Temperature = 1.0, TopP = 0.66 }, [0.4, 0.0, 0.25, 0.2, 0.0]);
        AssertFrequencies(new() { Temperature = 1.0, MinP = 0.45 }, [0.4, 0.0, 0.25, 0.2, 0.0]);

        // Top-p counts what top-k has left.
        AssertFrequencies(new() { Temperature = 1.0, TopK = 2, TopP = 0.61 }, [1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    [Fact]
    public void Of_equally_probable_tokens_the_first_are_left()
    {
        var sampler = new TokenSampler(new() { Temperature = 1.0, TopK = 2 }, 4, seed: 1);
        Assert.Equal([0, 2], Enumerable.Range(0, 100).Select(_ => sampler.Draw([1f, 0f, 1f, 1f])).Distinct().Order());
    }

    [Fact]
    public void The_penalty_divides_positive_logits_of_seen_tokens_and_multiplies_negative_ones()
    {
        var sampler = new TokenSampler(new() { Temperature = 1.0, RepetitionPenalty = 2.0 }, 3, seed: 1);
        sampler.See(0);
        sampler.See(2);
        double[] weights = [Math.Exp(0.5), Math.Exp(0.25), Math.Exp(-1.0)];
        AssertDrawn(() => sampler.Draw([1f, 0.25f, -0.5f]), weights);
    }

    private static void AssertFrequencies(GenerationOptions options, double[] weights)
    {
        var sampler = new TokenSampler(options, Probabilities.Length, seed: 1);
        float[] logits = [.. Probabilities.Select(p => (float)Math.Log(p) + 3f)];
        AssertDrawn(() => sampler.Draw(logits), weights);
    }

    /// <summary>Every count lies within five of its standard deviations.</summary>
    private static void AssertDrawn(Func<int> draw, double[] weights)
    {
        int[] counts = new int[weights.Length];
        for (int i = 0; i < Draws; i++)
        {
            counts[draw()]++;
        }

        double sum = weights.Sum();
        for (int i = 0; i < counts.Length; i++)
        {
            double p = weights[i] / sum, deviation = Math.Sqrt(Draws * p * (1.0 - p));
            Assert.True(Math.Abs(counts[i] - Draws * p) <= 5.0 * deviation, $"{i}: {counts[i]} of {Draws * p}");
        }
    }
}
