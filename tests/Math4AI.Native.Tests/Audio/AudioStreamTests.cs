using Math4AI.Audio;

namespace Math4AI.Tests.Audio;

public sealed class AudioStreamTests : TemporaryFolder
{
    private static readonly AudioFormat Wav = new(AudioContainer.Wav, AudioEncoding.Float32);

    [Fact]
    public void What_an_output_writes_an_input_reads()
    {
        Write(new AudioOutput(In("x.wav"), Wav, 2, 48_000, 1024), 100_000);
        using var input = new AudioInput(In("x.wav"), 64, 4096);
        Assert.Equal((2, 48_000), (input.Channels, input.SampleRate));
        Assert.Equal(100_000, Count(input));
        input.ThrowIfFailed();
    }

    [Fact]
    public void Headerless_samples_go_out_and_come_back()
    {
        var format = new HeaderlessFormat(AudioEncoding.Float64, 8000, 2);
        Write(new AudioOutput(In("x.raw"), new AudioFormat(AudioContainer.Wav, AudioEncoding.Float64), 2, 8000, 1024,
            headerless: true), 999);
        Assert.Equal(999 * 2 * 8, new FileInfo(In("x.raw")).Length);
        using var input = new AudioInput(In("x.raw"), 64, 4096, format);
        Assert.Equal(999, Count(input));
    }

    [Fact]
    public void A_damaged_input_gives_what_it_has_and_then_its_reason()
    {
        using (var writer = new AudioWriter(In("x.wav"), Wav, 2, 48_000, 10_000))
        {
            writer.Write(new float[20_000], 10_000, 10_000);
            writer.Finish();
        }

        using (FileStream file = File.OpenWrite(In("x.wav")))
        {
            file.SetLength(file.Length - 40_000);
        }

        using var input = new AudioInput(In("x.wav"), 64, 4096);
        Assert.True(Count(input, isCounted: false) >= 5000);
        Assert.Contains("damaged", Assert.Throws<IOException>(input.ThrowIfFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_opened_says_why()
    {
        Assert.Contains(
            "no such file", Assert.Throws<IOException>(() => new AudioInput(In("none.wav"), 64, 4096)).Message,
            StringComparison.Ordinal);
        Assert.Throws<IOException>(
            () => new AudioInput(In("none.raw"), 64, 4096, new HeaderlessFormat(AudioEncoding.Vorbis, 8000, 2)));
        Assert.Throws<IOException>(() => new AudioOutput(In("no/x.wav"), Wav, 2, 8000, 1024));
        Assert.Throws<ArgumentException>(() => new AudioRing(0, 16));
        Assert.Throws<ArgumentException>(() => new PlanarBlock(new float[5], 2, 3, 3));
    }

    [Fact]
    public void A_piece_of_a_block_is_the_same_memory()
    {
        float[] samples = [1, 2, 3, 4, 5, 6];
        PlanarBlock piece = new PlanarBlock(samples, 2, 3, 3).Slice(1, 2);
        piece[1][1] = 7;
        Assert.Equal([1, 2, 3, 4, 5, 7], samples);
        Assert.Equal([2f, 3f], piece[0].ToArray());
    }

    private static void Write(AudioOutput output, int frames)
    {
        using (output)
        {
            for (int sent = 0; sent < frames;)
            {
                Assert.True(output.Ring.WaitWritable(1, TimeSpan.FromSeconds(10)));
                PlanarBlock block = output.Ring.AcquireWrite(Math.Min(100, frames - sent));
                for (int i = 0; i < block.Frames; i++)
                {
                    (block[0][i], block[1][i]) = ((sent + i) % 997 / 1024f, -(sent + i) % 997 / 1024f);
                }

                output.Ring.Commit(block.Frames);
                sent += block.Frames;
            }

            output.Finish();
        }
    }

    private static int Count(AudioInput input, bool isCounted = true)
    {
        int received = 0;
        while (input.Ring.WaitReadable(1, TimeSpan.FromSeconds(10)))
        {
            PlanarBlock block = input.Ring.AcquireRead(1000);
            for (int i = 0; isCounted && i < block.Frames; i++)
            {
                Assert.Equal((received + i) % 997 / 1024f, block[0][i]);
                Assert.Equal(-(received + i) % 997 / 1024f, block[1][i]);
            }

            received += block.Frames;
            input.Ring.Release(block.Frames);
        }

        return received;
    }
}
