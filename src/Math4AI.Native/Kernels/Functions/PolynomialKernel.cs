using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = (x·x′ + c)^p, whose θ is log c; the linear kernel is that of p = 1.</summary>
internal sealed class PolynomialKernel : Kernel
{
    private readonly int degree;
    private readonly double offset;

    public PolynomialKernel(int degree, double offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        this.degree = degree;
        this.offset = Positive.Check(offset);
        Parameters = Positive.Logarithms(offset);
    }

    public override IReadOnlyList<string> ParameterNames { get; } = ["log offset"];

    public override IReadOnlyList<double> Parameters { get; }

    public override string Formula =>
        degree == 1 ? $"linear({Positive.Digits(offset)})" : $"polynomial({degree}, {Positive.Digits(offset)})";

    public override string ToString() =>
        degree == 1 ? $"linear({Positive.Text(offset)})" : $"polynomial({degree}; {Positive.Text(offset)})";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new PolynomialKernel(degree, Positive.Exponentials(parameters)[0]);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram) =>
        gram.FillColumns(ReferenceEquals(samples, others), (column, firstRow, values, _) =>
        {
            InnerProducts(samples, others, column, firstRow, values);
            RaiseTo(degree, values);
        });

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal)
    {
        diagonal.Fill(offset);
        for (int input = 0; input < samples.Inputs; input++)
        {
            ReadOnlySpan<double> values = samples.Column(input);
            TensorPrimitives.MultiplyAdd(values, values, diagonal, diagonal);
        }

        RaiseTo(degree, diagonal);
    }

    // ∂k/∂log c = p c (x·x′ + c)^(p−1).
    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
        weights.SumColumns(gradient, (column, scratch, sums) =>
        {
            Span<double> values = scratch[..samples.Count];
            InnerProducts(samples, samples, column, 0, values);
            RaiseTo(degree - 1, values);
            sums[0] += degree * offset * TensorPrimitives.Dot<double>(values, weights.Column(column));
        });

    private void InnerProducts(KernelSamples x, KernelSamples z, int column, int firstRow, Span<double> products)
    {
        products.Fill(offset);
        for (int input = 0; input < x.Inputs; input++)
        {
            TensorPrimitives.MultiplyAdd(
                x.Column(input).Slice(firstRow, products.Length), z.Column(input)[column], products, products);
        }
    }

    private static void RaiseTo(int power, Span<double> values)
    {
        if (power == 0)
        {
            values.Fill(1.0);
        }
        else if (power > 1)
        {
            TensorPrimitives.Pow(values, power, values);
        }
    }
}
