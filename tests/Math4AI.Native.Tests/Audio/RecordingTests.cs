using Math4AI.Audio;

namespace Math4AI.Tests.Audio;

public class RecordingTests : TemporaryFolder
{
    private static Recording Tones(int channels, int length, int rate = 8000) =>
        new(
            [.. Enumerable.Range(1, channels).Select(c =>
                Enumerable.Range(0, length).Select(i => (float)(0.5 * Math.Sin(0.01 * c * i))).ToArray())],
            rate);

    [Fact]
    public void A_saved_recording_reads_back_to_the_bit()
    {
        Recording written = Tones(3, 200_000);
        written.Save(In("a.wav"));
        Recording read = Recording.Read(In("a.wav"));
        Assert.Equal(8000, read.SampleRate);
        Assert.Equal(AudioFormat.WavFloat32, read.Format);
        Assert.Equal(TimeSpan.FromSeconds(25), read.Duration);
        for (int channel = 0; channel < 3; channel++)
        {
            Assert.Equal(written.Channel(channel), read.Channel(channel));
        }
    }

    [Theory]
    [InlineData(AudioContainer.Flac, AudioEncoding.Pcm24, 1e-6)]
    [InlineData(AudioContainer.Wav, AudioEncoding.Pcm16, 4e-5)]
    [InlineData(AudioContainer.Ogg, AudioEncoding.Vorbis, 0.1)]
    public void Other_formats_hold_the_sound_within_their_precision(
        AudioContainer container, AudioEncoding encoding, double error)
    {
        Recording written = Tones(2, 30_000);
        var format = new AudioFormat(container, encoding);
        written.Save(In("a" + format.Extension), format);
        Recording read = Recording.Read(In("a" + format.Extension));
        Assert.Equal(format, read.Format);
        Assert.Equal(written.Length, read.Length);
        Assert.All(Enumerable.Range(0, written.Length),
            i => Assert.Equal(written.Channel(1)[i], read.Channel(1)[i], error));
    }

    [Fact]
    public void Mono_files_of_different_lengths_share_their_overlap_and_it_is_said()
    {
        Tones(1, 1000).Save(In("long.wav"));
        Tones(1, 900).Save(In("short.wav"));
        Recording both = Recording.Read(In("long.wav"), In("short.wav"));
        Assert.Equal(2, both.Channels);
        Assert.Equal(900, both.Length);
        Assert.Equal(["long.wav", "short.wav"], both.Names);
        Assert.Contains("first 900 samples", Assert.Single(both.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tone_at_another_sample_rate_is_the_same_tone()
    {
        const double Frequency = 440.0;
        float[] Tone(int rate, int length) =>
            [.. Enumerable.Range(0, length).Select(i => (float)(0.5 * Math.Sin(2.0 * Math.PI * Frequency * i / rate)))];
        new Recording([Tone(8000, 8000)], 8000).Save(In("a.wav"));
        new Recording([Tone(44100, 44100)], 44100).Save(In("b.wav"));
        Recording both = Recording.Read(In("a.wav"), In("b.wav"));
        Assert.Equal(44100, both.SampleRate);
        Assert.Contains("from 8000 to 44100", both.Notes[0], StringComparison.Ordinal);
        Assert.InRange(both.Length, 44000, 44100);

        // Beyond the reach of the filter at both ends.
        for (int i = 2000; i < both.Length - 2000; i++)
        {
            Assert.Equal(both.Channel(1)[i], both.Channel(0)[i], 1e-4f);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => both.Resample(1));
        Assert.Same(both, both.Resample(44100));
    }

    [Fact]
    public void Files_that_are_no_sound_are_refused_by_name()
    {
        File.WriteAllText(In("text.wav"), "only words");
        File.WriteAllText(In("empty.wav"), string.Empty);
        Tones(1, 100).Save(In("short.wav"));
        foreach (string name in new[] { "text.wav", "empty.wav", "missing.wav" })
        {
            var refusal = Assert.Throws<IOException>(() => Recording.Read(In("short.wav"), In(name)));
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_folder_is_refused_as_one()
    {
        Directory.CreateDirectory(In("folder.wav"));
        Assert.Equal(
            $"{In("folder.wav")} is a folder, and a file is needed.",
            Assert.Throws<IOException>(() => Recording.Read(In("folder.wav"))).Message);
    }

    [Fact]
    public void A_file_that_exists_is_kept_unless_it_may_be_replaced()
    {
        File.WriteAllText(In("a.wav"), "mine");
        Assert.Throws<IOException>(() => Tones(1, 10).Save(In("a.wav")));
        Assert.Equal("mine", File.ReadAllText(In("a.wav")));
        Tones(1, 10).Save(In("a.wav"), replace: true);
        Assert.Equal(10, Recording.Read(In("a.wav")).Length);
        Assert.Equal(["a.wav"], Names());
    }

    [Fact]
    public void A_format_that_cannot_hold_the_recording_leaves_no_file()
    {
        Assert.Throws<IOException>(
            () => Tones(1, 10).Save(In("a.flac"), new AudioFormat(AudioContainer.Flac, AudioEncoding.Float32)));
        Assert.Empty(Names());
    }

    [Fact]
    public void Channels_of_different_lengths_or_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Recording([], 8000));
        Assert.Throws<ArgumentException>(() => new Recording([new float[3], new float[4]], 8000));
        Assert.Throws<ArgumentException>(() => new Recording([new float[3]], 8000, ["a", "b"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Recording([new float[3]], 0));
        Assert.Throws<ArgumentException>(() => new Recording([null!], 8000));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tones(2, 3).Only(2));
        Assert.Throws<ArgumentException>(() => new Recording([[0f, float.NaN]], 8000).Save(In("nan.wav")));
        Assert.Empty(Names());
    }

    [Fact]
    public void A_real_recording_has_the_length_its_header_says()
    {
        Recording guitar = Recording.Read(Repository.Data("audio", "guitar_16k.wav"));
        Assert.Equal(16000, guitar.SampleRate);
        Assert.Equal((332924 - 44) / 2, guitar.Length, 100.0);
    }

    [Fact]
    public void Blocks_read_and_write_through_readers_and_writers()
    {
        using (var writer = new AudioWriter(In("a.wav"), AudioFormat.WavFloat32, 2, 48000))
        {
            writer.Write([1f, 2f, 9f, 3f, 4f, 9f], stride: 3, count: 2);
            writer.Finish();
        }

        using var reader = new AudioReader(In("a.wav"));
        float[] block = new float[8];
        Assert.Equal(2, reader.Length);
        Assert.Equal(2, reader.Read(block, stride: 4, count: 4));
        Assert.Equal([1f, 2f, 0f, 0f, 3f, 4f, 0f, 0f], block);
        Assert.Throws<ArgumentException>(() => reader.Read(block, stride: 5, count: 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(block, stride: 1, count: 2));
    }
}
