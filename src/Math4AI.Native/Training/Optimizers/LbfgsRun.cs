using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// L-BFGS for the whole training part: each step goes along −H g, where H is made of the last changes of parameters and
/// gradient. One step asks for one gradient, so that a search along the line is spread over steps: where the loss has
/// not fallen, the step before is taken back and a quarter of it tried. All that is remembered lies in the states, so
/// that a checkpoint holds it. Source: D. Liu and J. Nocedal, Mathematical Programming 45 (1989).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class LbfgsRun<T> : OptimizerRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T Shorter = T.CreateTruncating(0.25);
    private static readonly T MinLength = T.CreateTruncating(1e-6);

    // Places among what is remembered: the point before, the gradient there, the direction; from there on the pairs;
    // and numbers.
    private const int Point = 0;
    private const int Gradient = 1;
    private const int Direction = 2;
    private const int FirstPair = 3;

    private readonly int pairs;
    private readonly T[] here;
    private readonly T[] theta;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module.</param>
    /// <param name="options">The settings; λ/2 ‖θ‖² of the parameters with a decay λ is added to the loss.</param>
    /// <param name="pairs">The number of past changes that are remembered.</param>
    public LbfgsRun(nn.Module module, TrainerOptions options, int pairs)
        : base(module, options, states: FirstPair + 2 * pairs + 1)
    {
        this.pairs = pairs;
        (here, theta) = (new T[Flat.Length], new T[Flat.Length]);
    }

    private T[] Numbers => Moments[^1];

    /// <summary>How many pairs there are.</summary>
    private ref T Count => ref Numbers[0];

    /// <summary>The loss at the point before, with the decay; meaningless before the first step.</summary>
    private ref T Loss => ref Numbers[1];

    /// <summary>The same without the decay.</summary>
    private ref T PlainLoss => ref Numbers[3];

    /// <summary>The share of the direction that was taken from there.</summary>
    private ref T Length => ref Numbers[2];

    /// <summary>The first such share along this direction.</summary>
    private ref T FirstLength => ref Numbers[4];

    /// <inheritdoc/>
    public override double Step(double rate, double loss = double.NaN)
    {
        Steps++;
        Flat.CopyTo(theta);
        T total = T.CreateTruncating(loss + CopyGradient());
        T[] point = Moments[Point], gradient = Moments[Gradient], direction = Moments[Direction];
        if (Steps > 1 && !(total <= Loss))
        {
            Length *= Shorter;
            if (Length < MinLength * FirstLength)
            {
                // There is nothing to gain along this direction: what made it is forgotten.
                gradient.CopyTo(here, 0);
                Count = T.Zero;
                Aim(direction, rate);
            }
        }
        else
        {
            if (Steps > 1)
            {
                Remember(point, gradient);
            }

            theta.CopyTo(point, 0);
            here.CopyTo(gradient, 0);
            (Loss, PlainLoss) = (total, T.CreateTruncating(loss));
            Aim(direction, rate);
        }

        ShowTrial();
        return double.CreateTruncating(PlainLoss);
    }

    /// <inheritdoc/>
    public override void ShowAccepted()
    {
        if (Steps > 0)
        {
            Flat.CopyFrom(Moments[Point]);
        }
    }

    /// <inheritdoc/>
    public override void ShowTrial()
    {
        if (Steps > 0)
        {
            // θ = the point before, and so much of the direction.
            TensorPrimitives.MultiplyAdd<T>(Moments[Direction], Length, Moments[Point], theta);
            Flat.CopyFrom(theta);
        }
    }

    /// <summary>The gradient with that of the decay, on one array; returns the decay's share of the loss.</summary>
    private double CopyGradient()
    {
        Flat.FindGradients();
        double decay = 0.0;
        for (int i = 0; i < Flat.Segments.Count; i++)
        {
            ParameterStore.Segment segment = Flat.Segments[i];
            Span<T> target = here.AsSpan(segment.Start, segment.Count);
            target.Clear();
            if (Flat.HasGradient(i))
            {
                new ReadOnlySpan<T>(Flat.Gradient(i), segment.Count).CopyTo(target);
            }

            if (segment.WeightDecay > 0.0)
            {
                ReadOnlySpan<T> values = theta.AsSpan(segment.Start, segment.Count);
                TensorPrimitives.MultiplyAdd(values, T.CreateTruncating(segment.WeightDecay), target, target);
                decay += 0.5 * segment.WeightDecay * double.CreateTruncating(TensorPrimitives.SumOfSquares(values));
            }
        }

        Flat.ReleaseGradients();
        return decay;
    }

    /// <summary>
    /// Adds the change since the point before, where the curvature along it is positive; the oldest pair goes.
    /// </summary>
    private void Remember(T[] point, T[] gradient)
    {
        for (int i = pairs - 1; i > 0; i--)
        {
            Change(i - 1).CopyTo(Change(i), 0);
            Answer(i - 1).CopyTo(Answer(i), 0);
        }

        TensorPrimitives.Subtract<T>(theta, point, Change(0));
        TensorPrimitives.Subtract<T>(here, gradient, Answer(0));
        T curvature = TensorPrimitives.Dot<T>(Change(0), Answer(0));
        if (curvature > T.CreateTruncating(1e-10) * TensorPrimitives.SumOfSquares<T>(Answer(0)))
        {
            Count = T.Min(T.CreateTruncating(pairs), Count + T.One);
            return;
        }

        for (int i = 1; i < pairs; i++)
        {
            Change(i).CopyTo(Change(i - 1), 0);
            Answer(i).CopyTo(Answer(i - 1), 0);
        }

        Count = T.Min(Count, T.CreateTruncating(pairs - 1));
    }

    /// <summary>−H g by the two loops, and the share of it to try first.</summary>
    private void Aim(T[] direction, double rate)
    {
        int count = int.CreateTruncating(Count);
        Span<T> shares = stackalloc T[pairs];
        TensorPrimitives.Negate<T>(here, direction);
        for (int i = 0; i < count; i++)
        {
            shares[i] = TensorPrimitives.Dot<T>(Change(i), direction) / TensorPrimitives.Dot<T>(Change(i), Answer(i));
            TensorPrimitives.MultiplyAdd<T>(Answer(i), -shares[i], direction, direction);
        }

        if (count > 0)
        {
            T scale = TensorPrimitives.Dot<T>(Change(0), Answer(0)) / TensorPrimitives.SumOfSquares<T>(Answer(0));
            TensorPrimitives.Multiply<T>(direction, scale, direction);
        }

        for (int i = count - 1; i >= 0; i--)
        {
            T share = TensorPrimitives.Dot<T>(Answer(i), direction) / TensorPrimitives.Dot<T>(Change(i), Answer(i));
            TensorPrimitives.MultiplyAdd<T>(Change(i), shares[i] - share, direction, direction);
        }

        double size = double.CreateTruncating(TensorPrimitives.SumOfMagnitudes<T>(here));
        Length = T.CreateTruncating(count > 0 ? rate : rate * Math.Min(1.0, 1.0 / Math.Max(1e-30, size)));
        FirstLength = Length;
    }

    private T[] Change(int pair) => Moments[FirstPair + 2 * pair];

    private T[] Answer(int pair) => Moments[FirstPair + 2 * pair + 1];
}
