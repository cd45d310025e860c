using System.Collections.Concurrent;
using Math4AI.Probability;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>P-values by random data sets, which stop early where the hypothesis holds.</summary>
public sealed class SequentialTestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_ends_with_the_tenth_as_large_or_with_the_last_draw(int threads)
    {
        Assert.Equal(1.0 / 100.0, SequentialTest.PValue(99, _ => false, threads), 1e-15);
        Assert.Equal(1.0, SequentialTest.PValue(99, _ => true, threads), 1e-15);
        Assert.Equal(10.0 / 30.0, SequentialTest.PValue(99, draw => draw % 3 == 2, threads), 1e-15);
        Assert.Equal(10.0 / 100.0, SequentialTest.PValue(99, draw => draw < 9, threads), 1e-15);
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(4, 32)]
    public void It_draws_no_more_than_one_round_beyond_the_tenth(int threads, int most)
    {
        var drawn = new ConcurrentBag<int>();
        SequentialTest.PValue(
            99,
            draw =>
            {
                drawn.Add(draw);
                return draw % 3 == 2;
            },
            threads);
        Assert.Equal(most, drawn.Count);
    }

    [Fact]
    public void Where_the_hypothesis_holds_a_p_value_is_not_too_often_small()
    {
        // P(p ≤ a) ≤ a: of 4000, as many as 0.1 and 0.3 of them within four standard errors.
        var random = new MersenneTwister(7, threadSafe: false);
        double[] found = new double[4000];
        for (int test = 0; test < found.Length; test++)
        {
            double value = random.NextDouble();
            found[test] = SequentialTest.PValue(99, _ => random.NextDouble() >= value);
        }

        foreach (double level in new[] { 0.1, 0.3 })
        {
            double share = found.Count(p => p <= level) / (double)found.Length;
            Assert.InRange(share, 0.0, level + (4.0 * Math.Sqrt(level * (1.0 - level) / found.Length)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Beyond_all_draws_the_tail_says_how_small_a_p_value_is_and_not_too_small(bool isExponential)
    {
        const int Tests = 40_000, Draws = 99;
        var random = new MersenneTwister(8, threadSafe: false);
        double Draw() => isExponential ? -Math.Log(1.0 - random.NextDouble()) : Normal.Sample(random, 0.0, 1.0);
        double[] found = [.. Enumerable.Range(0, Tests).Select(
            _ => SequentialTest.PValue(Draws, Draw(), _ => Draw()))];
        foreach (double level in new[] { 1e-3, 2e-3, 5e-3 })
        {
            double share = found.Count(p => p <= level) / (double)Tests;
            Assert.InRange(share, 0.0, level + 4.0 * Math.Sqrt(level / Tests));
        }

        // A normal statistic of 12 has p = 2e−33, one of 6 has 1e−9.
        Assert.InRange(SequentialTest.PValue(999, 20.0, _ => Draw()), 1e-10, 1e-6);
        Assert.InRange(SequentialTest.PValue(999, isExponential ? 16.0 : 6.0, _ => Draw()), 1e-9, 1e-4);
        Assert.Equal(1.0 / 50.0, SequentialTest.PValue(49, 20.0, _ => Draw()), 1e-15);
    }
}
