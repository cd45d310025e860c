using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Math4AI.Audio;

/// <summary>A view of planar float32 samples: channel after channel, each contiguous.</summary>
public readonly ref struct PlanarBlock
{
    private readonly ref float first;
    private readonly long stride;

    // Native memory is not freed while a block refers to it.
    private readonly object? owner;

    /// <summary>Initializes a block over the caller's memory.</summary>
    /// <param name="samples">The samples: channel c begins at <c>c * stride</c>.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="stride">
    /// The distance between the first samples of two consecutive channels, at least <paramref name="frames"/>.
    /// </param>
    /// <param name="frames">The number of samples in each channel.</param>
    /// <exception cref="ArgumentException">The memory is too short.</exception>
    public PlanarBlock(Span<float> samples, int channels, int stride, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        AudioError.RequireBlock(samples.Length, channels, stride, frames);
        first = ref MemoryMarshal.GetReference(samples);
        (Channels, this.stride, Frames) = (channels, stride, frames);
    }

    internal unsafe PlanarBlock(float* samples, int channels, long stride, int frames, object owner)
    {
        first = ref *samples;
        this.owner = owner;
        (Channels, this.stride, Frames) = (channels, stride, frames);
    }

    private PlanarBlock(ref float samples, int channels, long stride, int frames, object? owner)
    {
        first = ref samples;
        this.owner = owner;
        (Channels, this.stride, Frames) = (channels, stride, frames);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the number of samples in each channel.</summary>
    public int Frames { get; }

    internal long Stride => stride;

    /// <summary>Gets the samples of a channel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such channel.</exception>
    public Span<float> this[int channel]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)channel, (uint)Channels, nameof(channel));
            return Frames == 0
                ? []
                : MemoryMarshal.CreateSpan(ref Unsafe.Add(ref first, (nint)(channel * stride)), Frames);
        }
    }

    /// <summary>Gets a range of frames of all channels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside the block.</exception>
    public PlanarBlock Slice(int start, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Frames, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)frames, (uint)(Frames - start), nameof(frames));
        return new PlanarBlock(ref Unsafe.Add(ref first, start), Channels, stride, frames, owner);
    }
}
