namespace Math4AI.LinearAlgebra;

/// <summary>
/// Samples of several channels that are read in blocks: a matrix in memory, a recording, a file larger than memory.
/// Estimators here are sums over samples, and take any of these.
/// </summary>
public interface ISampleSource
{
    /// <summary>The number of channels (variables).</summary>
    int Channels { get; }

    /// <summary>The number of samples in each channel.</summary>
    long Length { get; }

    /// <summary>The relative rounding error of the data: 2⁻²³ for float32, 2⁻⁵² for float64.</summary>
    double Epsilon { get; }

    /// <summary>Copies the samples from <paramref name="start"/> on, channel after channel. Called by several threads at once.</summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="block">Planar: sample i of channel c goes to <c>block[c * count + i]</c>.</param>
    void Read(long start, int count, Span<double> block);
}
