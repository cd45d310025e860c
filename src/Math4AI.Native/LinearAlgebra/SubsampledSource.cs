namespace Math4AI.LinearAlgebra;

/// <summary>Every so-manieth block of another source: a sample of it that spans its whole length, read in runs.</summary>
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
        double[] run = System.Buffers.ArrayPool<double>.Shared.Rent(Channels * BlockLength);
        for (int done = 0; done < count;)
        {
            (long index, long offset) = Math.DivRem(start + done, BlockLength);
            int length = (int)Math.Min(count - done, BlockLength - offset);
            source.Read(index * stride * BlockLength + offset, length, run);
            for (int channel = 0; channel < Channels; channel++)
            {
                run.AsSpan(channel * length, length).CopyTo(block[(channel * count + done)..]);
            }

            done += length;
        }

        System.Buffers.ArrayPool<double>.Shared.Return(run);
    }
}
