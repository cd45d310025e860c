using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>Diagnostics of chains whose truth is known.</summary>
public sealed class ConvergenceTests
{
    private const int Length = 4000;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(-0.5)]
    public void An_autoregressive_chain_is_worth_what_theory_says(double correlation)
    {
        // Of x_t = ρ x_(t−1) + e, the mean of n is as exact as that of n (1 − ρ)/(1 + ρ) independent draws.
        double[][] chains = [.. Enumerable.Range(0, 8).Select(seed => Autoregressive(correlation, 0.0, seed))];
        double expected = 8 * Length * (1.0 - correlation) / (1.0 + correlation);
        Assert.Equal(1.0, Convergence.MeanEffectiveSize(chains) / expected, 0.12);
        Assert.Equal(1.0, Convergence.BulkEffectiveSize(chains) / expected, 0.12);
        Assert.InRange(Convergence.RHat(chains), 1.0 - 1e-3, 1.01);
        Assert.True(Convergence.TailEffectiveSize(chains) > 0.3 * expected);
    }

    [Fact]
    public void Chains_at_different_places_have_the_r_hat_of_their_variances()
    {
        // Two chains at ±1 of variance 1. Their normal scores have the variance 1 in all and the means ±μ, by numerical
        // integration of Φ⁻¹ of the mixture's distribution, so that W = 1 − μ² and B/n = 4/3 μ² over four halves.
        const double Mean = 0.6916145, Square = Mean * Mean;
        double[][] chains = [Autoregressive(0.0, -1.0, 1), Autoregressive(0.0, 1.0, 2)];
        Assert.Equal(Math.Sqrt((1.0 + Square / 3.0) / (1.0 - Square)), Convergence.RHat(chains), 0.02);
        Assert.True(Convergence.BulkEffectiveSize(chains) < 10.0);
    }

    [Fact]
    public void Chains_of_different_widths_are_found_by_folding()
    {
        double[][] chains = [Autoregressive(0.0, 0.0, 1), [.. Autoregressive(0.0, 0.0, 2).Select(x => 3.0 * x)]];
        Assert.True(Convergence.RHat(chains) > 1.1);
    }

    [Fact]
    public void A_trend_within_chains_is_found_by_splitting()
    {
        double[] trend = [.. Autoregressive(0.0, 0.0, 1).Select((x, i) => x + 4.0 * i / Length)];
        Assert.True(Convergence.RHat([trend, trend]) > 1.3);
    }

    [Fact]
    public void What_does_not_depend_on_ranks_does_not_depend_on_the_scale()
    {
        double[][] chains = [Autoregressive(0.3, 0.0, 1), Autoregressive(0.3, 0.0, 2)];
        double[][] cubes = [.. chains.Select(chain => chain.Select(x => Math.Exp(3.0 * x)).ToArray())];
        Assert.Equal(Convergence.BulkEffectiveSize(chains), Convergence.BulkEffectiveSize(cubes), 1e-6);
        Assert.Equal(Convergence.TailEffectiveSize(chains), Convergence.TailEffectiveSize(cubes), 1e-6);
    }

    [Fact]
    public void Constant_or_short_chains_have_no_diagnostics()
    {
        Assert.True(double.IsNaN(Convergence.RHat([[1.0, 1.0, 1.0, 1.0]])));
        Assert.True(double.IsNaN(Convergence.BulkEffectiveSize([[1.0, 2.0, 3.0]])));
        Assert.Throws<ArgumentException>(() => Convergence.RHat([[1.0, 2.0, 3.0, 4.0], [1.0]]));
    }

    [Fact]
    public void The_energy_fraction_of_independent_energies_is_two()
    {
        Assert.Equal(2.0, Convergence.EnergyFraction(Autoregressive(0.0, 0.0, 1)), 0.1);
        Assert.True(Convergence.EnergyFraction(Autoregressive(0.95, 0.0, 1)) < 0.2);
    }

    private static double[] Autoregressive(double correlation, double mean, int seed)
    {
        var normal = new Normal(new MersenneTwister(seed, threadSafe: false));
        double[] chain = new double[Length];
        double last = normal.Sample();
        for (int i = 0; i < Length; i++)
        {
            last = correlation * last + Math.Sqrt(1.0 - correlation * correlation) * normal.Sample();
            chain[i] = mean + last;
        }

        return chain;
    }
}
