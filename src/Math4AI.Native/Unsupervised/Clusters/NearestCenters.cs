using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Finds the nearest of k centers for each sample of a planar block: the one that minimizes ½‖c‖² − x·c, which differs
/// from half of the squared distance by a number that depends on the sample alone. Every sample's sums are formed in
/// the same order, wherever it stands in its block.
/// </summary>
/// <typeparam name="T">double or float.</typeparam>
internal sealed unsafe class NearestCenters<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Four centers by two vectors of samples: eight sums stay in registers for every pass over the channels.
    private const int Group = 4;

    private readonly int channels;
    private readonly int groups;
    private readonly T[] negated;
    private readonly T[] half;

    /// <summary>Lays the centers out for the search.</summary>
    /// <param name="centers">centers × channels, row after row.</param>
    /// <param name="count">The number of centers.</param>
    public NearestCenters(ReadOnlySpan<double> centers, int count)
    {
        channels = centers.Length / count;
        groups = (count + Group - 1) / Group;
        negated = new T[groups * Group * channels];
        half = new T[groups * Group];

        // The places that no center fills are never the nearest.
        Array.Fill(half, T.PositiveInfinity);
        for (int center = 0; center < count; center++)
        {
            double square = 0.0;
            for (int channel = 0; channel < channels; channel++)
            {
                T value = T.CreateSaturating(centers[center * channels + channel]);
                negated[(center / Group * channels + channel) * Group + center % Group] = -value;
                square += double.CreateSaturating(value) * double.CreateSaturating(value);
            }

            half[center] = T.CreateSaturating(square / 2.0);
        }
    }

    /// <summary>Writes the index of the nearest center of each sample; the lowest one where several are.</summary>
    /// <param name="block">Planar: channel after channel, each of <paramref name="count"/> samples.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="labels">Takes the indices.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(ReadOnlySpan<T> block, int count, Span<int> labels)
    {
        int width = Vector512<T>.Count, i = 0;
        T* indices = stackalloc T[2 * width];
        fixed (T* x = block, c = negated, h = half)
        {
            while (i < count && count >= 2 * width)
            {
                // The last vectors begin early enough to be whole: some samples are looked at twice.
                int at = Math.Min(i, count - 2 * width);
                FindVectors(x + at, count, c, h, indices);
                for (int lane = 0; lane < 2 * width; lane++)
                {
                    labels[at + lane] = int.CreateTruncating(indices[lane]);
                }

                i = at + 2 * width;
            }

            for (; i < count; i++)
            {
                labels[i] = FindOne(x + i, count, c, h);
            }
        }
    }

    /// <summary>The nearest centers of two vectors of samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindVectors(T* x, int stride, T* centers, T* norms, T* indices)
    {
        Vector512<T> best0 = Vector512.Create(T.PositiveInfinity), best1 = best0, at0 = default, at1 = default;
        int width = Vector512<T>.Count;
        for (int group = 0; group < groups; group++)
        {
            T* h = norms + group * Group, c = centers + (nint)group * Group * channels, sample = x;
            Vector512<T> a0 = Vector512.Create(h[0]), a1 = Vector512.Create(h[1]), a2 = Vector512.Create(h[2]),
                a3 = Vector512.Create(h[3]), b0 = a0, b1 = a1, b2 = a2, b3 = a3;
            for (int channel = 0; channel < channels; channel++, c += Group, sample += stride)
            {
                Vector512<T> u = Vector512.Load(sample), v = Vector512.Load(sample + width);
                Vector512<T> center = Vector512.Create(c[0]);
                (a0, b0) = (MultiplyAdd(u, center, a0), MultiplyAdd(v, center, b0));
                center = Vector512.Create(c[1]);
                (a1, b1) = (MultiplyAdd(u, center, a1), MultiplyAdd(v, center, b1));
                center = Vector512.Create(c[2]);
                (a2, b2) = (MultiplyAdd(u, center, a2), MultiplyAdd(v, center, b2));
                center = Vector512.Create(c[3]);
                (a3, b3) = (MultiplyAdd(u, center, a3), MultiplyAdd(v, center, b3));
            }

            Choose(a0, group * Group, ref best0, ref at0);
            Choose(a1, group * Group + 1, ref best0, ref at0);
            Choose(a2, group * Group + 2, ref best0, ref at0);
            Choose(a3, group * Group + 3, ref best0, ref at0);
            Choose(b0, group * Group, ref best1, ref at1);
            Choose(b1, group * Group + 1, ref best1, ref at1);
            Choose(b2, group * Group + 2, ref best1, ref at1);
            Choose(b3, group * Group + 3, ref best1, ref at1);
        }

        at0.Store(indices);
        at1.Store(indices + width);
    }

    private int FindOne(T* x, int stride, T* centers, T* norms)
    {
        T best = T.PositiveInfinity;
        int nearest = 0;
        for (int center = 0; center < groups * Group; center++)
        {
            T sum = norms[center];
            T* c = centers + (nint)(center / Group) * Group * channels + center % Group;
            for (int channel = 0; channel < channels; channel++)
            {
                sum = T.FusedMultiplyAdd(x[(nint)channel * stride], c[channel * Group], sum);
            }

            if (sum < best)
            {
                (best, nearest) = (sum, center);
            }
        }

        return nearest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Choose(Vector512<T> sum, int index, ref Vector512<T> best, ref Vector512<T> at)
    {
        Vector512<T> isLess = Vector512.LessThan(sum, best);
        best = Vector512.ConditionalSelect(isLess, sum, best);
        at = Vector512.ConditionalSelect(isLess, Vector512.Create(T.CreateTruncating(index)), at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}
