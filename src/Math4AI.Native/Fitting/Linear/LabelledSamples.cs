using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>X and y in place, without a copy; the values of an input are contiguous.</summary>
internal sealed class LabelledSamples : ISampleSource
{
    private const int Run = 1024;

    /// <summary>Takes the samples of this process; those of all processes are summed over.</summary>
    public LabelledSamples(Matrix<double> inputs, Vector<double> targets, ProcessGroup processes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.RowCount != targets.Count || inputs.RowCount == 0)
        {
            throw new ArgumentException(
                $"{FitText.ThereAre(inputs.RowCount, "sample")} of X and {targets.Count} of y.");
        }

        Processes = processes;
        X = inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray();
        Y = targets.AsArray() ?? targets.ToArray();
    }

    private LabelledSamples(double[] x, double[] y, ProcessGroup processes) => (X, Y, Processes) = (x, y, processes);

    public ProcessGroup Processes { get; set; }

    private double[] X { get; }

    private double[] Y { get; }

    public int Inputs => X.Length / Y.Length;

    public int Length => Y.Length;

    /// <summary>Returns the number of samples in all processes.</summary>
    public double CountAll()
    {
        double[] count = [Length];
        Processes.Sum(count);
        return count[0];
    }

    /// <summary>Throws where a value of this process's samples is not finite; true where all are.</summary>
    public bool RequireFinite()
    {
        int place = Array.FindIndex(X, value => !double.IsFinite(value)), target = Array.FindIndex(
            Y, value => !double.IsFinite(value));
        return place >= 0
            ? throw new ArgumentException(FormattableString.Invariant(
                $"Sample {place % Length + 1}, input {place / Length + 1}: the value is {X[place]}, and not finite."))
            : target >= 0
            ? throw new ArgumentException(FormattableString.Invariant(
                $"Sample {target + 1}: y is {Y[target]}, and not finite."))
            : true;
    }

    /// <summary>A block has room for the inputs and the column of ones.</summary>
    int ISampleSource.Channels => Inputs + 1;

    long ISampleSource.Length => Length;

    double ISampleSource.Epsilon => double.BitIncrement(1.0) - 1.0;

    void ISampleSource.Read(long start, int count, Span<double> block) => throw new NotSupportedException();

    public LabelledBlock Block(int start, int count) => new(X.AsSpan(start), Length, Y.AsSpan(start, count));

    /// <summary>One run of samples in so many, copied: a part that spans all of the data.</summary>
    public LabelledSamples Part(int stride)
    {
        int runs = Length / (stride * Run), length = runs * Run;
        double[] x = GC.AllocateUninitializedArray<double>(length * Inputs);
        double[] y = new double[length];
        for (int run = 0; run < runs; run++)
        {
            Y.AsSpan(run * stride * Run, Run).CopyTo(y.AsSpan(run * Run));
        }

        Parallel.For(0, Inputs, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, input =>
        {
            for (int run = 0; run < runs; run++)
            {
                X.AsSpan(input * Length + run * stride * Run, Run).CopyTo(x.AsSpan(input * length + run * Run));
            }
        });
        return new LabelledSamples(x, y, Processes);
    }
}

/// <summary>Some samples that follow each other.</summary>
internal readonly ref struct LabelledBlock(ReadOnlySpan<double> x, int stride, ReadOnlySpan<double> y)
{
    /// <summary>From the block's first value of the first input on.</summary>
    public ReadOnlySpan<double> X { get; } = x;

    /// <summary>From an input's value to the next input's of the same sample.</summary>
    public int Stride { get; } = stride;

    public ReadOnlySpan<double> Y { get; } = y;
}
