using System.Numerics;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation;
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

    [Fact]
    public void Delays_are_those_of_the_ways_from_the_sources_to_the_microphones()
    {
        RoomScene scene = RoomScene.Draw(
            new RoomSceneOptions { Microphones = 3, Spacing = 0.2, ReverberationTime = 0.15 }, 3);
        RoomMixture mixture = scene.Mix([Noise(4), Noise(5)]);
        Recording images = new([.. mixture.Images.Select(image => image.Channel(1).ToArray())], 16_000);
        static Recording Noise(int seed)
        {
            var random = new MersenneTwister(seed);
            return new Recording([[.. Enumerable.Range(0, 16_000).Select(_ => random.NextSingle() - 0.5f)]], 16_000);
        }

        double[][] delays = SourceDelays.Of(images, mixture.Mixture, reference: 1);
        for (int n = 0; n < 2; n++)
        {
            double Distance(int microphone) => (scene.Sources[n] - scene.Microphones[microphone]).Length;
            for (int m = 0; m < 3; m++)
            {
                Assert.Equal((Distance(m) - Distance(1)) / scene.Room.SpeedOfSound, delays[n][m], 0.5 / 16_000);
            }
        }
    }

    [Theory]
    [InlineData("room-2x2-rt150", 2, RoomMethod.AuxIva, 30.0)]
    [InlineData("room-3x3-rt200", 3, RoomMethod.AuxIva, 19.0)]
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

    [Theory]
    [InlineData(0.03, 0.0)]
    [InlineData(0.05, 0.3)]
    [InlineData(0.08, 0.5)]
    [InlineData(1.0, 0.2)]
    public void Microphones_at_any_distance_and_echoes_of_any_length_make_a_room_and_real_mixing_does_not(
        double spacing, double reverberation)
    {
        RoomMixture room = Drawn(spacing, reverberation, seed: 11);
        Assert.True(RoomTest.Statistic(room.Mixture) > RoomTest.Threshold);
        ReadOnlySpan<float> one = room.Images[0].Channel(0), two = room.Images[1].Channel(0);
        float[] left = new float[one.Length], right = new float[one.Length];
        for (int t = 0; t < left.Length; t++)
        {
            (left[t], right[t]) = (0.8f * one[t] + 0.3f * two[t], 0.6f * one[t] + 0.95f * two[t]);
        }

        Assert.True(RoomTest.Statistic(new Recording([left, right], 16_000)) < RoomTest.Threshold);
    }

    [Fact]
    public void The_statistic_does_not_change_under_real_mixing()
    {
        Recording room = Drawn(0.05, 0.2, seed: 12).Mixture;
        float[] first = room.Channel(0).ToArray(), second = room.Channel(1).ToArray();
        float[][] mixed =
        [
            [.. first.Zip(second, (x, y) => 0.7f * x - 0.2f * y)],
            [.. first.Zip(second, (x, y) => 0.1f * x + 0.9f * y)],
        ];

        // Which zones are loudest changes a little.
        Assert.Equal(RoomTest.Statistic(room), RoomTest.Statistic(new Recording(mixed, 16_000)), 0.004);
    }

    [Fact]
    public void Signals_that_hear_each_other_depend_on_each_other()
    {
        RoomMixture room = Drawn(0.2, 0.2, seed: 13);
        float[] one = room.Images[0].Channel(0).ToArray(), two = room.Images[1].Channel(0).ToArray();
        double Leaking(float share) => OutputDependence.Of(
            [[.. one.Zip(two, (x, y) => x + share * y)], [.. two.Zip(one, (x, y) => x + share * y)]],
            one.Length, 16_000);
        Assert.InRange(Leaking(0.0f), -0.2, 0.1);
        Assert.True(Leaking(0.1f) < Leaking(0.3f));
        Assert.Equal(1.0, Leaking(1.0f), 1e-6);
    }

    [Fact]
    public void The_cost_of_signals_rises_with_what_they_hear_of_each_other_and_not_with_their_scales()
    {
        RoomMixture room = Drawn(0.2, 0.2, seed: 13);
        float[] one = room.Images[0].Channel(0).ToArray(), two = room.Images[1].Channel(0).ToArray();
        double Cost(float[] a, float[] b) => OutputCost.Of([a, b], one.Length, 16_000);
        double Leaking(float share) => Cost(
            [.. one.Zip(two, (x, y) => x + share * y)], [.. two.Zip(one, (x, y) => x + share * y)]);
        double alone = Leaking(0.0f);
        Assert.True(alone < Leaking(0.1f));
        Assert.True(Leaking(0.1f) < Leaking(0.3f));
        Assert.Equal(alone, Cost(two, one), 1e-9);
        Assert.Equal(alone, Cost(Array.ConvertAll(one, x => 2.0f * x), Array.ConvertAll(two, x => 2.0f * x)), 1e-9);
    }

    [Fact]
    public void Sources_that_change_places_at_a_frequency_cost_more_though_they_do_not_depend_on_each_other_there()
    {
        RoomMixture room = Drawn(0.2, 0.2, seed: 13);
        double[] one = Signal(room.Images[0], 0), two = Signal(room.Images[1], 0);
        var transform = new ShortTimeFourier(1024, 256, one.Length);
        Complex[] low = transform.Forward(one), high = transform.Forward(two);
        int edge = 62 * transform.Frames;
        float[] Joined(Complex[] below, Complex[] above) =>
            Array.ConvertAll(transform.Inverse([.. below[..edge], .. above[edge..]]), x => (float)x);
        float[][] right = [Joined(low, low), Joined(high, high)], changed = [Joined(low, high), Joined(high, low)];
        double Cost(float[][] signals) => OutputCost.Of(signals, one.Length, 16_000);
        double Dependence(float[][] signals) => OutputDependence.Of(signals, one.Length, 16_000);
        Assert.Equal(Dependence(right), Dependence(changed), 0.01);
        Assert.True(Cost(changed) > Cost(right));
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
    public void A_click_that_is_most_of_a_channel_is_named()
    {
        var random = new MersenneTwister(3);
        float[][] channels = [.. Enumerable.Range(0, 2).Select(_ =>
            Enumerable.Range(0, 17_000).Select(_ => 0.01f * (random.NextSingle() - 0.5f)).ToArray())];
        Assert.DoesNotContain(Notes(), note => note.Contains("Sample", StringComparison.Ordinal));
        channels[1][12_344] = 0.9f;
        Assert.Contains(
            Notes(), note => note.StartsWith("Sample 12345 of channel 2 alone makes up", StringComparison.Ordinal));
        IReadOnlyList<string> Notes() => new RoomSeparator().Separate(new Recording(channels, 16_000)).Notes;
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
        Assert.Contains("999 samples per second", Assert.Throws<ArgumentException>(
            () => separator.Separate(new Recording([Noise(32_000), Noise(32_000)], 999))).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(40)]
    [InlineData(250)]
    [InlineData(999)]
    public void Signals_with_few_samples_per_second_are_separated_as_a_mixture_without_echoes(int rate)
    {
        var random = new MersenneTwister(8);
        float[][] sources =
        [
            .. Enumerable.Range(0, 3).Select(
                _ => (float[])[.. Enumerable.Range(0, 8000).Select(_ => (float)(random.NextDouble() - 0.5))]),
        ];
        Recording mixture = CocktailParty.Mix(new Recording(sources, rate), CocktailParty.Mixing);
        Assert.Equal(double.NaN, RoomTest.Statistic(mixture));
        AutoSeparationResult found = Separator.Auto().Separate(mixture);
        Assert.False(found.IsRoom);
        Recording faster = CocktailParty.Mix(new Recording(sources, 16_000), CocktailParty.Mixing);
        AutoSeparationResult same = Separator.Auto(new SeparationOptions { IsRoom = false }).Separate(faster);
        Assert.Equal(same.Mixture!.Unmixing.Matrix, found.Mixture.Unmixing.Matrix);
    }

    /// <summary>Records two voices in a drawn room.</summary>
    private static RoomMixture Drawn(double spacing, double reverberation, int seed)
    {
        Recording Voice(string name) => Recording.Read(Repository.Data("voices", name)).Slice(0, 6 * 16_000);
        return RoomScene.Draw(new RoomSceneOptions { Spacing = spacing, ReverberationTime = reverberation }, seed).Mix(
            [Voice("voice-1.flac"), Voice("voice-2.flac")], new RoomNoise { MicrophoneDecibels = 40.0 }, seed);
    }

    private static double[] Signal(Recording recording, int channel) =>
        Array.ConvertAll(recording.Channel(channel).ToArray(), x => (double)x);
}
