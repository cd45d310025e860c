using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// A live sound input: a file or standard input that a native thread decodes ahead into a ring.
/// </summary>
public sealed class AudioInput : IDisposable
{
    private readonly string path;
    private readonly ReaderHandle handle;

    /// <summary>Opens an input and starts reading.</summary>
    /// <param name="path">The file; "-" for standard input.</param>
    /// <param name="block">
    /// The number of frames read at a time, which a pipe must deliver before they are passed on.
    /// </param>
    /// <param name="capacity">The maximum number of frames read ahead.</param>
    /// <param name="headerless">The format of samples without a header; null if the input has a header.</param>
    /// <exception cref="IOException">The input cannot be read or is not audio; the message says which.</exception>
    public AudioInput(string path, int block, int capacity, HeaderlessFormat? headerless = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        SoundLibrary.AudioFormat format;
        int result;
        if (headerless is { } raw)
        {
            format = raw.ToNative();
            result = SoundLibrary.ReaderOpenRaw(path, format, out handle);
        }
        else
        {
            result = SoundLibrary.ReaderOpen(path, out handle, out format);
        }

        Require(result);
        (Channels, SampleRate) = (format.Channels, format.SampleRate);
        result = SoundLibrary.ReaderStart(handle, capacity, block, out nint ring);
        if (result != SoundLibrary.Ok)
        {
            handle.Dispose();
            Require(result);
        }

        Ring = new AudioRing(ring, handle);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the number of samples per second in each channel.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the ring where the frames arrive; it is closed at the end of the sound.</summary>
    public AudioRing Ring { get; } = null!;

    /// <summary>Throws if the ring was closed by a failure rather than at the end of the sound.</summary>
    /// <exception cref="IOException">The input is damaged or could not be read to its end.</exception>
    public void ThrowIfFailed()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        int result = SoundLibrary.ReaderResult(handle);
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.AtEnd(path, result, handle);
        }
    }

    /// <summary>
    /// Stops reading and closes the input, also while it waits for a silent pipe. Threads that wait for the ring get an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        Ring?.Dispose();
        handle.Dispose();
    }

    private void Require(int result)
    {
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.Of(path, result);
        }
    }
}
