using System.Numerics.Tensors;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>The ways to step down a gradient of mini-batches.</summary>
public enum TrainerMethod
{
    /// <summary>AdamW.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>
    /// L-BFGS on all of the training part at each step, in pieces of the batch size: for small models, where the last digit of the loss
    /// is wanted. The rate is the length of the first try, 1 as a rule.
    /// </summary>
    Lbfgs,
}

/// <summary>
/// One step from a gradient, as one pass over parameters, gradients and moments, by the threads of a team.
/// </summary>
internal abstract unsafe class Optimizer
{
    /// <summary>The length that is worth a thread of its own.</summary>
    private const int WorthAThread = 1 << 14;

    private readonly double[] squares;
    private readonly Action<int> square;
    private readonly Action<int> update;
    private double rate;
    private double scale;

    protected Optimizer(torch.nn.Module module, double weightDecay, int moments)
    {
        Parameters = new FlatParameters(module);
        WeightDecay = weightDecay;
        Moments = [.. Enumerable.Range(0, moments).Select(_ => new float[Parameters.Values.Length])];
        squares = new double[Math.Min(Team.Size, Math.Max(2, Parameters.Values.Length / WorthAThread))];
        (square, update) = (Square, UpdatePart);
    }

    /// <summary>What is stepped.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>What is remembered from step to step, each as long as the values.</summary>
    public IReadOnlyList<float[]> Moments { get; }

    /// <summary>The steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>λ, of matrices; vectors (biases, norms) are never decayed.</summary>
    protected double WeightDecay { get; }

    /// <summary>One step from the gradients that backward left; they are gone after it.</summary>
    /// <param name="rate">η.</param>
    /// <param name="mostNorm">The norm of all gradients together that a longer one is shortened to.</param>
    /// <param name="loss">The loss that the gradients are of.</param>
    /// <returns>The loss of the weights that a training is said to have come to.</returns>
    public virtual double Step(double rate, double mostNorm = double.PositiveInfinity, double loss = double.NaN)
    {
        Steps++;
        Parameters.FindGradients();
        (this.rate, scale) = (rate, 1.0);
        if (mostNorm < double.PositiveInfinity)
        {
            Share(square);
            double norm = Math.Sqrt(squares.Sum());
            scale = norm > mostNorm ? mostNorm / norm : 1.0;
        }

        Share(update);
        Parameters.ReleaseGradients();
        return loss;
    }

    /// <summary>Makes the values those that the steps have come to, where the last step was a trial.</summary>
    public virtual void ShowAccepted()
    {
    }

    /// <summary>Makes the values again those that the next gradient is wanted at.</summary>
    public virtual void ShowTrial()
    {
    }

    /// <summary>The step for some of the elements, whole vectors.</summary>
    /// <param name="start">The first.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="count">Their number.</param>
    /// <param name="rate">η.</param>
    /// <param name="weightDecay">λ for these.</param>
    /// <param name="gradientScale">What the gradients are multiplied by first.</param>
    protected abstract void Update(int start, float* gradient, int count, double rate, double weightDecay, double gradientScale);

    private void Square(int part)
    {
        squares[part] = 0.0;
        for (int i = 0; i < Parameters.Segments.Count; i++)
        {
            (int start, int count) = InPart(Parameters.Segments[i], part);
            if (count > 0 && Parameters.Gradient(i) is not null)
            {
                float* gradient = Parameters.Gradient(i) + (start - Parameters.Segments[i].Start);
                squares[part] += TensorPrimitives.SumOfSquares(new ReadOnlySpan<float>(gradient, count));
            }
        }
    }

    private void UpdatePart(int part)
    {
        float* rest = stackalloc float[FlatParameters.Alignment];
        for (int i = 0; i < Parameters.Segments.Count; i++)
        {
            FlatParameters.Segment segment = Parameters.Segments[i];
            (int start, int count) = InPart(segment, part);
            if (count <= 0 || Parameters.Gradient(i) is null)
            {
                continue;
            }

            float* gradient = Parameters.Gradient(i) + (start - segment.Start);
            double decay = segment.IsMatrix ? WeightDecay : 0.0;
            int whole = count / FlatParameters.Alignment * FlatParameters.Alignment;
            Update(start, gradient, whole, rate, decay, scale);
            if (whole < count)
            {
                // Behind the values is room up to a whole vector, and behind the gradients none.
                var last = new Span<float>(rest, FlatParameters.Alignment);
                last.Clear();
                new ReadOnlySpan<float>(gradient + whole, count - whole).CopyTo(last);
                Update(start + whole, rest, FlatParameters.Alignment, rate, decay, scale);
            }
        }
    }

    /// <summary>Some of a parameter: of a matrix, the rows whose gradient the same thread made, where <see cref="MlpPass"/> makes it.</summary>
    private (int Start, int Count) InPart(FlatParameters.Segment segment, int part)
    {
        (int first, int count) = Team.Part(segment.Count, part, squares.Length, FlatParameters.Alignment);
        return (segment.Start + first, count);
    }

    private void Share(Action<int> work)
    {
        if (Parameters.Values.Length >= 2 * WorthAThread)
        {
            Team.Run(squares.Length, work);
            return;
        }

        // So little is done sooner than a second thread is woken.
        for (int part = 0; part < squares.Length; part++)
        {
            work(part);
        }
    }
}
