using System.Text.Json;
using Math4AI.Audio;
using Math4AI.Separation;
using Math4AI.Separation.Quality;

namespace Math4AI.Tests.Cli;

/// <summary>What recorders and programs write, file by file, with the command's defaults.</summary>
public sealed class SignalCaseTests : TemporaryFolder
{
    [Theory]
    [InlineData("room_8cm_rt150.flac", "", "room")]
    [InlineData("room_8cm_rt300.flac", "", "room")]
    [InlineData("room_8cm_rt300.flac", "--sources 2", "room")]
    [InlineData("room_8cm_rt300.flac", "--sources auto", "room")]
    [InlineData("one_speaker_rt300.flac", "", "room")]
    [InlineData("four_mics_two_speakers.flac", "--sources 2", "room")]
    [InlineData("s.caf", "", "instantaneous")]
    [InlineData("s.flac", "", "instantaneous")]
    public void Recordings_from_rooms_are_told_from_those_without_echoes(string name, string options, string model)
    {
        JsonElement result = Separate(name, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(model, result.GetProperty("model").GetString());
    }

    [Fact]
    public void More_speakers_than_microphones_are_cut_out_by_masks_and_that_is_said()
    {
        JsonElement result = Separate("room_8cm_rt150.flac", "--sources", "3", "--more-than-microphones");
        Assert.Equal("masks", result.GetProperty("method").GetString());
        Assert.Equal(3, result.GetProperty("sources").GetInt32());
        Assert.Contains(
            result.GetProperty("notes").EnumerateArray(),
            note => note.GetString()!.Contains("2 microphones for 3 sources", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("len0.wav", "gives no length: all 15000 samples")]
    [InlineData("lenlong.wav", "241000 samples per channel that the header promises are missing")]
    [InlineData("trunc.wav", "119011 samples per channel that the header promises are missing")]
    [InlineData("mono.wav", "There is one channel, and so nothing to separate")]
    [InlineData("short20.wav", "There are 20 samples of 2 channels, and 100 or more are needed")]
    [InlineData("c64_65.npy", "There are 65 samples of 64 channels, and 20480 or more are needed")]
    public void What_is_cut_short_or_too_little_is_separated_and_said(string name, string note)
    {
        JsonElement result = Separate(name);
        Assert.Contains(
            result.GetProperty("notes").EnumerateArray(),
            each => each.GetString()!.Contains(note, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("int16.npy", 1e-4)]
    [InlineData("be.npy", 1e-9)]
    [InlineData("channels.csv", double.NaN)]
    public void Arrays_of_every_kind_of_number_give_the_same_sources(string name, double tolerance)
    {
        JsonElement result = Separate(name);
        Assert.Equal(3, result.GetProperty("channels").GetInt32());
        Assert.True(result.GetProperty("converged").GetBoolean());
        if (!double.IsNaN(tolerance))
        {
            double condition = Separate("be.npy").GetProperty("conditionNumber").GetDouble();
            Assert.Equal(
                condition, result.GetProperty("conditionNumber").GetDouble(), condition * Math.Max(tolerance, 1e-3));
        }
    }

    [Theory]
    [InlineData("room_8cm_rt150", 6.0)]
    [InlineData("room_8cm_rt300", 2.0)]
    public void Two_voices_eight_centimeters_from_each_other_are_separated(string name, double least)
    {
        Recording mixture = Recording.Read(Repository.Cases("signals", name + ".flac"));
        double[][] images =
        [
            .. Enumerable.Range(1, 2).Select(
                k => Signal(Recording.Read(Repository.Cases("signals", $"{name}-image-{k}.flac")), 0)),
        ];
        Recording found = Separator.Auto().Separate(mixture).Sources;
        double before = BssEval.Compare(images, [Signal(mixture, 0), Signal(mixture, 0)]).Sdr.Average();
        double sdr = BssEval.Compare(images, [Signal(found, 0), Signal(found, 1)]).Sdr.Average();
        TestContext.Current.TestOutputHelper!.WriteLine($"{before:0.0} dB before, {sdr:0.0} after");
        Assert.True(sdr >= before + least, $"{sdr} dB after {before}");
    }

    [Fact]
    public void Two_speakers_at_four_microphones_are_counted_and_separated_beside_their_background()
    {
        Recording mixture = Recording.Read(Repository.Cases("signals", "four_mics_two_speakers.flac"));
        double[][] images =
        [
            .. Enumerable.Range(1, 2).Select(
                k => Signal(Recording.Read(Repository.Cases("signals", $"four_mics_two_speakers-image-{k}.flac")), 0)),
        ];
        double Sdr(Recording found) =>
            BssEval.Compare(images, [Signal(found, 0), Signal(found, 1)]).Sdr.Average();
        var counted = Separator.Auto(new SeparationOptions { EstimatesSources = true }).Separate(mixture);
        Assert.Equal(2, counted.Sources.Channels);
        Assert.Contains(counted.Notes, note => note.StartsWith("There are 2 speakers", StringComparison.Ordinal));
        double before = BssEval.Compare(images, [Signal(mixture, 0), Signal(mixture, 0)]).Sdr.Average();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{before:0.0} dB before, {Sdr(counted.Sources):0.0} counted");
        Assert.True(Sdr(counted.Sources) >= before + 6.0, $"{Sdr(counted.Sources)} dB after {before}");
    }

    [Fact]
    public void A_single_speaker_is_left_as_it_is()
    {
        Recording mixture = Recording.Read(Repository.Cases("signals", "one_speaker_rt300.flac"));
        var found = Separator.Auto(new SeparationOptions { EstimatesSources = true }).Separate(mixture);
        Assert.Equal(1, found.Sources.Channels);
        Assert.Contains(found.Notes, note => note.StartsWith("There is one speaker", StringComparison.Ordinal));
        double[] image = Signal(Recording.Read(Repository.Cases("signals", "one_speaker_rt300-image-1.flac")), 0);
        double Sdr(Recording of) => BssEval.Compare([image], [Signal(of, 0)]).Sdr[0];
        Assert.Equal(Sdr(mixture), Sdr(found.Sources), 0.1);
    }

    [Fact]
    public void A_spike_and_a_step_that_dominate_the_variance_are_named_with_their_place()
    {
        double[] noise = [.. Enumerable.Range(0, 4000).Select(t => Math.Sin(0.3 * t) + Math.Sin(1.7 * t * t))];
        File.WriteAllLines(In("x.csv"), noise.Select((x, t) => FormattableString.Invariant(
            $"{(t == 1234 ? 500.0 : x)},{x * Math.Cos(t) + (t < 2600 ? 0.0 : 20.0)},{Math.Cos(0.7 * t * t)}")));
        Finished done = Repository.Ask(["separate", "x.csv", "-o", "out", "--json", "--no-report"], Folder);
        string[] notes = [.. JsonDocument.Parse(done.Output).RootElement.GetProperty("notes").EnumerateArray()
            .Select(note => note.GetString()!)];
        Assert.Contains(notes, note => note.StartsWith("Sample 1235 of channel 1 alone", StringComparison.Ordinal));
        Assert.Contains(
            notes, note => note.StartsWith("Channel 2 changes its level near sample 26", StringComparison.Ordinal));
        Assert.DoesNotContain(notes, note => note.Contains("hannel 3", StringComparison.Ordinal));
    }

    private static double[] Signal(Recording recording, int channel) =>
        Array.ConvertAll(recording.Channel(channel).ToArray(), x => (double)x);

    private JsonElement Separate(string name, params string[] options)
    {
        Finished done = Repository.Ask(
            ["separate", Repository.Cases("signals", name), "-o", "out", "--json", "--no-report", "--force",
                .. options],
            Folder);
        Assert.Equal(0, done.Code);
        return JsonDocument.Parse(done.Output).RootElement;
    }
}
