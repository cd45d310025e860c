using Math4AI.Data.Arrays;
using Math4AI.Probability.Sampling;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Probability;

/// <summary>Draws from densities whose moments are known.</summary>
public sealed class NutsTests : TemporaryFolder
{
    private static readonly LogDensity Normals = LogDensity.Of(
        ["a", "b"],
        (theta, gradient) =>
        {
            // Means 3 and −2, deviations 2 and 0.01, correlation 0.9.
            double x = (theta[0] - 3.0) / 2.0, y = (theta[1] + 2.0) / 0.01, rest = 1.0 - 0.81;
            gradient[0] = -(x - 0.9 * y) / rest / 2.0;
            gradient[1] = -(y - 0.9 * x) / rest / 0.01;
            return -0.5 * (x * x - 1.8 * x * y + y * y) / rest;
        });

    // θ₀ ~ N(0, 3), θ₁ ~ N(0, e^(θ₀/2)), Neal's funnel.
    private static readonly LogDensity Funnel = LogDensity.Of(
        ["v", "x1", "x2", "x3"],
        (theta, gradient) =>
        {
            double v = theta[0], precision = Math.Exp(-v), squares = 0.0;
            for (int j = 1; j < theta.Length; j++)
            {
                squares += theta[j] * theta[j];
                gradient[j] = -theta[j] * precision;
            }

            gradient[0] = -v / 9.0 - 0.5 * (theta.Length - 1) + 0.5 * squares * precision;
            return -v * v / 18.0 - 0.5 * (theta.Length - 1) * v - 0.5 * squares * precision;
        });

    [Theory]
    [InlineData(MassMatrix.Dense)]
    [InlineData(MassMatrix.Diagonal)]
    public void Correlated_normals_have_their_means_deviations_and_correlation(MassMatrix mass)
    {
        PosteriorDraws draws = new NutsSampler { MassMatrix = mass }.Sample(Normals);
        Assert.Empty(draws.Warnings);
        IReadOnlyList<ParameterSummary> all = draws.Summary();
        (double, double)[] expected = [(3.0, 2.0), (-2.0, 0.01)];
        foreach ((ParameterSummary found, (double mean, double deviation)) in all.Zip(expected))
        {
            Assert.Equal(mean, found.Mean, 4.0 * found.MonteCarloError);
            Assert.Equal(1.0, found.StandardDeviation / deviation, 0.08);
            Assert.Equal(mean + 1.645 * deviation, found.Upper, 0.15 * deviation);
            Assert.Equal(
                2.0 * 1.645 * deviation, found.HighestDensity.Upper - found.HighestDensity.Lower, 0.3 * deviation);
        }

        Vector<double> a = draws.ToMatrix().Column(0), b = draws.ToMatrix().Column(1);
        Assert.Equal(0.9, MathNet.Numerics.Statistics.Correlation.Pearson(a, b), 0.02);
    }

    [Fact]
    public void Parameters_with_bounds_have_the_moments_of_their_densities()
    {
        // Exponential with mean 2 above 1; the same mirrored below 1; uniform on 2 … 5; Beta(2, 3), at 0.4 ± 0.2.
        LogDensity density = LogDensity.Of(
            ["above", "below", "uniform", "beta"],
            (theta, gradient) =>
            {
                (gradient[0], gradient[1], gradient[2]) = (-0.5, 0.5, 0.0);
                gradient[3] = 1.0 / theta[3] - 2.0 / (1.0 - theta[3]);
                return -0.5 * (theta[0] - 1.0) + 0.5 * (theta[1] - 1.0) + Math.Log(theta[3])
                    + 2.0 * Math.Log(1.0 - theta[3]);
            },
            [(1.0, double.PositiveInfinity), (double.NegativeInfinity, 1.0), (2.0, 5.0), (0.0, 1.0)]);
        PosteriorDraws draws = new NutsSampler { Draws = 2000 }.Sample(density);
        Assert.Empty(draws.Warnings);
        (double, double)[] expected = [(3.0, 2.0), (-1.0, 2.0), (3.5, Math.Sqrt(0.75)), (0.4, 0.2)];
        foreach ((ParameterSummary found, (double mean, double deviation)) in draws.Summary().Zip(expected))
        {
            Assert.Equal(mean, found.Mean, 4.0 * found.MonteCarloError);
            Assert.Equal(1.0, found.StandardDeviation / deviation, 0.1);
        }

        Assert.All(draws["beta"], chain => Assert.All(chain, x => Assert.InRange(x, 0.0, 1.0)));
    }

    [Fact]
    public void A_start_with_the_covariance_changes_the_cost_and_not_the_density()
    {
        Matrix<double> covariance = Matrix<double>.Build.DenseOfArray(new[,] { { 4.0, 0.018 }, { 0.018, 1e-4 } });
        var start = new SamplingStart(Vector<double>.Build.Dense([3.0, -2.0]), covariance);
        PosteriorDraws draws = new NutsSampler { Warmup = 300 }.Sample(Normals, start);
        ParameterSummary b = draws.Summary()[1];
        Assert.Equal(-2.0, b.Mean, 4.0 * b.MonteCarloError);
        Assert.Equal(1.0, b.StandardDeviation / 0.01, 0.08);
        Assert.True(draws.Gradients < new NutsSampler { Warmup = 300 }.Sample(Normals).Gradients);
    }

    [Fact]
    public void The_same_seed_gives_the_same_draws_and_another_seed_others()
    {
        var sampler = new NutsSampler { Warmup = 200, Draws = 50, Chains = 2 };
        Matrix<double> first = sampler.Sample(Normals).ToMatrix();
        Assert.Equal(first, sampler.Sample(Normals).ToMatrix());
        Assert.NotEqual(first, (sampler with { Seed = 2 }).Sample(Normals).ToMatrix());
    }

    [Fact]
    public void Draws_that_are_saved_go_on_bit_for_bit()
    {
        string path = In("draws.npz");
        var sampler = new NutsSampler { Warmup = 200, Draws = 60, Chains = 2 };
        PosteriorDraws whole = sampler.Sample(Normals);
        (sampler with { Draws = 20 }).Sample(Normals).Save(path);
        PosteriorDraws loaded = PosteriorDraws.Load(path);
        Assert.Equal(["a", "b"], loaded.Names);
        PosteriorDraws resumed = NutsSampler.Resume(Normals, loaded, 40);
        Assert.Equal(whole.ToMatrix(), resumed.ToMatrix());
        Assert.Equal(whole.Gradients, resumed.Gradients);
        Assert.Equal(whole.Chains[1].Energy, resumed.Chains[1].Energy);
        Assert.Equal(whole.Summary(), resumed.Summary());
    }

    [Fact]
    public void A_file_that_holds_no_draws_is_refused()
    {
        string path = In("other.npz");
        NpzWriter.Write(path, [("x", [2], [1.0, 2.0])]);
        Assert.Contains("holds no draws", Assert.Throws<InvalidDataException>(() => PosteriorDraws.Load(path)).Message);
        Assert.Throws<ArgumentException>(() => NpzWriter.Write(path, [("x", [3], [1.0, 2.0])]));
    }

    [Fact]
    public void A_file_whose_draws_are_damaged_is_refused_by_the_name_of_the_array()
    {
        string path = In("damaged.npz");
        PosteriorDraws draws = new NutsSampler { Warmup = 50, Draws = 20, Chains = 2 }.Sample(Normals);
        draws.Chains[1].Values[0][3] = double.NaN;
        draws.Save(path);
        Assert.Contains(
            "'draws.0000.a' has NaN", Assert.Throws<InvalidDataException>(() => PosteriorDraws.Load(path)).Message);
    }

    [Theory]
    [InlineData("sampler.step_size", -0.1, "a step")]
    [InlineData("sampler.step_size", double.NaN, "NaN")]
    [InlineData("sampler.inverse_mass", -1.0, "positive definite")]
    [InlineData("sampler.settings", 1e12, "a setting")]
    [InlineData("sampler.random", -3.0, "random numbers")]
    [InlineData("sampler.gradients", double.NaN, "NaN")]
    [InlineData("acceptance", 1.5, "an acceptance")]
    [InlineData("tree_depth", 1e9, "a depth")]
    public void A_file_of_another_hand_is_refused_by_the_array_that_cannot_be(string name, double value, string message)
    {
        string path = In("other.npz");
        new NutsSampler { Warmup = 50, Draws = 20, Chains = 2 }.Sample(Normals).Save(path);
        (string Name, long[] Shape, double[] Values)[] all =
            [.. NpzArchive.Read(path).Select(array => (array.Name, array.Shape, array.Values))];
        double[] values = all.Single(array => array.Name == name).Values;
        values[name == "sampler.settings" ? 4 : 0] = value;
        NpzWriter.Write(path, all);
        string found = Assert.Throws<InvalidDataException>(() => PosteriorDraws.Load(path)).Message;
        Assert.Contains($"'{name}'", found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
        NpzWriter.Write(path, all.Select(array => array.Name == name
            ? (array.Name, [1, array.Values.Length - 1], array.Values[1..])
            : array));
        Assert.Contains($"'{name}'", Assert.Throws<InvalidDataException>(
            () => PosteriorDraws.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sampling_that_is_stopped_keeps_the_draws_so_far_and_goes_on_bit_for_bit()
    {
        const int Count = 200;
        var sampler = new NutsSampler { Warmup = 200, Draws = Count, Chains = 3 };
        PosteriorDraws whole = sampler.Sample(Normals);
        using var source = new CancellationTokenSource();
        SamplingStoppedException stopped = Assert.Throws<SamplingStoppedException>(() => sampler.Sample(
            Normals, null, new Watched(state => state.Chains.All(chain => chain.Done > 200 + Count / 2), source),
            source.Token));
        int kept = stopped.Draws.Count;
        Assert.InRange(kept, 1, Count - 1);
        string path = In("part.npz");
        stopped.Draws.Save(path);
        PosteriorDraws resumed = NutsSampler.Resume(Normals, PosteriorDraws.Load(path), Count - kept);
        Assert.Equal(whole.ToMatrix(), resumed.ToMatrix());
        Assert.Equal(whole.Gradients, resumed.Gradients);
        Assert.Equal(whole.Summary(), resumed.Summary());
        using var early = new CancellationTokenSource();
        early.Cancel();
        Assert.IsNotType<SamplingStoppedException>(Assert.ThrowsAny<OperationCanceledException>(
            () => sampler.Sample(Normals, null, null, early.Token)));
    }

    [Fact]
    public void The_funnel_diverges_and_is_told_of()
    {
        PosteriorDraws draws = new NutsSampler().Sample(Funnel);
        Assert.True(draws.Divergences > 0);
        Assert.Contains(draws.Warnings, warning => warning.Contains("divergence", StringComparison.Ordinal));
    }

    [Fact]
    public void A_banana_diverges_and_is_told_of_and_has_its_moments_with_shorter_steps()
    {
        // x ~ N(0, 10²), y ~ N(0.03 (x² − 100), 1): the mean of y is 0, its variance 1 + 0.03² · 2 · 10⁴ = 19.
        LogDensity banana = LogDensity.Of(["x", "y"], (theta, gradient) =>
        {
            double bent = theta[1] - 0.03 * (theta[0] * theta[0] - 100.0);
            (gradient[0], gradient[1]) = (-theta[0] / 100.0 + bent * 0.06 * theta[0], -bent);
            return -theta[0] * theta[0] / 200.0 - 0.5 * bent * bent;
        });
        PosteriorDraws draws = new NutsSampler().Sample(banana);
        Assert.True(draws.Divergences > 0);
        Assert.Contains(
            draws.Warnings, warning => warning.Contains("Raise the target acceptance", StringComparison.Ordinal));
        IReadOnlyList<ParameterSummary> found =
            new NutsSampler { Draws = 4000, TargetAcceptance = 0.99 }.Sample(banana).Summary();
        Assert.All(found, each => Assert.Equal(0.0, each.Mean, 4.0 * each.MonteCarloError));
        Assert.Equal(1.0, found[0].StandardDeviation / 10.0, 0.1);
        Assert.Equal(1.0, found[1].StandardDeviation / Math.Sqrt(19.0), 0.15);
    }

    [Fact]
    public void Two_modes_that_chains_do_not_cross_are_told_of()
    {
        LogDensity modes = LogDensity.Of(["x"], (theta, gradient) =>
        {
            double left = -0.5 * Math.Pow(theta[0] + 1.0, 2) / 0.0025,
                right = -0.5 * Math.Pow(theta[0] - 1.0, 2) / 0.0025;
            bool isLeft = left > right;
            gradient[0] = isLeft ? -(theta[0] + 1.0) / 0.0025 : -(theta[0] - 1.0) / 0.0025;
            return Math.Max(left, right);
        });
        PosteriorDraws draws = new NutsSampler { Chains = 8 }.Sample(modes);
        Assert.Contains(draws.Warnings, warning => warning.Contains("do not agree on x", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flat_density_and_a_density_without_a_start_are_refused()
    {
        LogDensity flat = LogDensity.Of(["x"], (_, gradient) => gradient[0] = 0.0);
        Assert.Contains("improper", Assert.Throws<InvalidOperationException>(
            () => new NutsSampler().Sample(flat)).Message);
        LogDensity none = LogDensity.Of(["x"], (_, _) => double.NegativeInfinity);
        Assert.Contains("give a start", Assert.Throws<InvalidOperationException>(
            () => new NutsSampler().Sample(none)).Message);
        Assert.Throws<ArgumentException>(() => LogDensity.Of(["x"], (_, _) => 0.0, [(0.0, 1.0), (0.0, 1.0)]));
        Assert.Throws<ArgumentException>(() => new NutsSampler { TargetAcceptance = 1.0 }.Sample(Normals));
        Assert.Throws<ArgumentException>(
            () => new NutsSampler().Sample(LogDensity.Of(["x"], (_, _) => 0.0, [(1.0, 1.0)])));
    }

    [Fact]
    public void A_density_that_cannot_be_computed_far_away_is_sampled()
    {
        LogDensity near = LogDensity.Of(["x"], (theta, gradient) =>
        {
            gradient[0] = Math.Abs(theta[0]) < 1000.0 ? -theta[0] : throw new NonConvergenceException("Too far.");
            return -0.5 * theta[0] * theta[0];
        });
        ParameterSummary found = new NutsSampler().Sample(near).Summary()[0];
        Assert.Equal(0.0, found.Mean, 0.1);
        Assert.Equal(1.0, found.StandardDeviation, 0.1);
    }

    [Fact]
    public void A_density_of_its_own_that_does_not_fall_along_a_line_is_refused_with_it()
    {
        static double Heavy(ReadOnlySpan<double> theta, Span<double> gradient)
        {
            // x has a tail of 1/|x|, and y is normal.
            gradient[0] = -theta[0] / (1.0 + theta[0] * theta[0]);
            gradient[1] = -theta[1];
            return -0.5 * Math.Log(1.0 + theta[0] * theta[0]) - 0.5 * theta[1] * theta[1];
        }

        static double Cauchy(ReadOnlySpan<double> theta, Span<double> gradient)
        {
            gradient[0] = -2.0 * theta[0] / (1.0 + theta[0] * theta[0]);
            gradient[1] = -theta[1];
            return -Math.Log(1.0 + theta[0] * theta[0]) - 0.5 * theta[1] * theta[1];
        }

        var sampler = new NutsSampler { Warmup = 300, Draws = 100 };
        string Refused(LogDensityFunction density) => Assert.Throws<InvalidOperationException>(
            () => sampler.Sample(LogDensity.Of(["x", "y"], density))).Message;
        Assert.Contains("vanish as x grows", Refused(Heavy), StringComparison.Ordinal);
        Assert.Equal(100, sampler.Sample(LogDensity.Of(["x", "y"], Cauchy)).Count);
        LogDensity scale = LogDensity.Of(["s"], (_, gradient) => gradient[0] = 0.0, [(0.0, double.PositiveInfinity)]);
        Assert.Throws<InvalidOperationException>(() => sampler.Sample(scale));
    }

    private sealed class Watched(Predicate<SamplingProgress> ends, CancellationTokenSource source)
        : IProgress<SamplingProgress>
    {
        public void Report(SamplingProgress value)
        {
            if (ends(value))
            {
                source.Cancel();
            }
        }
    }
}
