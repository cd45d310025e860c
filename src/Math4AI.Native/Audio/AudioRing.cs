using System.Diagnostics;
using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// A ring buffer of planar frames between two threads, one that pushes and one that pulls. Neither waits for
/// the other, copies or allocates. The memory belongs to an <see cref="AudioInput"/>, an <see cref="AudioOutput"/> or
/// an <see cref="AudioDevice"/>, or to the ring itself if it was created on its own.
/// </summary>
public sealed unsafe class AudioRing : IDisposable
{
    // Freed by the finalizer alone: a thread that works on a block does not lose its memory when another disposes the
    // ring.
    private readonly RingHandle handle;
    private readonly nint ring;
    private readonly object? owner;
    private volatile bool isDisposed;

    /// <summary>Initializes a ring.</summary>
    /// <param name="channels">The number of channels, from 1 to 1024.</param>
    /// <param name="capacity">The capacity in frames, rounded up to a power of two.</param>
    /// <exception cref="ArgumentException">The number of channels or the capacity is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory.</exception>
    public AudioRing(int channels, int capacity)
        : this(Create(channels, capacity), null)
    {
    }

    /// <summary>Takes a share in the ring of a native <paramref name="owner"/>, which lives as long as this.</summary>
    internal AudioRing(nint ring, object owner)
        : this(new RingHandle(SoundLibrary.RingRetain(ring)), owner)
    {
    }

    private AudioRing(RingHandle handle, object? owner)
    {
        (this.handle, this.owner, ring) = (handle, owner, handle.DangerousGetHandle());
        Channels = SoundLibrary.RingChannels(ring);
        Capacity = SoundLibrary.RingCapacity(ring);
        handle.Weigh(Channels * Capacity * sizeof(float));
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the capacity in frames.</summary>
    public long Capacity { get; }

    /// <summary>Gets the number of frames that can be pulled.</summary>
    public long Readable => Done(SoundLibrary.RingReadable(Open));

    /// <summary>Gets whether the ring is closed, so that nothing more will be pushed.</summary>
    public bool IsClosed => Done(SoundLibrary.RingIsClosed(Open)) != 0;

    private nint Open => isDisposed ? throw new ObjectDisposedException(nameof(AudioRing)) : ring;

    /// <summary>
    /// Gets the memory for the next frames to push: at most <paramref name="frames"/>, as many as are contiguous.
    /// </summary>
    public PlanarBlock AcquireWrite(int frames)
    {
        float* samples = null;
        int count = (int)SoundLibrary.RingAcquireWrite(Open, frames, &samples);
        return count == 0 ? default : new PlanarBlock(samples, Channels, Capacity, count, this);
    }

    /// <summary>Pushes the first frames of the acquired block.</summary>
    /// <exception cref="ArgumentException">The acquired block holds fewer frames.</exception>
    public void Commit(int frames) => Require(Done(SoundLibrary.RingCommit(Open, frames)));

    /// <summary>
    /// Gets the next frames to pull: at most <paramref name="frames"/>, as many as are available and contiguous.
    /// </summary>
    public PlanarBlock AcquireRead(int frames)
    {
        float* samples = null;
        int count = (int)SoundLibrary.RingAcquireRead(Open, frames, &samples);
        return count == 0 ? default : new PlanarBlock(samples, Channels, Capacity, count, this);
    }

    /// <summary>Releases the first frames of the acquired block, or of all that can be pulled, unread.</summary>
    /// <exception cref="ArgumentException">Fewer frames can be pulled.</exception>
    public void Release(int frames) => Require(Done(SoundLibrary.RingRelease(Open, frames)));

    /// <summary>
    /// Gets the time at which the last of the next <paramref name="frames"/> was pushed, in nanoseconds on the clock of
    /// <see cref="Stopwatch"/>; −1 if fewer frames are available.
    /// </summary>
    public long PushedAt(int frames) => Done(SoundLibrary.RingPushedAt(Open, frames));

    /// <summary>
    /// Waits until a number of frames can be pulled; returns false on timeout or if the ring is closed with fewer
    /// frames. The thread sleeps until then.
    /// </summary>
    /// <param name="frames">The number of frames, from 1 to the capacity.</param>
    /// <param name="longest">The timeout; <see cref="Timeout.InfiniteTimeSpan"/> to wait without one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number or the timeout is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The ring is disposed, or was while this waited.</exception>
    public bool WaitReadable(int frames, TimeSpan longest) =>
        IsMet(SoundLibrary.RingWaitReadable(Open, Checked(frames), Nanoseconds(longest)));

    /// <summary>
    /// Waits until a number of frames can be pushed; returns false on timeout or if there can never be room. The thread
    /// sleeps until then.
    /// </summary>
    /// <param name="frames">The number of frames, from 1 to the capacity.</param>
    /// <param name="longest">The timeout; <see cref="Timeout.InfiniteTimeSpan"/> to wait without one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number or the timeout is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The ring is disposed, or was while this waited.</exception>
    public bool WaitWritable(int frames, TimeSpan longest) =>
        IsMet(SoundLibrary.RingWaitWritable(Open, Checked(frames), Nanoseconds(longest)));

    /// <summary>Closes the ring and wakes who waits for it. The frames in it can still be pulled.</summary>
    public void Close()
    {
        SoundLibrary.RingClose(Open);
        GC.KeepAlive(this);
    }

    /// <summary>Returns how often fewer frames could be pushed, and pulled, than requested.</summary>
    public (long Overruns, long Underruns) Counts()
    {
        SoundLibrary.RingCounts(Open, out ulong overruns, out ulong underruns);
        GC.KeepAlive(this);
        return ((long)overruns, (long)underruns);
    }

    /// <summary>
    /// Ends the use of the ring: threads that wait for it get an <see cref="ObjectDisposedException"/>, and so does
    /// every later call. The memory is freed when no block refers to it.
    /// </summary>
    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            SoundLibrary.RingAbandon(ring);
            GC.KeepAlive(this);
        }
    }

    /// <summary>Returns the time on the clock that the ring stamps its frames with, in nanoseconds.</summary>
    internal static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private static RingHandle Create(int channels, int capacity)
    {
        int result = SoundLibrary.RingCreate(channels, capacity, out RingHandle ring);
        return result == SoundLibrary.Ok ? ring
            : result == SoundLibrary.OutOfMemory ? throw new InsufficientMemoryException(SoundLibrary.Message(result))
            : throw new ArgumentException($"A ring of {channels} channels and {capacity} frames cannot be made.");
    }

    private static long Nanoseconds(TimeSpan longest) =>
        longest == Timeout.InfiniteTimeSpan ? -1
        : longest >= TimeSpan.Zero ? (long)Math.Min(longest.TotalNanoseconds, 9e18)
        : throw new ArgumentOutOfRangeException(
            nameof(longest), longest, "A timeout is not negative, or Timeout.InfiniteTimeSpan.");

    private static void Require(int result)
    {
        if (result != SoundLibrary.Ok)
        {
            throw new ArgumentException(SoundLibrary.Message(result));
        }
    }

    private int Checked(int frames) =>
        frames >= 1 && frames <= Capacity ? frames
        : throw new ArgumentOutOfRangeException(nameof(frames), frames, $"The ring holds {Capacity} frames.");

    /// <summary>
    /// Keeps the memory, and whoever moves the frames at the other end, until the native call is over.
    /// </summary>
    private T Done<T>(T result)
    {
        GC.KeepAlive(owner);
        GC.KeepAlive(handle);
        return result;
    }

    private bool IsMet(int result) => Done(result) switch
    {
        SoundLibrary.Ok => true,
        SoundLibrary.Abandoned => throw new ObjectDisposedException(nameof(AudioRing)),
        _ => false,
    };
}
