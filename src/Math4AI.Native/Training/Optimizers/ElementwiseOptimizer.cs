using System.Numerics;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// An optimizer that steps each parameter by its own gradient and by what it remembers of it, as gradient descent and
/// Adam do. Derive from it for one of your own: <see cref="AdamW"/> and <see cref="Sgd"/> are written the same way.
/// </summary>
public abstract record ElementwiseOptimizer : Optimizer
{
    /// <summary>
    /// Gets how many numbers are remembered of each parameter from step to step; they are 0 at first and saved in
    /// checkpoints.
    /// </summary>
    public abstract int StateCount { get; }

    /// <summary>
    /// Steps some of the parameters. It is called several times a step, on several threads at once, each time with
    /// other parameters, and must not depend on how they are divided.
    /// </summary>
    /// <typeparam name="T">The type of the numbers: float, or double for a module of float64.</typeparam>
    /// <param name="update">The parameters, their gradient and what is remembered of them.</param>
    public abstract void Update<T>(in ParameterUpdate<T> update)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    internal sealed override OptimizerRun Begin<T>(torch.nn.Module module, TrainerOptions options) =>
        new ElementwiseRun<T>(this, module, options);

    /// <summary>Returns a b + c, rounded once.</summary>
    private protected static Vector512<T> Fused<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(double)
        ? Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>()
        : Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();

    /// <summary>Returns a vector of one number.</summary>
    private protected static Vector512<T> All<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector512.Create(T.CreateTruncating(value));
}

/// <summary>Some of the parameters of a training at one of its steps.</summary>
/// <typeparam name="T">The type of the numbers: float, or double for a module of float64.</typeparam>
public readonly ref struct ParameterUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<T[]> states;
    private readonly int start;

    internal ParameterUpdate(IReadOnlyList<T[]> states, int start, Span<T> values, ReadOnlySpan<T> gradient)
    {
        (this.states, this.start) = (states, start);
        Values = values;
        Gradient = gradient;
    }

    /// <summary>
    /// Gets the parameters θ, which are to be changed. Zeros may follow the last one, up to a multiple of 16 numbers;
    /// their gradient is 0.
    /// </summary>
    public Span<T> Values { get; }

    /// <summary>Gets the gradient of the loss by them, clipped where that is wanted.</summary>
    public ReadOnlySpan<T> Gradient { get; }

    /// <summary>Gets the number of this step, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Gets the step size η of these parameters, as the schedule and their group have it now.</summary>
    public required double Rate { get; init; }

    /// <summary>
    /// Gets the weight decay λ of these parameters: 0 for vectors, such as biases and the scales of norms, unless
    /// <see cref="TrainerOptions.DecayRule"/> or a group says otherwise.
    /// </summary>
    public required double WeightDecay { get; init; }

    /// <summary>Gets the numbers that are remembered of these parameters, which may be changed.</summary>
    /// <param name="index">Which of them, from 0 to <see cref="ElementwiseOptimizer.StateCount"/> − 1.</param>
    public Span<T> State(int index) => states[index].AsSpan(start, Values.Length);
}
