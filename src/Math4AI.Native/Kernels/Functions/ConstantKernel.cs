using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = c, whose θ is log c.</summary>
internal sealed class ConstantKernel : Kernel
{
    private readonly double value;

    public ConstantKernel(double value)
    {
        this.value = Positive.Check(value);
        Parameters = Positive.Logarithms(value);
    }

    public override IReadOnlyList<string> ParameterNames { get; } = ["log constant"];

    public override IReadOnlyList<double> Parameters { get; }

    public override string Formula => Positive.Digits(value);

    public override string ToString() => Positive.Text(value);

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) => new ConstantKernel(Positive.Exponentials(parameters)[0]);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram) => gram.Values.AsSpan().Fill(value);

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) => diagonal.Fill(value);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
        weights.SumColumns(gradient, (column, _, sums) => sums[0] += value * TensorPrimitives.Sum<double>(weights.Column(column)));
}
