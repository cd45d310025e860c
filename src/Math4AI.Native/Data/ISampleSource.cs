using Math4AI.Processes;

namespace Math4AI.Data;

/// <summary>
/// Samples of several channels that are read in blocks: a matrix in memory, a recording, a file larger than memory.
/// Estimators here are sums over samples, and take any of these.
/// </summary>
public interface ISampleSource
{
    /// <summary>Gets the number of channels (variables).</summary>
    int Channels { get; }

    /// <summary>Gets the number of samples in each channel.</summary>
    long Length { get; }

    /// <summary>Gets the relative rounding error of the data: 2⁻²³ for float32, 2⁻⁵² for float64.</summary>
    double Epsilon { get; }

    /// <summary>
    /// Gets or sets the processes that share the work on these samples: this one alone, unless told otherwise. Each of
    /// them can read all samples, goes over its share of them in every pass, and gets the sums over all; each must do
    /// the same.
    /// </summary>
    /// <exception cref="NotSupportedException">This kind of samples cannot be shared.</exception>
    ProcessGroup Processes
    {
        get => ProcessGroup.Single;
        set => throw new NotSupportedException("These samples cannot be shared by several processes.");
    }

    /// <summary>
    /// Copies the samples from <paramref name="start"/> on, channel after channel. Called by several threads at once.
    /// </summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="block">Planar: sample i of channel c goes to <c>block[c * count + i]</c>.</param>
    void Read(long start, int count, Span<double> block);

    /// <summary>
    /// Returns the samples of one channel where they lie in memory, without a copy; empty if the source does not hold
    /// float64 in memory. Several threads may call it at once.
    /// </summary>
    /// <param name="channel">The channel, from 0.</param>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">How many.</param>
    ReadOnlySpan<double> Lend(int channel, long start, int count) => [];

    /// <summary>
    /// Copies samples centered, scaled and rounded to float32, <c>(y − shift) · scale</c>, for samples whose noise is
    /// far above 2⁻²⁴: half the memory to move, and twice as many in a vector. Several threads call it at once.
    /// </summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="shift">One number a channel, in the data's unit.</param>
    /// <param name="scale">One number a channel.</param>
    /// <param name="block">Planar, as above.</param>
    void Read(long start, int count, ReadOnlySpan<double> shift, ReadOnlySpan<double> scale, Span<float> block) =>
        SampleKernels.ReadNarrow(this, start, count, shift, scale, block);
}
