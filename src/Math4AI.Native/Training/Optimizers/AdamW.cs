using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Math4AI.Runtime;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Adam with decoupled weight decay: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ (1 − η λ) − η m̂/(√v̂ + ε),
/// with m̂ and v̂ freed of their bias to 0. Equals <c>torch.optim.AdamW</c>. Source: I. Loshchilov and F. Hutter, ICLR
/// (2019).
/// </summary>
public sealed record AdamW : ElementwiseOptimizer
{
    /// <summary>Gets β₁, the share of the mean gradient that a step keeps: 0 or more and less than 1.</summary>
    public double Beta1 { get; init => field = Setting.Below(value, 0.0, 1.0); } = 0.9;

    /// <summary>Gets β₂, the share of the mean squared gradient that a step keeps: 0 or more and less than 1.</summary>
    public double Beta2 { get; init => field = Setting.Below(value, 0.0, 1.0); } = 0.999;

    /// <summary>Gets ε, which keeps the divisor away from 0: more than 0.</summary>
    public double Epsilon { get; init => field = Setting.Above(value, 0.0); } = 1e-8;

    /// <inheritdoc/>
    public override int StateCount => 2;

    /// <inheritdoc/>
    public override void Update<T>(in ParameterUpdate<T> update)
    {
        double firstBias = 1.0 - Math.Pow(Beta1, update.Step), secondBias = 1.0 - Math.Pow(Beta2, update.Step);
        Step(
            update.Values, update.Gradient, update.State(0), update.State(1),
            All<T>(1.0 - update.Rate * update.WeightDecay),
            All<T>(update.Rate / firstBias), All<T>(1.0 / Math.Sqrt(secondBias)));
    }

    /// <summary>Returns the name and the settings that differ from their defaults.</summary>
    public override string ToString() =>
        Describe("adamw", ("beta1", Beta1, 0.9), ("beta2", Beta2, 0.999), ("epsilon", Epsilon, 1e-8));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step<T>(
        Span<T> values, ReadOnlySpan<T> gradients, Span<T> means, Span<T> squares, Vector512<T> decay,
        Vector512<T> size, Vector512<T> root)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector512<T> first = All<T>(Beta1), firstRest = All<T>(1.0 - Beta1);
        Vector512<T> second = All<T>(Beta2), secondRest = All<T>(1.0 - Beta2);
        Vector512<T> epsilon = All<T>(Epsilon);
        ref T p = ref MemoryMarshal.GetReference(values), g = ref MemoryMarshal.GetReference(gradients);
        ref T m = ref MemoryMarshal.GetReference(means), v = ref MemoryMarshal.GetReference(squares);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector512<T>.Count)
        {
            Vector512<T> gradient = Vector512.LoadUnsafe(ref g, i);
            Vector512<T> mean = Fused(gradient, firstRest, Vector512.LoadUnsafe(ref m, i) * first);
            Vector512<T> square = Fused(gradient * gradient, secondRest, Vector512.LoadUnsafe(ref v, i) * second);
            Vector512<T> divisor = Fused(Vector512.Sqrt(square), root, epsilon);
            mean.StoreUnsafe(ref m, i);
            square.StoreUnsafe(ref v, i);
            (Vector512.LoadUnsafe(ref p, i) * decay - size * mean / divisor).StoreUnsafe(ref p, i);
        }
    }
}
