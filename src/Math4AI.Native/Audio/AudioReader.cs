using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// Reads an audio file (WAV, FLAC, OGG, AIFF and whatever else libsndfile reads) in blocks of planar float32.
/// </summary>
public sealed class AudioReader : IDisposable
{
    private readonly string path;
    private readonly ReaderHandle handle;

    /// <summary>Opens a file.</summary>
    /// <param name="path">
    /// The file; "-" for standard input. Sound in a pipe that is not WAV is copied into a temporary file first, up to 4
    /// GiB or the bytes that the environment variable <c>MATH4AI_SPOOL_BYTES</c> says.
    /// </param>
    /// <exception cref="IOException">The file cannot be read or is not audio; the message says which.</exception>
    /// <exception cref="DllNotFoundException">The native helper is missing; the message says what to do.</exception>
    public AudioReader(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        int result = SoundLibrary.ReaderOpen(path, out handle, out SoundLibrary.AudioFormat format);
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.Of(path, result);
        }

        Channels = format.Channels;
        SampleRate = format.SampleRate;
        Length = format.Frames < 0 ? null : format.Frames;
        HasNoLength = SoundLibrary.ReaderHasNoLength(handle) != 0;
        Format = new AudioFormat((AudioContainer)format.Container, (AudioEncoding)format.Encoding);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the number of samples per second in each channel.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the number of samples in each channel, from the header; null if it gives none.</summary>
    public long? Length { get; }

    /// <summary>
    /// Gets whether the header of a WAV file says that it holds nothing, and it does: all that follows is read.
    /// </summary>
    public bool HasNoLength { get; }

    /// <summary>Gets the format.</summary>
    public AudioFormat Format { get; }

    /// <summary>Reads the next samples.</summary>
    /// <param name="block">Receives the samples, planar: channel c begins at <c>c * stride</c>.</param>
    /// <param name="stride">
    /// The distance between the first samples of two consecutive channels, at least <paramref name="count"/>.
    /// </param>
    /// <param name="count">The number of samples to read in each channel.</param>
    /// <returns>The number of samples read, smaller than <paramref name="count"/> only at the end.</returns>
    /// <exception cref="ArgumentException">The block is too short.</exception>
    /// <exception cref="IOException">The file is damaged or cannot be read any further.</exception>
    public unsafe int Read(Span<float> block, int stride, int count)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        AudioError.RequireBlock(block.Length, Channels, stride, count);
        fixed (float* samples = block)
        {
            int result = SoundLibrary.ReaderRead(handle, samples, stride, count, out long read);
            return result == SoundLibrary.Ok ? (int)read : throw AudioError.AtEnd(path, result, handle);
        }
    }

    /// <summary>
    /// Reads as <see cref="Read"/> does, but where a file (no pipe, whose other end may have failed) ends before its
    /// header says, it ends there too, and <see cref="Missing"/> says what is missing.
    /// </summary>
    internal unsafe int ReadWhatIsThere(Span<float> block, int count)
    {
        fixed (float* samples = block)
        {
            int result = SoundLibrary.ReaderRead(handle, samples, count, count, out long read);
            Missing = result == SoundLibrary.Damaged && Length is not null ? AudioError.Missing(path, handle) : null;
            return result == SoundLibrary.Ok || Missing is not null
                ? (int)read
                : throw AudioError.AtEnd(path, result, handle);
        }
    }

    /// <summary>Gets what <see cref="ReadWhatIsThere"/> missed at the end; null for nothing.</summary>
    internal string? Missing { get; private set; }

    /// <summary>Moves to a sample, at which the next block begins.</summary>
    /// <param name="sample">The sample, from 0 to the length.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    /// <exception cref="IOException">The stream cannot go back, as in a pipe, or is damaged.</exception>
    public void Seek(long sample)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            sample, Length ?? throw new IOException($"{path}: A stream cannot go back; save it to a file first."));
        int result = SoundLibrary.ReaderSeek(handle, sample);
        if (result != SoundLibrary.Ok)
        {
            throw AudioError.Of(path, result);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();
}
