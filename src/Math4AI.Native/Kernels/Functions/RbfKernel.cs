using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = exp(−r²/2).</summary>
internal sealed class RbfKernel(IReadOnlyList<double> lengthScales) : StationaryKernel(lengthScales)
{
    protected override string Name => "rbf";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new RbfKernel(Positive.Exponentials(parameters));

    protected override void Shape<T>(Span<T> squares, Span<T> scratch)
    {
        TensorPrimitives.Multiply(squares, T.CreateChecked(-0.5), squares);
        TensorPrimitives.Exp(squares, squares);
    }

    protected override void Slope(Span<double> squares, Span<double> scratch)
    {
        Shape(squares, scratch);
        TensorPrimitives.Multiply(squares, -0.5, squares);
    }
}
