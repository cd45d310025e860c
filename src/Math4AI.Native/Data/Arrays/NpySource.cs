using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra;

namespace Math4AI.Data.Arrays;

/// <summary>
/// A channels × samples array in a <c>.npy</c> file, or a table of samples × columns, read in blocks: the file may be larger than
/// memory. float32 and float64, row-major (C) and column-major (Fortran) order.
/// </summary>
public sealed class NpySource : ISampleSource, IDisposable
{
    private readonly FileStream stream;
    private readonly NpyHeader header;
    private readonly bool isInterleaved;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rowsAreSamples">Whether it is a table, with one row a sample; then its columns are the channels.</param>
    /// <exception cref="InvalidDataException">It is no two-dimensional array of floating-point numbers.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public NpySource(string path, bool rowsAreSamples = false)
    {
        stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            header = NpyHeader.Read(stream);
            if (header.Shape.Length != 2 || header.Shape[0] < 1 || header.Shape[1] < 1)
            {
                throw new InvalidDataException(
                    $"{path} has the shape ({string.Join(", ", header.Shape)}); {(rowsAreSamples ? "rows × columns" : "channels × samples")} is needed.");
            }

            Channels = checked((int)header.Shape[rowsAreSamples ? 1 : 0]);
            Length = header.Shape[rowsAreSamples ? 0 : 1];
            isInterleaved = header.IsFortranOrder != rowsAreSamples;
            if (!rowsAreSamples && Channels > Length)
            {
                throw new InvalidDataException(
                    $"{path} has {header.Shape[0]} channels of {header.Shape[1]} samples: transpose it to "
                    + "channels × samples.");
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
    public double Epsilon => header.IsDouble ? double.BitIncrement(1.0) - 1.0 : float.BitIncrement(1.0f) - 1.0f;

    /// <summary>Whether the file holds float64; else float32.</summary>
    public bool IsDouble => header.IsDouble;

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

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private void ReadInterleaved(long start, int count, Span<double> block)
    {
        double[] samples = System.Buffers.ArrayPool<double>.Shared.Rent(count * Channels);
        ReadElements(start * Channels, samples.AsSpan(0, count * Channels));
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int i = 0; i < count; i++)
            {
                block[channel * count + i] = samples[i * Channels + channel];
            }
        }

        System.Buffers.ArrayPool<double>.Shared.Return(samples);
    }

    private void ReadElements(long first, Span<double> target)
    {
        if (header.IsDouble)
        {
            ReadBytes(first, MemoryMarshal.AsBytes(target));
            return;
        }

        // The floats go to the upper half of the target, from where they widen upwards without overtaking.
        Span<float> singles = MemoryMarshal.Cast<double, float>(target)[target.Length..];
        ReadBytes(first, MemoryMarshal.AsBytes(singles));
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = singles[i];
        }
    }

    private void ReadBytes(long firstElement, Span<byte> bytes)
    {
        long offset = header.DataOffset + firstElement * header.ElementSize;
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
