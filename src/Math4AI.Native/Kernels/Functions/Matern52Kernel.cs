using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = (1 + s + s²/3) exp(−s), s = √5 r.</summary>
internal sealed class Matern52Kernel(IReadOnlyList<double> lengthScales) : StationaryKernel(lengthScales)
{
    protected override string Name => "matern52";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) => new Matern52Kernel(Positive.Exponentials(parameters));

    protected override void Shape(Span<double> squares, Span<double> scratch)
    {
        ToDecay(squares, scratch);
        for (int i = 0; i < squares.Length; i++)
        {
            squares[i] *= 1.0 + scratch[i] + scratch[i] * scratch[i] / 3.0;
        }
    }

    // df/d(r²) = −(5/6) (1 + s) exp(−s).
    protected override void Slope(Span<double> squares, Span<double> scratch)
    {
        ToDecay(squares, scratch);
        TensorPrimitives.MultiplyAdd(scratch, squares, squares, squares);
        TensorPrimitives.Multiply(squares, -5.0 / 6.0, squares);
    }

    /// <summary>s into the scratch, exp(−s) in place of r².</summary>
    private static void ToDecay(Span<double> squares, Span<double> scratch)
    {
        TensorPrimitives.Multiply(squares, 5.0, squares);
        TensorPrimitives.Sqrt(squares, scratch);
        TensorPrimitives.Negate(scratch, squares);
        TensorPrimitives.Exp(squares, squares);
    }
}
