using System.CommandLine;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Optimizers;

namespace Math4AI.Cli.Training;

/// <summary>The options of <c>math4ai train</c> that are settings of the trainer.</summary>
internal static class TrainerCommandOptions
{
    public static readonly Option<int[]?> HiddenOption =
        CommonOptions.Integers("--hidden", "The widths of the hidden layers of the mlp. Default: 64 64.");

    public static readonly Option<int?> CheckpointSteps = CommonOptions.Named<int?>(
        "--checkpoint-steps", "N",
        "The number of steps between checkpoints. One is saved every minute anyway.");

    private static readonly Option<int?> EpochsOption = CommonOptions.Named<int?>(
        "--epochs", "N", "The maximum number of passes over the training set. Default: 200; for images 20, or as many "
        + "as make 800 steps.");

    private static readonly Option<int?> StepsOption = CommonOptions.Named<int?>(
        "--steps", "N",
        "The maximum number of steps, instead of --epochs. Default: for texts 1200; for regression "
            + "20000, or 50 passes if those are more.");

    private static readonly Option<int?> BatchOption = CommonOptions.Named<int?>(
        "--batch", "N", "The batch size. Default: 32; for images 64, of few 16; for texts 8 windows.");

    private static readonly Option<double?> RateOption = CommonOptions.Named<double?>(
        "--rate", "R", "The maximum learning rate. Default: 0.003; for images 0.01; for texts 0.008.");

    private static readonly Option<double?> WeightDecayOption = CommonOptions.Named<double?>(
        "--weight-decay", "R", "The weight decay. Default: 0.01; for regression and texts 0.1.");

    private static readonly Option<string?> OptimizerOption = CommonOptions.Named<string?>(
        "--optimizer", "NAME",
        $"The optimizer: {string.Join(", ", Optimizer.Named.Keys)}. Default: adamw; for texts muon.")
        .Completed(() => Optimizer.Named.Keys);

    private static readonly Option<string?> ScheduleOption = CommonOptions.Named<string?>(
        "--schedule", "NAME",
        $"The learning rate schedule: {string.Join(", ", Schedule.Named.Keys)}. Default: cosine; for "
            + "lbfgs constant; for texts trapezoid.").Completed(() => Schedule.Named.Keys);

    private static readonly Option<int> AccumulateOption = CommonOptions.Named<int>(
        "--accumulate", "N",
        "The number of pieces in which the gradient of a batch is added up: more need less memory.", 1);

    private static readonly Option<double?> AverageOption = CommonOptions.Named<double?>(
        "--average", "D",
        "Keep an exponential moving average of the weights, of which each step keeps the share D, such as 0.999: it is "
            + "what is evaluated and saved. Default: the weights themselves.");

    /// <summary>All of them, in the order of the help.</summary>
    public static readonly Option[] All =
    [
        EpochsOption, StepsOption, BatchOption, AccumulateOption, RateOption, WeightDecayOption, OptimizerOption,
        ScheduleOption, AverageOption, CheckpointSteps,
    ];

    /// <summary>Those that a network of features, or one that tells how sure it is, has too.</summary>
    public static readonly Option[] OfFeatures = [HiddenOption, StepsOption, RateOption, WeightDecayOption];

    /// <summary>
    /// Returns the network of features, or the one that tells how sure it is, that the options describe; what is not
    /// given is chosen.
    /// </summary>
    public static NetworkLearner Network(ParseResult words, NetworkUncertainty uncertainty)
    {
        var any = new NetworkLearner { Uncertainty = uncertainty, Seed = words.GetValue(CommonOptions.Seed) };
        NetworkLearner defaults = uncertainty == NetworkUncertainty.None ? any with { Networks = 1 } : any;
        return defaults with
        {
            Hidden = words.GetValue(HiddenOption) is { Length: > 0 } hidden ? hidden : defaults.Hidden,
            Steps = words.GetValue(StepsOption),
            Rate = words.GetValue(RateOption) ?? defaults.Rate,
            WeightDecay = words.GetValue(WeightDecayOption),
        };
    }

    /// <summary>
    /// Returns the settings of the trainer: the given options, and the defaults of the kind of model for the others.
    /// </summary>
    public static TrainerOptions Read(ParseResult words, TrainerOptions defaults)
    {
        TrainerOptions kind = words.GetValue(OptimizerOption) is { } optimizer
            ? Optimizer.Named[optimizer].SettingsFrom(defaults) : defaults;
        int? epochs = words.GetValue(EpochsOption);
        return kind with
        {
            Epochs = epochs ?? kind.Epochs,
            Steps = words.GetValue(StepsOption) ?? (epochs is null ? kind.Steps : null),
            BatchSize = words.GetValue(BatchOption) ?? kind.BatchSize,
            Rate = words.GetValue(RateOption) ?? kind.Rate,
            WeightDecay = words.GetValue(WeightDecayOption) ?? defaults.WeightDecay,
            Schedule = words.GetValue(ScheduleOption) is { } schedule ? Schedule.Named[schedule] : kind.Schedule,
            Accumulate = words.GetValue(AccumulateOption),
            Average = words.GetValue(AverageOption) is { } decay
                ? WeightAverage.Exponential(decay) : kind.Average,
            Seed = words.GetValue(CommonOptions.Seed),
        };
    }

    /// <summary>Refuses values that the trainer does not take.</summary>
    /// <exception cref="UsageException">A value is out of range, or two options contradict each other.</exception>
    public static void Check(ParseResult words)
    {
        TrainOptionChecks.RequireChoice(words, "optimizer", Optimizer.Named.Keys, OptimizerOption);
        TrainOptionChecks.RequireChoice(words, "schedule", Schedule.Named.Keys, ScheduleOption);
        foreach (Option<int?> option in new[] { EpochsOption, StepsOption, BatchOption, CheckpointSteps })
        {
            TrainOptionChecks.RequirePositive(option, words.GetValue(option) ?? 1);
        }

        TrainOptionChecks.RequirePositive(AccumulateOption, words.GetValue(AccumulateOption));
        if (words.GetValue(AverageOption) is { } decay && decay is not (>= 0.0 and < 1.0))
        {
            throw new UsageException("--average takes a number from 0 to less than 1, such as 0.999.");
        }

        if (words.GetValue(EpochsOption) is not null && words.GetValue(StepsOption) is not null)
        {
            throw new UsageException("--epochs and --steps both say how long: give one of them.");
        }

        if (!(words.GetValue(RateOption) is null or > 0.0) || !(words.GetValue(WeightDecayOption) is null or >= 0.0))
        {
            throw new UsageException("--rate takes a number of more than 0, --weight-decay one of 0 or more.");
        }
    }
}
