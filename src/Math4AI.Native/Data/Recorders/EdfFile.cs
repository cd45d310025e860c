using System.Buffers;
using System.Globalization;
using Math4AI.Processes;

namespace Math4AI.Data.Recorders;

/// <summary>
/// A recording in the European Data Format (EDF, EDF+) or BioSemi's (BDF), in physical units, read in blocks: the file
/// may be larger than memory. Its channels are the signals of the sample rate that most signals have; annotations and
/// the codes of events are kept beside them.
/// </summary>
public sealed class EdfFile : ISampleFile
{
    private readonly FileStream stream;
    private readonly EdfHeader header;
    private readonly (EdfSignal Signal, int Offset)[] channels;
    private readonly int perRecord;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or holds no signal; the message says what.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public EdfFile(string path)
    {
        stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            header = EdfHeader.Read(stream, path);
            int[] offsets = new int[header.Signals.Length];
            for (int i = 1; i < offsets.Length; i++)
            {
                offsets[i] = offsets[i - 1] + header.SampleBytes * header.Signals[i - 1].SamplesInRecord;
            }

            (EdfSignal Signal, int Offset)[] all =
            [
                .. header.Signals.Zip(offsets).Where(
                    each => !each.First.IsAnnotations && !each.First.IsStatus && each.First.SamplesInRecord > 0),
            ];
            perRecord = all.GroupBy(each => each.Signal.SamplesInRecord)
                .OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key)
                .FirstOrDefault()?.Key ?? throw new InvalidDataException($"{path} holds no signals.");
            channels = [.. all.Where(each => each.Signal.SamplesInRecord == perRecord)];
            Check(path);
            long records = (stream.Length - header.Length) / header.RecordBytes;
            Length = perRecord * (header.Records < 0 ? records : Math.Min(records, header.Records));
            Notes = [.. Remarks(path, records, [.. all.Select(each => each.Signal).Except(Used)])];
            Annotations = ReadAnnotations(offsets);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Channels => channels.Length;

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>Gets the samples per second.</summary>
    public double SampleRate => perRecord / header.RecordSeconds;

    /// <summary>Gets the names of the channels.</summary>
    public IReadOnlyList<string> Labels => [.. Used.Select(signal => signal.Label)];

    /// <summary>Gets the units of the channels, such as "uV".</summary>
    public IReadOnlyList<string> Units => [.. Used.Select(signal => signal.Unit)];

    /// <summary>Gets when the recording began, in local time; null where the file has no date.</summary>
    public DateTime? Start => header.Start;

    /// <summary>
    /// Gets what was noted, in the order of time; the codes of events in a channel "Status" are the texts "code N".
    /// </summary>
    public IReadOnlyList<EdfAnnotation> Annotations { get; }

    /// <summary>Gets remarks for the user, one sentence each, such as on signals of other rates.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public ProcessGroup Processes { get; set; } = ProcessGroup.Single;

    /// <inheritdoc/>
    public double Epsilon => Math.ScaleB(1.0, -52);

    private IEnumerable<EdfSignal> Used => channels.Select(channel => channel.Signal);

    /// <inheritdoc/>
    public void Read(long start, int count, Span<double> block)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(header.RecordBytes);
        for (int done = 0; done < count;)
        {
            long record = (start + done) / perRecord;
            int first = (int)((start + done) % perRecord), part = Math.Min(perRecord - first, count - done);
            ReadRecord(record, bytes);
            for (int c = 0; c < channels.Length; c++)
            {
                (EdfSignal signal, int offset) = channels[c];
                ReadOnlySpan<byte> samples = bytes.AsSpan(offset + header.SampleBytes * first);
                for (int i = 0; i < part; i++)
                {
                    block[c * count + done + i] = signal.Offset + signal.Gain * Digital(samples, i);
                }
            }

            done += part;
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private int Digital(ReadOnlySpan<byte> samples, int i) => header.IsBdf
        ? samples[3 * i] | samples[3 * i + 1] << 8 | (sbyte)samples[3 * i + 2] << 16
        : samples[2 * i] | (sbyte)samples[2 * i + 1] << 8;

    private void ReadRecord(long record, byte[] bytes)
    {
        Span<byte> left = bytes.AsSpan(0, header.RecordBytes);
        for (long at = header.Length + record * header.RecordBytes; left.Length > 0;)
        {
            int read = RandomAccess.Read(stream.SafeFileHandle, left, at);
            if (read == 0)
            {
                throw new EndOfStreamException($"{stream.Name} became shorter while it was read.");
            }

            at += read;
            left = left[read..];
        }
    }

    private void Check(string path)
    {
        if (!(header.RecordSeconds > 0.0))
        {
            throw new InvalidDataException($"{path}: a data record of samples lasts {header.RecordSeconds} s.");
        }

        if (Used.FirstOrDefault(signal => !double.IsFinite(signal.Gain) || signal.Gain == 0.0) is { } odd)
        {
            throw new InvalidDataException(
                $"{path}: '{odd.Label}' has no scale, {odd.PhysicalMinimum} to {odd.PhysicalMaximum} {odd.Unit} for "
                + $"{odd.DigitalMinimum} to {odd.DigitalMaximum}.");
        }

        if (stream.Length < header.Length + header.RecordBytes)
        {
            throw new InvalidDataException($"{path} holds no data record that is whole.");
        }
    }

    private IEnumerable<string> Remarks(string path, long records, EdfSignal[] others)
    {
        if (others.Length > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: the {Channels} signals of {SampleRate:0.###} samples per second are used; "
                + $"{string.Join(", ", others.Select(signal => signal.Label))} of other rates are left out.");
        }

        if (header.Records > records)
        {
            yield return $"{path} ends early: {records} of the {header.Records} data records that its header promises "
                + "are there, and are used.";
        }

        if (header.IsInterrupted)
        {
            yield return $"{path} is a recording with interruptions: its parts are put together.";
        }
    }

    private List<EdfAnnotation> ReadAnnotations(int[] offsets)
    {
        var found = new List<EdfAnnotation>();
        byte[] bytes = new byte[header.RecordBytes];
        int last = 0;
        for (long record = 0; record < Length / perRecord; record++)
        {
            bool isRead = false;
            for (int i = 0; i < offsets.Length; i++)
            {
                EdfSignal signal = header.Signals[i];
                if (!signal.IsAnnotations && !signal.IsStatus)
                {
                    continue;
                }

                if (!isRead)
                {
                    ReadRecord(record, bytes);
                    isRead = true;
                }

                ReadOnlySpan<byte> of = bytes.AsSpan(offsets[i], header.SampleBytes * signal.SamplesInRecord);
                found.AddRange(signal.IsAnnotations
                    ? EdfAnnotation.Read(of).Where(each => each.Text.Length > 0)
                    : Codes(of, record, signal.SamplesInRecord, ref last));
            }
        }

        return [.. found.OrderBy(each => each.Onset)];
    }

    /// <summary>Finds where the lower 16 bits, a code of an event, become another number than 0.</summary>
    private List<EdfAnnotation> Codes(ReadOnlySpan<byte> samples, long record, int count, ref int last)
    {
        var found = new List<EdfAnnotation>();
        for (int i = 0; i < count; i++)
        {
            int code = Digital(samples, i) & 0xFFFF;
            if (code != last && code != 0)
            {
                found.Add(new EdfAnnotation(
                    (record + (double)i / count) * header.RecordSeconds, null,
                    string.Create(CultureInfo.InvariantCulture, $"code {code}")));
            }

            last = code;
        }

        return found;
    }
}
