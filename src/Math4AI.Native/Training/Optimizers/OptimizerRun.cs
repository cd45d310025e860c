using System.Numerics;
using Math4AI.Processes;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>An optimizer at work: the parameters, and what is remembered from step to step.</summary>
internal abstract class OptimizerRun
{
    /// <summary>Gets what is stepped.</summary>
    public abstract ParameterStore Parameters { get; }

    /// <summary>
    /// Gets what a checkpoint holds of this run by name: arrays of one type of number, each with a place for every
    /// parameter.
    /// </summary>
    public abstract IReadOnlyDictionary<string, Array> States { get; }

    /// <summary>Gets or sets the number of steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Steps by the gradients that backward left; they are gone after it.</summary>
    /// <param name="rate">η.</param>
    /// <param name="loss">The loss that the gradients are of.</param>
    /// <returns>The loss of the weights that a training is said to have come to.</returns>
    public abstract double Step(double rate, double loss = double.NaN);

    /// <summary>Makes the values those that the steps have come to, where the last step was a trial.</summary>
    public virtual void ShowAccepted()
    {
    }

    /// <summary>Makes the values again those that the next gradient is wanted at.</summary>
    public virtual void ShowTrial()
    {
    }

    /// <summary>Goes on from values that were set from outside, by a checkpoint.</summary>
    public virtual void Reload()
    {
    }

    /// <summary>
    /// Lets processes of one machine show each other their gradients, where this optimizer can add them up as it steps.
    /// Every process calls it.
    /// </summary>
    /// <param name="processes">The processes, each with the same parameters.</param>
    public virtual void ShareGradients(ProcessGroup processes)
    {
    }

    /// <summary>
    /// Makes what is remembered from step to step whole, where each process remembers it for its share of the
    /// parameters. Every process calls it, between two steps.
    /// </summary>
    public virtual void GatherStates()
    {
    }

    /// <summary>Counts the weights of now into their average.</summary>
    public virtual void Average()
    {
    }

    /// <summary>Exchanges the weights with their average, where there is one; a second call takes it back.</summary>
    public virtual void ExchangeWithAverage()
    {
    }
}

/// <summary>An optimizer at work on numbers of one type.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class OptimizerRun<T> : OptimizerRun
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, Array> states = [];
    private readonly WeightAverageRun<T>? average;

    protected OptimizerRun(torch.nn.Module module, TrainerOptions options, int states)
    {
        Flat = new FlatParameters<T>(module, options);
        Moments = [.. Enumerable.Range(0, states).Select(_ => new T[Flat.Length])];
        for (int i = 0; i < states; i++)
        {
            this.states[$"moment.{i}"] = Moments[i];
        }

        if (Flat.Masters.Length > 0)
        {
            this.states["master"] = Flat.Masters;
        }

        if (options.Average is { } wanted)
        {
            average = new WeightAverageRun<T>(wanted, Flat);
            this.states["average"] = average.Values;
        }
    }

    /// <summary>Gets what is stepped.</summary>
    public FlatParameters<T> Flat { get; }

    /// <inheritdoc/>
    public override ParameterStore Parameters => Flat;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Array> States => states;

    /// <inheritdoc/>
    public override void Average() => average?.Add(Steps);

    /// <inheritdoc/>
    public override void ExchangeWithAverage() => average?.Exchange();

    /// <summary>Gets what is remembered from step to step, each as long as the padded parameters.</summary>
    protected IReadOnlyList<T[]> Moments { get; }
}
