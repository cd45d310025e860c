using Math4AI.Data.Models;
using Math4AI.Runtime;
using Math4AI.Training.Learners.Combined;

namespace Math4AI.Training.Learners;

/// <summary>
/// Compares learners by 5-fold cross-validation inside the training samples, the cheapest first, by −ln p of classes
/// and the squared error of numbers, and keeps their stack; or the best alone, where that loses less by more than the
/// standard error of the difference, or where the stack is one learner. Each part is predicted by the stack, and by the
/// best, of the other parts, so that learners that cannot be told apart are not chosen among by luck. A learner chooses
/// its settings anew in each of the parts that teach: its loss tells what it is worth on samples that had no part in
/// them. Probabilities that are too sure, or not sure enough, by more than the error are brought to a temperature
/// before. A cancellation ends the comparison: what was tried so far is kept where there is some.
/// </summary>
public sealed record AutoLearner : Learner
{
    /// <summary>
    /// Gets the learners to compare, the cheapest first; null for a constant, a linear model, trees (last, where there
    /// are more than ten classes), kernel machines, a Gaussian process and networks; of positive numbers with a heavy
    /// tail also logarithms.
    /// </summary>
    public IReadOnlyList<Learner>? Candidates { get; init; }

    /// <summary>Gets the names of the learners that are compared by default, of classes, numbers or both.</summary>
    public static IReadOnlyList<string> UsualNames { get; } =
    [
        .. new Learner[]
        {
            new LinearLearner { IsConstant = true }, new LinearLearner(), new TreesLearner(),
            new LogLearner { Inner = new LinearLearner() }, new LogLearner { Inner = new TreesLearner() },
            new RidgeLearner(), new SupportVectorLearner(), new ProcessLearner(), new NetworkLearner(),
        }.Select(LearnerComparison.NameOf).Distinct(),
    ];

    /// <summary>
    /// Gets the names of the candidates that are compared, whatever the time, as in <see cref="ComparedLearner.Name"/>;
    /// null for all that the time allows. A comparison of the names that another one had time for gives its bits.
    /// </summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>
    /// Gets the time after which no further learner is begun or finished, but for the first two, which are always
    /// compared; 5 minutes by default. A learner that others follow has half of what is left. Of several processes the
    /// clock of the first counts, and a learner that has begun is finished.
    /// </summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets the bytes that a learner may ask for; null for half of the memory that the process may have.
    /// </summary>
    public long? MaxMemory { get; init => field = Setting.AtLeast(value, 0); }

    /// <summary>
    /// Gets the most samples that learners are compared by; of more, some at random are taken. The learner that is kept
    /// learns from all.
    /// </summary>
    public int MaxSamples { get; init => field = Setting.AtLeast(value, 2); } = 20_000;

    /// <summary>
    /// Gets the most samples for which learners choose their settings anew in each part of the comparison, which takes
    /// about five times as long. Of more, the settings chosen from all samples serve in every part: with p settings
    /// the loss is then too small by about p/n of the noise, which falls faster than its standard error, 1.4/√n of it.
    /// </summary>
    public int MaxRepeatedSamples { get; init => field = Setting.AtLeast(value, 0); } = 1000;

    /// <inheritdoc/>
    public override bool TakesWeights => true;

    /// <inheritdoc/>
    public override bool KeepsBest => true;

    /// <inheritdoc/>
    public override string ToString() => "auto";

    /// <summary>Gets the directions that every learner of the comparison must keep; empty for none.</summary>
    public IReadOnlyList<int> Directions { get; init; } = [];

    /// <inheritdoc/>
    public override Learner Keeping(IReadOnlyList<int> directions) => this with { Directions = directions };

    /// <inheritdoc/>
    public override Learner Within(double share) => this with { MaxTime = share * MaxTime };

    /// <inheritdoc/>
    public override Learner Again(LearnerChoice made)
    {
        ArgumentNullException.ThrowIfNull(made);
        return this with
        {
            Names = [.. made.Comparison.Where(each => each.LeftOut is null).Select(each => each.Name)],
        };
    }

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        const int MinOfClass = 10;
        IEnumerable<Learner> all = Candidates ?? Usual(training);
        Learner[] candidates = Directions.Count == 0 ? [.. all]
            : [.. all.Select(learner => learner.Keeping(Directions)).OfType<Learner>()];
        return new LearnerComparison(this, training, training.Some(MaxSamples, MinOfClass, Seed))
            .Run(candidates, progress, cancellation);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
        Choose(training, null, cancellation).Learner.Fit(training, cancellation);

    private IEnumerable<Learner> Usual(LearnerSamples training)
    {
        const int MaxKernelSamples = 20_000, MaxProcessSamples = 2000, ManyClasses = 10;
        yield return new LinearLearner { IsConstant = true, Seed = Seed };
        yield return new LinearLearner { Seed = Seed };

        // A round has a tree for each class.
        bool areTreesSlow = training.ClassCount > ManyClasses;
        if (!areTreesSlow)
        {
            yield return new TreesLearner { Seed = Seed };
        }

        if (training.Targets is { } targets && LogLearner.Suits(targets))
        {
            yield return new LogLearner { Inner = new LinearLearner { Seed = Seed }, Seed = Seed };
            yield return new LogLearner { Inner = new TreesLearner { Seed = Seed }, Seed = Seed };
        }

        yield return training.Classes is null
            ? new RidgeLearner { Seed = Seed, MaxComparedSamples = MaxKernelSamples }
            : new SupportVectorLearner { Seed = Seed, MaxComparedSamples = MaxKernelSamples };
        if (training.Classes is null)
        {
            yield return new ProcessLearner { Seed = Seed, MaxComparedSamples = MaxProcessSamples };
        }

        yield return new NetworkLearner { Seed = Seed };
        if (areTreesSlow)
        {
            yield return new TreesLearner { Seed = Seed };
        }
    }
}
