using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>
/// AdamW in one pass over parameters, gradients and moments: θ ← θ (1 − η λ) − η m̂/(√v̂ + ε). Parameters and gradients are moved onto
/// arrays of this object, one after the other, so that backward adds into them and the step needs no call of torch; it clears the
/// gradients as it goes. Equals <c>torch.optim.AdamW</c>. Source: I. Loshchilov and F. Hutter, ICLR (2019).
/// </summary>
internal sealed unsafe class AdamWStep
{
    private const int Alignment = 16;
    private const double First = 0.9;
    private const double Second = 0.999;
    private const float Least = 1e-8f;

    private readonly List<Segment> segments = [];
    private readonly float[] values;
    private readonly float[] gradients;
    private readonly float[] means;
    private readonly float[] squares;
    private readonly Tensor valueTensor;
    private readonly Tensor gradientTensor;
    private int steps;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weightDecay">λ, for matrices; vectors (biases, norms) are never decayed.</param>
    public AdamWStep(nn.Module module, double weightDecay)
    {
        Parameter[] parameters = [.. module.parameters().Where(parameter => parameter.requires_grad)];
        int total = parameters.Sum(parameter => Padded((int)parameter.numel()));
        (values, gradients, means, squares) = (new float[total], new float[total], new float[total], new float[total]);
        valueTensor = frombuffer(values, ScalarType.Float32).DetachFromDisposeScope();
        gradientTensor = frombuffer(gradients, ScalarType.Float32).DetachFromDisposeScope();
        int at = 0;
        using IDisposable mode = no_grad();
        foreach (Parameter parameter in parameters)
        {
            int count = (int)parameter.numel();
            using Tensor place = valueTensor.narrow(0, at, count).view(parameter.shape);
            place.copy_(parameter);
            parameter.set_(place);
            using Tensor gradient = gradientTensor.narrow(0, at, count).view(parameter.shape);
            parameter.grad = gradient;
            segments.Add(new Segment(at, count, parameter.Dimensions > 1 ? weightDecay : 0.0));
            at += Padded(count);
        }
    }

    /// <summary>The number of parameters.</summary>
    public int Count => segments.Sum(segment => segment.Count);

    /// <summary>A copy of all parameters, padding included.</summary>
    public float[] Snapshot() => [.. values];

    /// <summary>Puts a snapshot back.</summary>
    public void Restore(float[] snapshot) => snapshot.CopyTo(values, 0);

    /// <summary>The norm of all gradients together.</summary>
    public double GradientNorm()
    {
        double sum = 0.0;
        foreach (float gradient in gradients)
        {
            sum += (double)gradient * gradient;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>One step; the gradients are zero after it.</summary>
    /// <param name="rate">η.</param>
    /// <param name="gradientScale">What the gradients are multiplied by first.</param>
    public void Step(double rate, double gradientScale = 1.0)
    {
        steps++;
        double firstBias = 1.0 - Math.Pow(First, steps), secondBias = 1.0 - Math.Pow(Second, steps);
        fixed (float* p = values, g = gradients, m = means, v = squares)
        {
            foreach (Segment segment in segments)
            {
                int at = segment.Start;
                Kernel(
                    p + at, g + at, m + at, v + at, Padded(segment.Count), (float)(1.0 - rate * segment.WeightDecay),
                    (float)(rate / firstBias), (float)(1.0 / Math.Sqrt(secondBias)), (float)gradientScale);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Kernel(float* p, float* g, float* m, float* v, int count, float decay, float size, float root, float scale)
    {
        var first = Vector512.Create((float)First);
        var firstRest = Vector512.Create((float)(1.0 - First));
        var second = Vector512.Create((float)Second);
        var secondRest = Vector512.Create((float)(1.0 - Second));
        for (int i = 0; i < count; i += Alignment)
        {
            Vector512<float> gradient = Vector512.Load(g + i) * Vector512.Create(scale);
            Vector512<float> mean = Vector512.FusedMultiplyAdd(gradient, firstRest, Vector512.Load(m + i) * first);
            Vector512<float> square = Vector512.FusedMultiplyAdd(gradient * gradient, secondRest, Vector512.Load(v + i) * second);
            Vector512<float> divisor = Vector512.FusedMultiplyAdd(Vector512.Sqrt(square), Vector512.Create(root), Vector512.Create(Least));
            mean.Store(m + i);
            square.Store(v + i);
            (Vector512.Load(p + i) * Vector512.Create(decay) - Vector512.Create(size) * mean / divisor).Store(p + i);
            Vector512<float>.Zero.Store(g + i);
        }
    }

    private static int Padded(int count) => (count + Alignment - 1) / Alignment * Alignment;

    private readonly record struct Segment(int Start, int Count, double WeightDecay);
}
