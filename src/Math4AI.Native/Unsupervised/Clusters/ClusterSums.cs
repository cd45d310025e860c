using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Data;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// The sum and the number of the samples of each cluster, in float64. Every sum is formed in the order of the samples.
/// </summary>
/// <typeparam name="T">The type of the samples: double or float.</typeparam>
internal sealed unsafe class ClusterSums<T>(int channels, int clusters)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Together = 4;

    /// <summary>Gets clusters × channels, row after row.</summary>
    public double[] Sums { get; } = new double[channels * clusters];

    public long[] Counts { get; } = new long[clusters];

    public void Clear()
    {
        Array.Clear(Sums);
        Array.Clear(Counts);
    }

    /// <summary>Adds every sample of a block to its cluster.</summary>
    /// <param name="block">Planar: channel after channel.</param>
    /// <param name="labels">The cluster of each sample.</param>
    public void Add(ReadOnlySpan<T> block, ReadOnlySpan<int> labels)
    {
        foreach (int label in labels)
        {
            Counts[label]++;
        }

        fixed (T* samples = block)
        fixed (double* sums = Sums)
        fixed (int* clusterOf = labels)
        {
            int channel = 0;
            if (typeof(T) == typeof(float))
            {
                for (; channel <= channels - Together; channel += Together)
                {
                    AddFour((float*)samples + (nint)channel * labels.Length, sums + channel, clusterOf, labels.Length);
                }
            }

            for (; channel < channels; channel++)
            {
                T* of = samples + (nint)channel * labels.Length;
                for (int i = 0; i < labels.Length; i++)
                {
                    sums[(nint)clusterOf[i] * channels + channel] += double.CreateTruncating(of[i]);
                }
            }
        }
    }

    /// <summary>Moves samples that have changed their cluster.</summary>
    /// <param name="block">Planar: channel after channel.</param>
    /// <param name="which">The samples that have changed it.</param>
    /// <param name="labels">The cluster of each sample.</param>
    /// <param name="before">The cluster that it was in.</param>
    public void Move(
        ReadOnlySpan<T> block, ReadOnlySpan<int> which, ReadOnlySpan<int> labels, ReadOnlySpan<int> before)
    {
        foreach (int i in which)
        {
            Counts[labels[i]]++;
            Counts[before[i]]--;
            Span<double> to = Sums.AsSpan(labels[i] * channels, channels);
            Span<double> from = Sums.AsSpan(before[i] * channels, channels);
            for (int channel = 0; channel < channels; channel++)
            {
                double value = double.CreateTruncating(block[channel * labels.Length + i]);
                to[channel] += value;
                from[channel] -= value;
            }
        }
    }

    /// <summary>Adds four channels, whose sums lie side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFour(float* samples, double* sums, int* labels, int count)
    {
        int i = 0;
        for (; i <= count - Together; i += Together)
        {
            float* at = samples + i;
            Vector128<float> a = Vector128.Load(at), b = Vector128.Load(at + count),
                c = Vector128.Load(at + 2 * (nint)count), d = Vector128.Load(at + 3 * (nint)count);
            SampleKernels.Transpose(ref a, ref b, ref c, ref d);
            AddTo(sums + (nint)labels[i] * channels, a);
            AddTo(sums + (nint)labels[i + 1] * channels, b);
            AddTo(sums + (nint)labels[i + 2] * channels, c);
            AddTo(sums + (nint)labels[i + 3] * channels, d);
        }

        for (; i < count; i++)
        {
            AddTo(
                sums + (nint)labels[i] * channels,
                Vector128.Create(
                    samples[i], samples[i + count], samples[i + 2 * (nint)count], samples[i + 3 * (nint)count]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(double* sums, Vector128<float> sample)
    {
        (Vector128<double> low, Vector128<double> high) = Vector128.Widen(sample);
        (Vector256.Load(sums) + Vector256.Create(low, high)).Store(sums);
    }
}
