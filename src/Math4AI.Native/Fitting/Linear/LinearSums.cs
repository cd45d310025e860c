using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>Cost, gradient and Hessian of a segment of the samples.</summary>
internal sealed class LinearSums(int parameters) : IPartialSums
{
    public const int ScratchChannels = 2;

    private readonly double[] cost = new double[1];

    public IReadOnlyList<double[]> Totals =>
        HasHessian ? [cost, Gradient, FirstGradient, Hessian] : [cost, Gradient, FirstGradient];

    /// <summary>
    /// Whether the Hessian is summed, in every process: it is most of the bytes that processes send, and zero where it
    /// is not.
    /// </summary>
    public bool HasHessian { get; set; }

    public double Cost
    {
        get => cost[0];
        set => cost[0] = value;
    }

    public double[] Gradient { get; } = new double[parameters];

    /// <summary>The gradient at w = 0, b = 0.</summary>
    public double[] FirstGradient { get; } = new double[parameters];

    /// <summary>Its upper triangle, column after column.</summary>
    public double[] Hessian { get; } = new double[parameters * parameters];

    public void AddGradient(LabelledBlock block, double[] theta, LinearLoss loss, Span<double> slope, Span<double> root)
    {
        int inputs = parameters - 1;
        BlockKernels.Project(theta.AsSpan(0, inputs), 1, block.X, inputs, slope.Length, slope, block.Stride);
        TensorPrimitives.Add(slope, theta[inputs], slope);
        cost[0] += loss.Slopes(slope, block.Y, root);
        AddSlopes(slope, block, Gradient);
    }

    public void AddHessian(LabelledBlock block, ReadOnlySpan<double> root, Span<double> room)
    {
        int inputs = parameters - 1, count = root.Length;
        for (int i = 0; i < inputs; i++)
        {
            TensorPrimitives.Multiply(block.X.Slice(i * block.Stride, count), root, room.Slice(i * count, count));
        }

        root.CopyTo(room[(inputs * count)..]);
        BlockKernels.AddGram(room, parameters, count, Hessian);
    }

    public void AddFirst(LabelledBlock block, LinearLoss loss, Span<double> slope)
    {
        TensorPrimitives.Subtract(loss.MeanAtZero, block.Y, slope);
        AddSlopes(slope, block, FirstGradient);
    }

    public Matrix<double> FullHessian() =>
        Matrix<double>.Build.Dense(
            parameters, parameters, (i, j) => Hessian[Math.Max(i, j) * parameters + Math.Min(i, j)]);

    public void AddAndClear(LinearSums other)
    {
        foreach ((double[] sum, double[] part) in Totals.Zip(other.Totals))
        {
            TensorPrimitives.Add<double>(sum, part, sum);
            Array.Clear(part);
        }
    }

    /// <summary>gradient += [X 1]ᵀ slope.</summary>
    private static void AddSlopes(ReadOnlySpan<double> slope, LabelledBlock block, double[] gradient)
    {
        int inputs = gradient.Length - 1;
        BlockKernels.AddOuterProduct(slope, 1, block.X, inputs, slope.Length, gradient, block.Stride);
        gradient[inputs] += BlockKernels.Sum(slope);
    }
}
