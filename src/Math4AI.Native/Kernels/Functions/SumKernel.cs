using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = k₁ + k₂.</summary>
internal sealed class SumKernel(Kernel left, Kernel right) : CompositeKernel(left, right)
{
    public override string Formula => $"({Left.Formula} + {Right.Formula})";

    public override string ToString() => $"{Left} + {Right}";

    public override IReadOnlyList<Kernel> Terms => [.. Left.Terms, .. Right.Terms];

    protected override Kernel Combine(Kernel left, Kernel right) => new SumKernel(left, right);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        Left.Fill(samples, others, gram);
        if (Right.IsDiagonal)
        {
            // Noise is a diagonal: no second matrix for it.
            AddDiagonal(samples, others, gram);
            return;
        }

        TensorPrimitives.Add(gram.Values, ValuesOf(Right, samples, others).Values, gram.Values.AsSpan());
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal)
    {
        double[] second = new double[samples.Count];
        Left.FillDiagonal(samples, diagonal);
        Right.FillDiagonal(samples, second);
        TensorPrimitives.Add(diagonal, second, diagonal);
    }

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
        Left.AddGradient(samples, weights, gradient[..Left.Parameters.Count]);
        Right.AddGradient(samples, weights, gradient[Left.Parameters.Count..]);
    }

    private void AddDiagonal(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        double[] diagonal = new double[samples.Count];
        Right.FillDiagonal(samples, diagonal);
        for (int i = 0; i < gram.Columns && ReferenceEquals(samples, others); i++)
        {
            gram.Column(i)[i] += diagonal[i];
        }
    }
}
