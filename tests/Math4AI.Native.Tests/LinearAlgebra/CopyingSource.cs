using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>A matrix as a source that lends nothing, as files are.</summary>
internal sealed class CopyingSource(Matrix<double> samplesByChannels) : ISampleSource
{
    private readonly MatrixSampleSource matrix = new(samplesByChannels);

    public int Channels => matrix.Channels;

    public long Length => matrix.Length;

    public double Epsilon => matrix.Epsilon;

    public void Read(long start, int count, Span<double> block) => matrix.Read(start, count, block);
}
