using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Math4AI.Audio;
using Math4AI.LinearAlgebra;

namespace Math4AI.Tests.Cli;

public sealed class StreamCommandTests : TemporaryFolder
{
    [Fact]
    public void A_file_comes_out_as_sources_of_the_same_length()
    {
        SaveParty(100_000);
        Finished done = Stream("party.wav", "-o", "voices.flac", "--latency-report");
        Assert.True(done.Code == 0, done.Errors);
        Recording sources = Recording.Read(In("voices.flac"));
        Assert.Equal((3, 48_000, 100_000), (sources.Channels, sources.SampleRate, sources.Length));
        Assert.Contains("0 blocks lost", done.Output, StringComparison.Ordinal);
        Assert.Contains("push to pull", done.Output, StringComparison.Ordinal);
        RefusedInOneLine(Stream("party.wav", "-o", "voices.flac"), 1, "--force");
        RefusedInOneLine(Stream("party.wav", "-o", "party.wav", "--force"), 1, "the input too");
        Assert.Equal(100_000, Recording.Read(In("party.wav")).Length);
        Assert.Equal(0, Stream("party.wav", "-o", "voices.flac", "--force").Code);
    }

    [Fact]
    public void A_pipe_gives_the_same_sources_as_a_file_with_and_without_headers()
    {
        SaveParty(60_000);
        Assert.Equal(0, Stream("party.wav", "-o", "file.wav").Code);
        using (var raw = new AudioOutput(
            In("party.raw"), new AudioFormat(AudioContainer.Wav, AudioEncoding.Float32), 3, 48_000, 1 << 17,
            headerless: true))
        {
            Recording party = Recording.Read(In("party.wav"));
            PlanarBlock all = raw.Ring.AcquireWrite(60_000);
            for (int c = 0; c < 3; c++)
            {
                party.Channel(c).CopyTo(all[c]);
            }

            raw.Ring.Commit(60_000);
            raw.Finish();
        }

        Finished piped = Shell($"cat party.wav | '{Repository.Command}' stream - -o - > pipe.wav");
        Assert.True(piped.Code == 0, piped.Errors);
        Finished headerless = Shell(
            $"cat party.raw | '{Repository.Command}' stream --format f32le --rate 48000 --channels 3 -o - > pipe.raw");
        Assert.True(headerless.Code == 0, headerless.Errors);
        byte[] samples = File.ReadAllBytes(In("pipe.raw"));
        Assert.Equal(60_000 * 3 * 4, samples.Length);
        Assert.Equal(samples, File.ReadAllBytes(In("pipe.wav"))[58..]);
        Recording file = Recording.Read(In("file.wav"));
        ReadOnlySpan<float> interleaved = MemoryMarshal.Cast<byte, float>(samples);
        for (int t = 0; t < 60_000; t += 997)
        {
            Assert.Equal(file.Channel(1)[t], interleaved[3 * t + 1]);
        }
    }

    [Fact]
    public void A_frozen_start_is_applied_as_it_is_and_a_page_says_how_late_it_was()
    {
        SaveParty(48_000);
        File.WriteAllText(In("w.csv"), "0,2,0\n0,0,-3\n1,0,0\n");
        Finished done =
            Stream("party.wav", "-o", "turned.wav", "--start", "w.csv", "--freeze", "0s", "--report", "late.html");
        Assert.True(done.Code == 0, done.Errors);
        Recording party = Recording.Read(In("party.wav")), turned = Recording.Read(In("turned.wav"));

        // W x in the units of W, to the last bit; or as loud as it is in the channels, root mean square over the three
        // of them.
        Assert.Equal(
            0, Stream("party.wav", "-o", "loud.wav", "--start", "w.csv", "--freeze", "0s", "--scale", "source").Code);
        Recording loud = Recording.Read(In("loud.wav"));
        (int Channel, float Factor)[] expected = [(1, 2.0f), (2, -3.0f), (0, 1.0f)];
        for (int source = 0; source < 3; source++)
        {
            for (int t = 0; t < 48_000; t += 101)
            {
                float sample = party.Channel(expected[source].Channel)[t];
                Assert.Equal(expected[source].Factor * sample, turned.Channel(source)[t]);
                Assert.Equal(
                    Math.Sign(expected[source].Factor) * sample / Math.Sqrt(3.0), loud.Channel(source)[t], 1e-6);
            }
        }

        string page = File.ReadAllText(In("late.html"));
        Assert.Contains("99.99 %", page, StringComparison.Ordinal);
        Assert.Contains("push to pull", page, StringComparison.Ordinal);
        // Nothing is loaded; the scripts inside say where they come from.
        Assert.DoesNotMatch("(src|href)=[\"']?http|url\\(http", page);
        RefusedInOneLine(Stream("party.wav", "-o", "other.wav", "--report", "late.html"), 1, "--force");
        File.WriteAllText(In("flat.csv"), "1,2\n2,4\n");
        RefusedInOneLine(Stream("party.wav", "-o", "flat.wav", "--start", "flat.csv"), 1, "full rank");
        RefusedInOneLine(Stream("party.wav", "-o", "none.wav", "--start", "none.csv"), 1, "none.csv");
    }

    [Fact]
    public void Json_tells_what_was_done()
    {
        SaveParty(48_000);
        JsonElement result = JsonDocument.Parse(Stream("party.wav", "--json").Output).RootElement;
        Assert.Equal(48_000, result.GetProperty("frames").GetInt32());
        Assert.Equal(64.0 / 48_000.0, result.GetProperty("algorithmicLatency").GetDouble(), 1e-12);
        Assert.True(result.GetProperty("latency").GetProperty("percentile9999").GetDouble() > 0.0);
        Assert.Equal(0, result.GetProperty("lostBlocks").GetInt32());
    }

    [Theory]
    [InlineData(2, "--format", "f32le")]
    [InlineData(2, "--rate", "48000")]
    [InlineData(2, "--format", "mp3", "--rate", "8000", "--channels", "2")]
    [InlineData(2, "--block", "0")]
    [InlineData(2, "--forget", "soon")]
    [InlineData(2, "--freeze", "-1s")]
    [InlineData(2, "--room", "--start", "w.npy")]
    [InlineData(2, "--report", "late.txt")]
    [InlineData(2, "--forget", "-1s")]
    [InlineData(2, "--window", "1000", "--room")]
    [InlineData(2, "--room", "--forget", "0.2s")]
    [InlineData(2, "--room", "--forget", "61s")]
    [InlineData(2, "--window", "1024")]
    [InlineData(2, "--sources", "2")]
    [InlineData(2, "--room", "--sources", "1")]
    [InlineData(2, "-o", "voices.mp3")]
    [InlineData(2, "--scale", "keep")]
    [InlineData(2, "--scale", "loud")]
    [InlineData(2, "--gaps", "none")]
    [InlineData(1, "-o", "none/voices.wav")]
    public void Wrong_words_are_refused_in_one_line(int code, params string[] words)
    {
        SaveParty(1000);
        RefusedInOneLine(Stream(["party.wav", .. words]), code);
        Assert.Equal(["party.wav"], Names());
    }

    [Fact]
    public void A_room_is_learned_from_the_time_that_is_said()
    {
        string room = Repository.Cases("signals", "room_8cm_rt150.flac");
        foreach (string time in (string[])["60s", "1s"])
        {
            Finished done = Stream(room, "--room", "--forget", time, "-o", $"{time}.wav");
            Assert.Equal(0, done.Code);
        }

        Assert.NotEqual(File.ReadAllBytes(In("60s.wav")), File.ReadAllBytes(In("1s.wav")));
    }

    [Fact]
    public void Fewer_sources_than_microphones_are_written_where_they_are_asked_for()
    {
        string room = "room.wav";
        Recording.Read(Repository.Cases("signals", "four_mics_two_speakers.flac")).Slice(0, 48_000).Save(In(room));
        Finished done = Stream(room, "--room", "--sources", "2", "-o", "two.wav", "--json");
        Assert.Equal(0, done.Code);
        JsonElement result = JsonDocument.Parse(done.Output).RootElement;
        Assert.Equal(4, result.GetProperty("channels").GetInt32());
        Assert.Equal(2, result.GetProperty("sources").GetInt32());
        Assert.Equal(2, Recording.Read(In("two.wav")).Channels);
        RefusedInOneLine(Stream(room, "--room", "--sources", "5", "-o", "five.wav"), 1, "ask for 2 to 4");
        RefusedInOneLine(Stream(room, "--room", "--sources", "two", "-o", "x.wav"), 2, "whole number");
        RefusedInOneLine(Stream(room, "--room", "--forget", "0.2s", "-o", "x.wav"), 2, "from 1s to 60s");
    }

    [Fact]
    public void Speakers_are_counted_in_the_first_seconds_of_a_stream()
    {
        Finished done = Stream(
            Repository.Cases("signals", "room_8cm_rt150.flac"), "--room", "--sources", "auto", "-o", "two.wav");
        Assert.Equal(0, done.Code);
        Assert.Contains("2 speakers are heard in the first 8 s", done.Errors, StringComparison.Ordinal);
        Assert.Equal(2, Recording.Read(In("two.wav")).Channels);
        string one = Repository.Cases("signals", "one_speaker_rt300.flac");
        RefusedInOneLine(Stream(one, "--room", "--sources", "auto", "-o", "one.wav"), 1, "One speaker", "--sources 2");
        Recording.Read(one).Slice(0, 8000).Save(In("short.wav"));
        RefusedInOneLine(Stream("short.wav", "--room", "--sources", "auto", "-o", "x.wav"), 1, "shorter than a second");
        RefusedInOneLine(Stream(one, "--sources", "auto", "-o", "x.wav"), 2, "belongs to --room");
    }

    [Theory]
    [InlineData(0.0f, "too short, or too quiet")]
    [InlineData(1.0f, "Learning stopped before anything was separated", "--freeze", "0s")]
    [InlineData(0.0f, "too short, or too quiet", "--room")]
    public void A_stream_of_which_nothing_was_separated_is_warned_of(float level, string why, params string[] words)
    {
        Recording party = CocktailParty.Sources(1).Slice(0, 16_000);
        new Recording(
            [.. Enumerable.Range(0, 2).Select(c => Array.ConvertAll(party.Channel(c).ToArray(), x => level * x))],
            party.SampleRate).Save(In("x.wav"));
        Finished done = Stream(["x.wav", "-o", "y.wav", .. words]);
        Assert.Equal(0, done.Code);
        Assert.Contains("math4ai: Warning: ", done.Errors, StringComparison.Ordinal);
        Assert.Contains(why, done.Errors, StringComparison.Ordinal);
        Assert.Contains("the input passed through unchanged", done.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_sound_is_refused()
    {
        File.WriteAllText(In("x.wav"), "hello");
        File.WriteAllText(In("empty.wav"), string.Empty);
        CocktailParty.Sources(1).Only(0).Slice(0, 1000).Save(In("mono.wav"));
        RefusedInOneLine(Stream("x.wav"), 1, "not an audio file", ".w64");
        RefusedInOneLine(Stream("empty.wav"), 1, "empty");
        RefusedInOneLine(Stream("none.wav"), 1, "no such file");
        RefusedInOneLine(Stream("mono.wav"), 1, "1 channel; 2 to 16 can be separated");
    }

    [Fact]
    public void A_reader_that_leaves_and_a_full_disk_end_it_in_one_sentence()
    {
        SaveParty(480_000);
        Finished left =
            Shell($"'{Repository.Command}' stream party.wav -o - | head -c 1000 > /dev/null; exit ${{PIPESTATUS[0]}}");
        Assert.Equal(1, left.Code);
        Assert.Contains("Nobody reads", Assert.Single(left.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Finished full = Shell("export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 1000; "
            + $"'{Repository.Command}' stream party.wav -o voices.wav");
        Assert.Equal(1, full.Code);
        Assert.Contains("No space", Assert.Single(full.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.True(Recording.Read(In("voices.wav")).Length > 50_000, "what was written before plays");
    }

    [Theory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Hangup)]
    public void Interrupted_it_keeps_all_that_has_arrived_and_stopped_it_goes_on(int signal)
    {
        // The pipe stays open: only the signal ends the stream.
        using Process process = Process.Start(new ProcessStartInfo(
            "/bin/bash",
            ["-c", $"{Signals.ExecWithHangup} '{Repository.Command}' stream --format f32le --rate 48000 --channels 2 "
                + "-o voices.wav"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        })!;
        var noise = new Random(1);
        byte[] second = new byte[48_000 * 2 * sizeof(float)];
        Span<float> samples = MemoryMarshal.Cast<byte, float>(second.AsSpan());
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = noise.NextSingle() - 0.5f;
        }

        void Send(long expected)
        {
            process.StandardInput.BaseStream.Write(second);
            process.StandardInput.BaseStream.Flush();
            Signals.WaitFor(Folder, process, () => Held() >= expected);
            Assert.False(process.HasExited);
        }

        // Whole blocks and the header: all of the second, or a block less.
        Send(47_990);
        Signals.Send(process, Signals.Stop);
        Signals.Send(process, Signals.Continue);
        Send(95_990);
        Signals.Send(process, signal);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("2.0 s of 2 channels", process.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        Assert.Equal(96_000, Recording.Read(In("voices.wav")).Length);
    }

    [Fact]
    public void A_sound_device_is_listened_to_or_the_message_says_why_not()
    {
        // ALSA's null device gives silence as fast as it is asked: more comes than can be taken, which is counted.
        File.WriteAllText(In("asound.conf"), "pcm.!default { type null }\npcm.m4null { type null }\n");
        using Process process = Process.Start(new ProcessStartInfo(
            Repository.Command, ["stream", "--device", "m4null", "--channels", "2", "-o", "heard.wav", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
            Environment = { ["ALSA_CONFIG_PATH"] = In("asound.conf") },
        })!;
        Signals.WaitFor(Folder, process, () => Held("heard.wav") > 48_000);
        if (process.HasExited)
        {
            // Without PortAudio at build time.
            Assert.Contains("PortAudio", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
            return;
        }

        Signals.Send(process, Signals.Interrupt);
        process.WaitForExit();
        JsonElement result = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        Assert.Equal(0, process.ExitCode);
        Assert.True(result.GetProperty("lostBlocks").GetInt64() > 0);
        Assert.True(Recording.Read(In("heard.wav")).Length > 48_000);
        Finished none = Repository.Run(
            Repository.Command, ["stream", "--device", "no such card", "-o", "none.wav"], Folder,
            ("ALSA_CONFIG_PATH", In("asound.conf")));
        RefusedInOneLine(none, 1, "no such card");
    }

    [Fact]
    public void A_sound_device_plays_every_frame_in_order()
    {
        // ALSA's file device writes what is played, silence between it where nothing was ready: the null device below
        // it never waits.
        File.WriteAllText(
            In("asound.conf"),
            "pcm.!default { type null }\npcm.m4null { type null }\n"
            + $"pcm.m4file {{ type file slave.pcm \"m4null\" file \"{In("played.raw")}\" format \"raw\" }}\n");
        float[][] ramps = [[.. Enumerable.Range(1, 9600).Select(t => t / 16384.0f)],
            [.. Enumerable.Range(1, 9600).Select(t => -t / 32768.0f)]];
        new Recording(ramps, 48_000).Save(In("ramps.wav"));
        File.WriteAllText(In("same.csv"), "1,0\n0,1\n");
        Finished done = Repository.Run(
            Repository.Command,
            ["stream", "ramps.wav", "--play", "m4file", "--start", "same.csv", "--freeze", "0s"],
            Folder,
            ("ALSA_CONFIG_PATH", In("asound.conf")));
        if (done.Code != 0)
        {
            // Without PortAudio at build time.
            RefusedInOneLine(done, 1, "PortAudio");
            return;
        }

        int next = 0;
        Span<float> frame = stackalloc float[2];
        using FileStream played = File.OpenRead(In("played.raw"));
        while (played.ReadAtLeast(MemoryMarshal.AsBytes(frame), 8, throwOnEndOfStream: false) == 8)
        {
            if (frame[0] != 0.0f)
            {
                Assert.Equal(ramps[0][next], frame[0], 1e-6);
                Assert.Equal(ramps[1][next], frame[1], 1e-6);
                next++;
            }
        }

        Assert.Equal(9600, next);
    }

    /// <summary>The frames that the file holds by its size.</summary>
    private long Held(string name = "voices.wav") =>
        File.Exists(In(name)) ? new FileInfo(In(name)).Length / (2 * sizeof(float)) : 0;

    private void SaveParty(int length) =>
        CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, length).Save(In("party.wav"));

    private Finished Stream(params string[] words) => Repository.Ask(["stream", .. words], Folder);

    private Finished Shell(string line) => Repository.Run("/bin/bash", ["-c", line], Folder);

    private static void RefusedInOneLine(Finished finished, int code, params string[] words)
    {
        Assert.True(finished.Code == code, $"code {finished.Code}: {finished.Output}{finished.Errors}");
        string line = Assert.Single(finished.Errors.TrimEnd().Split('\n'));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.Empty(finished.Output);
    }
}
