using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>
/// Calls torch with a number. A conversion to <see cref="Scalar"/> by itself leaves it to the garbage collector, which
/// may free it while torch reads it; the operation then fails, or takes another number. The operators of tensors with
/// numbers, such as <c>2.0 * x</c>, hold theirs.
/// </summary>
internal static class HeldScalar
{
    /// <summary>Makes a tensor from a number, which lives until then.</summary>
    public static torch.Tensor With(double value, Func<Scalar, torch.Tensor> make)
    {
        using Scalar held = value.ToScalar();
        return make(held);
    }

    /// <inheritdoc cref="With(double, Func{Scalar, torch.Tensor})"/>
    public static torch.Tensor With(long value, Func<Scalar, torch.Tensor> make)
    {
        using Scalar held = value.ToScalar();
        return make(held);
    }
}
