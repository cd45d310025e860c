using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = k₁ k₂.</summary>
internal sealed class ProductKernel(Kernel left, Kernel right) : CompositeKernel(left, right)
{
    public override string Formula => $"({Left.Formula} * {Right.Formula})";

    public override string ToString() => $"{Bracketed(Left)} * {Bracketed(Right)}";

    protected override Kernel Combine(Kernel left, Kernel right) => new ProductKernel(left, right);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        Right.Fill(samples, others, gram);
        TensorPrimitives.Multiply(gram.Values, ValuesOf(Left, samples, others).Values, gram.Values.AsSpan());
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal)
    {
        double[] second = new double[samples.Count];
        Left.FillDiagonal(samples, diagonal);
        Right.FillDiagonal(samples, second);
        TensorPrimitives.Multiply(diagonal, second, diagonal);
    }

    // Σ W ∂(k₁ k₂) = Σ (W k₂) ∂k₁ + Σ (W k₁) ∂k₂.
    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
        GramMatrix values = ValuesOf(Right, samples, samples);
        TensorPrimitives.Multiply(weights.Values, values.Values, values.Values.AsSpan());
        Left.AddGradient(samples, values, gradient[..Left.Parameters.Count]);
        Left.Fill(samples, samples, values);
        TensorPrimitives.Multiply(weights.Values, values.Values, values.Values.AsSpan());
        Right.AddGradient(samples, values, gradient[Left.Parameters.Count..]);
    }

    private static string Bracketed(Kernel kernel) => kernel is SumKernel ? $"({kernel})" : $"{kernel}";
}
