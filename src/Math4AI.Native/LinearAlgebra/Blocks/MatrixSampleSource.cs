using Math4AI.Data;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// Reads a samples × channels matrix in blocks. Dense storage is column-major: each channel is contiguous.
/// </summary>
public sealed class MatrixSampleSource : ISampleSource
{
    private readonly Matrix<double> matrix;
    private readonly double[]? columnMajor;

    /// <summary>Wraps a matrix; a dense one is not copied.</summary>
    /// <param name="samplesByChannels">One row a sample, one column a channel.</param>
    /// <exception cref="ArgumentNullException">There is no matrix.</exception>
    public MatrixSampleSource(Matrix<double> samplesByChannels)
    {
        ArgumentNullException.ThrowIfNull(samplesByChannels);
        matrix = samplesByChannels;
        columnMajor = samplesByChannels.AsColumnMajorArray();
    }

    /// <inheritdoc/>
    public int Channels => matrix.ColumnCount;

    /// <inheritdoc/>
    public long Length => matrix.RowCount;

    /// <inheritdoc/>
    public ProcessGroup Processes { get; set; } = ProcessGroup.Single;

    /// <inheritdoc/>
    public double Epsilon => double.BitIncrement(1.0) - 1.0;

    /// <inheritdoc/>
    public void Read(long start, int count, Span<double> block)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            Span<double> target = block.Slice(channel * count, count);
            if (columnMajor is not null)
            {
                Lend(channel, start, count).CopyTo(target);
            }
            else
            {
                for (int i = 0; i < count; i++)
                {
                    target[i] = matrix[(int)start + i, channel];
                }
            }
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<double> Lend(int channel, long start, int count) =>
        columnMajor is null ? [] : columnMajor.AsSpan(checked((int)(channel * Length + start)), count);
}
