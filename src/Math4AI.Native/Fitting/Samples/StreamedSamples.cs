using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>The blocks of a streamed problem, read anew in every pass, and checked.</summary>
internal sealed class StreamedSamples : IFitBlocks
{
    private readonly StreamedFitProblem problem;

    public StreamedSamples(StreamedFitProblem problem)
    {
        this.problem = problem;
        Count = checked((int)((problem.Samples.Length + problem.BlockLength - 1) / problem.BlockLength));
        if (Count == 0)
        {
            throw new ArgumentException("There are no samples to fit to.");
        }
    }

    public int Count { get; }

    public FitBlock Read(int block)
    {
        long start = (long)block * problem.BlockLength;
        int count = (int)Math.Min(problem.BlockLength, problem.Samples.Length - start);
        double[] samples = new double[count * problem.Samples.Channels];
        problem.Samples.Read(start, count, samples);
        Matrix<double> inputs = Columns(samples, count, problem.InputColumns), targets = Columns(samples, count, problem.TargetColumns);
        Vector<double>? weights = problem.WeightColumn is { } column ? Columns(samples, count, [column]).Column(0) : null;
        double[] observed = new double[targets.ColumnCount];
        for (int i = 0; i < count; i++)
        {
            bool isGood = weights is null || (double.IsFinite(weights[i]) && weights[i] >= 0.0);
            for (int j = 0; j < inputs.ColumnCount; j++)
            {
                isGood &= double.IsFinite(inputs[i, j]);
            }

            for (int k = 0; k < observed.Length; k++)
            {
                observed[k] = targets[i, k];
                isGood &= double.IsFinite(observed[k]);
            }

            if (!isGood)
            {
                throw new ArgumentException($"Sample {start + i + 1} is not finite, or has a negative weight.");
            }

            problem.CheckObservation(observed);
        }

        return new FitBlock(inputs, targets, weights);
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
