using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Processes;

namespace Math4AI.Audio;

/// <summary>
/// Sound that stays in its files and is read in blocks from any position, so that files may be larger than memory. The
/// channels of several files are put side by side. Seeking is fast in WAV, FLAC and AIFF, and slow in formats that are
/// decoded from the beginning.
/// </summary>
public sealed class AudioFileSource : ISampleFile, IAudioSource
{
    private readonly string[] paths;
    private readonly ConcurrentBag<Readers> idle = [];

    /// <summary>Opens files.</summary>
    /// <param name="paths">
    /// The files, all with the same sample rate. If their lengths differ, the common part is used.
    /// </param>
    /// <exception cref="IOException">
    /// A file cannot be read, is not audio, or is empty; or their rates differ.
    /// </exception>
    public AudioFileSource(params IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        this.paths = [.. paths];
        if (this.paths.Length == 0)
        {
            throw new ArgumentException("No file was named.", nameof(paths));
        }

        if (Array.Find(this.paths, Directory.Exists) is { } folder)
        {
            throw AudioError.Folder(folder);
        }

        var first = new Readers(this.paths);
        idle.Add(first);
        try
        {
            Length = first.Files.Min(file =>
                file.Length ?? throw new IOException("Sound in a pipe cannot be read twice: save it to a file first."));
            SampleRate = first.Files[0].SampleRate;
            Format = first.Files[0].Format;
            Channels = first.Files.Sum(file => file.Channels);
            RequireSameRate(first.Files);
            Notes = NotesOf(first.Files);
            if (Length == 0)
            {
                throw new IOException("A file holds no samples.");
            }

            // A file that is shorter than its header says tells so at its end.
            first.RequireWhole();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>Gets the number of samples per second.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the format of the first file.</summary>
    public AudioFormat Format { get; }

    /// <summary>Gets remarks for the user, one sentence each, such as that the files had different lengths.</summary>
    public IReadOnlyList<string> Notes { get; } = [];

    /// <inheritdoc/>
    public ProcessGroup Processes { get; set; } = ProcessGroup.Single;

    /// <inheritdoc/>
    public double Epsilon => float.BitIncrement(1.0f) - 1.0f;

    /// <inheritdoc/>
    public void Read(long start, int count, Span<double> block)
    {
        Readers readers = Take();
        TensorPrimitives.ConvertChecked<float, double>(Read(readers, start, count), block[..(Channels * count)]);
        idle.Add(readers);
    }

    /// <summary>Reads a part into memory.</summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">The number of samples.</param>
    public Recording Excerpt(long start, int count)
    {
        Readers readers = Take();
        ReadOnlySpan<float> samples = Read(readers, start, count);
        float[][] channels = new float[Channels][];
        for (int channel = 0; channel < channels.Length; channel++)
        {
            channels[channel] = samples.Slice(channel * count, count).ToArray();
        }

        idle.Add(readers);
        return new Recording(channels, SampleRate) { Format = Format };
    }

    private string[] NotesOf(AudioReader[] files) =>
        files.Any(file => file.Length != Length) ? [Recording.LengthNote(Length, SampleRate)] : [];

    private void RequireSameRate(AudioReader[] files)
    {
        if (Array.FindIndex(files, file => file.SampleRate != SampleRate) is var other and >= 0)
        {
            throw new IOException(
                $"{paths[0]} has {SampleRate} samples per second and {paths[other]} {files[other].SampleRate}: convert "
                + "one of them, or load them into memory, which resamples them.");
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        while (idle.TryTake(out Readers? readers))
        {
            readers.Dispose();
        }
    }

    /// <summary>Takes a free set of readers: each reading thread has its own.</summary>
    private Readers Take() => idle.TryTake(out Readers? readers) ? readers : new Readers(paths);

    private static ReadOnlySpan<float> Read(Readers readers, long start, int count)
    {
        try
        {
            return readers.Read(start, count);
        }
        catch
        {
            readers.Dispose();
            throw;
        }
    }

    private sealed class Readers : IDisposable
    {
        private float[] samples = [];

        public Readers(string[] paths)
        {
            Files = new AudioReader[paths.Length];
            try
            {
                for (int i = 0; i < paths.Length; i++)
                {
                    Files[i] = new AudioReader(paths[i]);
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public AudioReader[] Files { get; }

        public ReadOnlySpan<float> Read(long start, int count)
        {
            int channels = Files.Sum(file => file.Channels), done = 0;
            if (samples.Length < channels * count)
            {
                samples = new float[channels * count];
            }

            foreach (AudioReader file in Files)
            {
                // (Opened again after it became shorter, a file has no such sample to go to.)
                bool isThere = file.Length >= start + count;
                if (isThere)
                {
                    file.Seek(start);
                }

                if (!isThere || file.Read(samples.AsSpan(done * count), count, count) < count)
                {
                    throw new EndOfStreamException("A file became shorter while it was read.");
                }

                done += file.Channels;
            }

            return samples.AsSpan(0, channels * count);
        }

        /// <summary>Reads past the end of every file.</summary>
        /// <exception cref="IOException">One is cut short.</exception>
        public void RequireWhole()
        {
            foreach (AudioReader file in Files)
            {
                file.Seek(file.Length ?? 0);
                _ = file.Read(new float[file.Channels], 1, 1);
            }
        }

        public void Dispose()
        {
            foreach (AudioReader? file in Files)
            {
                file?.Dispose();
            }
        }
    }
}
