using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// What is called in the course of a training. Override what you need; <see cref="TrainingMoment.Stop"/> ends the
/// training.
/// </summary>
public abstract class TrainerCallback
{
    /// <summary>Is called after each step.</summary>
    /// <param name="moment">Where the training is.</param>
    public virtual void OnStep(TrainingMoment moment)
    {
    }

    /// <summary>Is called after each pass over the training part.</summary>
    /// <param name="moment">Where the training is.</param>
    public virtual void OnEpoch(TrainingMoment moment)
    {
    }

    /// <summary>Is called after each evaluation of the validation loss.</summary>
    /// <param name="moment">Where the training is; the evaluation is the last of its history.</param>
    public virtual void OnValidation(TrainingMoment moment)
    {
    }
}

/// <summary>Where a training is. The object is the same in all calls, with other values.</summary>
public sealed class TrainingMoment
{
    internal TrainingMoment(nn.Module module) => Module = module;

    /// <summary>Gets the module, with the weights of now. A callback may look at it, and must not change it.</summary>
    public nn.Module Module { get; }

    /// <summary>Gets the number of steps taken.</summary>
    public int Step { get; internal set; }

    /// <summary>Gets the pass under way, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>Gets the loss of the last step.</summary>
    public double Loss { get; internal set; } = double.NaN;

    /// <summary>Gets the rate of the last step, as the schedule had it.</summary>
    public double Rate { get; internal set; }

    /// <summary>Gets the evaluations so far.</summary>
    public IReadOnlyList<TrainingEpoch> History { get; internal set; } = [];

    internal bool IsStopped { get; private set; }

    /// <summary>Ends the training after this call, with its best weights as always.</summary>
    public void Stop() => IsStopped = true;
}

/// <summary>What chooses the best weights and stops a training: the validation loss, or a metric.</summary>
/// <param name="Name">The name of the metric; "loss" for the validation loss.</param>
/// <param name="IsHigherBetter">Whether more of it is better.</param>
public sealed record TrainingMonitor(string Name, bool IsHigherBetter)
{
    private const string LossName = "loss";

    /// <summary>Gets the monitor of the lowest validation loss.</summary>
    public static TrainingMonitor Loss { get; } = new(LossName, IsHigherBetter: false);

    /// <summary>Returns the monitor of the highest value of a metric, such as an accuracy.</summary>
    /// <param name="name">Its name.</param>
    public static TrainingMonitor Highest(string name) => new(name, IsHigherBetter: true);

    /// <summary>Returns the monitor of the lowest value of a metric, such as an error.</summary>
    /// <param name="name">Its name.</param>
    public static TrainingMonitor Lowest(string name) => new(name, IsHigherBetter: false);

    /// <summary>Returns the name and the direction, by which a checkpoint knows the monitor.</summary>
    public override string ToString() => $"{(IsHigherBetter ? "highest" : "lowest")} {Name}";

    /// <summary>Returns the value of an evaluation such that less is better.</summary>
    /// <exception cref="InvalidOperationException">There is no such metric.</exception>
    internal double Cost(TrainingEpoch epoch)
    {
        double value = Name == LossName ? epoch.ValidationLoss
            : epoch.Metrics.TryGetValue(Name, out double metric) ? metric
            : throw new InvalidOperationException(
                $"The monitor looks at '{Name}', which is no metric: there are "
                + $"{string.Join(", ", epoch.Metrics.Keys.Prepend(LossName))}.");
        return IsHigherBetter ? -value : value;
    }
}
