using System.Numerics;
using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = (1 + s + s²/3) exp(−s), s = √5 r.</summary>
internal sealed class Matern52Kernel(IReadOnlyList<double> lengthScales) : StationaryKernel(lengthScales)
{
    protected override string Name => "matern52";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new Matern52Kernel(Positive.Exponentials(parameters));

    protected override void Shape<T>(Span<T> squares, Span<T> scratch)
    {
        ToDecay(squares, scratch);

        // 1 + s + s²/3 = ((s + 3/2)² + 3/4)/3, in operations on whole spans.
        TensorPrimitives.Add(scratch, T.CreateChecked(1.5), scratch);
        TensorPrimitives.MultiplyAdd(scratch, scratch, T.CreateChecked(0.75), scratch);
        TensorPrimitives.Multiply(scratch, squares, squares);
        TensorPrimitives.Multiply(squares, T.One / T.CreateChecked(3.0), squares);
    }

    // df/d(r²) = −(5/6) (1 + s) exp(−s).
    protected override void Slope(Span<double> squares, Span<double> scratch)
    {
        ToDecay(squares, scratch);
        TensorPrimitives.MultiplyAdd(scratch, squares, squares, squares);
        TensorPrimitives.Multiply(squares, -5.0 / 6.0, squares);
    }

    /// <summary>s into the scratch, exp(−s) in place of r².</summary>
    private static void ToDecay<T>(Span<T> squares, Span<T> scratch)
        where T : struct, IFloatingPointIeee754<T>
    {
        TensorPrimitives.Multiply(squares, T.CreateChecked(5.0), squares);
        TensorPrimitives.Sqrt(squares, scratch);
        TensorPrimitives.Negate(scratch, squares);
        TensorPrimitives.Exp(squares, squares);
    }
}
