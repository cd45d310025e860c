using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// Writes an audio file in blocks of planar float32. A file is complete only after <see cref="Finish"/>.
/// </summary>
public sealed class AudioWriter : IDisposable
{
    private readonly string path;
    private readonly WriterHandle handle;

    /// <summary>Creates a file.</summary>
    /// <param name="path">The file, replaced if it exists; "-" is a WAV on standard output.</param>
    /// <param name="format">The format of the file.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sampleRate">Samples per second in each channel.</param>
    /// <param name="length">The maximum number of samples in each channel; 0 if it is not known.</param>
    /// <exception cref="IOException">
    /// The file cannot be created, or the format does not support these channels or this rate.
    /// </exception>
    /// <exception cref="DllNotFoundException">The native helper is missing; the message says what to do.</exception>
    public AudioWriter(string path, AudioFormat format, int channels, int sampleRate, long length = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        Channels = channels;
        var native = new SoundLibrary.AudioFormat
        {
            Frames = length,
            Channels = channels,
            SampleRate = sampleRate,
            Container = (int)format.Container,
            Encoding = (int)format.Encoding,
        };
        int result = SoundLibrary.WriterOpen(path, native, out handle);
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.Of(path, result);
        }
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Writes the next samples. Integer encodings clip them to −1 … 1.</summary>
    /// <param name="block">Planar: channel c begins at <c>c * stride</c>.</param>
    /// <param name="stride">
    /// From one channel's first sample to the next channel's; at least <paramref name="count"/>.
    /// </param>
    /// <param name="count">The samples in each channel.</param>
    /// <exception cref="ArgumentException">The block is too short.</exception>
    /// <exception cref="IOException">The disk is full, or the file cannot be written on.</exception>
    public unsafe void Write(ReadOnlySpan<float> block, int stride, int count)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        AudioError.RequireBlock(block.Length, Channels, stride, count);
        fixed (float* samples = block)
        {
            int result = SoundLibrary.WriterWrite(handle, samples, stride, count);
            if (result != SoundLibrary.Ok)
            {
                throw AudioError.Of(path, result);
            }
        }
    }

    /// <summary>Completes and closes the file, so that every sample has been passed to the operating system.</summary>
    /// <exception cref="IOException">The last of it could not be written.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        handle.Dispose();
        int result = handle.Result;
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.Of(path, result);
        }
    }

    /// <summary>Closes the file as it is.</summary>
    public void Dispose() => handle.Dispose();
}
