using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
        int count = rows.Length / channels, channel = 0;
        fixed (float* from = rows, to = planar)
        {
            for (; channel <= channels - Together; channel += Together)
            {
                SeparateFour(from + channel, channels, to + (nint)channel * count, count);
            }

            for (; channel < channels; channel++)
            {
                for (int i = 0; i < count; i++)
                {
                    to[(nint)channel * count + i] = from[(nint)i * channels + channel];
                }
            }
        }
    }

    /// <summary>Four rows of a 4 × 4 matrix become its columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(
        ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        if (!Sse.IsSupported)
        {
            (a, b, c, d) = (
                Vector128.Create(a[0], b[0], c[0], d[0]), Vector128.Create(a[1], b[1], c[1], d[1]),
                Vector128.Create(a[2], b[2], c[2], d[2]), Vector128.Create(a[3], b[3], c[3], d[3]));
            return;
        }

        Vector128<float> lowAb = Sse.UnpackLow(a, b), highAb = Sse.UnpackHigh(a, b);
        Vector128<float> lowCd = Sse.UnpackLow(c, d), highCd = Sse.UnpackHigh(c, d);
        (a, b) = (Sse.MoveLowToHigh(lowAb, lowCd), Sse.MoveHighToLow(lowCd, lowAb));
        (c, d) = (Sse.MoveLowToHigh(highAb, highCd), Sse.MoveHighToLow(highCd, highAb));
    }

    /// <summary>Four channels beside one another, which share the lines of the cache that are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SeparateFour(float* row, int channels, float* to, int count)
    {
        nint second = count, third = 2 * (nint)count, fourth = 3 * (nint)count;
        int i = 0;
        for (; i <= count - 4; i += 4, row += 4 * (nint)channels)
        {
            Vector128<float> a = Vector128.Load(row), b = Vector128.Load(row + channels),
                c = Vector128.Load(row + 2 * (nint)channels), d = Vector128.Load(row + 3 * (nint)channels);
            Transpose(ref a, ref b, ref c, ref d);
            a.Store(to + i);
            b.Store(to + second + i);
            c.Store(to + third + i);
            d.Store(to + fourth + i);
        }

        for (; i < count; i++, row += channels)
        {
            (to[i], to[second + i], to[third + i], to[fourth + i]) = (row[0], row[1], row[2], row[3]);
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
