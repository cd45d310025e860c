using System.Globalization;
using System.Text.RegularExpressions;
using System.Numerics;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Audio;

public sealed class ShoeboxRoomTests
{
    private const int Rate = 16000;

    private static readonly Position Size = new(5.2, 4.1, 2.7);
    private static readonly Position Here = new(1.3, 1.1, 1.2);

    [Fact]
    public void Without_echoes_sound_comes_after_its_distance_and_falls_with_it()
    {
        var room = new ShoeboxRoom(Size, 1.0);
        Position one = new(2.0, 1.7, 1.4), two = new(4.3, 3.3, 2.2);
        double near = (one - Here).Length, far = (two - Here).Length;
        double[] first = room.Response(Here, one, Rate, 0.3), second = room.Response(Here, two, Rate, 0.3);
        foreach (double hertz in (double[])[500.0, 1000.0, 3000.0, 7000.0])
        {
            Complex ratio = Transform(second, hertz) / Transform(first, hertz);
            Complex expected = Complex.FromPolarCoordinates(
                near / far, -2.0 * Math.PI * hertz * (far - near) / room.SpeedOfSound);
            Assert.True((ratio - expected).Magnitude < 2e-3 * near / far, $"{hertz} Hz: {ratio}, not {expected}");
        }

        Assert.Equal(1.0 / (4.0 * Math.PI * near), Transform(first, 1000.0).Magnitude, 1e-4);
    }

    [Theory]
    [InlineData(0.13)]
    [InlineData(0.5)]
    [InlineData(0.87)]
    public void A_pulse_between_samples_passes_what_lies_below_nine_tenths_of_half_the_rate(double part)
    {
        double[] samples = new double[128];
        FractionalDelay.Add(samples, 60.0 + part, 1.0);
        for (double hertz = 100.0; hertz < 0.45 * Rate; hertz += 100.0)
        {
            Complex passed = Transform(samples, hertz)
                * Complex.FromPolarCoordinates(1.0, 2.0 * Math.PI * hertz * (60.0 + part) / Rate);
            Assert.InRange((passed - Complex.One).Magnitude, 0.0, 0.023);
        }
    }

    [Fact]
    public void A_single_wall_gives_a_single_image()
    {
        var room = new ShoeboxRoom(Size, [0.36, 1.0, 1.0, 1.0, 1.0, 1.0]);
        Position there = new(2.9, 2.2, 1.9);
        double[] direct = new ShoeboxRoom(Size, 1.0).Response(Here, there, Rate, 0.3);
        double[] response = room.Response(Here, there, Rate, 0.3);
        Complex echo = Transform(response, 1000.0) - Transform(direct, 1000.0);
        double distance = (there - Here with { X = -Here.X }).Length, gain = 0.8 / (4.0 * Math.PI * distance);
        Complex shift = Transform(direct, 1000.0)
            / Complex.FromPolarCoordinates(
                1.0 / (4.0 * Math.PI * (there - Here).Length),
                -2.0 * Math.PI * 1000.0 * (there - Here).Length / room.SpeedOfSound);
        Complex expected =
            shift * Complex.FromPolarCoordinates(gain, -2.0 * Math.PI * 1000.0 * distance / room.SpeedOfSound);
        Assert.True((echo - expected).Magnitude < 2e-3 * gain, $"{echo}, not {expected}");
    }

    [Theory]
    [InlineData(0.15)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void Sound_decays_in_the_reverberation_time_that_was_wanted(double seconds)
    {
        var room = ShoeboxRoom.WithReverberation(Size, seconds);
        Assert.Equal(seconds, room.ReverberationTime, 1e-6);
        double measured = Decay(room.Response(Here, new(3.9, 2.8, 1.7), Rate, 1.5 * seconds));
        Assert.InRange(measured, 0.9 * seconds, 1.1 * seconds);
    }

    [Fact]
    public void The_formulas_give_the_absorption_that_they_are_solved_for()
    {
        double volume = Size.X * Size.Y * Size.Z, surface = 2.0 * (Size.X * Size.Y + Size.Y * Size.Z + Size.Z * Size.X);
        double sabine = ShoeboxRoom.WithReverberation(Size, 0.4, ReverberationFormula.Sabine).Absorption[0];
        double eyring = ShoeboxRoom.WithReverberation(Size, 0.4, ReverberationFormula.Eyring).Absorption[0];
        double factor = 24.0 * Math.Log(10.0) * volume / (343.0 * surface);
        Assert.Equal(0.4, factor / sabine, 1e-12);
        Assert.Equal(0.4, -factor / Math.Log(1.0 - eyring), 1e-12);

        // The images that hit few walls outlive the mean that Eyring's formula is made of.
        double images = ShoeboxRoom.WithReverberation(Size, 0.4).Absorption[0];
        Assert.True(images > eyring);
    }

    [Fact]
    public void Source_and_microphone_may_change_places()
    {
        var room = new ShoeboxRoom(Size, [0.2, 0.5, 0.3, 0.4, 0.6, 0.1]);
        Position there = new(3.9, 2.8, 1.7);
        double[] one = room.Response(Here, there, Rate, 0.2), other = room.Response(there, Here, Rate, 0.2);
        double largest = one.Max(Math.Abs);
        Assert.All(one.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * largest));
    }

    [Fact]
    public void The_images_and_the_noise_add_up_to_the_mixture_and_a_seed_gives_the_same_bits()
    {
        RoomScene scene = RoomScene.Draw(new RoomSceneOptions { Microphones = 3 }, seed: 4);
        Recording[] voices = [Noise(1, 8000), Noise(2, 9000)];
        RoomMixture clean = scene.Mix(voices), noisy = scene.Mix(voices, new RoomNoise
        {
            MicrophoneDecibels = 20.0,
        }, 5);
        Assert.Equal((3, 8000), (clean.Mixture.Channels, (int)clean.Mixture.Length));
        double sum = 0.0, left = 0.0;
        double scale = noisy.Images[0].Channel(0)[4000] / clean.Images[0].Channel(0)[4000];
        for (int t = 0; t < 8000; t++)
        {
            Assert.Equal(
                clean.Images[0].Channel(2)[t] + clean.Images[1].Channel(2)[t], clean.Mixture.Channel(2)[t], 1e-6);
            double image = noisy.Images[0].Channel(0)[t] + noisy.Images[1].Channel(0)[t];
            sum += image * image;
            left += Math.Pow(noisy.Mixture.Channel(0)[t] - image, 2);
            Assert.Equal(scale * clean.Images[1].Channel(1)[t], noisy.Images[1].Channel(1)[t], 1e-6);
        }

        Assert.Equal(20.0, 10.0 * Math.Log10(sum / left), 0.3);
        RoomMixture again = scene.Mix(voices, new RoomNoise { MicrophoneDecibels = 20.0 }, 5);
        Assert.True(noisy.Mixture.Channel(1).SequenceEqual(again.Mixture.Channel(1)));
    }

    [Fact]
    public void Diffuse_noise_has_the_coherence_of_waves_from_everywhere()
    {
        const double Spacing = 0.1;
        var room = new ShoeboxRoom(Size, 1.0);
        Recording signal = Noise(3, 1 << 17);
        RoomMixture mixture = room.Mix(
            [new RoomSource(signal, Here)], [new(2.5, 2.0, 1.3), new(2.5 + Spacing, 2.0, 1.3)],
            new RoomNoise { DiffuseDecibels = 0.0 }, seed: 1);
        float[][] noise = [.. Enumerable.Range(0, 2).Select(m => mixture.Mixture.Channel(m).ToArray()
            .Zip(mixture.Images[0].Channel(m).ToArray(), (all, image) => all - image).ToArray())];
        foreach (double hertz in (double[])[500.0, 1000.0, 1715.0, 2500.0])
        {
            // Short pieces: each has one sample of every frequency.
            Complex cross = 0.0;
            double one = 0.0, two = 0.0;
            for (int start = 0; start + 512 <= noise[0].Length; start += 512)
            {
                Complex a = Transform(Windowed(noise[0], start), hertz),
                    b = Transform(Windowed(noise[1], start), hertz);
                cross += a * Complex.Conjugate(b);
                one += a.Magnitude * a.Magnitude;
                two += b.Magnitude * b.Magnitude;
            }

            double k = 2.0 * Math.PI * hertz * Spacing / room.SpeedOfSound;
            Complex coherence = cross / Math.Sqrt(one * two);
            Assert.True(
                (coherence - Math.Sin(k) / k).Magnitude < 0.2, $"{hertz} Hz: {coherence}, not {Math.Sin(k) / k}");
        }
    }

    [Fact]
    public void A_source_that_moves_is_heard_where_it_is()
    {
        var room = new ShoeboxRoom(Size, 1.0);
        Position end = new(3.3, 1.1, 1.2), microphone = new(2.3, 3.0, 1.2);
        var tone = new Recording(
            [[.. Enumerable.Range(0, 32000).Select(t => (float)Math.Sin(2.0 * Math.PI * 500.0 * t / Rate))]], Rate);
        RoomMixture moving = room.Mix([new RoomSource(tone, Here) { End = end }], [microphone]);
        RoomMixture first = room.Mix([new RoomSource(tone, Here)], [microphone]);
        RoomMixture middle = room.Mix([new RoomSource(tone, Here + 0.5 * (end - Here))], [microphone]);
        double Level(RoomMixture mixture, int from) => Math.Sqrt(
            Enumerable.Range(from, 800).Sum(t => Math.Pow(mixture.Mixture.Channel(0)[t], 2)));

        // In proportion to 1/d, as the loudest of each mixture is 0.9.
        double nearest = (new Position(2.3, 1.1, 1.2) - microphone).Length, farthest = (Here - microphone).Length;
        Assert.Equal(nearest / farthest, Level(moving, 400) / Level(moving, 16000), 0.02);
        Assert.Equal(Level(first, 400), Level(middle, 16000), 0.02 * Level(first, 400));
    }

    [Fact]
    public void A_source_that_walks_for_a_while_rests_before_and_after()
    {
        var room = new ShoeboxRoom(Size, 0.8);
        Position end = Here + new Position(0.5, 0.3, 0.0), microphone = new(2.3, 3.0, 1.2);
        var random = new MersenneTwister(5);
        var noise = new Recording(
            [[.. Enumerable.Range(0, 24000).Select(_ => (float)(random.NextDouble() - 0.5))]], Rate);
        Recording Image(RoomSource source) => room.Mix([source], [microphone]).Images[0];
        Recording walking = Image(new RoomSource(noise, Here) { End = end, MovesFrom = 0.5, MovesUntil = 1.0 });
        Recording before = Image(new RoomSource(noise, Here)), after = Image(new RoomSource(noise, end));

        // Up to the factor that makes the largest peak 0.9, and the response's length after the arrival.
        double Likeness(Recording rest, int from, int to)
        {
            double product = 0.0, one = 0.0, two = 0.0;
            for (int t = from; t < to; t++)
            {
                (double x, double y) = (walking.Channel(0)[t], rest.Channel(0)[t]);
                (product, one, two) = (product + x * y, one + x * x, two + y * y);
            }

            return product / Math.Sqrt(one * two);
        }

        Assert.Equal(1.0, Likeness(before, 0, Rate / 2), 1e-9);
        Assert.Equal(1.0, Likeness(after, Rate + Rate / 3, 24000), 1e-9);
        Assert.True(Likeness(before, Rate + Rate / 3, 24000) < 0.9);
        Assert.Throws<ArgumentException>(() => Image(new RoomSource(noise, Here) { End = end, MovesFrom = 2.0 }));
        var outside = new Position(-1.0, 1.0, 1.0);
        Assert.Throws<ArgumentException>(() => Image(new RoomSource(noise, outside) { End = end }));
    }

    [Fact]
    public void A_scene_keeps_its_distances_and_senseless_ones_are_refused()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RoomScene scene = RoomScene.Draw(
                new RoomSceneOptions { Sources = 4, Microphones = 4, Spacing = 0.2, ReverberationTime = 0.3 }, seed);
            Position middle = 0.5 * (scene.Microphones[0] + scene.Microphones[3]);
            double[] angles =
                [.. scene.Sources.Select(place => Math.Atan2(place.Y - middle.Y, place.X - middle.X))];
            for (int i = 0; i < 4; i++)
            {
                Position away = scene.Sources[i] - middle;
                Assert.InRange((away with { Z = 0.0 }).Length, 0.5, 2.5);
                Assert.All(angles[(i + 1)..], angle => Assert.True(
                    Math.Abs(Math.IEEERemainder(angle - angles[i], 2.0 * Math.PI)) > 0.349));
            }

            Assert.Equal(0.2, (scene.Microphones[1] - scene.Microphones[0]).Length, 1e-12);
        }

        Assert.Throws<ArgumentException>(
            () => RoomScene.Draw(new RoomSceneOptions { Microphones = 4, Spacing = 3.0 }, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShoeboxRoom.WithReverberation(Size, 0.001));
        Assert.Throws<ArgumentException>(() => new ShoeboxRoom(Size, 0.0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShoeboxRoom(new Position(-1.0, 2.0, 3.0), 0.5));
        Assert.Throws<ArgumentException>(() => new ShoeboxRoom(Size, 0.5).Response(Here, new(6.0, 1.0, 1.0), Rate));
    }

    [Fact]
    public void What_has_no_place_in_a_room_is_refused_with_what_would_have()
    {
        var size = new Position(5.0, 4.0, 3.0);
        string Refusal(RoomSceneOptions options) =>
            Assert.Throws<ArgumentException>(() => RoomScene.Draw(options, 1)).Message;
        string line = Refusal(new RoomSceneOptions { Microphones = 4, Spacing = 3.0, Size = size });
        Match widest = Regex.Match(line, @"take ([\d.]+) m or less between them, fewer microphones, a larger room");
        Assert.True(widest.Success, line);
        double spacing = double.Parse(widest.Groups[1].Value, CultureInfo.InvariantCulture);
        RoomScene.Draw(new RoomSceneOptions { Microphones = 4, Spacing = spacing, Size = size }, 1);
        Refusal(new RoomSceneOptions { Microphones = 4, Spacing = spacing + 0.001, Size = size });
        Assert.EndsWith("every wall: take a larger room.", Refusal(
            new RoomSceneOptions { Microphones = 1, Size = new Position(5.0, 4.0, 0.5) }), StringComparison.Ordinal);
        string apart = Refusal(new RoomSceneOptions { Sources = 19, Size = size });
        Assert.StartsWith("No places are found for 19 sources 20° apart", apart, StringComparison.Ordinal);
        Assert.EndsWith("take fewer sources, a larger room or another seed.", apart, StringComparison.Ordinal);
    }

    private static Recording Noise(int seed, int length)
    {
        var random = new MersenneTwister(seed);
        return new Recording(
            [[.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5))]], Rate);
    }

    private static double[] Windowed(float[] samples, int start) =>
        [.. Enumerable.Range(0, 512).Select(t => samples[start + t] * Math.Pow(Math.Sin(Math.PI * t / 512.0), 2))];

    private static Complex Transform(double[] samples, double hertz)
    {
        Complex sum = Complex.Zero;
        for (int t = 0; t < samples.Length; t++)
        {
            sum += samples[t] * Complex.FromPolarCoordinates(1.0, -2.0 * Math.PI * hertz * t / Rate);
        }

        return sum;
    }

    /// <summary>
    /// T30: twice the time in which Schroeder's integral falls from −5 to −35 dB, by a straight line.
    /// </summary>
    private static double Decay(double[] response)
    {
        double[] left = new double[response.Length];
        double sum = 0.0;
        for (int t = response.Length - 1; t >= 0; t--)
        {
            sum += response[t] * response[t];
            left[t] = sum;
        }

        double Time(double decibels) =>
            Array.FindIndex(left, energy => energy < left[0] * Math.Pow(10.0, decibels / 10.0)) / (double)Rate;
        return 2.0 * (Time(-35.0) - Time(-5.0));
    }
}
