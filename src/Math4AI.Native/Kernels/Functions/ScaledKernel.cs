using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = c k₁: a product with a constant that needs no second matrix.</summary>
internal sealed class ScaledKernel(ConstantKernel constant, Kernel kernel) : CompositeKernel(constant, kernel)
{
    public override bool IsDiagonal => Right.IsDiagonal;

    public override IReadOnlyList<double>? LengthScalesOf(int inputs) => Right.LengthScalesOf(inputs);

    public override string Formula => $"({Left.Formula} * {Right.Formula})";

    public override string ToString() => $"{Left} * {(Right is SumKernel ? $"({Right})" : $"{Right}")}";

    public override IReadOnlyList<Kernel> Terms => [.. Right.Terms.Select(term => new ScaledKernel(constant, term))];

    protected override Kernel Combine(Kernel left, Kernel right) => new ScaledKernel((ConstantKernel)left, right);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        Right.Fill(samples, others, gram);
        gram.Scale(constant.Value);
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal)
    {
        Right.FillDiagonal(samples, diagonal);
        TensorPrimitives.Multiply(diagonal, constant.Value, diagonal);
    }

    protected internal override double WeightedSum(KernelSamples samples, GramMatrix weights) =>
        constant.Value * Right.WeightedSum(samples, weights);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
        AddGradient(samples, weights, constant.Value * Right.WeightedSum(samples, weights), gradient);

    internal override void AddGradient(
        KernelSamples samples, GramMatrix weights, double weightedSum, Span<double> gradient)
    {
        double[] slopes = new double[gradient.Length - 1];
        Right.AddGradient(samples, weights, weightedSum / constant.Value, slopes);
        gradient[0] += weightedSum;
        TensorPrimitives.MultiplyAdd(slopes, constant.Value, gradient[1..], gradient[1..]);
    }
}
