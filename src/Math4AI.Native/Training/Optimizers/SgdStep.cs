using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum: g ← ∇ + λ θ, m ← β m + g, θ ← θ − η m. Equals <c>torch.optim.SGD</c>. Source: B. Polyak,
/// USSR Computational Mathematics and Mathematical Physics 4 (1964).
/// </summary>
internal sealed unsafe class SgdStep : Optimizer
{
    private readonly double momentum;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="momentum">β.</param>
    public SgdStep(nn.Module module, double weightDecay, double momentum)
        : base(module, weightDecay, moments: 1) => this.momentum = momentum;

    /// <inheritdoc/>
    protected override void Update(int start, float* gradient, int count, double rate, double weightDecay, double gradientScale)
    {
        fixed (float* p = Parameters.Values, m = Moments[0])
        {
            Kernel(p + start, gradient, m + start, count, (float)rate, (float)weightDecay, (float)momentum, (float)gradientScale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Kernel(float* p, float* g, float* m, int count, float rate, float decay, float momentum, float scale)
    {
        for (int i = 0; i < count; i += FlatParameters.Alignment)
        {
            Vector512<float> value = Vector512.Load(p + i);
            Vector512<float> gradient = Vector512.FusedMultiplyAdd(
                Vector512.Load(g + i), Vector512.Create(scale), value * Vector512.Create(decay));
            Vector512<float> moved = Vector512.FusedMultiplyAdd(Vector512.Load(m + i), Vector512.Create(momentum), gradient);
            moved.Store(m + i);
            (value - Vector512.Create(rate) * moved).Store(p + i);
        }
    }
}
