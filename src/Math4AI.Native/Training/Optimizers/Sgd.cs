using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum: g ← ∇ + λ θ, m ← β m + g, θ ← θ − η m, or θ ← θ − η (g + β m) with Nesterov's. Equals
/// <c>torch.optim.SGD</c>. Sources: B. Polyak, USSR Computational Mathematics and Mathematical Physics 4 (1964); I. Sutskever et al.,
/// ICML (2013).
/// </summary>
public sealed record Sgd : ElementwiseOptimizer
{
    /// <summary>Gets the momentum β: 0 or more and less than 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Gets whether the momentum is Nesterov's, which looks ahead by a step.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override int StateCount => 1;

    /// <inheritdoc/>
    public override void Update(in ParameterUpdate update) => Step(
        update.Values, update.Gradient, update.State(0), (float)update.Rate, (float)update.WeightDecay, (float)Momentum, Nesterov);

    /// <summary>Returns the name and the settings that differ from their defaults.</summary>
    public override string ToString() => Describe("sgd", ("momentum", Momentum, 0.9), ("nesterov", Nesterov ? 1 : 0, 0));

    internal override void Check()
    {
        if (!(Momentum is >= 0.0 and < 1.0) || (Nesterov && Momentum == 0.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Momentum), "The momentum goes from 0 to less than 1; Nesterov's is more than 0.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step(
        Span<float> values, ReadOnlySpan<float> gradients, Span<float> momenta, float rate, float decay, float momentum, bool nesterov)
    {
        ref float p = ref MemoryMarshal.GetReference(values), m = ref MemoryMarshal.GetReference(momenta);
        ref float g = ref MemoryMarshal.GetReference(gradients);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector512<float>.Count)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref p, i);
            Vector512<float> gradient = Vector512.LoadUnsafe(ref g, i) + value * Vector512.Create(decay);
            Vector512<float> moved = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref m, i), Vector512.Create(momentum), gradient);
            moved.StoreUnsafe(ref m, i);
            Vector512<float> step = nesterov ? Vector512.FusedMultiplyAdd(moved, Vector512.Create(momentum), gradient) : moved;
            (value - Vector512.Create(rate) * step).StoreUnsafe(ref p, i);
        }
    }
}
