using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Adam with decoupled weight decay: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ (1 − η λ) − η m̂/(√v̂ + ε), with m̂ and v̂ freed of
/// their bias to 0. Equals <c>torch.optim.AdamW</c>. Source: I. Loshchilov and F. Hutter, ICLR (2019).
/// </summary>
public sealed record AdamW : ElementwiseOptimizer
{
    /// <summary>Gets β₁, the share of the mean gradient that a step keeps: 0 or more and less than 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Gets β₂, the share of the mean squared gradient that a step keeps: 0 or more and less than 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Gets ε, which keeps the divisor away from 0: more than 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public override int StateCount => 2;

    /// <inheritdoc/>
    public override void Update(in ParameterUpdate update)
    {
        double firstBias = 1.0 - Math.Pow(Beta1, update.Step), secondBias = 1.0 - Math.Pow(Beta2, update.Step);
        Step(
            update.Values, update.Gradient, update.State(0), update.State(1), (float)(1.0 - update.Rate * update.WeightDecay),
            (float)(update.Rate / firstBias), (float)(1.0 / Math.Sqrt(secondBias)));
    }

    /// <summary>Returns the name and the settings that differ from their defaults.</summary>
    public override string ToString() =>
        Describe("adamw", ("beta1", Beta1, 0.9), ("beta2", Beta2, 0.999), ("epsilon", Epsilon, 1e-8));

    internal override void Check()
    {
        if (!(Beta1 is >= 0.0 and < 1.0) || !(Beta2 is >= 0.0 and < 1.0) || !(Epsilon > 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(Beta1), "AdamW takes β₁ and β₂ from 0 to less than 1, and an ε of more than 0.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(Span<float> values, ReadOnlySpan<float> gradients, Span<float> means, Span<float> squares, float decay, float size, float root)
    {
        var first = Vector512.Create((float)Beta1);
        var firstRest = Vector512.Create((float)(1.0 - Beta1));
        var second = Vector512.Create((float)Beta2);
        var secondRest = Vector512.Create((float)(1.0 - Beta2));
        var epsilon = Vector512.Create((float)Epsilon);
        ref float p = ref MemoryMarshal.GetReference(values), m = ref MemoryMarshal.GetReference(means), v = ref MemoryMarshal.GetReference(squares);
        ref float g = ref MemoryMarshal.GetReference(gradients);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector512<float>.Count)
        {
            Vector512<float> gradient = Vector512.LoadUnsafe(ref g, i);
            Vector512<float> mean = Vector512.FusedMultiplyAdd(gradient, firstRest, Vector512.LoadUnsafe(ref m, i) * first);
            Vector512<float> square = Vector512.FusedMultiplyAdd(gradient * gradient, secondRest, Vector512.LoadUnsafe(ref v, i) * second);
            Vector512<float> divisor = Vector512.FusedMultiplyAdd(Vector512.Sqrt(square), Vector512.Create(root), epsilon);
            mean.StoreUnsafe(ref m, i);
            square.StoreUnsafe(ref v, i);
            (Vector512.LoadUnsafe(ref p, i) * Vector512.Create(decay) - Vector512.Create(size) * mean / divisor).StoreUnsafe(ref p, i);
        }
    }
}
