using System.Buffers;
using Math4AI.Data;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// Every so-manieth block of another source: a sample of it that spans its whole length, read in runs.
/// </summary>
internal sealed class SubsampledSource : ISampleSource
{
    private const int BlockLength = 1024;

    private readonly ISampleSource source;
    private readonly int stride;

    /// <summary>Takes one block in <paramref name="stride"/>.</summary>
    public SubsampledSource(ISampleSource source, int stride)
    {
        this.source = source;
        this.stride = stride;
        Length = source.Length / ((long)stride * BlockLength) * BlockLength;
    }

    public int Channels => source.Channels;

    public long Length { get; }

    public double Epsilon => source.Epsilon;

    public void Read(long start, int count, Span<double> block)
    {
        double[] run = ArrayPool<double>.Shared.Rent(Channels * BlockLength);
        for (int done = 0, length; done < count; done += length)
        {
            (long first, length) = RunAt(start + done, count - done);
            source.Read(first, length, run);
            for (int channel = 0; channel < Channels; channel++)
            {
                run.AsSpan(channel * length, length).CopyTo(block[(channel * count + done)..]);
            }
        }

        ArrayPool<double>.Shared.Return(run);
    }

    public ReadOnlySpan<double> Lend(int channel, long start, int count)
    {
        (long first, int length) = RunAt(start, count);
        return length == count ? source.Lend(channel, first, count) : [];
    }

    /// <summary>
    /// Where a sample of this stands in the other source, and how many of those wanted follow it there.
    /// </summary>
    private (long First, int Length) RunAt(long position, int most)
    {
        (long index, long offset) = Math.DivRem(position, BlockLength);
        return (index * stride * BlockLength + offset, (int)Math.Min(most, BlockLength - offset));
    }
}
