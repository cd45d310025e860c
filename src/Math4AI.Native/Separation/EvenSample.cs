using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Separation;

/// <summary>A few thousand samples from all over a source, in short runs: enough to look at, and little to read.</summary>
internal static class EvenSample
{
    private const int RunLength = 16;

    /// <summary>The samples, planar, and how many they are.</summary>
    /// <param name="source">The source.</param>
    /// <param name="most">About how many are wanted; all where the source has no more.</param>
    public static (double[] Planar, int Count) Of(ISampleSource source, int most)
    {
        if (source.Length <= most)
        {
            double[] all = new double[checked(source.Channels * (int)source.Length)];
            source.Read(0, (int)source.Length, all);
            return (all, (int)source.Length);
        }

        int runs = Math.Max(1, most / RunLength), count = runs * RunLength;
        double[] planar = new double[checked(source.Channels * count)], run = new double[source.Channels * RunLength];
        for (int i = 0; i < runs; i++)
        {
            source.Read((source.Length - RunLength) / runs * i, RunLength, run);
            for (int channel = 0; channel < source.Channels; channel++)
            {
                run.AsSpan(channel * RunLength, RunLength).CopyTo(planar.AsSpan(channel * count + i * RunLength));
            }
        }

        return (planar, count);
    }

    /// <summary>The sources of such samples, planar, and how many they are.</summary>
    /// <param name="source">The mixture.</param>
    /// <param name="unmixing">What separates it.</param>
    /// <param name="most">About how many are wanted.</param>
    public static (double[] Planar, int Count) Of(ISampleSource source, Unmixing unmixing, int most)
    {
        (double[] planar, int count) = Of(source, most);
        double[] sources = new double[unmixing.Sources * count];
        BlockKernels.Centre(planar, count, unmixing.Mean.ToArray());
        BlockKernels.Project(unmixing.Matrix.ToRowMajorArray(), unmixing.Sources, planar, unmixing.Channels, count, sources);
        return (sources, count);
    }
}
