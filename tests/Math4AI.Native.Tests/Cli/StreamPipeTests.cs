using Math4AI.Audio;

namespace Math4AI.Tests.Cli;

public sealed class StreamPipeTests : TemporaryFolder
{
    [Theory]
    [InlineData("x.flac", AudioContainer.Flac, AudioEncoding.Pcm16)]
    [InlineData("x.aiff", AudioContainer.Aiff, AudioEncoding.Float32)]
    [InlineData("x.ogg", AudioContainer.Ogg, AudioEncoding.Vorbis)]
    public void Every_format_comes_through_a_pipe_as_from_its_file(
        string name, AudioContainer container, AudioEncoding encoding)
    {
        Party().Save(In(name), new AudioFormat(container, encoding));
        Shell($"cat {name} | '{Repository.Command}' stream - -o pipe.wav && '{Repository.Command}' stream {name} -o "
            + "file.wav", 0);
        Assert.Equal(File.ReadAllBytes(In("file.wav")), File.ReadAllBytes(In("pipe.wav")));
        Shell($"cat {name} | '{Repository.Command}' separate - -o apart --no-report", 0);
    }

    [Fact]
    public void Mp3_comes_through_a_pipe_as_from_its_file()
    {
        // Read from a pipe as it arrives, this file makes libsndfile 1.2.0 read beyond its memory.
        string mp3 = Repository.Cases("files", "pipe.mp3");
        Shell($"cat '{mp3}' | '{Repository.Command}' stream - -o pipe.wav && '{Repository.Command}' stream '{mp3}' -o "
            + "file.wav", 0);
        Assert.Equal(File.ReadAllBytes(In("file.wav")), File.ReadAllBytes(In("pipe.wav")));
    }

    [Fact]
    public void Sound_that_ends_early_is_used_and_what_is_missing_is_said()
    {
        Party().Save(In("x.wav"));
        long bytes = new FileInfo(In("x.wav")).Length;
        string errors = Shell($"head -c {bytes - 1206} x.wav | '{Repository.Command}' stream - -o y.wav", 1);
        Assert.Contains(
            "101 samples per channel that the header promises are missing", errors, StringComparison.Ordinal);
        Assert.Contains("6 bytes were left out", errors, StringComparison.Ordinal);
        Assert.Equal(24_000 - 101, Recording.Read(In("y.wav")).Length);
        errors = Shell($"head -c {bytes - 1206} x.wav | '{Repository.Command}' separate - -o apart", 1);
        Assert.Contains("101 samples", errors, StringComparison.Ordinal);
        Shell($"cat x.wav | '{Repository.Command}' stream - -o - | head -c 10000 | '{Repository.Command}' stream - -o "
            + "z.wav", 1);
        string silence =
            Shell($"MATH4AI_SPOOL_BYTES=100 '{Repository.Command}' stream - -o w.wav < <(sed 's/RIFF/XIFF/' x.wav)", 1);
        Assert.Contains("save it to a file", silence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_gives_no_length_is_followed_by_sound()
    {
        Party().Save(In("x.wav"));
        byte[] bytes = File.ReadAllBytes(In("x.wav"));
        bytes.AsSpan(bytes.AsSpan().IndexOf("data"u8) + 4, 4).Clear();
        File.WriteAllBytes(In("x.wav"), bytes);
        Recording read = Recording.Read(In("x.wav"));
        Assert.Equal(24_000, read.Length);
        Assert.Contains("all 24000 samples", Assert.Single(read.Notes), StringComparison.Ordinal);
        Shell($"'{Repository.Command}' stream x.wav -o y.wav", 0);
        Assert.Equal(24_000, Recording.Read(In("y.wav")).Length);
    }

    private static Recording Party() =>
        CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 24_000);

    private string Shell(string line, int code)
    {
        Finished done = Repository.Run("/bin/bash", ["-c", line], Folder);
        Assert.True(done.Code == code, $"code {done.Code}: {done.Output}{done.Errors}");
        return done.Errors;
    }
}
