using System.Buffers;
using System.Runtime.InteropServices;
using Math4AI.Processes;

namespace Math4AI.Data.Arrays;

/// <summary>
/// A channels × samples array in a <c>.npy</c> file, or a table of samples × columns, read in blocks: the file may be
/// larger than memory. Booleans, integers, float16, float32 and float64 of either byte order, in row-major (C) and
/// column-major (Fortran) order.
/// </summary>
public sealed class NpySource : ISampleFile
{
    private readonly FileStream stream;
    private readonly NpyHeader header;
    private readonly bool isInterleaved;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rowsAreSamples">
    /// Whether it is a table, with one row a sample; then its columns are the channels.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// It is not a two-dimensional array of numbers; a table may have one dimension.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public NpySource(string path, bool rowsAreSamples = false)
    {
        stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            header = NpyHeader.Read(stream, stream.Length, path);
            long[] shape = rowsAreSamples && header.Shape.Length == 1 ? [header.Shape[0], 1] : header.Shape;
            if (shape.Length != 2 || shape[0] < 1 || shape[1] < 1)
            {
                string wanted = rowsAreSamples ? "rows × columns" : "channels × samples";
                throw new InvalidDataException(
                    $"{path} has the shape ({string.Join(", ", shape)})"
                    + (shape.Contains(0) ? ": it holds no numbers." : $"; {wanted} is needed: reshape it."));
            }

            (long channels, Length) = rowsAreSamples ? (shape[1], shape[0]) : (shape[0], shape[1]);
            Channels = (int)Math.Min(channels, int.MaxValue);
            isInterleaved = header.IsFortranOrder != rowsAreSamples && channels > 1;
            if (!rowsAreSamples && channels > Length)
            {
                throw new InvalidDataException(
                    $"{path} has {header.Shape[0]} channels of {Counted.Of(header.Shape[1], "sample")}: transpose it "
                    + "to channels × samples, or record longer.");
            }
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public ProcessGroup Processes { get; set; } = ProcessGroup.Single;

    /// <inheritdoc/>
    public double Epsilon => header.Type.Epsilon;

    /// <inheritdoc/>
    public void Read(long start, int count, Span<double> block)
    {
        if (isInterleaved)
        {
            ReadInterleaved(start, count, block);
            return;
        }

        for (int channel = 0; channel < Channels; channel++)
        {
            ReadElements(channel * Length + start, block.Slice(channel * count, count));
        }
    }

    /// <inheritdoc/>
    public void Read(
        long start, int count, ReadOnlySpan<double> shift, ReadOnlySpan<double> scale, Span<float> block)
    {
        if (header.Type != NumberType.Float32 || !BitConverter.IsLittleEndian)
        {
            SampleKernels.ReadNarrow(this, start, count, shift, scale, block);
            return;
        }

        ReadSingles(start, count, block);
        for (int channel = 0; channel < Channels; channel++)
        {
            SampleKernels.Center(block.Slice(channel * count, count), shift[channel], scale[channel]);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private void ReadInterleaved(long start, int count, Span<double> block)
    {
        double[] samples = ArrayPool<double>.Shared.Rent(count * Channels);
        ReadElements(start * Channels, samples.AsSpan(0, count * Channels));
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int i = 0; i < count; i++)
            {
                block[channel * count + i] = samples[i * Channels + channel];
            }
        }

        ArrayPool<double>.Shared.Return(samples);
    }

    /// <summary>Reads float32 as they are.</summary>
    private void ReadSingles(long start, int count, Span<float> block)
    {
        if (!isInterleaved)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                ReadBytes(channel * Length + start, MemoryMarshal.AsBytes(block.Slice(channel * count, count)));
            }

            return;
        }

        float[] samples = ArrayPool<float>.Shared.Rent(count * Channels);
        Span<float> rows = samples.AsSpan(0, count * Channels);
        ReadBytes(start * Channels, MemoryMarshal.AsBytes(rows));
        SampleKernels.Separate(rows, Channels, block);
        ArrayPool<float>.Shared.Return(samples);
    }

    private void ReadElements(long first, Span<double> target)
    {
        Span<byte> bytes = header.Type.RoomIn(target);
        ReadBytes(first, bytes);
        header.Type.Widen(bytes, target);
    }

    private void ReadBytes(long firstElement, Span<byte> bytes)
    {
        long offset = header.DataOffset + firstElement * header.Type.Size;
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(stream.SafeFileHandle, bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"{stream.Name} became shorter while it was read.");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
