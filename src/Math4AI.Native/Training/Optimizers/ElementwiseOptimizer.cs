using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// An optimizer that steps each parameter by its own gradient and by what it remembers of it, as gradient descent and Adam do. Derive
/// from it for one of your own: <see cref="AdamW"/> and <see cref="Sgd"/> are written the same way.
/// </summary>
public abstract record ElementwiseOptimizer : Optimizer
{
    /// <summary>
    /// Gets how many numbers are remembered of each parameter from step to step; they are 0 at first and saved in
    /// checkpoints.
    /// </summary>
    public abstract int StateCount { get; }

    /// <summary>
    /// Steps some of the parameters. It is called several times a step, on several threads at once, each time with other parameters, and
    /// must not depend on how they are divided.
    /// </summary>
    /// <param name="update">The parameters, their gradient and what is remembered of them.</param>
    public abstract void Update(in ParameterUpdate update);

    internal sealed override OptimizerRun Begin(torch.nn.Module module, TrainerOptions options) => new ElementwiseRun(this, module, options);
}

/// <summary>Some of the parameters of a training at one of its steps.</summary>
public readonly ref struct ParameterUpdate
{
    private readonly IReadOnlyList<float[]> states;
    private readonly int start;

    internal ParameterUpdate(IReadOnlyList<float[]> states, int start, Span<float> values, ReadOnlySpan<float> gradient)
    {
        (this.states, this.start) = (states, start);
        Values = values;
        Gradient = gradient;
    }

    /// <summary>
    /// Gets the parameters θ, which are to be changed. Zeros may follow the last one, up to a multiple of 16 numbers;
    /// their gradient is 0.
    /// </summary>
    public Span<float> Values { get; }

    /// <summary>Gets the gradient of the loss by them, clipped where that is wanted.</summary>
    public ReadOnlySpan<float> Gradient { get; }

    /// <summary>Gets the number of this step, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Gets the step size η, as the schedule has it now.</summary>
    public required double Rate { get; init; }

    /// <summary>
    /// Gets the weight decay λ of these parameters: 0 for vectors, such as biases and the scales of norms.
    /// </summary>
    public required double WeightDecay { get; init; }

    /// <summary>Gets the numbers that are remembered of these parameters, which may be changed.</summary>
    /// <param name="index">Which of them, from 0 to <see cref="ElementwiseOptimizer.StateCount"/> − 1.</param>
    public Span<float> State(int index) => states[index].AsSpan(start, Values.Length);
}
