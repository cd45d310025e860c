using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>k = exp(−r).</summary>
internal sealed class Matern12Kernel(IReadOnlyList<double> lengthScales) : StationaryKernel(lengthScales)
{
    protected override string Name => "matern12";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new Matern12Kernel(Positive.Exponentials(parameters));

    protected override void Shape<T>(Span<T> squares, Span<T> scratch)
    {
        TensorPrimitives.Sqrt(squares, squares);
        TensorPrimitives.Negate(squares, squares);
        TensorPrimitives.Exp(squares, squares);
    }

    // −exp(−r)/(2r); the differences that it multiplies vanish faster than r.
    protected override void Slope(Span<double> squares, Span<double> scratch)
    {
        TensorPrimitives.Sqrt(squares, scratch);
        Shape(squares, squares);
        for (int i = 0; i < squares.Length; i++)
        {
            squares[i] = scratch[i] == 0.0 ? 0.0 : -0.5 * squares[i] / scratch[i];
        }
    }
}
