using Math4AI.Audio;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

public sealed class ResidueFitTests
{
    private const int Rate = 16_000;

    [Fact]
    public void Filters_learned_from_the_sources_themselves_separate_a_mixture_that_filters_can()
    {
        (float[][] voices, Recording mixture) = Mix(noise: 0.0);
        float[][] found = ResidueFit.Apply(mixture, voices);
        Assert.True(Sdr(voices, found) > 40.0, $"{Sdr(voices, found)} dB");
    }

    [Fact]
    public void Filters_learned_from_cleaned_signals_leave_less_noise_than_those_that_only_separate()
    {
        (float[][] voices, Recording mixture) = Mix(noise: 0.02);

        // The inverse of the mixing is (1, −0.8; −0.8, 1)/0.36, by which the noise becomes 11 dB louder.
        float[][] separated = [.. Enumerable.Range(0, 2).Select(n => mixture.Channel(n).ToArray().Zip(
            mixture.Channel(1 - n).ToArray(), (x, y) => (x - 0.8f * y) / 0.36f).ToArray())];
        float[][] once = ResidueFilter.Apply(separated, mixture.Length, Rate);
        float[][] anew = ResidueFit.Apply(mixture, once);
        double before = Sdr(voices, separated), after = Sdr(voices, anew);
        double filtered = Sdr(voices, once), twice = Sdr(voices, ResidueFilter.Apply(anew, mixture.Length, Rate));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"linear {before:0.0} and {after:0.0} dB, filtered {filtered:0.0} and {twice:0.0}");
        Assert.True(after > before + 1.0, $"{after} dB after {before}");
        Assert.True(twice > filtered + 0.2, $"{twice} dB after {filtered}");
    }

    [Fact]
    public void Silence_stays_silent_and_a_silent_channel_does_no_harm()
    {
        (float[][] voices, Recording mixture) = Mix(noise: 0.0);
        var silent = new Recording([mixture.Channel(0).ToArray(), new float[mixture.Length]], Rate);
        float[][] found = ResidueFit.Apply(silent, [voices[0], new float[mixture.Length]]);
        Assert.All(found[0], x => Assert.True(float.IsFinite(x)));
        Assert.All(found[1], x => Assert.Equal(0.0f, x));
    }

    private static (float[][] Voices, Recording Mixture) Mix(double noise)
    {
        float[][] voices =
        [
            .. Enumerable.Range(1, 2).Select(k =>
            {
                float[] voice = Recording.Read(Repository.Data("voices", $"voice-{k}.flac"))
                    .Channel(0)[..(6 * Rate)].ToArray();
                double scale = 0.1 / Math.Sqrt(voice.Average(x => x * x));
                return Array.ConvertAll(voice, x => (float)(scale * x));
            }),
        ];
        var random = new MersenneTwister(3);
        float[] Channel(int n) => [.. voices[n].Zip(voices[1 - n], (x, y) => (float)(x + 0.8 * y
            + noise * Math.Sqrt(12.0) * (random.NextDouble() - 0.5)))];
        return (voices, new Recording([Channel(0), Channel(1)], Rate));
    }

    private static double Sdr(float[][] truth, float[][] found)
    {
        double[][] Signals(float[][] all) => [.. all.Select(signal => Array.ConvertAll(signal, x => (double)x))];
        return BssEval.Compare(Signals(truth), Signals(found)).Sdr.Average();
    }
}
