using System.Numerics;
using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = (1 + s) exp(−s), s = √3 r.</summary>
internal sealed class Matern32Kernel(IReadOnlyList<double> lengthScales) : StationaryKernel(lengthScales)
{
    protected override string Name => "matern32";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new Matern32Kernel(Positive.Exponentials(parameters));

    protected override void Shape<T>(Span<T> squares, Span<T> scratch)
    {
        ToDecay(squares, scratch);
        TensorPrimitives.MultiplyAdd(scratch, squares, squares, squares);
    }

    // df/d(r²) = −(3/2) exp(−s).
    protected override void Slope(Span<double> squares, Span<double> scratch)
    {
        ToDecay(squares, scratch);
        TensorPrimitives.Multiply(squares, -1.5, squares);
    }

    /// <summary>s into the scratch, exp(−s) in place of r².</summary>
    private static void ToDecay<T>(Span<T> squares, Span<T> scratch)
        where T : struct, IFloatingPointIeee754<T>
    {
        TensorPrimitives.Multiply(squares, T.CreateChecked(3.0), squares);
        TensorPrimitives.Sqrt(squares, scratch);
        TensorPrimitives.Negate(scratch, squares);
        TensorPrimitives.Exp(squares, squares);
    }
}
