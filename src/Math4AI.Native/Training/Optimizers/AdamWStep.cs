using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// AdamW: θ ← θ (1 − η λ) − η m̂/(√v̂ + ε). Equals <c>torch.optim.AdamW</c>. Source: I. Loshchilov and F. Hutter, ICLR (2019).
/// </summary>
internal sealed unsafe class AdamWStep : Optimizer
{
    private const double First = 0.9;
    private const double Second = 0.999;
    private const float Least = 1e-8f;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weightDecay">λ.</param>
    public AdamWStep(nn.Module module, double weightDecay)
        : base(module, weightDecay, moments: 2)
    {
    }

    /// <inheritdoc/>
    protected override void Update(int start, float* gradient, int count, double rate, double weightDecay, double gradientScale)
    {
        double firstBias = 1.0 - Math.Pow(First, Steps), secondBias = 1.0 - Math.Pow(Second, Steps);
        fixed (float* p = Parameters.Values, m = Moments[0], v = Moments[1])
        {
            Kernel(
                p + start, gradient, m + start, v + start, count, (float)(1.0 - rate * weightDecay),
                (float)(rate / firstBias), (float)(1.0 / Math.Sqrt(secondBias)), (float)gradientScale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Kernel(float* p, float* g, float* m, float* v, int count, float decay, float size, float root, float scale)
    {
        var first = Vector512.Create((float)First);
        var firstRest = Vector512.Create((float)(1.0 - First));
        var second = Vector512.Create((float)Second);
        var secondRest = Vector512.Create((float)(1.0 - Second));
        for (int i = 0; i < count; i += FlatParameters.Alignment)
        {
            Vector512<float> gradient = Vector512.Load(g + i) * Vector512.Create(scale);
            Vector512<float> mean = Vector512.FusedMultiplyAdd(gradient, firstRest, Vector512.Load(m + i) * first);
            Vector512<float> square = Vector512.FusedMultiplyAdd(gradient * gradient, secondRest, Vector512.Load(v + i) * second);
            Vector512<float> divisor = Vector512.FusedMultiplyAdd(Vector512.Sqrt(square), Vector512.Create(root), Vector512.Create(Least));
            mean.Store(m + i);
            square.Store(v + i);
            (Vector512.Load(p + i) * Vector512.Create(decay) - Vector512.Create(size) * mean / divisor).Store(p + i);
        }
    }
}
