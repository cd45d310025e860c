using Math4AI.Audio;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Quality;
using Math4AI.Tests.Runtime;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

[Collection(nameof(ProcessSettings))]
public class FastIcaTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Unmixing_recovers_the_sources_of_a_noiseless_mixture_up_to_order_and_sign(int sources)
    {
        Matrix<double> x = Mixtures.Laplace(20_000, sources, 1);
        Matrix<double> mixing = Mixtures.WellConditioned(sources, 2);

        var result = Separator.FastIca().Separate(x * mixing.Transpose());

        Assert.True(result.IsConverged);
        int[] found = Mixtures.Assignment(result.Unmixing.Matrix, mixing);
        Assert.Equal(Enumerable.Range(0, sources), found.Order());
        Vector<double> ratios = SeparationQuality.InterferenceRatios(
            result.Unmixing.Matrix * mixing, Vector<double>.Build.Dense(sources, 1.0));
        Assert.All(ratios, ratio => Assert.True(ratio > 25.0, $"{ratio} dB"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_source_of_the_built_in_party_comes_out_over_30_dB(int seed)
    {
        Recording mixture = CocktailParty.Mix(CocktailParty.Sources(seed), CocktailParty.Mixing);
        var result = Separator.FastIca(new FastIcaOptions { Seed = seed }).Separate(mixture);
        Vector<double> ratios = SeparationQuality.InterferenceRatios(
            result.Unmixing.Matrix * CocktailParty.Mixing, Vector<double>.Build.Dense(3, 1.0));
        Assert.All(ratios, ratio => Assert.True(ratio > 30.0, $"{ratio} dB"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Real_recordings_mixed_at_random_come_out_over_25_dB(int seed)
    {
        string[] files = ["cmu_arctic_us_aew_a0001.wav", "cmu_arctic_us_axb_a0004.wav", "guitar_16k.wav"];
        Recording sources = Recording.Read(files.Select(file => Repository.Data("audio", file)));
        Matrix<double> mixing = Mixtures.WellConditioned(3, seed);
        var result = Separator.FastIca().Separate(CocktailParty.Mix(sources, mixing));
        Vector<double> ratios = SeparationQuality.InterferenceRatios(
            result.Unmixing.Matrix * mixing, Covariance.Of(sources).Matrix.Diagonal());
        Assert.All(ratios, ratio => Assert.True(ratio > 25.0, $"{ratio} dB"));
    }

    [Fact]
    public void A_start_on_a_saddle_point_is_left()
    {
        // Two sources turned by 45 degrees are a fixed point, by symmetry: the test finds it, and turns it to the
        // answer.
        Matrix<double> x = Mixtures.Laplace(40_000, 2, 12);
        var source = new MatrixSampleSource(x);
        Whitening whitening = Whitening.Of(source);
        Matrix<double> answer = Separator.FastIca().Separate(x).Unmixing.Matrix * whitening.Inverse;
        answer = Matrix<double>.Build.DenseOfRowVectors(answer.EnumerateRows().Select(row => row.Normalize(2)));
        Matrix<double> turn =
            Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 1.0 }, { 1.0, -1.0 } }) / Math.Sqrt(2.0);
        Assert.Null(SaddlePoints.Leave(source, whitening, answer, CancellationToken.None));
        Matrix<double>? left = SaddlePoints.Leave(source, whitening, turn * answer, CancellationToken.None);
        Assert.NotNull(left);
        Assert.Equal(0.0, (left - answer).FrobeniusNorm(), 1e-12);
    }

    [Fact]
    public void The_fixed_point_equation_holds_at_the_answer()
    {
        // At a fixed point E[g(x_i) x_j] vanishes beside the diagonal up to symmetry: E[g(x_i) x_j] = E[g(x_j) x_i].
        Matrix<double> mixture = Mixtures.Laplace(50_000, 3, 3) * Mixtures.WellConditioned(3, 4).Transpose();
        var result = Separator.FastIca(new FastIcaOptions { Tolerance = 1e-14 }).Separate(mixture);
        Matrix<double> x = result.Sources;
        Matrix<double> moments = x.Map(Math.Tanh).TransposeThisAndMultiply(x) / x.RowCount;
        Assert.True(result.IsConverged);
        Assert.Equal(0.0, (moments - moments.Transpose()).FrobeniusNorm(), 1e-6);
        Matrix<double> covariance = x.TransposeThisAndMultiply(x) / x.RowCount;
        Assert.Equal(0.0, (covariance - Matrix<double>.Build.DenseIdentity(3)).FrobeniusNorm(), 1e-11);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_with_any_number_of_threads()
    {
        Matrix<double> mixture = Mixtures.Laplace(300_000, 2, 5) * Mixtures.WellConditioned(2, 6).Transpose();
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            Matrix<double> one = Separator.FastIca().Separate(mixture).Unmixing.Matrix;
            Compute.Threads = 2;
            Assert.Equal(one, Separator.FastIca().Separate(mixture).Unmixing.Matrix);
            Assert.Equal(one, Separator.FastIca().Separate(mixture).Unmixing.Matrix);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Not_converging_is_a_result_that_says_so()
    {
        Matrix<double> mixture = Mixtures.Laplace(1000, 3, 7);
        var result = Separator.FastIca(new FastIcaOptions { MaxIterations = 2, Tolerance = 1e-15 }).Separate(mixture);
        Assert.False(result.IsConverged);
        Assert.Equal(Termination.IterationLimit, result.Termination);
        Assert.Equal(2, result.Iterations);
        Assert.Throws<InvalidOperationException>(() => result.ThrowIfNotConverged());
        Assert.Contains(
            "fastica did not converge, and the sources are where it ended, after 2 iterations: go on from the unmixing "
            + "that it found (--start unmixing.npy), ask for fewer sources (--sources), or take another method "
            + "(--method).",
            result.Notes);
    }

    [Fact]
    public void A_channel_that_depends_on_the_others_gives_fewer_sources_and_a_note()
    {
        Matrix<double> x = Mixtures.Laplace(5000, 2, 8);
        Matrix<double> mixing = Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 0.3 }, { 0.2, 1.0 }, { 1.2, 1.3 } });
        var result = Separator.FastIca().Separate(x * mixing.Transpose());
        Assert.Equal(2, result.Unmixing.Sources);
        Assert.Contains("2 of the 3 channels", Assert.Single(result.Notes), StringComparison.Ordinal);
        Vector<double> ratios = SeparationQuality.InterferenceRatios(
            result.Unmixing.Matrix * mixing, Vector<double>.Build.Dense(2, 1.0));
        Assert.All(ratios, ratio => Assert.True(ratio > 20.0, $"{ratio} dB"));
    }

    [Fact]
    public void Fewer_sources_can_be_asked_for_and_the_variance_that_is_kept_is_said()
    {
        Matrix<double> mixture = Mixtures.Laplace(5000, 4, 9);
        var result = Separator.FastIca(new FastIcaOptions { Sources = 2 }).Separate(mixture);
        Assert.Equal(2, result.Sources.ColumnCount);
        Assert.Contains("% of the variance", Assert.Single(result.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "there are 3 channels: record as many channels as there are sources, ask for 3 or fewer.")]
    [InlineData(0, "must be 1 or more, not 0.")]
    public void Asking_for_more_sources_than_channels_or_for_none_is_refused(int sources, string sentence)
    {
        var refusal = Assert.Throws<ArgumentException>(
            () => Separator.FastIca(new FastIcaOptions { Sources = sources }).Separate(Mixtures.Laplace(100, 3, 1)));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Separator.FastIca(new FastIcaOptions { MaxIterations = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Separator.FastIca(new FastIcaOptions
        {
            Tolerance = double.NaN,
        }));
        Assert.Throws<ArgumentException>(() => Separator.KnownMixing(Matrix<double>.Build.Dense(2, 2, double.NaN)));
    }

    [Fact]
    public void Constant_channels_alone_are_refused() =>
        Assert.Throws<ArgumentException>(() => Separator.FastIca().Separate(Matrix<double>.Build.Dense(50, 2, 3.0)));

    [Fact]
    public void One_channel_comes_out_as_itself()
    {
        Matrix<double> x = Mixtures.Laplace(500, 1, 2);
        var result = Separator.FastIca().Separate(x);
        Vector<double> centred = x.Column(0) - x.Column(0).Average();
        Vector<double> expected = centred / Math.Sqrt(centred.DotProduct(centred) / 500);
        Assert.Equal(
            0.0, Math.Min((result.Sources.Column(0) - expected).L2Norm(), (result.Sources.Column(0) + expected)
                .L2Norm()), 1e-9);
    }

    [Fact]
    public void Progress_tells_each_iteration_and_cancelling_stops()
    {
        Matrix<double> mixture = Mixtures.Laplace(20_000, 3, 10);
        var seen = new List<SeparationProgress>();
        var result = Separator.FastIca().Separate(mixture, new Listener(seen.Add));
        Assert.Equal(result.Iterations, seen.Count(progress => progress.Iteration > 0));

        using var cancellation = new CancellationTokenSource();
        var stopping = new Listener(_ => cancellation.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(
            () => Separator.FastIca().Separate(mixture, stopping, cancellation.Token));
    }

    private sealed class Listener(Action<SeparationProgress> action) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value) => action(value);
    }
}
