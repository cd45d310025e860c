using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// A ring of planar frames between two threads: one pushes, one pulls, neither waits for the other, copies or allocates. The memory
/// belongs to an <see cref="AudioInput"/> or an <see cref="AudioOutput"/>, or to the ring itself where it was made alone.
/// </summary>
public sealed unsafe class AudioRing : IDisposable
{
    private readonly bool isOwner;
    private nint handle;

    /// <summary>Initializes a ring.</summary>
    /// <param name="channels">1 to 1024.</param>
    /// <param name="capacity">Frames; rounded up to a power of two.</param>
    /// <exception cref="ArgumentException">A size makes no sense.</exception>
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

    /// <summary>Room for the next frames, for the side that pushes: up to <paramref name="frames"/>, as many as lie in one piece.</summary>
    public PlanarBlock AcquireWrite(int frames)
    {
        float* samples = null;
        int count = (int)SoundLibrary.RingAcquireWrite(Open, frames, &samples);
        return count == 0 ? default : new PlanarBlock(samples, Channels, Capacity, count);
    }

    /// <summary>Pushes the first frames of the acquired block.</summary>
    /// <exception cref="ArgumentException">There is not as much room.</exception>
    public void Commit(int frames) => Require(SoundLibrary.RingCommit(Open, frames));

    /// <summary>The next frames, for the side that pulls: up to <paramref name="frames"/>, as many as are there in one piece.</summary>
    public PlanarBlock AcquireRead(int frames)
    {
        float* samples = null;
        int count = (int)SoundLibrary.RingAcquireRead(Open, frames, &samples);
        return count == 0 ? default : new PlanarBlock(samples, Channels, Capacity, count);
    }

    /// <summary>Releases the first frames of the acquired block.</summary>
    /// <exception cref="ArgumentException">There are not as many.</exception>
    public void Release(int frames) => Require(SoundLibrary.RingRelease(Open, frames));

    /// <summary>
    /// For the side that pulls: when the last of the next frames was pushed, on the clock of <see cref="System.Diagnostics.Stopwatch"/>
    /// in nanoseconds; −1 where there are not as many.
    /// </summary>
    public long PushedAt(int frames) => SoundLibrary.RingPushedAt(Open, frames);

    /// <summary>Waits until a number of frames can be pulled; returns false where there will never be as many, or on timeout.</summary>
    public bool WaitReadable(int frames, TimeSpan longest) =>
        SoundLibrary.RingWaitReadable(Open, frames, (long)longest.TotalNanoseconds) == SoundLibrary.Ok;

    /// <summary>Waits until a number of frames can be pushed; returns false where there will never be room, or on timeout.</summary>
    public bool WaitWritable(int frames, TimeSpan longest) =>
        SoundLibrary.RingWaitWritable(Open, frames, (long)longest.TotalNanoseconds) == SoundLibrary.Ok;

    /// <summary>Closes the ring; what is in it can still be pulled.</summary>
    public void Close() => SoundLibrary.RingClose(Open);

    /// <summary>Gets how often fewer frames could be pushed, and pulled, than were asked for.</summary>
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
