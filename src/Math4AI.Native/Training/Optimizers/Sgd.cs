using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Math4AI.Runtime;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum: g ← ∇ + λ θ, m ← β m + g, θ ← θ − η m, or θ ← θ − η (g + β m) with
/// Nesterov's. Equals <c>torch.optim.SGD</c>. Sources: B. Polyak, USSR Computational Mathematics and Mathematical
/// Physics 4 (1964); I. Sutskever et al., ICML (2013).
/// </summary>
public sealed record Sgd : ElementwiseOptimizer
{
    /// <summary>Gets the momentum β: 0 or more and less than 1.</summary>
    public double Momentum { get; init => field = Setting.Below(value, 0.0, 1.0); } = 0.9;

    /// <summary>Gets whether the momentum is Nesterov's, which looks ahead by a step.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override int StateCount => 1;

    /// <inheritdoc/>
    public override void Update<T>(in ParameterUpdate<T> update) => Step(
        update.Values, update.Gradient, update.State(0), All<T>(update.Rate), All<T>(update.WeightDecay),
        All<T>(Momentum), Nesterov);

    /// <summary>Returns the name and the settings that differ from their defaults.</summary>
    public override string ToString() =>
        Describe("sgd", ("momentum", Momentum, 0.9), ("nesterov", Nesterov ? 1 : 0, 0));

    internal override void Check()
    {
        if (Nesterov && Momentum == 0.0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Momentum), "The momentum of Nesterov is more than 0.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step<T>(
        Span<T> values, ReadOnlySpan<T> gradients, Span<T> momenta, Vector512<T> rate, Vector512<T> decay,
        Vector512<T> momentum, bool nesterov)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T p = ref MemoryMarshal.GetReference(values), m = ref MemoryMarshal.GetReference(momenta);
        ref T g = ref MemoryMarshal.GetReference(gradients);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector512<T>.Count)
        {
            Vector512<T> value = Vector512.LoadUnsafe(ref p, i);
            Vector512<T> gradient = Vector512.LoadUnsafe(ref g, i) + value * decay;
            Vector512<T> moved = Fused(Vector512.LoadUnsafe(ref m, i), momentum, gradient);
            moved.StoreUnsafe(ref m, i);
            Vector512<T> step = nesterov ? Fused(moved, momentum, gradient) : moved;
            (value - rate * step).StoreUnsafe(ref p, i);
        }
    }
}
