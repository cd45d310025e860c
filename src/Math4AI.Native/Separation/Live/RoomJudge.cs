using Math4AI.Separation.Rooms;

namespace Math4AI.Separation.Live;

/// <summary>
/// Tells how much the sources that filters give for the last seconds depend on each other
/// (<see cref="OutputDependence"/>), so that two sets of filters can be compared on the same sound.
/// </summary>
internal sealed class RoomJudge
{
    private readonly RoomHistory history;
    private readonly PartitionedFilters filters;
    private readonly OutputDependence dependence;
    private readonly double[][] input;
    private readonly double[][] output;
    private readonly float[][] sources;
    private readonly int block;
    private readonly int lead;

    /// <summary>Allocates the memory; nothing is allocated later.</summary>
    /// <param name="history">The sound.</param>
    /// <param name="block">The samples of a block.</param>
    /// <param name="parts">The filters are <c>parts · block</c> long.</param>
    /// <param name="span">The frames that are looked at, with those that the filters begin with.</param>
    /// <param name="sampleRate">The number of samples per second.</param>
    public RoomJudge(RoomHistory history, int block, int parts, int span, int sampleRate)
    {
        (this.history, this.block, lead) = (history, block, parts * block);
        int length = (span - lead) / block * block;
        filters = new PartitionedFilters(history.Channels, history.Sources, block, parts);
        dependence = new OutputDependence(history.Sources, length, sampleRate);
        double[][] Blocks(int count) => [.. Enumerable.Range(0, count).Select(_ => new double[block])];
        (input, output) = (Blocks(history.Channels), Blocks(history.Sources));
        sources = [.. Enumerable.Range(0, history.Sources).Select(_ => new float[length])];
    }

    /// <summary>Computes it for the frames before one.</summary>
    public double Of(FilterSet set, long end)
    {
        int length = sources[0].Length;
        history.From = end - length - lead;
        for (int at = 0; at < lead + length; at += block)
        {
            for (int channel = 0; channel < input.Length; channel++)
            {
                history.Read(channel, at, input[channel]);
            }

            filters.Push(input);
            if (at < lead)
            {
                continue;
            }

            filters.Apply(set.Spectra, output);
            for (int source = 0; source < output.Length; source++)
            {
                Span<float> to = sources[source].AsSpan(at - lead, block);
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<double, float>(output[source], to);
            }
        }

        return dependence.Measure(sources);
    }
}
