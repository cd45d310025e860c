using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation;

/// <summary>
/// The map from mixtures to sources, X = W (Y − μ), and back, Y = A X + μ, in the units of the data. It can be applied
/// to new recordings of the same microphones.
/// </summary>
public sealed class Unmixing
{
    /// <summary>Initializes an unmixing from both matrices.</summary>
    /// <param name="matrix">W, sources × channels.</param>
    /// <param name="mixing">A, channels × sources.</param>
    /// <param name="mean">μ, one number for each channel.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public Unmixing(Matrix<double> matrix, Matrix<double> mixing, Vector<double> mean)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(mixing);
        ArgumentNullException.ThrowIfNull(mean);
        if (mixing.RowCount != matrix.ColumnCount || mixing.ColumnCount != matrix.RowCount
            || mean.Count != matrix.ColumnCount)
        {
            throw new ArgumentException(
                $"The unmixing is {matrix.RowCount} × {matrix.ColumnCount}, the mixing {mixing.RowCount} × "
                + $"{mixing.ColumnCount} and the mean has {mean.Count} entries: they do not fit together.");
        }

        Matrix = matrix;
        Mixing = mixing;
        Mean = mean;
    }

    /// <summary>Gets the unmixing matrix W, sources × channels.</summary>
    public Matrix<double> Matrix { get; }

    /// <summary>Gets the mixing matrix A, channels × sources: column k is how each channel hears source k.</summary>
    public Matrix<double> Mixing { get; }

    /// <summary>Gets the mean μ of each channel.</summary>
    public Vector<double> Mean { get; }

    /// <summary>Gets the number of sources.</summary>
    public int Sources => Matrix.RowCount;

    /// <summary>Gets the number of channels.</summary>
    public int Channels => Matrix.ColumnCount;

    /// <summary>Makes an unmixing of centered signals from W alone: A is its inverse, and μ is 0.</summary>
    /// <param name="matrix">W, square and of full rank.</param>
    /// <exception cref="ArgumentException">W is not square or not of full rank.</exception>
    public static Unmixing OfMatrix(Matrix<double> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        int rank = matrix.Rank();
        return matrix.RowCount == matrix.ColumnCount && rank == matrix.RowCount
            ? new Unmixing(matrix, matrix.Inverse(), new DenseVector(matrix.RowCount))
            : throw new ArgumentException(
                $"The unmixing matrix must be square and of full rank, and is {matrix.RowCount} × {matrix.ColumnCount} "
                + $"of rank {rank}.",
                nameof(matrix));
    }

    /// <summary>Computes the sources of a recording.</summary>
    /// <param name="mixture">A recording with the channels that this unmixing was made for.</param>
    /// <exception cref="ArgumentException">It has another number of channels.</exception>
    public Recording Apply(Recording mixture)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        float[][] sources = [.. Enumerable.Range(0, Sources).Select(_ => new float[mixture.Length])];
        Apply(mixture, (start, count, block) =>
        {
            for (int source = 0; source < Sources; source++)
            {
                System.Numerics.Tensors.TensorPrimitives.ConvertChecked<double, float>(
                    block.Slice(source * count, count), sources[source].AsSpan((int)start, count));
            }
        });
        return new Recording(sources, mixture.SampleRate, SourceNames());
    }

    /// <summary>Computes the sources of a matrix.</summary>
    /// <param name="samplesByChannels">The mixture, one row for each sample and one column for each channel.</param>
    /// <returns>The sources, samples × sources.</returns>
    /// <exception cref="ArgumentException">It has another number of channels.</exception>
    public Matrix<double> Apply(Matrix<double> samplesByChannels)
    {
        ArgumentNullException.ThrowIfNull(samplesByChannels);
        double[] sources = new double[(long)samplesByChannels.RowCount * Sources];
        int length = samplesByChannels.RowCount;
        Apply(new MatrixSampleSource(samplesByChannels), (start, count, block) =>
        {
            for (int source = 0; source < Sources; source++)
            {
                block.Slice(source * count, count).CopyTo(sources.AsSpan(source * length + (int)start));
            }
        });
        return new DenseMatrix(length, Sources, sources);
    }

    /// <summary>Computes the sources of samples of any kind, block after block, in order.</summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="take">Receives each block of sources; its memory is reused for the next.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The mixture has another number of channels.</exception>
    public void Apply(ISampleSource mixture, BlockOfSources take, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentNullException.ThrowIfNull(take);
        if (mixture.Channels != Channels)
        {
            throw new ArgumentException(
                $"The mixture has {mixture.Channels} channels, and this unmixing was made for {Channels}.",
                nameof(mixture));
        }

        const int Longest = 8192;
        double[] weights = Matrix.ToRowMajorArray();
        double[] mean = Mean.ToArray();
        double[] block = new double[Channels * Longest];
        double[] sources = new double[Sources * Longest];
        for (long start = 0; start < mixture.Length; start += Longest)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(Longest, mixture.Length - start);
            mixture.Read(start, count, block);
            BlockKernels.Centre(block, count, mean);
            BlockKernels.Project(weights, Sources, block, Channels, count, sources);
            take(start, count, sources);
        }
    }

    /// <summary>Returns the numbers of sources and channels.</summary>
    public override string ToString() => $"{Counted.Of(Sources, "source")} from {Counted.Of(Channels, "channel")}";

    private string[] SourceNames() => [.. Enumerable.Range(1, Sources).Select(i => $"source {i}")];
}

/// <summary>Receives a block of separated sources.</summary>
/// <param name="start">The first sample of the block.</param>
/// <param name="count">The number of samples in each source.</param>
/// <param name="block">The samples, planar: source k begins at <c>k * count</c>.</param>
public delegate void BlockOfSources(long start, int count, ReadOnlySpan<double> block);
