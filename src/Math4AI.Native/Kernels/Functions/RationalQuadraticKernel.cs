using System.Numerics;
using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = (1 + r²/(2α))^(−α); θ = (log α, log ℓ).</summary>
internal sealed class RationalQuadraticKernel : StationaryKernel
{
    private readonly double alpha;

    public RationalQuadraticKernel(double alpha, IReadOnlyList<double> lengthScales)
        : base(lengthScales)
    {
        this.alpha = Positive.Check(alpha);
        ParameterNames = ["log alpha", .. LengthNames];
        Parameters = [Math.Log(alpha), .. base.Parameters];
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<double> Parameters { get; }

    protected override string Name => "rational-quadratic";

    public override string Formula => $"{Name}({Positive.Digits([alpha, .. LengthScales])})";

    public override string ToString() => $"{Name}({Positive.Text(alpha)}; {Positive.Text([.. LengthScales])})";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters)
    {
        double[] values = Positive.Exponentials(parameters);
        return new RationalQuadraticKernel(values[0], values[1..]);
    }

    protected override void Shape<T>(Span<T> squares, Span<T> scratch)
    {
        Logarithms(squares);
        TensorPrimitives.Multiply(squares, T.CreateChecked(-alpha), squares);
        TensorPrimitives.Exp(squares, squares);
    }

    // df/d(r²) = −(1/2) (1 + r²/(2α))^(−α−1).
    protected override void Slope(Span<double> squares, Span<double> scratch)
    {
        Logarithms(squares);
        TensorPrimitives.Multiply(squares, -alpha - 1.0, squares);
        TensorPrimitives.Exp(squares, squares);
        TensorPrimitives.Multiply(squares, -0.5, squares);
    }

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
        base.AddGradient(samples, weights, gradient);

        // ∂k/∂log α = α k (u/(1 + u) − log(1 + u)), u = r²/(2α), written in k: log(1 + u) = −log(k)/α.
        var gram = new GramMatrix(samples.Count, samples.Count);
        Fill(samples, samples, gram);
        weights.SumColumns(gradient[..1], (column, _, sums) =>
        {
            ReadOnlySpan<double> values = gram.Column(column), weight = weights.Column(column);
            for (int row = 0; row < values.Length; row++)
            {
                if (values[row] == 0.0)
                {
                    // Below the range of numbers, and so is its slope; the logarithm is infinite.
                    continue;
                }

                double logarithm = -Math.Log(values[row]) / alpha;
                sums[0] += weight[row] * alpha * values[row] * (-double.ExpM1(-logarithm) - logarithm);
            }
        });
    }

    private void Logarithms<T>(Span<T> squares)
        where T : struct, IFloatingPointIeee754<T>
    {
        TensorPrimitives.Multiply(squares, T.CreateChecked(0.5 / alpha), squares);
        TensorPrimitives.LogP1(squares, squares);
    }
}
