using Math4AI.Processes;

namespace Math4AI.Data;

/// <summary>Samples in memory, one array a channel.</summary>
/// <param name="channels">All of one length.</param>
/// <param name="epsilon">The relative rounding error of the data.</param>
internal sealed class ColumnSource(double[][] channels, double epsilon = ColumnSource.OfFloat64) : ISampleFile
{
    private const double OfFloat64 = 1.0 / (1L << 52);

    public int Channels => channels.Length;

    public long Length => channels[0].Length;

    public ProcessGroup Processes { get; set; } = ProcessGroup.Single;

    public double Epsilon => epsilon;

    public void Read(long start, int count, Span<double> block)
    {
        for (int channel = 0; channel < channels.Length; channel++)
        {
            Lend(channel, start, count).CopyTo(block[(channel * count)..]);
        }
    }

    public ReadOnlySpan<double> Lend(int channel, long start, int count) => channels[channel].AsSpan((int)start, count);

    public void Dispose()
    {
    }
}
