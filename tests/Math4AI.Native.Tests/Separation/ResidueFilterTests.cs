using Math4AI.Audio;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

public sealed class ResidueFilterTests
{
    private const int Rate = 16_000;

    [Theory]
    [InlineData(0.0, 0.0, 25.0)]
    [InlineData(0.3, 0.0, 13.0)]
    [InlineData(0.0, 0.3, 12.0)]
    public void What_one_source_and_noise_leave_in_another_is_taken_out_and_little_else(
        double leak, double noise, double least)
    {
        float[][] voices = Voices();
        var random = new MersenneTwister(1);
        float[] Mixed(int a, int b) => [.. voices[a].Zip(voices[b], (x, y) => (float)(x + leak * y
            + noise * 0.1 * Math.Sqrt(12.0) * (random.NextDouble() - 0.5)))];
        float[][] signals = [Mixed(0, 1), Mixed(1, 0)];
        double[][] truth = [.. voices.Select(Signal)];
        double Sdr(float[][] found) => BssEval.Compare(truth, [.. found.Select(Signal)]).Sdr.Average();
        float[][] clean = ResidueFilter.Apply(signals, signals[0].Length, Rate);
        double before = Sdr(signals), after = Sdr(clean);
        TestContext.Current.TestOutputHelper!.WriteLine($"{before:0.0} dB before, {after:0.0} after");
        Assert.True(after >= least, $"{after} dB after {before}");
        Assert.True(leak + noise == 0.0 || after >= before + 1.5, $"{after} dB after {before}");
    }

    [Fact]
    public void Louder_signals_give_louder_ones_and_silence_stays_silent()
    {
        float[][] voices = [.. Voices().Select(voice => voice[..Rate])];
        float[][] once = ResidueFilter.Apply(voices, Rate, Rate);
        float[][] louder = ResidueFilter.Apply(
            [.. voices.Select(voice => Array.ConvertAll(voice, x => 4.0f * x))], Rate, Rate);
        for (int t = 0; t < Rate; t++)
        {
            Assert.Equal(4.0f * once[0][t], louder[0][t], 1e-5f);
        }

        Assert.All(ResidueFilter.Apply([new float[Rate], voices[0]], Rate, Rate)[0], x => Assert.Equal(0.0f, x));
    }

    /// <summary>Reads two voices of the root mean square 0.1.</summary>
    private static float[][] Voices() =>
    [
        .. Enumerable.Range(1, 2).Select(k =>
        {
            float[] voice = Recording.Read(Repository.Data("voices", $"voice-{k}.flac"))
                .Channel(0)[..(6 * Rate)].ToArray();
            double scale = 0.1 / Math.Sqrt(voice.Average(x => x * x));
            return Array.ConvertAll(voice, x => (float)(scale * x));
        }),
    ];

    private static double[] Signal(float[] samples) => Array.ConvertAll(samples, x => (double)x);
}
