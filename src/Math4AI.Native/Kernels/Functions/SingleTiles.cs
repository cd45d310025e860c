using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Kernels.Functions;

/// <summary>
/// Samples in float32, in tiles of 32: within a tile one input of all its samples follows the other, so that memory is
/// read in one run, and a tile that is in the cache serves several centers.
/// </summary>
internal sealed unsafe class SingleTiles
{
    private const int Width = 32;

    // As many sums as the registers hold beside what is loaded.
    private const int CentersAtATime = 4;

    // Of one processor's own cache.
    private const int BytesOfCache = 1 << 20;

    private const int ManyInputs = 64;

    private readonly float[] values;
    private readonly int inputs;

    /// <summary>Takes samples, shifted and over the scales.</summary>
    public SingleTiles(KernelSamples samples, double[] means, double[] scales)
    {
        (Count, inputs) = (samples.Count, samples.Inputs);
        values = new float[(long)(Count + Width - 1) / Width * Width * inputs];
        float[] rounded = new float[Count];
        double[] room = new double[Count];
        for (int input = 0; input < inputs; input++)
        {
            Round(samples.Column(input), means[input], scales[input], room, rounded);
            for (int first = 0; first < Count; first += Width)
            {
                rounded.AsSpan(first, Math.Min(Width, Count - first)).CopyTo(
                    values.AsSpan(first * inputs + input * Width));
            }
        }
    }

    /// <summary>
    /// Gets whether distances to one center take as long as the samples take to come from memory, and not as long as
    /// what is made of the distances.
    /// </summary>
    public bool IsMemoryBound => inputs >= ManyInputs && sizeof(float) * values.LongLength > BytesOfCache;

    /// <summary>Gets the number of samples.</summary>
    public int Count { get; }

    /// <summary>Gets the samples one after the other, all inputs of each; a tile is turned within the cache.</summary>
    public float[] Rows()
    {
        float[] rows = new float[(long)Count * inputs];
        for (int first = 0; first < Count; first += Width)
        {
            int count = Math.Min(Width, Count - first);
            ReadOnlySpan<float> tile = values.AsSpan(first * inputs, Width * inputs);
            for (int input = 0; input < inputs; input++)
            {
                for (int i = 0; i < count; i++)
                {
                    rows[(first + i) * inputs + input] = tile[input * Width + i];
                }
            }
        }

        return rows;
    }

    /// <summary>Computes (x − mean)/scale, rounded.</summary>
    private static void Round(
        ReadOnlySpan<double> column, double mean, double scale, double[] room, Span<float> rounded)
    {
        TensorPrimitives.Subtract(column, mean, room);
        TensorPrimitives.Divide(room, scale, room);
        TensorPrimitives.ConvertTruncating<double, float>(room, rounded);
    }

    /// <summary>Fills r² of all samples to some centers.</summary>
    /// <param name="centers">Samples, one after the other.</param>
    /// <param name="which">The numbers of the centers among them.</param>
    /// <param name="squares">For each center, one number a sample.</param>
    public void Squares(float[] centers, ReadOnlySpan<int> which, Span<float> squares)
    {
        float* edge = stackalloc float[CentersAtATime * Width];
        fixed (float* x = values, z = centers, result = squares)
        {
            for (int first = 0; first < Count; first += Width)
            {
                int rows = Math.Min(Width, Count - first);
                for (int k = 0; k < which.Length; k += CentersAtATime)
                {
                    int some = Math.Min(CentersAtATime, which.Length - k);
                    float* to = rows == Width ? result + (long)k * Count + first : edge;
                    int stride = rows == Width ? Count : Width;
                    Fill(x + (long)first * inputs, z, which.Slice(k, some), to, stride);
                    for (int i = 0; rows < Width && i < some; i++)
                    {
                        new ReadOnlySpan<float>(edge + i * Width, rows).CopyTo(
                            squares.Slice((k + i) * Count + first, rows));
                    }
                }
            }
        }
    }

    private void Fill(float* tile, float* centers, ReadOnlySpan<int> which, float* squares, int stride)
    {
        if (which.Length == CentersAtATime)
        {
            FillFour(
                tile, inputs, centers + (long)which[0] * inputs, centers + (long)which[1] * inputs,
                centers + (long)which[2] * inputs, centers + (long)which[3] * inputs, squares, stride);
            return;
        }

        for (int i = 0; i < which.Length; i++)
        {
            FillOne(tile, inputs, centers + (long)which[i] * inputs, squares + (long)i * stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillOne(float* tile, int inputs, float* center, float* squares)
    {
        Vector512<float> low = default, high = default;
        for (int input = 0; input < inputs; input++, tile += Width)
        {
            var at = Vector512.Create(center[input]);
            Vector512<float> left = Vector512.Load(tile) - at, right = Vector512.Load(tile + Width / 2) - at;
            low = Vector512.FusedMultiplyAdd(left, left, low);
            high = Vector512.FusedMultiplyAdd(right, right, high);
        }

        low.Store(squares);
        high.Store(squares + Width / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillFour(
        float* tile, int inputs, float* first, float* second, float* third, float* fourth, float* squares, int stride)
    {
        Vector512<float> low1 = default, high1 = default, low2 = default, high2 = default;
        Vector512<float> low3 = default, high3 = default, low4 = default, high4 = default;
        for (int input = 0; input < inputs; input++, tile += Width)
        {
            Vector512<float> left = Vector512.Load(tile), right = Vector512.Load(tile + Width / 2);
            Add(left, right, first[input], ref low1, ref high1);
            Add(left, right, second[input], ref low2, ref high2);
            Add(left, right, third[input], ref low3, ref high3);
            Add(left, right, fourth[input], ref low4, ref high4);
        }

        Store(low1, high1, squares);
        Store(low2, high2, squares + stride);
        Store(low3, high3, squares + 2L * stride);
        Store(low4, high4, squares + 3L * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        Vector512<float> left, Vector512<float> right, float center, ref Vector512<float> low,
        ref Vector512<float> high)
    {
        var at = Vector512.Create(center);
        Vector512<float> below = left - at, above = right - at;
        low = Vector512.FusedMultiplyAdd(below, below, low);
        high = Vector512.FusedMultiplyAdd(above, above, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> low, Vector512<float> high, float* squares)
    {
        low.Store(squares);
        high.Store(squares + Width / 2);
    }
}
