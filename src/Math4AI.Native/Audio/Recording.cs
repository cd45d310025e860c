using System.Globalization;
using Math4AI.Data;
using Math4AI.Interop;
using Math4AI.Processes;

namespace Math4AI.Audio;

/// <summary>A recording in memory: planar float32, one array for each channel, with a full scale of −1 to 1.</summary>
public sealed class Recording : IAudioSource
{
    private const int ReadBlock = 1 << 16;

    private readonly float[][] channels;

    /// <summary>Initializes a recording from samples, which are not copied.</summary>
    /// <param name="channels">The samples, one array for each channel, all of the same length.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="names">The names of the channels; null for "channel 1", "channel 2" and so on.</param>
    /// <exception cref="ArgumentException">There is no channel, or the channels differ in length.</exception>
    public Recording(float[][] channels, int sampleRate, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        if (channels.Length == 0 || channels.Any(samples => samples is null || samples.Length != channels[0].Length))
        {
            throw new ArgumentException(
                "A recording needs at least one channel, and all of one length.", nameof(channels));
        }

        if (names is not null && names.Count != channels.Length)
        {
            throw new ArgumentException(
                $"{names.Count} names were given for {channels.Length} channels.", nameof(names));
        }

        this.channels = channels;
        SampleRate = sampleRate;
        Names = names ?? [.. Enumerable.Range(1, channels.Length).Select(i => $"channel {i}")];
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels => channels.Length;

    /// <summary>Gets the number of samples in each channel.</summary>
    public int Length => channels[0].Length;

    long ISampleSource.Length => Length;

    Recording IAudioSource.Excerpt(long start, int count) => Slice(checked((int)start), count);

    /// <summary>Gets the number of samples per second.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the names of the channels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the duration.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Length / SampleRate);

    /// <summary>Gets the format that it was read from; float32 WAV if the recording was created in memory.</summary>
    public AudioFormat Format { get; init; } = AudioFormat.WavFloat32;

    /// <summary>Gets remarks for the user, one sentence each, such as that the files had different lengths.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public ProcessGroup Processes { get; set; } = ProcessGroup.Single;

    /// <inheritdoc/>
    public double Epsilon => float.BitIncrement(1.0f) - 1.0f;

    /// <summary>
    /// Returns whether a file holds sound, judged by its first bytes. Standard input, "-", and pipes count as sound.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool IsSound(string path) => path == "-" || DataFormat.Find(path) is null or SoundFormat;

    /// <summary>Reads one file, or several files whose channels are put side by side.</summary>
    /// <param name="paths">
    /// The files. If their sample rates differ, all are resampled to the highest; if their lengths differ, the common
    /// part is used.
    /// </param>
    /// <exception cref="IOException">A file cannot be read, is not audio, or is empty.</exception>
    public static Recording Read(params IEnumerable<string> paths) =>
        Read(paths, progress: null, CancellationToken.None);

    /// <summary>Reads as <see cref="Read(IEnumerable{string})"/> does, with progress and cancellation.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="progress">Receives the completed fraction, from 0 to 1.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="IOException">A file cannot be read, is not audio, or is empty.</exception>
    public static Recording Read(IEnumerable<string> paths, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] files = [.. paths];
        if (files.Length == 0)
        {
            throw new ArgumentException("No file was named.", nameof(paths));
        }

        var parts = new List<Recording>();
        foreach (string file in files)
        {
            int done = parts.Count;
            parts.Add(ReadFile(file, share => progress?.Report((done + share) / files.Length), cancellation));
        }

        return parts.Count == 1 ? parts[0] : SideBySide(files, parts);
    }

    /// <summary>Gets the samples of a channel.</summary>
    /// <param name="channel">The channel, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such channel.</exception>
    public ReadOnlySpan<float> Channel(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, Channels);
        return channels[channel];
    }

    /// <summary>Returns a copy of a part of the recording.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="length">The number of samples.</param>
    public Recording Slice(int start, int length) =>
        new([.. channels.Select(samples => samples.AsSpan(start, length).ToArray())], SampleRate, Names)
        {
            Format = Format,
        };

    /// <summary>Returns a recording of one channel, which shares its samples with this one.</summary>
    /// <param name="channel">The channel, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such channel.</exception>
    public Recording Only(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, Channels);
        return new Recording([channels[channel]], SampleRate, [Names[channel]]) { Format = Format };
    }

    /// <summary>Returns the recording at another sample rate, by band-limited interpolation (libsamplerate).</summary>
    /// <param name="sampleRate">Samples per second.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The rate is not positive, or more than 256 times another one.
    /// </exception>
    public unsafe Recording Resample(int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        if (sampleRate == SampleRate)
        {
            return this;
        }

        long length = SoundLibrary.ResampledLength(Length, SampleRate, sampleRate);
        float[][] resampled = [.. channels.Select(_ => new float[length])];
        long least = length;
        for (int channel = 0; channel < Channels; channel++)
        {
            fixed (float* from = channels[channel], to = resampled[channel])
            {
                int result = SoundLibrary.Resample(from, Length, SampleRate, sampleRate, to, out long written);
                least = result == SoundLibrary.Ok
                    ? Math.Min(least, written)
                    : throw new ArgumentOutOfRangeException(nameof(sampleRate), sampleRate, $"{SampleRate} samples per "
                        + "second cannot be converted to this.");
            }
        }

        return new Recording([.. resampled.Select(samples => samples[..(int)least])], sampleRate, Names)
        {
            Format = Format,
        };
    }

    /// <summary>Saves all channels to a file. The file appears complete or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">
    /// The format; null for that of the file's ending: .wav with float32, .flac with 24 bits, .aiff or .ogg.
    /// </param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    /// <exception cref="ArgumentException">
    /// A sample is not finite, or no format is given and the ending is none of these.
    /// </exception>
    public void Save(string path, AudioFormat? format = null, bool replace = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AudioFormat written = format ?? AudioFormat.ByEnding(path);
        RequireFinite();
        FileTransaction.WriteOne(path, replace, partial =>
        {
            using var writer = new AudioWriter(partial, written, Channels, SampleRate, Length);
            float[] block = new float[Channels * ReadBlock];
            for (int start = 0; start < Length; start += ReadBlock)
            {
                int count = Math.Min(ReadBlock, Length - start);
                for (int channel = 0; channel < Channels; channel++)
                {
                    channels[channel].AsSpan(start, count).CopyTo(block.AsSpan(channel * ReadBlock));
                }

                writer.Write(block, ReadBlock, count);
            }

            writer.Finish();
        });
    }

    /// <inheritdoc/>
    public void Read(long start, int count, Span<double> block)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            System.Numerics.Tensors.TensorPrimitives.ConvertChecked<float, double>(
                channels[channel].AsSpan((int)start, count), block.Slice(channel * count, count));
        }
    }

    /// <summary>Returns channels, duration and sample rate.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Counted.Of(Channels, "channel")}, {Duration.TotalSeconds:0.###} s at {SampleRate} Hz");

    /// <summary>Says that files of different lengths are cut to the shortest.</summary>
    internal static string LengthNote(long shortest, int rate) => string.Create(
        CultureInfo.InvariantCulture,
        $"The files differ in length: the first {shortest} samples of each are used, "
        + $"{(double)shortest / rate:0.###} s.");

    private void RequireFinite()
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            int bad = Array.FindIndex(channels[channel], sample => !float.IsFinite(sample));
            if (bad >= 0)
            {
                throw new ArgumentException(
                    $"Sample {bad + 1} of channel {channel + 1} is {channels[channel][bad]}: sound is made of finite "
                    + "numbers.");
            }
        }
    }

    private static Recording ReadFile(string path, Action<double> report, CancellationToken cancellation)
    {
        using var reader = new AudioReader(path);
        float[][] samples = ReadAll(reader, report, cancellation);
        if (samples[0].Length == 0)
        {
            throw new IOException(reader.Missing ?? $"{path}: The file holds no samples.");
        }

        string name = path == "-" ? "standard input" : Path.GetFileName(path);
        return new Recording(samples, reader.SampleRate, ChannelNames(name, samples.Length))
        {
            Format = reader.Format,
            Notes = reader.HasNoLength
                ? [$"The header of {path} gives no length: all {samples[0].Length} samples that follow it are read."]
                : reader.Missing is { } missing ? [$"{missing} The {samples[0].Length} that are there are used."]
                : [],
        };
    }

    private static float[][] ReadAll(AudioReader reader, Action<double> report, CancellationToken cancellation)
    {
        float[] block = new float[reader.Channels * ReadBlock];

        // The header's length is a hint and no more: memory grows with what is really read.
        long expected = Math.Min(reader.Length ?? ReadBlock, 1 << 26);
        float[][] samples = [.. Enumerable.Range(0, reader.Channels).Select(_ => new float[expected])];
        int length = 0;
        for (int count = ReadBlock; count == ReadBlock; length += count)
        {
            cancellation.ThrowIfCancellationRequested();
            count = reader.ReadWhatIsThere(block, ReadBlock);
            for (int channel = 0; channel < samples.Length; channel++)
            {
                if (samples[channel].Length < length + count)
                {
                    Array.Resize(ref samples[channel], (int)Math.Min(Array.MaxLength, 2L * (length + count)));
                }

                block.AsSpan(channel * ReadBlock, count).CopyTo(samples[channel].AsSpan(length));
            }

            report(reader.Length is > 0 ? Math.Min(1.0, (double)length / reader.Length.Value) : 0.0);
        }

        for (int channel = 0; channel < samples.Length; channel++)
        {
            Array.Resize(ref samples[channel], length);
        }

        return samples;
    }

    private static string[] ChannelNames(string file, int channels) =>
        channels == 1 ? [file] : [.. Enumerable.Range(1, channels).Select(i => $"{file}, channel {i}")];

    private static Recording SideBySide(string[] files, List<Recording> parts)
    {
        int rate = parts.Max(part => part.SampleRate);
        List<string> notes = [.. parts.SelectMany(part => part.Notes)];
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].SampleRate != rate)
            {
                notes.Add($"{files[i]} was converted from {parts[i].SampleRate} to {rate} samples per second.");
                parts[i] = parts[i].Resample(rate);
            }
        }

        int shortest = parts.Min(part => part.Length);
        if (parts.Any(part => part.Length != shortest))
        {
            notes.Add(LengthNote(shortest, rate));
        }

        float[][] samples =
        [
            .. parts.SelectMany(part => part.channels)
                .Select(channel => channel.Length == shortest ? channel : channel.AsSpan(0, shortest).ToArray()),
        ];
        return new Recording(samples, parts[0].SampleRate, [.. parts.SelectMany(part => part.Names)])
        {
            Format = parts[0].Format,
            Notes = notes,
        };
    }
}
