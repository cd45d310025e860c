using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>The blocks of a streamed problem, read again and checked in every pass.</summary>
internal sealed class StreamedSamples : IFitBlocks
{
    private readonly FitProblem problem;
    private readonly FitSource source;

    public StreamedSamples(FitProblem problem)
    {
        this.problem = problem;
        source = problem.Source!;
        Count = checked((int)((source.Samples.Length + source.BlockLength - 1) / source.BlockLength));
        if (Count == 0)
        {
            throw new ArgumentException("There are no samples to fit to.");
        }
    }

    public int Count { get; }

    public FitBlock Read(int block)
    {
        long start = (long)block * source.BlockLength;
        int count = (int)Math.Min(source.BlockLength, source.Samples.Length - start);
        double[] samples = new double[count * source.Samples.Channels];
        source.Samples.Read(start, count, samples);
        Matrix<double> inputs = Columns(samples, count, source.InputColumns),
            targets = Columns(samples, count, source.TargetColumns);
        var found = new FitBlock(
            inputs, targets, source.WeightColumn is { } column ? Columns(samples, count, [column]).Column(0) : null);
        double[] observed = new double[targets.ColumnCount];
        for (int i = 0; i < count; i++)
        {
            FitChecks.CheckSample(problem, start + i, found, i, observed);
        }

        return found;
    }

    private static Matrix<double> Columns(double[] samples, int count, IReadOnlyList<int> columns)
    {
        Matrix<double> matrix = Matrix<double>.Build.Dense(count, columns.Count);
        for (int j = 0; j < columns.Count; j++)
        {
            samples.AsSpan(columns[j] * count, count).CopyTo(matrix.AsColumnMajorArray().AsSpan(j * count));
        }

        return matrix;
    }
}
