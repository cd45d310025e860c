using System.Numerics.Tensors;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// An <see cref="ElementwiseOptimizer"/> at work, as one pass over parameters, gradients and states by the threads of a
/// team.
/// </summary>
internal sealed unsafe class ElementwiseRun : OptimizerRun
{
    /// <summary>The length that is worth a thread of its own.</summary>
    private const int WorthAThread = 1 << 14;

    /// <summary>Clipped gradients are made in blocks that stay in the nearest cache.</summary>
    private const int Block = 1 << 11;

    private readonly ElementwiseOptimizer optimizer;
    private readonly TrainerOptions options;
    private readonly double[] squares;
    private readonly Action<int> square;
    private readonly Action<int> update;
    private double rate;
    private float scale;

    public ElementwiseRun(ElementwiseOptimizer optimizer, torch.nn.Module module, TrainerOptions options)
        : base(module, optimizer.StateCount)
    {
        (this.optimizer, this.options) = (optimizer, options);
        squares = new double[Math.Min(Team.Size, Math.Max(2, Parameters.Values.Length / WorthAThread))];
        (square, update) = (Square, UpdatePart);
    }

    private float MaxValue => (float)options.MaxGradientValue;

    /// <inheritdoc/>
    public override double Step(double rate, double loss = double.NaN)
    {
        Steps++;
        Parameters.FindGradients();
        (this.rate, scale) = (rate, 1.0f);
        if (options.MaxGradientNorm < double.PositiveInfinity)
        {
            Share(square);
            double norm = Math.Sqrt(squares.Sum());
            scale = norm > options.MaxGradientNorm ? (float)(options.MaxGradientNorm / norm) : 1.0f;
        }

        Share(update);
        Parameters.ReleaseGradients();
        return loss;
    }

    private void Square(int part)
    {
        squares[part] = 0.0;
        float* block = stackalloc float[Block];
        for (int i = 0; i < Parameters.Segments.Count; i++)
        {
            (int start, int count) = InPart(Parameters.Segments[i], part);
            if (count <= 0 || Parameters.Gradient(i) is null)
            {
                continue;
            }

            var gradient = new ReadOnlySpan<float>(Parameters.Gradient(i) + (start - Parameters.Segments[i].Start), count);
            if (float.IsPositiveInfinity(MaxValue))
            {
                squares[part] += TensorPrimitives.SumOfSquares(gradient);
                continue;
            }

            for (int first = 0; first < count; first += Block)
            {
                ReadOnlySpan<float> some = gradient[first..Math.Min(count, first + Block)];
                var clipped = new Span<float>(block, some.Length);
                TensorPrimitives.Clamp(some, -MaxValue, MaxValue, clipped);
                squares[part] += TensorPrimitives.SumOfSquares<float>(clipped);
            }
        }
    }

    private void UpdatePart(int part)
    {
        float* block = stackalloc float[Block];
        for (int i = 0; i < Parameters.Segments.Count; i++)
        {
            FlatParameters.Segment segment = Parameters.Segments[i];
            (int start, int count) = InPart(segment, part);
            if (count <= 0 || Parameters.Gradient(i) is null)
            {
                continue;
            }

            float* gradient = Parameters.Gradient(i) + (start - segment.Start);
            double decay = segment.IsMatrix ? options.WeightDecay : 0.0;

            // Behind the values is room up to a whole vector, and behind the gradients none.
            bool isPlain = scale == 1.0f && float.IsPositiveInfinity(MaxValue);
            int whole = isPlain ? count / FlatParameters.Alignment * FlatParameters.Alignment : 0;
            if (whole > 0)
            {
                Update(start, new ReadOnlySpan<float>(gradient, whole), decay);
            }

            for (int first = whole; first < count; first += Block)
            {
                int some = Math.Min(Block, count - first);
                var copy = new Span<float>(block, FlatParameters.Padded(some));
                copy[some..].Clear();
                Clip(new ReadOnlySpan<float>(gradient + first, some), copy[..some]);
                Update(start + first, copy, decay);
            }
        }
    }

    private void Clip(ReadOnlySpan<float> gradient, Span<float> clipped)
    {
        if (float.IsPositiveInfinity(MaxValue))
        {
            TensorPrimitives.Multiply(gradient, scale, clipped);
            return;
        }

        TensorPrimitives.Clamp(gradient, -MaxValue, MaxValue, clipped);
        TensorPrimitives.Multiply(clipped, scale, clipped);
    }

    private void Update(int start, ReadOnlySpan<float> gradient, double decay) => optimizer.Update(
        new ParameterUpdate(States, start, Parameters.Values.AsSpan(start, gradient.Length), gradient)
        {
            Step = Steps,
            Rate = rate,
            WeightDecay = decay,
        });

    /// <summary>
    /// Some of a parameter: of a matrix, the rows whose gradient the same thread made, where <see cref="MlpPass"/>
    /// makes it.
    /// </summary>
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
