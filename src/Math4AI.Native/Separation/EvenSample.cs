using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Separation;

/// <summary>Takes a few thousand samples spread over a source, in short runs, so that little has to be read.</summary>
internal static class EvenSample
{
    /// <summary>The samples that follow each other.</summary>
    public const int RunLength = 16;

    /// <summary>Takes samples of a source; returns them, planar, and their number.</summary>
    /// <param name="source">The source.</param>
    /// <param name="limit">About how many are wanted; all are taken where the source has no more.</param>
    public static (double[] Planar, int Count) Of(ISampleSource source, int limit)
    {
        if (source.Length <= limit)
        {
            double[] all = new double[checked(source.Channels * (int)source.Length)];
            source.Read(0, (int)source.Length, all);
            return (all, (int)source.Length);
        }

        int runs = Math.Max(1, limit / RunLength), count = runs * RunLength;
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

    /// <summary>Takes samples and separates them; returns the sources, planar, and the number of samples.</summary>
    /// <param name="source">The mixture.</param>
    /// <param name="unmixing">The unmixing.</param>
    /// <param name="limit">About how many are wanted.</param>
    public static (double[] Planar, int Count) Of(ISampleSource source, Unmixing unmixing, int limit)
    {
        (double[] planar, int count) = Of(source, limit);
        double[] sources = new double[unmixing.Sources * count];
        BlockKernels.Centre(planar, count, unmixing.Mean.ToArray());
        BlockKernels.Project(
            unmixing.Matrix.ToRowMajorArray(), unmixing.Sources, planar, unmixing.Channels, count, sources);
        return (sources, count);
    }
}
