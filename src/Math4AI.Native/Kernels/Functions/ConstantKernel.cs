using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = c, whose θ is log c.</summary>
internal sealed class ConstantKernel : Kernel
{
    public ConstantKernel(double value)
    {
        Value = Positive.Check(value);
        Parameters = Positive.Logarithms(value);
    }

    public double Value { get; }

    public override IReadOnlyList<string> ParameterNames { get; } = ["log constant"];

    public override IReadOnlyList<double> Parameters { get; }

    public override string Formula => Positive.Digits(Value);

    public override string ToString() => Positive.Text(Value);

    internal override Kernel Times(Kernel right) => new ScaledKernel(this, right);

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new ConstantKernel(Positive.Exponentials(parameters)[0]);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram) =>
        gram.Values.AsSpan().Fill(Value);

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) => diagonal.Fill(Value);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
        weights.SumColumns(
            gradient, (column, _, sums) => sums[0] += Value * TensorPrimitives.Sum<double>(weights.Column(column)));
}
