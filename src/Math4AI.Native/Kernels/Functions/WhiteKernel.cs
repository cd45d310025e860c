namespace Math4AI.Kernels.Functions;

/// <summary>k = σ² for a sample and itself, otherwise 0; θ is log σ².</summary>
internal sealed class WhiteKernel : Kernel
{
    private readonly double variance;

    public WhiteKernel(double variance)
    {
        this.variance = Positive.Check(variance);
        Parameters = Positive.Logarithms(variance);
    }

    public override IReadOnlyList<string> ParameterNames { get; } = ["log variance"];

    public override IReadOnlyList<double> Parameters { get; }

    public override bool IsDiagonal => true;

    public override string Formula => $"white({Positive.Digits(variance)})";

    public override string ToString() => $"white({Positive.Text(variance)})";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new WhiteKernel(Positive.Exponentials(parameters)[0]);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        gram.Values.AsSpan().Clear();
        for (int i = 0; i < gram.Columns && ReferenceEquals(samples, others); i++)
        {
            gram.Column(i)[i] = variance;
        }
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) =>
        diagonal.Fill(variance);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
        for (int i = 0; i < weights.Columns; i++)
        {
            gradient[0] += variance * weights.Column(i)[i];
        }
    }
}
