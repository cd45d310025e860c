using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// A ring buffer of planar frames between two threads, one that pushes and one that pulls. Neither waits for
/// the other, copies or allocates. The memory belongs to an <see cref="AudioInput"/>, an <see cref="AudioOutput"/> or
/// an <see cref="AudioDevice"/>, or to the ring itself if it was created on its own.
/// </summary>
public sealed unsafe class AudioRing : IDisposable
{
    private readonly bool isOwner;
    private nint handle;

    /// <summary>Initializes a ring.</summary>
    /// <param name="channels">The number of channels, from 1 to 1024.</param>
    /// <param name="capacity">The capacity in frames, rounded up to a power of two.</param>
    /// <exception cref="ArgumentException">The number of channels or the capacity is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory.</exception>
    public AudioRing(int channels, int capacity)
        : this(Create(channels, capacity)) => isOwner = true;

    internal AudioRing(nint handle)
    {
        this.handle = handle;
        Channels = SoundLibrary.RingChannels(handle);
        Capacity = SoundLibrary.RingCapacity(handle);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the capacity in frames.</summary>
    public long Capacity { get; }

    /// <summary>Gets the number of frames that can be pulled.</summary>
    public long Readable => SoundLibrary.RingReadable(Open);

    /// <summary>Gets whether the ring is closed, so that nothing more will be pushed.</summary>
    public bool IsClosed => SoundLibrary.RingIsClosed(Open) != 0;

    private nint Open => handle != 0 ? handle : throw new ObjectDisposedException(nameof(AudioRing));

    /// <summary>
    /// Gets the memory for the next frames to push: at most <paramref name="frames"/>, as many as are contiguous.
    /// </summary>
    public PlanarBlock AcquireWrite(int frames)
    {
        float* samples = null;
        int count = (int)SoundLibrary.RingAcquireWrite(Open, frames, &samples);
        return count == 0 ? default : new PlanarBlock(samples, Channels, Capacity, count);
    }

    /// <summary>Pushes the first frames of the acquired block.</summary>
    /// <exception cref="ArgumentException">The acquired block holds fewer frames.</exception>
    public void Commit(int frames) => Require(SoundLibrary.RingCommit(Open, frames));

    /// <summary>
    /// Gets the next frames to pull: at most <paramref name="frames"/>, as many as are available and contiguous.
    /// </summary>
    public PlanarBlock AcquireRead(int frames)
    {
        float* samples = null;
        int count = (int)SoundLibrary.RingAcquireRead(Open, frames, &samples);
        return count == 0 ? default : new PlanarBlock(samples, Channels, Capacity, count);
    }

    /// <summary>Releases the first frames of the acquired block.</summary>
    /// <exception cref="ArgumentException">The acquired block holds fewer frames.</exception>
    public void Release(int frames) => Require(SoundLibrary.RingRelease(Open, frames));

    /// <summary>
    /// Gets the time at which the last of the next <paramref name="frames"/> was pushed, in nanoseconds on the clock of
    /// <see cref="System.Diagnostics.Stopwatch"/>; −1 if fewer frames are available.
    /// </summary>
    public long PushedAt(int frames) => SoundLibrary.RingPushedAt(Open, frames);

    /// <summary>
    /// Waits until a number of frames can be pulled; returns false on timeout or if the ring is closed with fewer
    /// frames.
    /// </summary>
    public bool WaitReadable(int frames, TimeSpan longest) =>
        SoundLibrary.RingWaitReadable(Open, frames, (long)longest.TotalNanoseconds) == SoundLibrary.Ok;

    /// <summary>
    /// Waits until a number of frames can be pushed; returns false on timeout or if there can never be room.
    /// </summary>
    public bool WaitWritable(int frames, TimeSpan longest) =>
        SoundLibrary.RingWaitWritable(Open, frames, (long)longest.TotalNanoseconds) == SoundLibrary.Ok;

    /// <summary>Closes the ring. The frames in it can still be pulled.</summary>
    public void Close() => SoundLibrary.RingClose(Open);

    /// <summary>Returns how often fewer frames could be pushed, and pulled, than requested.</summary>
    public (long Overruns, long Underruns) Counts()
    {
        SoundLibrary.RingCounts(Open, out ulong overruns, out ulong underruns);
        return ((long)overruns, (long)underruns);
    }

    /// <summary>Frees the memory, unless a device owns it.</summary>
    public void Dispose()
    {
        if (isOwner && handle != 0)
        {
            SoundLibrary.RingDestroy(handle);
        }

        handle = 0;
    }

    private static nint Create(int channels, int capacity)
    {
        int result = SoundLibrary.RingCreate(channels, capacity, out nint ring);
        return result == SoundLibrary.Ok ? ring
            : result == SoundLibrary.OutOfMemory ? throw new InsufficientMemoryException(SoundLibrary.Message(result))
            : throw new ArgumentException($"A ring of {channels} channels and {capacity} frames cannot be made.");
    }

    private static void Require(int result)
    {
        if (result != SoundLibrary.Ok)
        {
            throw new ArgumentException(SoundLibrary.Message(result));
        }
    }
}
