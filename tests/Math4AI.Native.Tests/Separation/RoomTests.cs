using System.Numerics;
using Math4AI.Audio;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

public class RoomTests
{
    [Theory]
    [InlineData(512, 256, 5000)]
    [InlineData(1024, 256, 5001)]
    [InlineData(2048, 512, 100)]
    public void A_spectrum_gives_its_signal_again(int window, int hop, int length)
    {
        var random = new MersenneTwister(1);
        double[] signal = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        var transform = new ShortTimeFourier(window, hop, length);
        double[] again = transform.Inverse(transform.Forward(signal));
        Assert.True(signal.Zip(again, (a, b) => Math.Abs(a - b)).Max() < 1e-12);
    }

    [Fact]
    public void A_sine_stands_at_its_frequency()
    {
        var transform = new ShortTimeFourier(256, 128, 1024);
        double[] sine = [.. Enumerable.Range(0, 1024).Select(t => Math.Cos(2 * Math.PI * 10 * t / 256.0))];
        Complex[] spectrum = transform.Forward(sine);
        int frame = transform.Frames / 2;
        int loudest =
            Enumerable.Range(0, transform.Frequencies).MaxBy(f => spectrum[f * transform.Frames + frame].Magnitude);
        Assert.Equal(10, loudest);

        // Half the sum of the window, 128.
        Assert.Equal(64.0, spectrum[10 * transform.Frames + frame].Magnitude, 1e-9);
    }

    [Theory]
    [InlineData("room-2x2-rt150", 2, RoomMethod.AuxIva, 22.0)]
    [InlineData("room-3x3-rt200", 3, RoomMethod.AuxIva, 14.0)]
    [InlineData("room-2x2-rt150", 2, RoomMethod.Ilrma, 22.0)]
    [InlineData("room-3x3-rt200", 3, RoomMethod.Ilrma, 14.0)]
    public void Sources_in_a_room_are_separated(string room, int sources, RoomMethod method, double least)
    {
        Recording mixture = Recording.Read(Repository.Data("rooms", room, "mixture.wav"));
        double[][] images =
        [
            .. Enumerable.Range(1, sources).Select(
                k => Signal(Recording.Read(Repository.Data("rooms", room, $"image-{k}.wav")), 0)),
        ];
        RoomSeparationResult result = new RoomSeparator(new RoomSeparatorOptions { Method = method }).Separate(mixture);
        BssEvalResult quality = BssEval.Compare(
            images, [.. Enumerable.Range(0, sources).Select(k => Signal(result.Sources, k))]);
        TestContext.Current.TestOutputHelper!.WriteLine($"{quality.Sdr.Average():0.00} dB in {result.Seconds:0.000} s");
        Assert.True(quality.Sdr.Average() >= least, $"mean SDR {quality.Sdr.Average()} dB");
    }

    [Theory]
    [InlineData("room-2x2-rt150")]
    [InlineData("room-3x3-rt200")]
    public void A_room_is_told_from_an_instantaneous_mixture_of_the_same_voices(string room)
    {
        Recording inRoom = Recording.Read(Repository.Data("rooms", room, "mixture.wav"));
        Assert.True(RoomTest.Statistic(inRoom) > RoomTest.Threshold);
        float[][] images = [.. Enumerable.Range(1, inRoom.Channels).Select(k =>
            Recording.Read(Repository.Data("rooms", room, $"image-{k}.wav")).Channel(0).ToArray())];
        float[][] mixed = [.. Enumerable.Range(0, images.Length).Select(channel =>
            images[0].Select((_, t) =>
                images.Select((image, k) => (channel == k ? 1.0f : 0.4f + 0.1f * k) * image[t]).Sum()).ToArray())];
        Assert.True(RoomTest.Statistic(new Recording(mixed, inRoom.SampleRate)) < RoomTest.Threshold);
    }

    [Fact]
    public void The_built_in_party_is_no_room() =>
        Assert.True(
            RoomTest.Statistic(CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing)) < RoomTest.Threshold);

    [Theory]
    [InlineData(8_000)]
    [InlineData(48_000)]
    public void A_mixture_of_noises_in_which_none_is_ever_alone_is_no_room(int rate)
    {
        var random = new MersenneTwister(3);
        float[][] noises = [.. Enumerable.Range(0, 3).Select(_ =>
            Enumerable.Range(0, 10 * rate).Select(_ => 0.2f * (float)(random.NextDouble() + random.NextDouble() - 1.0))
                .ToArray())];
        Assert.False(RoomTest.Statistic(CocktailParty.Mix(new Recording(noises, rate), CocktailParty.Mixing))
            > RoomTest.Threshold);
    }

    [Fact]
    public void What_cannot_be_separated_as_a_room_is_refused_with_a_reason()
    {
        var random = new MersenneTwister(2);
        float[] Noise(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5))];
        var separator = new RoomSeparator();
        Assert.Throws<ArgumentException>(() => separator.Separate(new Recording([Noise(16_000)], 16_000)));
        Assert.Throws<ArgumentException>(() => separator.Separate(new Recording([Noise(8_000), Noise(8_000)], 16_000)));
        Assert.Throws<ArgumentException>(
            () => separator.Separate(new Recording([Noise(32_000), new float[32_000]], 16_000)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoomSeparator(new RoomSeparatorOptions { Window = 1000 }));
    }

    private static double[] Signal(Recording recording, int channel) =>
        Array.ConvertAll(recording.Channel(channel).ToArray(), x => (double)x);
}
