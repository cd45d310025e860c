using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// An <see cref="ElementwiseOptimizer"/> at work, as one pass over parameters, gradients and states by the threads of a
/// team.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe class ElementwiseRun<T> : OptimizerRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The length that is worth a thread of its own.</summary>
    private const int WorthAThread = 1 << 14;

    /// <summary>Clipped gradients are made in blocks that stay in the nearest cache.</summary>
    private const int Block = 1 << 11;

    private readonly ElementwiseOptimizer optimizer;
    private readonly double maxNorm;
    private readonly T maxValue;
    private readonly double[] squares;
    private readonly Action<int> square;
    private readonly Action<int> update;
    private readonly Action<int> take;
    private double rate;

    public ElementwiseRun(ElementwiseOptimizer optimizer, torch.nn.Module module, TrainerOptions options)
        : base(module, options, optimizer.StateCount)
    {
        this.optimizer = optimizer;
        (maxNorm, maxValue) = (options.MaxGradientNorm, T.CreateTruncating(options.MaxGradientValue));
        squares = new double[Math.Min(Team.Size, Math.Max(2, Flat.Length / WorthAThread))];
        (square, update, take) = (Square, UpdatePart, TakePart);
    }

    /// <summary>Gets the factor that brings the gradient of all parameters to the largest norm.</summary>
    protected T GradientScale { get; private set; } = T.One;

    private bool IsLimited => !T.IsPositiveInfinity(maxValue);

    /// <inheritdoc/>
    public override double Step(double rate, double loss = double.NaN)
    {
        Steps++;
        Flat.FindGradients();
        (this.rate, GradientScale) = (rate, T.One);
        if (maxNorm < double.PositiveInfinity)
        {
            Share(square);
            double norm = Math.Sqrt(SumOfSquares());
            GradientScale = norm > maxNorm ? T.CreateTruncating(maxNorm / norm) : T.One;
        }

        Share(update);
        if (Flat.Shared is { } all)
        {
            all.Meet();
            Share(take);
        }

        StepOthers(rate);
        Flat.ReleaseGradients();
        Flat.Publish();
        return loss;
    }

    /// <inheritdoc/>
    public override void ShareGradients(ProcessGroup processes) => Flat.ShareGradients(processes);

    /// <inheritdoc/>
    public override void GatherStates()
    {
        if (Flat.Shared is { } all)
        {
            foreach (T[] states in Moments)
            {
                all.Exchange(states.AsSpan(0, Flat.Length));
            }
        }
    }

    /// <summary>Returns whether a parameter is left to <see cref="StepOthers"/>.</summary>
    protected virtual bool IsOther(int segment) => false;

    /// <summary>Steps the parameters that are left, whose gradients are there.</summary>
    /// <param name="rate">η.</param>
    protected virtual void StepOthers(double rate)
    {
    }

    /// <summary>Writes a gradient with its elements and its norm clipped.</summary>
    protected void Clip(ReadOnlySpan<T> gradient, Span<T> clipped)
    {
        if (IsLimited)
        {
            TensorPrimitives.Clamp(gradient, -maxValue, maxValue, clipped);
            TensorPrimitives.Multiply(clipped[..gradient.Length], GradientScale, clipped);
            return;
        }

        TensorPrimitives.Multiply(gradient, GradientScale, clipped);
    }

    /// <summary>Over all processes, where each has squared its share of the sums that they have in sight.</summary>
    private double SumOfSquares()
    {
        Span<double> sum = [squares.Sum()];
        Flat.Shared?.Processes.Sum(sum);
        return sum[0];
    }

    private void Square(int part)
    {
        squares[part] = 0.0;
        T* block = stackalloc T[Block];
        for (int i = 0; i < Flat.Segments.Count; i++)
        {
            (int start, int count) = InPart(i, part);
            if (count <= 0 || !Flat.HasGradient(i))
            {
                continue;
            }

            var gradient = new ReadOnlySpan<T>(Flat.Gradient(i) + start, count);
            if (!IsLimited && Flat.Shared is null)
            {
                squares[part] += double.CreateTruncating(TensorPrimitives.SumOfSquares(gradient));
                continue;
            }

            for (int first = 0; first < count; first += Block)
            {
                ReadOnlySpan<T> some = Summed(
                    i, start + first, gradient[first..Math.Min(count, first + Block)], block);
                var clipped = new Span<T>(block, some.Length);
                TensorPrimitives.Clamp(some, -maxValue, maxValue, clipped);
                squares[part] += double.CreateTruncating(TensorPrimitives.SumOfSquares<T>(clipped));
            }
        }
    }

    private void UpdatePart(int part)
    {
        T* block = stackalloc T[Block], rest = stackalloc T[ParameterStore.Alignment];
        for (int i = 0; i < Flat.Segments.Count; i++)
        {
            (int start, int count) = InPart(i, part);
            if (count <= 0 || !Flat.HasGradient(i) || IsOther(i))
            {
                continue;
            }

            T* gradient = Flat.Gradient(i) + start;
            bool isPlain = GradientScale == T.One && !IsLimited && Flat.Shared is null;
            int whole = count / ParameterStore.Alignment * ParameterStore.Alignment;
            for (int first = 0, some; first < whole; first += some)
            {
                some = isPlain ? whole : Math.Min(Block, whole - first);
                Span<T> values = Flat.Of(i).Slice(start + first, some);
                Update(i, start + first, values,
                    Clipped(i, start + first, new ReadOnlySpan<T>(gradient + first, some), isPlain, block));
                Leave(i, start + first, values);
            }

            if (count > whole)
            {
                // Behind the last whole vector there may be no room for another: a copy has it.
                Span<T> values = Flat.Of(i).Slice(start + whole, count - whole),
                    copy = new(rest, ParameterStore.Alignment);
                var slopes = new Span<T>(block, ParameterStore.Alignment);
                copy.Clear();
                slopes.Clear();
                values.CopyTo(copy);
                Clip(Summed(i, start + whole, new ReadOnlySpan<T>(gradient + whole, values.Length), block), slopes);
                Update(i, start + whole, copy, slopes);
                copy[..values.Length].CopyTo(values);
                Leave(i, start + whole, values);
            }
        }
    }

    private void Leave(int segment, int start, ReadOnlySpan<T> values) =>
        Flat.Shared?.Leave(Flat.Segments[segment].Start + start, values);

    /// <summary>Takes the values that other processes have stepped.</summary>
    private void TakePart(int part)
    {
        for (int i = 0; i < Flat.Segments.Count; i++)
        {
            (int start, int count) = Team.Part(
                Flat.Segments[i].Count, part, squares.Length, ParameterStore.Alignment);
            if (count > 0 && Flat.HasGradient(i) && !IsOther(i))
            {
                Flat.Shared!.Take(Flat.Segments[i].Start + start, Flat.Of(i).Slice(start, count));
            }
        }
    }

    /// <summary>Some of a gradient as the step takes it, in a block of its own unless it is taken as it is.</summary>
    private ReadOnlySpan<T> Clipped(int segment, int start, ReadOnlySpan<T> gradient, bool isPlain, T* block)
    {
        if (isPlain)
        {
            return gradient;
        }

        var clipped = new Span<T>(block, gradient.Length);
        ReadOnlySpan<T> given = Summed(segment, start, gradient, block);
        if (GradientScale != T.One || IsLimited)
        {
            Clip(given, clipped);
            return clipped;
        }

        return given;
    }

    /// <summary>The sums over processes of some of their gradients, where these are in sight.</summary>
    private ReadOnlySpan<T> Summed(int segment, int start, ReadOnlySpan<T> own, T* block)
    {
        if (Flat.Shared is not { } all)
        {
            return own;
        }

        var sums = new Span<T>(block, own.Length);
        all.Add(Flat.Segments[segment].Start + start, sums);
        return sums;
    }

    private void Update(int segment, int start, Span<T> values, ReadOnlySpan<T> gradient) => optimizer.Update(
        new ParameterUpdate<T>(Moments, Flat.Segments[segment].Start + start, values, gradient)
        {
            Step = Steps,
            Rate = rate * Flat.Segments[segment].Settings.RateFactor,
            WeightDecay = Flat.Segments[segment].WeightDecay,
        });

    /// <summary>
    /// Some of a parameter: of a matrix, the rows whose gradient the same thread made, where <see cref="MlpPass"/>
    /// makes it; of processes that see each other's gradients, some of this one's share.
    /// </summary>
    private (int Start, int Count) InPart(int segment, int part)
    {
        (int start, int count) = (0, Flat.Segments[segment].Count);
        if (Flat.Shared is { } all)
        {
            (int from, int to) = all.ShareOf(all.Processes.Rank);
            start = Math.Max(0, from - Flat.Segments[segment].Start);
            count = Math.Max(0, Math.Min(count, to - Flat.Segments[segment].Start) - start);
        }

        (int first, int some) = Team.Part(count, part, squares.Length, ParameterStore.Alignment);
        return (start + first, some);
    }

    private void Share(Action<int> work)
    {
        if (Flat.Length >= 2 * WorthAThread)
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
