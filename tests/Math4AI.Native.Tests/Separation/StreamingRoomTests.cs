using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.LinearAlgebra;
using Math4AI.Separation.Live;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

public sealed class StreamingRoomTests
{
    [Fact]
    public void Partitioned_filters_are_a_convolution()
    {
        const int Block = 16, Parts = 3, Order = 2, Length = 160;
        var random = new MersenneTwister(1);
        double[] Noise(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        double[][] taps = [.. Enumerable.Range(0, Order * Order).Select(_ => Noise(Block * Parts))];
        double[][] channels = [Noise(Length), Noise(Length)];
        var filters = new PartitionedFilters(Order, Order, Block, Parts);
        double[][] spectra = filters.NewSpectra();
        filters.Transform(taps, spectra);
        double[][] output = [new double[Block], new double[Block]];
        for (int start = 0; start < Length; start += Block)
        {
            filters.Push([.. channels.Select(channel => channel[start..(start + Block)])]);
            filters.Apply(spectra, output);
            for (int n = 0; n < Order; n++)
            {
                for (int i = 0; i < Block; i++)
                {
                    double expected = 0.0;
                    for (int m = 0; m < Order; m++)
                    {
                        for (int k = 0; k < Block * Parts && k <= start + i; k++)
                        {
                            expected += taps[n * Order + m][k] * channels[m][start + i - k];
                        }
                    }

                    Assert.Equal(expected, output[n][i], 1e-13);
                }
            }
        }
    }

    [Fact]
    public void Before_anything_is_learnt_the_channels_go_through_a_window_late()
    {
        var random = new MersenneTwister(2);
        var separator = new StreamingRoomSeparator(2, 16_000, new StreamingRoomOptions
        {
            Window = 256,
        })
        { IsFrozen = true };
        float[][] channels = Noise(random, 20_000);
        float[][] sources = Run(separator, channels, 160);
        for (int c = 0; c < 2; c++)
        {
            for (int t = 256; t < 20_000; t++)
            {
                Assert.Equal(channels[c][t - 256], sources[c][t], 1e-6f);
            }
        }
    }

    [Fact]
    public void Blocks_of_any_length_give_the_same_sources_in_every_run()
    {
        float[][] channels = Room("room-2x2-rt150", rounds: 1).Channels;
        float[][] Separate(int block) => Run(new StreamingRoomSeparator(2, 16_000), channels, block);
        float[][] expected = Separate(160);
        float[][] other = Separate(777);
        Assert.Equal(expected[0], other[0]);
        Assert.Equal(expected[1], other[1]);
    }

    [Fact]
    public void After_ten_seconds_a_stream_is_within_three_decibels_of_the_whole_recording_and_keeps_its_order()
    {
        (float[][] channels, double[][] images, Recording mixture) = Room("room-2x2-rt150", rounds: 3);
        RoomSeparationResult whole = new RoomSeparator().Separate(mixture);
        double offline = BssEval.Compare(
            images, [.. Enumerable.Range(0, 2)
                .Select(k => Array.ConvertAll(whole.Sources.Channel(k).ToArray(), x => (double)x))]).Sdr.Average();
        var separator = new StreamingRoomSeparator(2, 16_000);
        float[][] sources = Run(separator, channels, 160);
        int length = images[0].Length;
        var orders = new List<string>();
        foreach (int round in new[] { 1, 2 })
        {
            int start = round * length, count = length - separator.Delay;
            BssEvalResult streamed = BssEval.Compare(
                [.. images.Select(image => image[..count])],
                [.. sources.Select(source => Array.ConvertAll(
                    source[(start + separator.Delay)..(start + separator.Delay + count)], x => (double)x))]);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{streamed.Sdr.Average():0.0} dB, the whole recording {offline:0.0} dB");
            Assert.True(
                streamed.Sdr.Average() > offline - 3.0, $"{streamed.Sdr.Average():0.0} dB against {offline:0.0} dB");
            orders.Add(string.Join(',', streamed.Permutation));
        }

        Assert.Single(orders.Distinct());
    }

    [Fact]
    public void A_speaker_who_moves_is_followed()
    {
        const int Rate = 16_000, Seconds = 16, Moves = 8 * Rate;
        RoomScene scene = RoomScene.Draw(
            new RoomSceneOptions { Spacing = 0.2, ReverberationTime = 0.1, Size = new Position(5.0, 4.0, 2.7) }, 2);
        Recording[] voices =
        [
            .. Enumerable.Range(1, 2).Select(k => Recording.Read(Repository.Data("voices", $"voice-{k}.flac"))
                    .Channel(0).ToArray())
                .Select(voice => new Recording([[.. voice, .. voice[..((Seconds - 12) * Rate)]]], Rate)),
        ];
        Position middle = 0.5 * (scene.Microphones[0] + scene.Microphones[1]);
        Position mirrored = middle + (-1.0) * (scene.Sources[0] - middle);
        RoomMixture before = scene.Mix(voices),
            after = (scene with { Sources = [mirrored, scene.Sources[1]] }).Mix(voices);
        float[] Joined(Recording first, Recording second, int channel) =>
            [.. first.Channel(channel)[..Moves], .. second.Channel(channel)[Moves..]];
        double[][] images =
        [
            .. Enumerable.Range(0, 2).Select(k => Array.ConvertAll(
                Joined(before.Images[k], after.Images[k], 0), x => (double)x)),
        ];
        float[][] channels = [Joined(before.Mixture, after.Mixture, 0), Joined(before.Mixture, after.Mixture, 1)];
        var separator = new StreamingRoomSeparator(2, Rate);
        float[][] sources = Run(separator, channels, 160);
        double Sdr(int from, int to) => BssEval.Compare(
            [.. images.Select(image => image[(from * Rate)..(to * Rate)])],
            [
                .. sources.Select(source => Array.ConvertAll(
                    source[(from * Rate + separator.Delay)..(to * Rate + separator.Delay)], x => (double)x)),
            ]).Sdr.Average();
        (double settled, double moved, double again) = (Sdr(5, 8), Sdr(8, 10), Sdr(12, 15));
        TestContext.Current.TestOutputHelper!.WriteLine($"{settled:0.0}, {moved:0.0} and {again:0.0} dB");
        Assert.True(
            moved < settled - 6.0 && again > settled - 3.0, $"{settled}, {moved} and {again} dB");
    }

    [Fact]
    public void Two_speakers_at_four_microphones_are_heard_as_two_sources()
    {
        Recording Case(string name) =>
            Recording.Read(Repository.Cases("signals", $"four_mics_two_speakers{name}.flac"));
        Recording mixture = Case(string.Empty);
        double[][] images =
        [
            .. Enumerable.Range(1, 2).Select(
                k => Array.ConvertAll(Case($"-image-{k}").Channel(0).ToArray(), x => (double)x)),
        ];
        var separator = new StreamingRoomSeparator(
            4, mixture.SampleRate, new StreamingRoomOptions { Sources = 2 });
        Assert.Equal((4, 2), (separator.Channels, separator.Sources));
        float[][] channels =
        [
            .. Enumerable.Range(0, 4).Select(
                c => (float[])[.. mixture.Channel(c), .. mixture.Channel(c)[..(2 * mixture.SampleRate)]]),
        ];
        float[][] sources = Run(separator, channels, 512);
        int from = 5 * mixture.SampleRate, to = mixture.Length;
        double Sdr(Func<int, double[]> found) => BssEval.Compare(
            [.. images.Select(image => image[from..to])], [found(0), found(1)]).Sdr.Average();
        double before = Sdr(_ => Array.ConvertAll(channels[0][from..to], x => (double)x));
        double after = Sdr(k => Array.ConvertAll(
            sources[k][(from + separator.Delay)..(to + separator.Delay)], x => (double)x));
        TestContext.Current.TestOutputHelper!.WriteLine($"{before:0.0} dB before, {after:0.0} after");
        Assert.True(after > before + 3.0, $"{after} dB after {before}");
    }

    [Fact]
    public void Silence_and_what_is_no_number_do_no_harm()
    {
        var random = new MersenneTwister(3);
        var separator = new StreamingRoomSeparator(2, 8_000);
        float[][] channels = Noise(random, 40_000);
        Array.Clear(channels[0], 0, 20_000);
        channels[1][30_000] = float.NaN;
        Assert.All(Run(separator, channels, 80), source =>
            Assert.All(source, sample => Assert.True(float.IsFinite(sample))));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(null)]
    public void A_window_may_be_longer_than_the_history(double? seconds)
    {
        float[][] channels = Noise(new MersenneTwister(4), 12_000);
        var separator = new StreamingRoomSeparator(2, 1000, new StreamingRoomOptions
        {
            Window = 1024,
            HistorySeconds = seconds,
        });
        float[][] sources = Run(separator, channels, 100);
        Assert.All(sources, source => Assert.All(source, sample => Assert.True(float.IsFinite(sample))));

        // Something was learned: it is not the channel, a window late.
        Assert.NotEqual(channels[0][10_000], sources[0][10_000 + separator.Delay], 1e-3f);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new StreamingRoomSeparator(1, 16_000));
        Assert.Throws<ArgumentException>(() => new StreamingRoomSeparator(7, 16_000));
        Assert.Throws<ArgumentException>(
            () => new StreamingRoomSeparator(2, 16_000, new StreamingRoomOptions { Sources = 3 }));
        Assert.Throws<ArgumentException>(() => new StreamingRoomSeparator(2, 16_000, new StreamingRoomOptions
        {
            Window = 1000,
        }));
        Assert.Throws<ArgumentException>(() => new StreamingRoomSeparator(2, 16_000, new StreamingRoomOptions
        {
            ReferenceMicrophone = 2,
        }));
        Assert.Throws<ArgumentException>(() => new StreamingRoomSeparator(2, 16_000, new StreamingRoomOptions
        {
            HistorySeconds = 1e9,
        }));
    }

    private static float[][] Noise(MersenneTwister random, int length) =>
        [.. Enumerable.Range(0, 2).Select(
            _ => Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())];

    private static (float[][] Channels, double[][] Images, Recording Mixture) Room(string room, int rounds)
    {
        Recording mixture = Recording.Read(Repository.Data("rooms", room, "mixture.wav"));
        double[][] images =
        [
            .. Enumerable.Range(1, mixture.Channels).Select(k => Array.ConvertAll(
                Recording.Read(Repository.Data("rooms", room, $"image-{k}.wav")).Channel(0).ToArray(), x => (double)x)),
        ];
        float[][] channels =
        [
            .. Enumerable.Range(0, mixture.Channels).Select(c =>
                Enumerable.Repeat(mixture.Channel(c).ToArray(), rounds).SelectMany(samples => samples).ToArray()),
        ];
        return (channels, images, mixture);
    }

    private static float[][] Run(StreamingRoomSeparator separator, float[][] channels, int block)
    {
        float[][] sources = [.. Enumerable.Range(0, separator.Sources).Select(_ => new float[channels[0].Length])];
        float[] samples = new float[channels.Length * block], found = new float[sources.Length * block];
        for (int start = 0; start < channels[0].Length; start += block)
        {
            int count = Math.Min(block, channels[0].Length - start);
            var piece = new PlanarBlock(samples, channels.Length, count, count);
            for (int c = 0; c < channels.Length; c++)
            {
                channels[c].AsSpan(start, count).CopyTo(piece[c]);
            }

            // Where there are as many, in the same memory.
            PlanarBlock output = sources.Length == channels.Length
                ? piece
                : new PlanarBlock(found, sources.Length, count, count);
            separator.Process(piece, output);
            for (int n = 0; n < sources.Length; n++)
            {
                output[n].CopyTo(sources[n].AsSpan(start));
            }
        }

        return sources;
    }
}
