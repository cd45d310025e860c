using Math4AI.Audio;

namespace Math4AI.Tests.Audio;

public sealed class AudioFileSourceTests : TemporaryFolder
{
    private Recording Save(string name, int channels, int length, int rate = 8000)
    {
        float[][] samples = [.. Enumerable.Range(1, channels).Select(
            c => Enumerable.Range(0, length).Select(i => MathF.Sin(0.01f * c * i)).ToArray())];
        var recording = new Recording(samples, rate);
        recording.Save(In(name));
        return recording;
    }

    [Fact]
    public void Blocks_from_anywhere_are_those_of_the_recording_by_several_threads_at_once()
    {
        Recording stereo = Save("a.wav", 2, 50_000), mono = Save("b.wav", 1, 40_000);
        using var source = new AudioFileSource(In("a.wav"), In("b.wav"));
        Assert.Equal((3, 40_000L, 8000), (source.Channels, source.Length, source.SampleRate));
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            double[] block = new double[3 * 500];
            int start = i * 7919 % 39_500;
            source.Read(start, 500, block);
            for (int t = 0; t < 500; t++)
            {
                Assert.Equal(stereo.Channel(0)[start + t], block[t]);
                Assert.Equal(stereo.Channel(1)[start + t], block[500 + t]);
                Assert.Equal(mono.Channel(0)[start + t], block[1000 + t]);
            }
        });
        Assert.Equal(mono.Channel(0).Slice(39_990, 10).ToArray(), source.Excerpt(39_990, 10).Channel(2).ToArray());
    }

    [Fact]
    public void Files_that_do_not_go_together_are_refused_with_the_reason()
    {
        Save("a.wav", 1, 100);
        Save("b.wav", 1, 100, rate: 44_100);
        Assert.Contains(
            "44100", Assert.Throws<IOException>(() => new AudioFileSource(In("a.wav"), In("b.wav"))).Message,
            StringComparison.Ordinal);
        Assert.Throws<IOException>(() => new AudioFileSource(In("a.wav"), In("missing.wav")));
        File.WriteAllText(In("text.wav"), "no sound");
        Assert.Throws<IOException>(() => new AudioFileSource(In("text.wav")));
        Assert.Throws<ArgumentException>(() => new AudioFileSource());
        using var reader = new AudioReader(In("a.wav"));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Seek(101));
    }
}
