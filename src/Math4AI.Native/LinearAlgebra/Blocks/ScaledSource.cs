using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Processes;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>Samples of another source as (y − mean) / scale, channel by channel.</summary>
internal sealed class ScaledSource(ISampleSource source, double[] mean, double[] scale) : ISampleSource
{
    public int Channels => source.Channels;

    public long Length => source.Length;

    public double Epsilon => source.Epsilon;

    public ProcessGroup Processes
    {
        get => source.Processes;
        set => source.Processes = value;
    }

    public void Read(long start, int count, Span<double> block)
    {
        source.Read(start, count, block);
        for (int channel = 0; channel < Channels; channel++)
        {
            Span<double> x = block.Slice(channel * count, count);
            TensorPrimitives.Subtract(x, mean[channel], x);
            TensorPrimitives.Divide(x, scale[channel], x);
        }
    }
}
