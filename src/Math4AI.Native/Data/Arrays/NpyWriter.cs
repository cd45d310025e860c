using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Data.Arrays;

/// <summary>Writes a channels × samples array in NumPy's format, row-major, block by block.</summary>
public sealed class NpyWriter : IDisposable
{
    private readonly FileStream stream;
    private readonly bool isDouble;
    private readonly int channels;
    private readonly long length;
    private readonly long dataOffset;
    private float[] singles = [];

    /// <summary>Creates the file in its full length.</summary>
    /// <param name="path">The file, replaced where it exists.</param>
    /// <param name="channels">The rows.</param>
    /// <param name="length">The samples in each channel.</param>
    /// <param name="isDouble">float64; else float32.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public NpyWriter(string path, int channels, long length, bool isDouble)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channels);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        this.channels = channels;
        this.length = length;
        this.isDouble = isDouble;
        byte[] header = NpyHeader.Write(isDouble, isFortranOrder: false, channels, length);
        dataOffset = header.Length;
        long bytes = checked(dataOffset + channels * length * (isDouble ? sizeof(double) : sizeof(float)));
        stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            PreallocationSize = bytes,
        });
        stream.Write(header);
    }

    /// <summary>Writes a matrix, rows as they are, as float64.</summary>
    /// <param name="path">The file, replaced where it exists.</param>
    /// <param name="matrix">The matrix.</param>
    public static void Write(string path, Matrix<double> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using var writer = new NpyWriter(path, matrix.RowCount, matrix.ColumnCount, isDouble: true);
        writer.Write(0, matrix.ColumnCount, matrix.ToRowMajorArray());
    }

    /// <summary>Writes a vector, one dimension, as float64.</summary>
    /// <param name="path">The file, replaced where it exists.</param>
    /// <param name="vector">The vector.</param>
    public static void Write(string path, Vector<double> vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        using FileStream file = File.Create(path);
        file.Write(NpyHeader.Write(isDouble: true, isFortranOrder: false, vector.Count));
        file.Write(MemoryMarshal.AsBytes(vector.ToArray().AsSpan()));
    }

    /// <summary>Writes samples from <paramref name="start"/> on.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="block">Planar, channel after channel.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Write(long start, int count, ReadOnlySpan<double> block)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<double> samples = block.Slice(channel * count, count);
            long first = channel * length + start;
            if (isDouble)
            {
                RandomAccess.Write(
                    stream.SafeFileHandle, MemoryMarshal.AsBytes(samples), dataOffset + first * sizeof(double));
            }
            else
            {
                RandomAccess.Write(
                    stream.SafeFileHandle, MemoryMarshal.AsBytes(Narrow(samples)), dataOffset + first * sizeof(float));
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<float> Narrow(ReadOnlySpan<double> samples)
    {
        if (singles.Length < samples.Length)
        {
            singles = new float[samples.Length];
        }

        System.Numerics.Tensors.TensorPrimitives.ConvertChecked<double, float>(samples, singles);
        return singles.AsSpan(0, samples.Length);
    }
}
