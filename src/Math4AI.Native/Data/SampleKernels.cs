using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Data;

/// <summary>The inner loops over samples that reading needs.</summary>
internal static unsafe class SampleKernels
{
    private static readonly int Width = Vector512<double>.Count;

    /// <summary>Computes target = (x − shift) · scale, rounded to float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(ReadOnlySpan<double> x, double shift, double scale, Span<float> target)
    {
        fixed (double* samples = x)
        fixed (float* narrow = target)
        {
            var shifts = Vector512.Create(shift);
            var scales = Vector512.Create(scale);
            int i = 0;
            for (; i <= x.Length - 2 * Width; i += 2 * Width)
            {
                Vector512.Narrow(
                    (Vector512.Load(samples + i) - shifts) * scales,
                    (Vector512.Load(samples + i + Width) - shifts) * scales).Store(narrow + i);
            }

            for (; i < x.Length; i++)
            {
                narrow[i] = (float)((samples[i] - shift) * scale);
            }
        }
    }

    /// <summary>Computes x = (x − shift) · scale in float64, and rounds it to float32 again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Center(Span<float> x, double shift, double scale)
    {
        fixed (float* samples = x)
        {
            var shifts = Vector512.Create(shift);
            var scales = Vector512.Create(scale);
            int i = 0;
            for (; i <= x.Length - 2 * Width; i += 2 * Width)
            {
                (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.Load(samples + i));
                Vector512.Narrow((low - shifts) * scales, (high - shifts) * scales).Store(samples + i);
            }

            for (; i < x.Length; i++)
            {
                samples[i] = (float)((samples[i] - shift) * scale);
            }
        }
    }

    /// <summary>From row after row to channel after channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Separate(ReadOnlySpan<float> rows, int channels, Span<float> planar)
    {
        const int Together = 4;
        int count = rows.Length / channels, first = 0;
        fixed (float* from = rows, to = planar)
        {
            // Channels beside one another share the lines of the cache that are read.
            for (; first <= channels - Together; first += Together)
            {
                float* row = from + first, target = to + (nint)first * count;
                for (int i = 0; i < count; i++, row += channels)
                {
                    target[i] = row[0];
                    target[count + i] = row[1];
                    target[2 * count + i] = row[2];
                    target[3 * count + i] = row[3];
                }
            }

            for (; first < channels; first++)
            {
                for (int i = 0; i < count; i++)
                {
                    to[(nint)first * count + i] = from[(nint)i * channels + first];
                }
            }
        }
    }

    /// <summary>Reads samples in float64, or borrows them, and computes (y − shift) · scale in float32.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="start">The first sample.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="shift">One number a channel.</param>
    /// <param name="scale">One number a channel.</param>
    /// <param name="block">Planar.</param>
    public static void ReadNarrow(
        ISampleSource source, long start, int count, ReadOnlySpan<double> shift, ReadOnlySpan<double> scale,
        Span<float> block)
    {
        int channels = source.Channels;
        double[]? copy = source.Lend(0, start, count).IsEmpty ? ArrayPool<double>.Shared.Rent(channels * count) : null;
        if (copy is not null)
        {
            source.Read(start, count, copy.AsSpan(0, channels * count));
        }

        for (int channel = 0; channel < channels; channel++)
        {
            Narrow(
                copy is null ? source.Lend(channel, start, count) : copy.AsSpan(channel * count, count),
                shift[channel],
                scale[channel],
                block.Slice(channel * count, count));
        }

        if (copy is not null)
        {
            ArrayPool<double>.Shared.Return(copy);
        }
    }
}
