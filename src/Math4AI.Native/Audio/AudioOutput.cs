using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>A sound output: a ring that a native thread writes to a file or to standard output.</summary>
public sealed class AudioOutput : IDisposable
{
    private readonly string path;
    private readonly WriterHandle handle;

    /// <summary>Creates an output.</summary>
    /// <param name="path">The file, replaced if it exists; "-" for standard output.</param>
    /// <param name="format">The format of the file.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sampleRate">Samples per second in each channel.</param>
    /// <param name="capacity">The capacity of the ring in frames.</param>
    /// <param name="headerless">Whether to write the samples without a header.</param>
    /// <exception cref="IOException">
    /// The file cannot be created, or the format does not support these channels or this rate.
    /// </exception>
    public AudioOutput(
        string path, AudioFormat format, int channels, int sampleRate, int capacity, bool headerless = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        var native = new SoundLibrary.AudioFormat
        {
            Channels = channels,
            SampleRate = sampleRate,
            Container = (int)format.Container,
            Encoding = (int)format.Encoding,
        };
        Require(headerless
            ? SoundLibrary.WriterOpenRaw(path, native, out handle)
            : SoundLibrary.WriterOpen(path, native, out handle));
        int result = SoundLibrary.WriterStart(handle, capacity, out nint ring);
        if (result != SoundLibrary.Ok)
        {
            handle.Dispose();
            Require(result);
        }

        Ring = new AudioRing(ring, handle);
    }

    /// <summary>Gets the ring to push frames to; it is closed when nothing more can be written.</summary>
    public AudioRing Ring { get; } = null!;

    /// <summary>Throws if nothing more can be written; the message says why.</summary>
    /// <exception cref="IOException">
    /// The disk is full, nobody reads the pipe any more, or something else failed.
    /// </exception>
    public void ThrowIfFailed()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        Require(SoundLibrary.WriterResult(handle));
    }

    /// <summary>Writes what is left in the ring and completes the file.</summary>
    /// <exception cref="IOException">
    /// Not everything could be written; what was written is a complete file.
    /// </exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        handle.Dispose();
        Ring.Dispose();
        Require(handle.Result);
    }

    /// <summary>Completes the file unless <see cref="Finish"/> has done so; failures are ignored.</summary>
    public void Dispose()
    {
        handle.Dispose();
        Ring?.Dispose();
    }

    private void Require(int result)
    {
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.Of(path, result);
        }
    }
}
