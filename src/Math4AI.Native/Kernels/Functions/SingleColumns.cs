using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>
/// Values of a stationary kernel computed in float32. Differences do not change when both sets are shifted, and shifted
/// by the mean they lose least when the inputs are rounded.
/// </summary>
internal sealed class SingleColumns : KernelColumns
{
    private readonly SingleTiles samples;
    private readonly float[] others;
    private readonly float[] scratch;
    private readonly SpanAction shape;

    /// <summary>Prepares both sets: shifted, over the length scales, rounded.</summary>
    public SingleColumns(KernelSamples samples, KernelSamples others, double[] lengthScales, SpanAction shape)
    {
        (this.shape, scratch) = (shape, new float[samples.Count]);
        int inputs = samples.Inputs;
        double[] means = new double[inputs], scales = lengthScales.Length == 1
            ? [.. Enumerable.Repeat(lengthScales[0], inputs)]
            : lengthScales;

        for (int input = 0; input < inputs; input++)
        {
            means[input] = MeanOf(samples.Column(input));
        }

        this.samples = new SingleTiles(samples, means, scales);

        // One of the others after the other: each is a center.
        this.others = (ReferenceEquals(samples, others) ? this.samples : new SingleTiles(others, means, scales)).Rows();
    }

    public delegate void SpanAction(Span<float> squares, Span<float> scratch);

    public override bool IsFasterTogether => samples.IsMemoryBound;

    public override void Fill(ReadOnlySpan<int> which, Span<float> values)
    {
        samples.Squares(others, which, values);
        for (int i = 0; i < which.Length; i++)
        {
            shape(values.Slice(i * samples.Count, samples.Count), scratch);
        }
    }

    /// <summary>The mean, also where the sum is beyond the range of numbers.</summary>
    private static double MeanOf(ReadOnlySpan<double> column)
    {
        double mean = TensorPrimitives.Sum(column) / column.Length;
        return double.IsFinite(mean) ? mean : InputScaling.MeanAndDeviation(column.ToArray()).Mean;
    }
}
