using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = exp(−2 Σ_d sin²(π(x_d − x′_d)/p)/ℓ²); θ = (log p, log ℓ).</summary>
internal sealed class PeriodicKernel : Kernel
{
    private readonly double period;
    private readonly double lengthScale;

    public PeriodicKernel(double period, double lengthScale)
    {
        this.period = Positive.Check(period);
        this.lengthScale = Positive.Check(lengthScale, "length scale");
        Parameters = Positive.Logarithms(period, lengthScale);
    }

    public override IReadOnlyList<string> ParameterNames { get; } = ["log period", "log length"];

    public override IReadOnlyList<double> Parameters { get; }

    public override string Formula => $"periodic({Positive.Digits(period, lengthScale)})";

    public override string ToString() => $"periodic({Positive.Text(period, lengthScale)})";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters)
    {
        double[] values = Positive.Exponentials(parameters);
        return new PeriodicKernel(values[0], values[1]);
    }

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram) =>
        gram.FillColumns(ReferenceEquals(samples, others), (column, firstRow, values, scratch) =>
        {
            Exponents(samples, others, column, firstRow, values, scratch);
            TensorPrimitives.Exp(values, values);
        });

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) => diagonal.Fill(1.0);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
        weights.SumColumns(gradient, (column, scratch, sums) =>
        {
            int count = samples.Count;
            Span<double> exponents = scratch[..count], values = scratch.Slice(count, count),
                angles = scratch.Slice(2 * count, count);
            Exponents(samples, samples, column, 0, exponents, angles);
            TensorPrimitives.Exp(exponents, values);
            TensorPrimitives.Multiply(values, weights.Column(column), values);

            // ∂k/∂log ℓ = −2 k · exponent; ∂k/∂log p = k · 2/ℓ² Σ_d a sin(2a), a = π(x_d − x′_d)/p.
            sums[1] -= 2.0 * TensorPrimitives.Dot(values, exponents);
            for (int input = 0; input < samples.Inputs; input++)
            {
                Angles(samples, samples, column, 0, input, angles);
                TensorPrimitives.Multiply(angles, 2.0, exponents);
                TensorPrimitives.Sin(exponents, exponents);
                TensorPrimitives.Multiply(exponents, angles, exponents);
                sums[0] += 2.0 / (lengthScale * lengthScale) * TensorPrimitives.Dot(values, exponents);
            }
        });

    private void Exponents(
        KernelSamples x, KernelSamples z, int column, int firstRow, Span<double> exponents, Span<double> angles)
    {
        exponents.Clear();
        for (int input = 0; input < x.Inputs; input++)
        {
            Angles(x, z, column, firstRow, input, angles);
            TensorPrimitives.Sin(angles, angles);
            TensorPrimitives.MultiplyAdd(angles, angles, exponents, exponents);
        }

        TensorPrimitives.Multiply(exponents, -2.0 / (lengthScale * lengthScale), exponents);
    }

    private void Angles(KernelSamples x, KernelSamples z, int column, int firstRow, int input, Span<double> angles)
    {
        TensorPrimitives.Subtract(x.Column(input).Slice(firstRow, angles.Length), z.Column(input)[column], angles);
        TensorPrimitives.Multiply(angles, Math.PI / period, angles);
    }
}
