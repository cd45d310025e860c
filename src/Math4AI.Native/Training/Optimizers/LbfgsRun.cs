using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// L-BFGS for the whole training part: each step goes along −H g, where H is made of the last changes of parameters and gradient. One
/// step asks for one gradient, so that a search along the line is spread over steps: where the loss has not fallen, the step before is
/// taken back and a quarter of it tried. All that is remembered is float32 and lies in the states, so that a checkpoint holds it.
/// Source: D. Liu and J. Nocedal, Mathematical Programming 45 (1989).
/// </summary>
internal sealed unsafe class LbfgsRun : OptimizerRun
{
    private const float Shorter = 0.25f;
    private const float MinLength = 1e-6f;

    // Places among what is remembered: the point before, the gradient there, the direction; from there on the pairs; and numbers.
    private const int Point = 0;
    private const int Gradient = 1;
    private const int Direction = 2;
    private const int FirstPair = 3;

    private readonly int pairs;
    private readonly double weightDecay;
    private readonly float[] here;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weightDecay">λ: λ/2 ‖θ‖² of the matrices is added to the loss.</param>
    /// <param name="pairs">The number of past changes that are remembered.</param>
    public LbfgsRun(nn.Module module, double weightDecay, int pairs)
        : base(module, states: FirstPair + 2 * pairs + 1)
    {
        (this.weightDecay, this.pairs) = (weightDecay, pairs);
        here = new float[Parameters.Values.Length];
    }

    private float[] Numbers => States[^1];

    /// <summary>How many pairs there are.</summary>
    private ref float Count => ref Numbers[0];

    /// <summary>The loss at the point before, with the decay; meaningless before the first step.</summary>
    private ref float Loss => ref Numbers[1];

    /// <summary>The same without the decay.</summary>
    private ref float PlainLoss => ref Numbers[3];

    /// <summary>The share of the direction that was taken from there.</summary>
    private ref float Length => ref Numbers[2];

    /// <summary>The first such share along this direction.</summary>
    private ref float FirstLength => ref Numbers[4];

    /// <inheritdoc/>
    public override double Step(double rate, double loss = double.NaN)
    {
        Steps++;
        float total = (float)(loss + CopyGradient());
        float[] theta = Parameters.Values, point = States[Point], gradient = States[Gradient], direction = States[Direction];
        if (Steps > 1 && !(total <= Loss))
        {
            Length *= Shorter;
            if (Length < MinLength * FirstLength)
            {
                // There is nothing to gain along this direction: what made it is forgotten.
                gradient.CopyTo(here, 0);
                Count = 0.0f;
                Aim(direction, rate);
            }
        }
        else
        {
            if (Steps > 1)
            {
                Remember(theta, point, gradient);
            }

            theta.CopyTo(point, 0);
            here.CopyTo(gradient, 0);
            (Loss, PlainLoss) = (total, (float)loss);
            Aim(direction, rate);
        }

        ShowTrial();
        return PlainLoss;
    }

    /// <inheritdoc/>
    public override void ShowAccepted()
    {
        if (Steps > 0)
        {
            States[Point].CopyTo(Parameters.Values, 0);
        }
    }

    /// <inheritdoc/>
    public override void ShowTrial()
    {
        if (Steps > 0)
        {
            // θ = the point before, and so much of the direction.
            TensorPrimitives.MultiplyAdd<float>(States[Direction], Length, States[Point], Parameters.Values);
        }
    }

    /// <summary>The gradient with that of the decay, on one array; returns the decay's share of the loss.</summary>
    private double CopyGradient()
    {
        Parameters.FindGradients();
        double decay = 0.0;
        for (int i = 0; i < Parameters.Segments.Count; i++)
        {
            FlatParameters.Segment segment = Parameters.Segments[i];
            Span<float> target = here.AsSpan(segment.Start, segment.Count);
            target.Clear();
            if (Parameters.Gradient(i) is not null)
            {
                new ReadOnlySpan<float>(Parameters.Gradient(i), segment.Count).CopyTo(target);
            }

            if (segment.IsMatrix && weightDecay > 0.0)
            {
                ReadOnlySpan<float> values = Parameters.Values.AsSpan(segment.Start, segment.Count);
                TensorPrimitives.MultiplyAdd(values, (float)weightDecay, target, target);
                decay += 0.5 * weightDecay * TensorPrimitives.SumOfSquares(values);
            }
        }

        Parameters.ReleaseGradients();
        return decay;
    }

    /// <summary>
    /// Adds the change since the point before, where the curvature along it is positive; the oldest pair goes.
    /// </summary>
    private void Remember(float[] theta, float[] point, float[] gradient)
    {
        for (int i = pairs - 1; i > 0; i--)
        {
            Change(i - 1).CopyTo(Change(i), 0);
            Answer(i - 1).CopyTo(Answer(i), 0);
        }

        TensorPrimitives.Subtract<float>(theta, point, Change(0));
        TensorPrimitives.Subtract<float>(here, gradient, Answer(0));
        float curvature = TensorPrimitives.Dot<float>(Change(0), Answer(0));
        if (curvature > 1e-10f * TensorPrimitives.SumOfSquares<float>(Answer(0)))
        {
            Count = Math.Min(pairs, Count + 1.0f);
            return;
        }

        for (int i = 1; i < pairs; i++)
        {
            Change(i).CopyTo(Change(i - 1), 0);
            Answer(i).CopyTo(Answer(i - 1), 0);
        }

        Count = Math.Min(Count, pairs - 1);
    }

    /// <summary>−H g by the two loops, and the share of it to try first.</summary>
    private void Aim(float[] direction, double rate)
    {
        int count = (int)Count;
        Span<float> shares = stackalloc float[pairs];
        TensorPrimitives.Negate<float>(here, direction);
        for (int i = 0; i < count; i++)
        {
            shares[i] = TensorPrimitives.Dot<float>(Change(i), direction) / TensorPrimitives.Dot<float>(Change(i), Answer(i));
            TensorPrimitives.MultiplyAdd<float>(Answer(i), -shares[i], direction, direction);
        }

        if (count > 0)
        {
            float scale = TensorPrimitives.Dot<float>(Change(0), Answer(0)) / TensorPrimitives.SumOfSquares<float>(Answer(0));
            TensorPrimitives.Multiply<float>(direction, scale, direction);
        }

        for (int i = count - 1; i >= 0; i--)
        {
            float share = TensorPrimitives.Dot<float>(Answer(i), direction) / TensorPrimitives.Dot<float>(Change(i), Answer(i));
            TensorPrimitives.MultiplyAdd<float>(Change(i), shares[i] - share, direction, direction);
        }

        Length = (float)(count > 0 ? rate : rate * Math.Min(1.0, 1.0 / Math.Max(1e-30, TensorPrimitives.SumOfMagnitudes<float>(here))));
        FirstLength = Length;
    }

    private float[] Change(int pair) => States[FirstPair + 2 * pair];

    private float[] Answer(int pair) => States[FirstPair + 2 * pair + 1];
}
