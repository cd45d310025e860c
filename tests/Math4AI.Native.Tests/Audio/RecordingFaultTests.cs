using Math4AI.Audio;
using Math4AI.Audio.Faults;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Audio;

/// <summary>What is wrong with a recording is named, and nothing is said of one that is right.</summary>
public sealed class RecordingFaultTests : TemporaryFolder
{
    private const int Rate = 8000;
    private const int Length = 6 * Rate;
    private const string ChannelTwo = "Channel 2 is silent from ";

    [Theory]
    [InlineData("zeros", 0.4, 1.0, "2.40 to 6.00 s")]
    [InlineData("zeros", 0.0, 0.5, "0.00 to 3.00 s")]
    [InlineData("zeros", 0.5, 0.7, "3.00 to 4.20 s")]
    [InlineData("constant", 0.4, 1.0, "2.40 to 6.00 s")]
    [InlineData("rounding", 0.4, 1.0, "2.40 to 6.00 s")]
    [InlineData("faint", 0.4, 1.0, "2.40 to 6.00 s")]
    public void A_channel_that_is_silent_while_others_are_not_is_named_with_when(
        string kind, double from, double to, string when)
    {
        float[][] channels = Mixture(noise: 1e-3);
        var random = new MersenneTwister(7, threadSafe: false);
        for (int t = (int)(from * Length); t < (int)(to * Length); t++)
        {
            channels[1][t] = kind switch
            {
                "constant" => 0.01f,
                "rounding" => random.Next(-1, 2) / 32768.0f,
                "faint" => 1e-6f * (random.NextSingle() - 0.5f),
                _ => 0.0f,
            };
        }

        string[] faults = Faults(kind == "faint" ? channels : Rounded(channels, 15));
        Assert.Contains(faults, fault => fault.StartsWith(ChannelTwo, StringComparison.Ordinal)
            && fault.Contains(when, StringComparison.Ordinal));
        Assert.DoesNotContain(faults, fault => fault.StartsWith("Channel 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_channel_behind_a_noise_gate_is_told_as_such_and_one_that_is_cut_off_as_a_fault(bool isCut)
    {
        // Phrases of 0.8 s, in the first and the fourth second; what is cut off ends in the midst of them.
        var random = new MersenneTwister(8, threadSafe: false);
        float[] spot = new float[Length];
        float[] voice = [.. spot.Select(_ => (float)(random.NextDouble() - 0.5))];
        for (int t = 0; t < Length; t++)
        {
            double phrase = Math.Sin(Math.PI * (t % (3 * Rate)) / (0.8 * Rate));
            bool isHeard = t % (3 * Rate) < (isCut ? 0.4 : 0.8) * Rate;
            spot[t] = isHeard ? (float)(phrase * phrase * (random.NextDouble() - 0.5)) : 0.0f;
        }

        var recording = new Recording([Sum([voice, spot], 1.0f, 0.2f), spot], Rate);
        (List<string> faults, List<string> remarks) =
            RecordingFaults.Of(recording, Covariance.Of(recording), TestContext.Current.CancellationToken);
        if (isCut)
        {
            string fault = Assert.Single(faults);
            Assert.StartsWith(
                "Channel 2 is silent from 0.40 to 3.00 s and from 3.40 to 6.00 s", fault, StringComparison.Ordinal);
            Assert.EndsWith("; if a noise gate silenced it, leave it in.", fault, StringComparison.Ordinal);
            Assert.Empty(remarks);
            return;
        }

        Assert.Empty(faults);
        Assert.Equal(
            "As behind a noise gate, channel 2 is silent 2 times (73 % of the sound): what the sources hold there "
            + "comes from the other channels alone.",
            Assert.Single(remarks));
    }

    [Theory]
    [InlineData("soft, 8 bits", 0)]
    [InlineData("a loud bass, 8 bits", 0)]
    [InlineData("overdriven, 8 bits", 1)]
    [InlineData("overdriven, 16 bits", 1)]
    public void Few_values_of_soft_sound_are_no_clipping(string kind, int notes)
    {
        int bits = kind.EndsWith("16 bits", StringComparison.Ordinal) ? 15 : 7;
        float gain = kind[0] == 's' ? 0.02f : 1.0f, most = kind[0] == 'o' ? 0.15f : 1.0f;
        float[][] channels = kind[0] == 'a'
            ? [[.. Enumerable.Range(0, Length).Select(t => 0.9f * MathF.Sin(0.01f * t))]]
            : Mixture(noise: 1e-3)[..1];
        channels = [Array.ConvertAll(channels[0], x => Math.Clamp(gain * x, -most, most))];
        Assert.Equal(notes, Clipping.Notes(new Recording(Rounded(channels, bits), Rate)).Count());
    }

    [Theory]
    [InlineData(0.0, 24)]
    [InlineData(0.0, 15)]
    [InlineData(1e-3, 15)]
    [InlineData(1e-2, 9)]
    public void A_recording_that_is_right_has_no_faults_though_all_pause(double noise, int bits)
    {
        Assert.Empty(Faults(Rounded(Mixture(noise), bits)));
        Assert.Empty(Faults(Rounded(Voices(noise), bits)));
    }

    [Fact]
    public void Sources_that_are_silent_most_of_the_time_are_no_lost_buffers()
    {
        var random = new MersenneTwister(4, threadSafe: false);
        float[][] sparse = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, Length).Select(_ =>
            random.NextDouble() < 0.03 ? random.NextSingle() - 0.5f : 0.0f).ToArray())];
        Assert.Empty(Faults([sparse[0], Sum(sparse, 0.5f, 1.0f)]));
    }

    [Fact]
    public void Buffers_that_a_recorder_lost_are_counted()
    {
        float[][] channels = Mixture(noise: 0.05);
        foreach (int from in (int[])[5000, 12_000, 30_000])
        {
            // In the midst of sound: in a pause, nobody could tell.
            int start = Enumerable.Range(from, 2000).First(
                t => Math.Abs(channels[0][t - 1]) > 0.05f && Math.Abs(channels[0][t + 256]) > 0.05f);
            channels[0].AsSpan(start, 256).Clear();
            channels[1].AsSpan(start, 256).Clear();
        }

        string fault = Assert.Single(Faults(channels));
        Assert.StartsWith("3 pieces of zeros in all channels", fault, StringComparison.Ordinal);
        Assert.Contains("the longest of 256 samples", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0f, 0, 24, "sample by sample")]
    [InlineData(-1.0f, 0, 15, "-1 times")]
    [InlineData(0.37f, 0, 15, "0.37 times")]
    [InlineData(1.0f, 7, 15, "sample by sample, 7 samples later")]
    [InlineData(-0.6f, 400, 24, "-0.6 times, 400 samples later")]
    public void A_channel_that_repeats_another_is_named_with_how(float factor, int lag, int bits, string how)
    {
        float[][] channels = Mixture(noise: 1e-3);
        float[] repeat = new float[Length];
        for (int t = lag; t < Length; t++)
        {
            repeat[t] = factor * channels[0][t - lag];
        }

        string[] faults = Faults(Rounded([channels[0], channels[1], repeat], bits));
        Assert.Contains($"Channel 3 repeats channel 1, {how}: ", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(24)]
    public void A_channel_that_is_a_sum_of_others_is_named_with_its_parts(int bits)
    {
        float[][] channels = Mixture(noise: 1e-3);
        string fault = Assert.Single(Faults(Rounded([.. channels, Sum(channels, 0.5f, 0.3f)], bits)));
        Assert.Matches("^Channel [123] is -?[0-9.]+ times channel [123] plus -?[0-9.]+ times channel [123]: ", fault);
    }

    [Theory]
    [InlineData(50.0)]
    [InlineData(60.0)]
    public void A_hum_that_is_louder_than_all_else_is_named(double hertz)
    {
        float[][] channels = Mixture(noise: 1e-3);
        for (int t = 0; t < Length; t++)
        {
            channels[1][t] += 0.3f * (float)(Math.Sin(2.0 * Math.PI * hertz * t / Rate)
                + 0.3 * Math.Sin(6.0 * Math.PI * hertz * t / Rate));
        }

        string fault = Assert.Single(Faults(channels));
        Assert.StartsWith($"A hum at {hertz:0} Hz", fault, StringComparison.Ordinal);
        Assert.Contains("channel 2", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(49.0)]
    [InlineData(51.91)]
    [InlineData(58.27)]
    [InlineData(61.74)]
    public void A_bass_note_beside_the_mains_is_no_hum(double hertz)
    {
        float[][] channels = Mixture(noise: 1e-3);
        for (int t = 0; t < Length; t++)
        {
            channels[1][t] += 0.3f * (float)(Math.Sin(2.0 * Math.PI * hertz * t / Rate)
                + 0.5 * Math.Sin(4.0 * Math.PI * hertz * t / Rate));
        }

        Assert.Empty(Faults(channels));
    }

    [Fact]
    public void Rounding_that_is_heard_is_named()
    {
        float[][] channels = [.. Mixture(noise: 1e-3).Select(channel => Array.ConvertAll(channel, x => 0.1f * x))];
        Assert.Contains(
            "multiples of 1/128", Assert.Single(Faults(Rounded(channels, 7))), StringComparison.Ordinal);
    }

    [Fact]
    public void Recordings_of_rooms_and_voices_have_no_faults()
    {
        foreach (string room in (string[])["room-2x2-rt150", "room-3x3-rt200"])
        {
            Assert.Empty(Faults(Recording.Read(Repository.Data("rooms", room, "mixture.wav"))));
        }
    }

    private static string[] Faults(float[][] channels) => Faults(new Recording(channels, Rate));

    private static string[] Faults(Recording recording) =>
        [.. RecordingFaults.Of(recording, Covariance.Of(recording)).Faults];

    private static float[][] Mixture(double noise)
    {
        float[][] voices = Voices(noise);
        return [Sum(voices, 1.0f, 0.6f), Sum(voices, 0.5f, 1.0f)];
    }

    private static float[] Sum(float[][] parts, float one, float other) =>
        [.. parts[0].Zip(parts[1], (x, y) => one * x + other * y)];

    private static float[][] Rounded(float[][] channels, int bits)
    {
        float scale = 1 << bits;
        return [.. channels.Select(channel => Array.ConvertAll(channel, x => MathF.Round(x * scale) / scale))];
    }

    /// <summary>
    /// Two noises that swell to words of a third of a second and pause, exactly silent, for as long, at times both.
    /// </summary>
    private static float[][] Voices(double noise)
    {
        var random = new MersenneTwister(1, threadSafe: false);
        return
        [
            .. Enumerable.Range(0, 2).Select(voice => Enumerable.Range(0, Length).Select(t =>
            {
                double word = Math.Sin(2.0 * Math.PI * (1.5 + 0.3 * voice) * t / Rate + voice);
                double sound = random.NextDouble() + random.NextDouble() - 1.0;
                return (float)(0.4 * word * Math.Max(0.0, word) * sound
                    + 0.4 * noise * (random.NextDouble() - 0.5));
            }).ToArray()),
        ];
    }
}
