using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// Resamples a stream block by block, with a ratio that may change from block to block (libsamplerate, band-limited, a
/// signal-to-noise ratio of 121 dB). About a millisecond of sound stays inside. It allocates nothing on the way.
/// </summary>
public sealed unsafe class StreamResampler : IDisposable
{
    private const int Spare = 16;

    private readonly ResamplerHandle handle;
    private readonly float[] result;
    private readonly int longest;

    /// <summary>Initializes a resampler.</summary>
    /// <param name="channels">The number of channels, from 1 to 1024.</param>
    /// <param name="longest">The largest number of frames in a block, up to 2²⁰.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public StreamResampler(int channels, int longest)
    {
        int code = SoundLibrary.ResamplerCreate(channels, longest, out handle);
        if (code != SoundLibrary.Ok)
        {
            throw new ArgumentException($"A resampler of {channels} channels and {longest} frames cannot be made. "
                + $"{SoundLibrary.Message(code)}");
        }

        (Channels, this.longest) = (channels, longest);
        result = GC.AllocateArray<float>(channels * (2 * longest + Spare), pinned: true);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Resamples a block; the result is valid until the next call.</summary>
    /// <param name="block">The frames, up to the largest number.</param>
    /// <param name="ratio">
    /// Frames out for each frame in, from 0.5 to 2; it is approached linearly over the block.
    /// </param>
    /// <exception cref="ArgumentException">The block or the ratio is out of range.</exception>
    public PlanarBlock Process(PlanarBlock block, double ratio)
    {
        if (block.Channels != Channels || block.Frames > longest || !(ratio is >= 0.5 and <= 2.0))
        {
            throw new ArgumentException(
                $"A block of {block.Channels} × {block.Frames} samples and a ratio of {ratio} do not suit {Channels} "
                + $"channels of {longest}.");
        }

        int stride = 2 * longest + Spare;
        long made;
        fixed (float* from = block[0], to = result)
        {
            int code = SoundLibrary.ResamplerProcess(
                handle, from, block.Stride, block.Frames, ratio, to, stride, stride, out made);
            if (code != SoundLibrary.Ok)
            {
                throw new ArgumentException(SoundLibrary.Message(code));
            }
        }

        return new PlanarBlock(result, Channels, stride, (int)made);
    }

    /// <summary>Frees the native memory.</summary>
    public void Dispose() => handle.Dispose();
}
