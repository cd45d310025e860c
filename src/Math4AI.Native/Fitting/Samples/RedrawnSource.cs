using Math4AI.Data;

namespace Math4AI.Fitting.Samples;

/// <summary>
/// Samples with one channel more, the weights of a bootstrap: w times a draw from Poisson's distribution of mean 1,
/// which for many samples is how often each is drawn. The draw depends on the seed and the sample's number alone, so
/// that nothing has to be kept.
/// </summary>
internal sealed class RedrawnSource(ISampleSource samples, int? weightColumn, ulong seed) : ISampleSource
{
    public int Channels => samples.Channels + 1;

    public long Length => samples.Length;

    public double Epsilon => samples.Epsilon;

    public void Read(long start, int count, Span<double> block)
    {
        int last = samples.Channels * count;
        samples.Read(start, count, block[..last]);
        for (int i = 0; i < count; i++)
        {
            double weight = weightColumn is { } column ? block[column * count + i] : 1.0;
            block[last + i] = weight * Draw((ulong)(start + i));
        }
    }

    /// <summary>
    /// A Poisson draw by inversion of a uniform number. Source: G. Steele et al., "Fast splittable generators", OOPSLA
    /// 2014.
    /// </summary>
    private int Draw(ulong sample)
    {
        ulong bits = seed * 0xD1342543DE82EF95 + (sample + 1) * 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        double uniform = ((bits ^ (bits >> 31)) >> 11) * (1.0 / (1L << 53)), share = Math.Exp(-1.0), sum = share;
        int count = 0;
        while (uniform > sum && share > 0.0)
        {
            share /= ++count;
            sum += share;
        }

        return count;
    }
}
