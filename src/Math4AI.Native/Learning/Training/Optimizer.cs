using System.Numerics.Tensors;
using TorchSharp;

namespace Math4AI.Learning;

/// <summary>The ways to step down a gradient of mini-batches.</summary>
public enum TrainerMethod
{
    /// <summary>AdamW.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>
/// One step from a gradient, as one pass over parameters, gradients and moments, by both cores; the gradients are zero after it.
/// </summary>
internal abstract class Optimizer
{
    /// <summary>Below this length one thread is as fast as two.</summary>
    private const int WorthTwoThreads = 1 << 15;

    private readonly double[] squares = new double[2];

    protected Optimizer(torch.nn.Module module, double weightDecay, int moments)
    {
        Parameters = new FlatParameters(module);
        WeightDecay = weightDecay;
        Moments = [.. Enumerable.Range(0, moments).Select(_ => new float[Parameters.Values.Length])];
    }

    /// <summary>What is stepped.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>What is remembered from step to step, each as long as the values.</summary>
    public IReadOnlyList<float[]> Moments { get; }

    /// <summary>The steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>λ, of matrices; vectors (biases, norms) are never decayed.</summary>
    protected double WeightDecay { get; }

    private int Middle => Parameters.Values.Length / 2 / FlatParameters.Alignment * FlatParameters.Alignment;

    /// <summary>The norm of all gradients together.</summary>
    public double GradientNorm()
    {
        Halves(half =>
        {
            ReadOnlySpan<float> gradients = Parameters.Gradients;
            squares[half] = TensorPrimitives.SumOfSquares(half == 0 ? gradients[..Middle] : gradients[Middle..]);
        });
        return Math.Sqrt(squares[0] + squares[1]);
    }

    /// <summary>One step.</summary>
    /// <param name="rate">η.</param>
    /// <param name="gradientScale">What the gradients are multiplied by first.</param>
    public void Step(double rate, double gradientScale = 1.0)
    {
        Steps++;
        Halves(half =>
        {
            (int from, int to) = half == 0 ? (0, Middle) : (Middle, Parameters.Values.Length);
            foreach (FlatParameters.Segment segment in Parameters.Segments)
            {
                int start = Math.Max(from, segment.Start), end = Math.Min(to, segment.Start + segment.Padded);
                if (start < end)
                {
                    Update(start, end - start, rate, segment.IsMatrix ? WeightDecay : 0.0, gradientScale);
                }
            }
        });
    }

    /// <summary>The step for some of the elements, a multiple of a vector; clears their gradients.</summary>
    protected abstract void Update(int start, int count, double rate, double weightDecay, double gradientScale);

    private void Halves(Action<int> work)
    {
        if (Parameters.Values.Length >= WorthTwoThreads)
        {
            TwoThreads.Run(work);
        }
        else
        {
            work(0);
            work(1);
        }
    }
}
