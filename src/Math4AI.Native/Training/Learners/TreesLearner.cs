using Math4AI.Data.Models;
using Math4AI.Runtime;
using Math4AI.Training.Learners.Trees;

namespace Math4AI.Training.Learners;

/// <summary>
/// Gradient-boosted trees of LightGBM. What is left open, the number of rounds and of leaves, is chosen by 5-fold
/// cross-validation: the rounds by early stopping of the mean loss. A round has one tree, and of three classes or more
/// one for each; where samples × trees are above 50,000, one of the five parts decides. Columns of categories are
/// divided by sets of these, and missing numbers go to the side that suits them (<see cref="LearnerSamples.Columns"/>).
/// Source: G. Ke et al., "LightGBM", NIPS (2017).
/// </summary>
public sealed record TreesLearner : Learner
{
    private const int Patience = 40;

    // Rows times trees in a round, above which one part, of thousands of rows, decides in place of five.
    private const long MaxCrossedWork = 50_000;

    /// <summary>Gets whether LightGBM's library is there.</summary>
    public static bool IsAvailable => TreesTraining.IsAvailable;

    /// <summary>Gets the number of rounds; null to choose it.</summary>
    public int? Rounds { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Gets the limit on the rounds that are tried.</summary>
    public int MaxRounds { get; init => field = Setting.AtLeast(value, 1); } = 1500;

    /// <summary>
    /// Gets the number of leaves of a tree; where <see cref="Rounds"/> is null, 4, 10 and 31 are tried.
    /// </summary>
    public int Leaves { get; init => field = Setting.AtLeast(value, 2); } = 10;

    /// <summary>Gets the fewest samples of a leaf.</summary>
    public int MinLeafSamples { get; init => field = Setting.AtLeast(value, 1); } = 5;

    /// <summary>Gets the rate.</summary>
    public double Rate { get; init => field = Setting.Above(value, 0.0); } = 0.05;

    /// <summary>Gets the share of the columns that each tree may use.</summary>
    public double ColumnShare { get; init => field = Setting.Share(value); } = 0.8;

    /// <summary>Gets the weight of the squares of the leaves.</summary>
    public double Penalty { get; init => field = Setting.AtLeast(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets for each input 1 where the prediction must not fall as it grows, −1 where it must not rise, and 0 for no
    /// constraint; empty for none.
    /// </summary>
    public IReadOnlyList<int> Monotone { get; init; } = [];

    /// <inheritdoc/>
    public override bool TakesWeights => true;

    /// <inheritdoc/>
    public override Learner Keeping(IReadOnlyList<int> directions) => this with { Monotone = directions };

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training) => IsAvailable
        ? base.ReasonAgainst(training)
        : "LightGBM's library does not load here";

    /// <inheritdoc/>
    public override string ToString() => Rounds is { } rounds
        ? $"trees: {rounds} rounds of {Leaves} leaves"
        : "trees: rounds and leaves to be chosen";

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (Rounds is not null)
        {
            return new LearnerChoice(this, null);
        }

        var folds = new Folds(training, Seed);
        int samples = training.Inputs.RowCount, trees = training.ClassCount > 2 ? training.ClassCount : 1;
        int held = (long)samples * trees > MaxCrossedWork ? 1 : folds.Count;
        (LearnerSamples Training, LearnerSamples Held)[] parts =
            [.. Enumerable.Range(0, held).Select(part => (folds.Training(part), folds.Held(part)))];
        TreesLearner[] settings =
        [
            this with { Leaves = 4 },
            this with { Leaves = 10 },
            .. samples >= 500 ? [this with { Leaves = 31, MinLeafSamples = Math.Max(MinLeafSamples, 10) }]
                : Array.Empty<TreesLearner>(),
        ];
        double[][] stopped = training.Processes.Distribute(settings.Length, i =>
        {
            (int rounds, double loss) = Stop(parts, settings[i], cancellation);
            progress?.Report(new LearnerProgress(string.Empty, (i + 1.0) / settings.Length));
            return [rounds, loss];
        });
        (TreesLearner Learner, double Loss) best = (this, double.PositiveInfinity);
        for (int i = 0; i < settings.Length; i++)
        {
            best = stopped[i][1] < best.Loss
                ? (settings[i] with { Rounds = (int)stopped[i][0] }, stopped[i][1])
                : best;
        }

        return new LearnerChoice(best.Learner with { Rounds = best.Learner.Rounds ?? 1 }, null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        using var trees = new BoostedTrees(training, null, this);
        for (int round = 0; round < (Rounds ?? 100); round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!trees.Step())
            {
                break;
            }
        }

        return trees.Fit();
    }

    /// <summary>Grows the trees of all parts together until their mean loss has not fallen for a while.</summary>
    private static (int Rounds, double Loss) Stop(
        (LearnerSamples Training, LearnerSamples Held)[] parts, TreesLearner settings, CancellationToken cancellation)
    {
        var growing = new List<BoostedTrees>();
        try
        {
            growing.AddRange(parts.Select(part => new BoostedTrees(part.Training, part.Held, settings)));
            (int rounds, double least) = (1, double.PositiveInfinity);
            for (int round = 1; round <= settings.MaxRounds && round - rounds <= Patience; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                double loss = 0.0;
                bool isGrowing = false;
                foreach ((BoostedTrees trees, (_, LearnerSamples held)) in growing.Zip(parts))
                {
                    isGrowing |= trees.Step();
                    loss += trees.Loss() * held.TotalWeight;
                }

                (rounds, least) = loss < least ? (round, loss) : (rounds, least);
                if (!isGrowing)
                {
                    break;
                }
            }

            return (rounds, least);
        }
        finally
        {
            growing.ForEach(trees => trees.Dispose());
        }
    }
}
