using System.Text.Json;
using Math4AI.Audio;

namespace Math4AI.Tests.Cli;

/// <summary>A microphone that falls silent is told on stderr, in the result and on the page.</summary>
public sealed class RecordingFaultCommandTests : TemporaryFolder
{
    private const string Silent = "Channel 2 is silent from 4.00 to 10.00 s (60 % of the sound)";

    [Theory]
    [InlineData("--room")]
    [InlineData("--sources", "auto")]
    [InlineData("--method", "ml")]
    public void A_microphone_that_falls_silent_is_a_warning_of_a_separation(params string[] options)
    {
        SaveSilenced();
        Finished done = Repository.Ask(["separate", "x.wav", "-o", "out", .. options], Folder);
        Assert.True(done.Code == 0, done.Errors);
        Assert.Contains($"math4ai: Warning: {Silent}", done.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Silent, done.Output, StringComparison.Ordinal);
        JsonElement warnings = JsonDocument.Parse(File.ReadAllText(In("out/result.json"))).RootElement
            .GetProperty("warnings");
        Assert.StartsWith(Silent, warnings[0].GetString(), StringComparison.Ordinal);
        Assert.Contains(Silent, File.ReadAllText(In("out/report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--room")]
    public void A_microphone_that_falls_silent_is_a_warning_of_live_sound(params string[] options)
    {
        SaveSilenced();
        Finished done = Repository.Ask(["stream", "x.wav", "-o", "y.wav", "--json", .. options], Folder);
        Assert.True(done.Code == 0, done.Errors);
        Assert.Contains($"math4ai: Warning: {Silent}", done.Errors, StringComparison.Ordinal);
        JsonElement warnings = JsonDocument.Parse(done.Output).RootElement.GetProperty("warnings");
        Assert.StartsWith(Silent, warnings[0].GetString(), StringComparison.Ordinal);
        Finished good = Repository.Ask(
            ["stream", Repository.Data("rooms", "room-2x2-rt150", "mixture.wav"), "-o", "z.wav", .. options], Folder);
        Assert.DoesNotContain("Warning", good.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_of_live_sound_that_are_not_finite_are_a_warning()
    {
        SaveFloats(frames: 48_000);
        Finished done = Repository.Ask(["stream", "x.wav", "-o", "y.wav"], Folder);
        Assert.True(done.Code == 0, done.Errors);
        Assert.Contains("Channel 2 has 2 samples that are not finite, from 1.2", done.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_without_samples_is_an_error()
    {
        SaveFloats(frames: 0);
        Finished done = Repository.Ask(["stream", "x.wav", "-o", "y.wav"], Folder);
        Assert.True(done.Code == 1, done.Output + done.Errors);
        Assert.Contains("holds no samples", done.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_that_depend_on_each_other_are_named_where_a_room_is_refused()
    {
        Recording room = Recording.Read(Repository.Data("rooms", "room-2x2-rt150", "mixture.wav"));
        float[] half = Array.ConvertAll(room.Channel(0).ToArray(), x => 0.5f * x);
        new Recording([.. Channels(room), half], room.SampleRate).Save(In("x.wav"));
        Finished done = Repository.Ask(["separate", "x.wav", "-o", "out", "--room"], Folder);
        Assert.Equal(1, done.Code);
        Assert.Matches("Channel [13] is (0.5|2) times channel [13]", done.Errors);
    }

    [Fact]
    public void Files_of_different_lengths_are_said_to_be_where_they_stay_on_disk()
    {
        Recording room = Recording.Read(Repository.Data("rooms", "room-2x2-rt150", "mixture.wav"));
        room.Only(0).Slice(0, 90_000).Save(In("a.wav"));
        room.Only(1).Save(In("b.wav"));
        using var files = new AudioFileSource(In("a.wav"), In("b.wav"));
        Assert.Contains("first 90000 samples", Assert.Single(files.Notes), StringComparison.Ordinal);
        Finished done = Repository.Ask(
            ["separate", "a.wav", "b.wav", "-o", "out", "--memory", "1k", "--method", "ml", "--no-report"], Folder);
        Assert.True(done.Code == 0, done.Errors);
        Assert.Contains("The files differ in length: the first 90000", done.Output, StringComparison.Ordinal);
    }

    private static float[][] Channels(Recording recording) =>
        [.. Enumerable.Range(0, recording.Channels).Select(c => recording.Channel(c).ToArray())];

    private void SaveSilenced()
    {
        Recording room = Recording.Read(Repository.Data("rooms", "room-2x2-rt150", "mixture.wav"));
        float[][] channels = Channels(room);
        channels[1].AsSpan(4 * room.SampleRate).Clear();
        new Recording(channels, room.SampleRate).Save(In("x.wav"));
    }

    private void SaveFloats(int frames)
    {
        using var wave = new BinaryWriter(File.Create(In("x.wav")));
        wave.Write("RIFF"u8);
        wave.Write(36 + 8 * frames);
        wave.Write("WAVEfmt "u8);
        wave.Write(16);
        wave.Write((short)3);
        wave.Write((short)2);
        wave.Write(16_000);
        wave.Write(16_000 * 8);
        wave.Write((short)8);
        wave.Write((short)32);
        wave.Write("data"u8);
        wave.Write(8 * frames);
        for (int t = 0; t < frames; t++)
        {
            wave.Write((float)Math.Sin(0.05 * t));
            wave.Write(t is 20_000 or 20_001 ? float.NaN : (float)Math.Cos(0.07 * t));
        }
    }
}
