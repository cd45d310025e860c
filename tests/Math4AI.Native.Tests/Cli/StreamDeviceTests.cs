using System.Diagnostics;
using System.Text.Json;
using Math4AI.Audio;

namespace Math4AI.Tests.Cli;

/// <summary>The command on devices that misbehave as told: the look-alike of PortAudio is loaded before it.</summary>
public sealed class StreamDeviceTests : TemporaryFolder
{
    private static readonly string[] Microphone =
        ["stream", "--device", "fake microphone", "--rate", "8000", "--start", "same.csv", "--freeze", "0s", "--json"];

    [Fact]
    public void A_device_that_begins_slowly_is_waited_for_and_one_that_stops_has_vanished()
    {
        // It begins when the command has said that it waits.
        using Process process = Repository.Start(
            Repository.Command, [.. Microphone, "-o", "x.wav"], Folder, Environment($"until={In("begin")} stop=500"));
        Assert.Equal("waiting for the device ...", process.StandardError.ReadLine());
        File.WriteAllText(In("begin"), string.Empty);
        Assert.Contains("has vanished", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        JsonElement recorded = JsonDocument.Parse(output).RootElement.GetProperty("recorded");
        Assert.InRange(recorded.GetProperty("moved").GetInt64(), 3800, 4000);
        Assert.InRange(Recording.Read(In("x.wav")).Length, 3800, 4000);
    }

    [Fact]
    public void A_device_that_changes_its_rate_ends_the_stream_with_what_came_before_and_the_rate_that_it_has_now()
    {
        Finished done = Run("turn=7350", [.. Microphone, "-o", "x.wav"]);
        Assert.Equal(1, done.Code);
        Assert.Contains("has changed its sample rate", done.Errors, StringComparison.Ordinal);
        Assert.Contains("and 8000 were agreed", done.Errors, StringComparison.Ordinal);
        JsonElement recorded = JsonDocument.Parse(done.Output).RootElement.GetProperty("recorded");
        Assert.InRange(recorded.GetProperty("changedRate").GetDouble(), 7200, 7500);
        Assert.True(Recording.Read(In("x.wav")).Length > 1.7 * 8000);
    }

    [Theory]
    [InlineData("silence")]
    [InlineData("close")]
    public void Lost_frames_are_counted_and_filled_or_not(string gaps)
    {
        Finished done = Run("lose=400 flag stop=2400", [.. Microphone, "-o", "x.wav", "--gaps", gaps]);
        JsonElement recorded = JsonDocument.Parse(done.Output).RootElement.GetProperty("recorded");
        Assert.Equal(1, recorded.GetProperty("flagged").GetInt64());
        long Frames(string name) => recorded.GetProperty(name).GetInt64();
        Assert.True(Frames("lost") >= 3200 - 64, $"{Frames("lost")} lost");
        Assert.InRange(Frames("filled"), gaps == "silence" ? 3200 - 64 : 0, gaps == "silence"
            ? Frames("lost") + Frames("dropped")
            : 0);

        // Every frame is accounted for, however busy the machine is.
        Recording sound = Recording.Read(In("x.wav"));
        Assert.Equal(Frames("moved") - Frames("dropped") + Frames("filled"), sound.Length);
    }

    [Fact]
    public void From_one_device_to_another_the_work_begins_with_an_empty_ring_and_the_clocks_are_reported()
    {
        Finished done = Run("stop=3000 ppm=100", [.. Microphone, "--play", "fake loudspeaker"]);
        Assert.Equal(1, done.Code);
        JsonElement result = JsonDocument.Parse(done.Output).RootElement;
        double target = result.GetProperty("drift").GetProperty("targetSeconds").GetDouble();
        Assert.Equal(2 * 64 / 8000.0, target, 1e-12);
        Assert.True(result.GetProperty("drift").GetProperty("fillSeconds").GetDouble() > 0.0);
        Assert.True(result.GetProperty("played").GetProperty("moved").GetInt64() > 0);
        Assert.Equal(0, result.GetProperty("recorded").GetProperty("lost").GetInt64());
    }

    [Fact]
    public void Devices_are_listed_and_wrong_names_and_rates_are_answered_with_the_right_ones()
    {
        Assert.Contains("fake microphone: records 2 channels (default)", Run(string.Empty, ["devices"]).Output,
            StringComparison.Ordinal);
        JsonElement devices = JsonDocument.Parse(Run(string.Empty, ["devices", "--json"]).Output).RootElement;
        Assert.Equal(2, devices.GetArrayLength());
        Assert.Equal("fake loudspeaker", devices[1].GetProperty("name").GetString());
        foreach (string name in (string[])["", "violin"])
        {
            Finished none = Run(string.Empty, ["stream", "--device", name, "--rate", "8000"]);
            Assert.Equal(1, none.Code);
            Assert.Contains(
                "There are: 'fake microphone' (2 channels, 8000 Hz).", none.Errors, StringComparison.Ordinal);
        }

        Finished rate = Run(string.Empty, ["stream", "--device", "microphone", "--rate", "44100"]);
        Assert.Contains(
            "It does 8000, 48000.", Assert.Single(rate.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private Finished Run(string script, string[] words) =>
        Repository.Run(Repository.Command, words, Folder, Environment(script));

    private (string Name, string? Value)[] Environment(string script)
    {
        string fake = Path.Combine(Repository.Root, "artifacts", "native", "release", "libfake_portaudio.so");
        Assert.SkipUnless(File.Exists(fake), "The helper was built without PortAudio.");
        File.WriteAllText(In("same.csv"), "1,0\n0,1\n");
        return [("LD_PRELOAD", fake), ("MATH4AI_FAKE_PORTAUDIO", script)];
    }
}
