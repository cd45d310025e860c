namespace Math4AI.Kernels.Functions;

/// <summary>
/// Values of a stationary kernel computed in float32. Differences do not change when both sets are shifted, and shifted
/// by the mean they lose least when the inputs are rounded.
/// </summary>
internal sealed class SingleColumns : KernelColumns
{
    private readonly float[] samples;
    private readonly float[] others;
    private readonly int inputs;
    private readonly float[] scratch;
    private readonly SpanAction shape;

    /// <summary>Prepares both sets: shifted, over the length scales, rounded.</summary>
    public SingleColumns(KernelSamples samples, KernelSamples others, double[] lengthScales, SpanAction shape)
    {
        (this.shape, inputs, scratch) = (shape, samples.Inputs, new float[samples.Count]);
        double[] means = new double[inputs];
        for (int input = 0; input < inputs; input++)
        {
            means[input] = InputScaling.MeanAndDeviation(samples.Column(input).ToArray()).Mean;
        }

        double[] scales = lengthScales.Length == 1 ? [.. Enumerable.Repeat(lengthScales[0], inputs)] : lengthScales;
        this.samples = new float[samples.Values.Length];
        this.others = new float[others.Values.Length];
        for (int input = 0; input < inputs; input++)
        {
            ReadOnlySpan<double> own = samples.Column(input), theirs = others.Column(input);
            for (int i = 0; i < own.Length; i++)
            {
                this.samples[input * own.Length + i] = (float)((own[i] - means[input]) / scales[input]);
            }

            // One sample after the other: each is a center.
            for (int i = 0; i < theirs.Length; i++)
            {
                this.others[i * inputs + input] = (float)((theirs[i] - means[input]) / scales[input]);
            }
        }
    }

    public delegate void SpanAction(Span<float> squares, Span<float> scratch);

    public override void Fill(int other, Span<float> values)
    {
        Distances.Squares(samples, others.AsSpan(other * inputs, inputs), values);
        shape(values, scratch);
    }
}
