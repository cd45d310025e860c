using Math4AI.Runtime;
using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// L-BFGS on all of the training part at each step, in pieces of the batch size: for small models, where the last digit
/// of the loss is wanted. The rate is the length of the first try, 1 as a rule; gradients are not clipped. Source: D.
/// Liu and J. Nocedal, Mathematical Programming 45 (1989).
/// </summary>
public sealed record Lbfgs : Optimizer
{
    /// <summary>
    /// Gets the number of past changes of parameters and gradient that the Hessian is made of, 1 or more.
    /// </summary>
    public int HistorySize { get; init => field = Setting.AtLeast(value, 1); } = 10;

    /// <inheritdoc/>
    public override TrainerOptions SettingsFrom(TrainerOptions defaults) => base.SettingsFrom(defaults) with
    {
        Steps = null,
        Epochs = 500,
        EvaluateEvery = null,
        BatchSize = 4096,
        Rate = 1.0,
        Schedule = Schedule.Constant,
        RestoreBest = true,
        Patience = 100,
    };

    /// <summary>Returns the name and the settings that differ from their defaults.</summary>
    public override string ToString() => Describe("lbfgs", ("historySize", HistorySize, 10));

    internal override bool TakesWholePart => true;

    internal override OptimizerRun Begin<T>(torch.nn.Module module, TrainerOptions options) =>
        options.Groups.All(group => group is { RateFactor: 1.0, FromEpoch: 1 or int.MaxValue })
            ? new LbfgsRun<T>(module, options, HistorySize)
            : throw new ArgumentException(
                "L-BFGS steps all parameters together: its groups have no rates or passes of their own.");
}
