using System.Globalization;
using Math4AI.Runtime;
using Math4AI.Training.Tables;

namespace Math4AI.Training.Learners.Trees;

/// <summary>Trees of a learner's settings that grow round after round.</summary>
internal sealed class BoostedTrees : IDisposable
{
    // Below this many numbers threads wait for each other longer than they work.
    private const int MinSharedNumbers = 200_000;

    private readonly TreesTraining training;
    private readonly TreeInputs seen;
    private readonly int classes;
    private readonly double center;
    private readonly double scale = 1.0;

    /// <summary>Begins with no trees.</summary>
    /// <exception cref="DllNotFoundException">The library is not there.</exception>
    public BoostedTrees(LearnerSamples samples, LearnerSamples? held, TreesLearner settings)
    {
        seen = new TreeInputs(samples.Columns, samples.Inputs.ColumnCount);
        classes = samples.ClassCount;
        if (samples.Targets is { } targets)
        {
            // Labels are float32: standardized, they keep their digits.
            (center, scale) = Moments.Of(targets.ToArray());
            scale = scale > 0.0 ? scale : 1.0;
        }

        if (settings.Monotone.Count > 0 && (settings.Monotone.Count != samples.Inputs.ColumnCount
            || settings.Monotone.Any(sign => sign is < -1 or > 1)))
        {
            throw new ArgumentException(
                $"A constraint of -1, 0 or 1 is needed for each of {samples.Inputs.ColumnCount} inputs.",
                nameof(settings));
        }

        long numbers = (long)samples.Inputs.RowCount * samples.Inputs.ColumnCount;
        training = new TreesTraining(Of(samples), held is null ? null : Of(held), Parameters(settings, numbers));
    }

    /// <summary>Adds a round; false where no tree divides any more.</summary>
    public bool Step() => training.Step();

    /// <summary>
    /// The loss of the held samples: mean −ln p, or the mean square in units of the targets' variance.
    /// </summary>
    public double Loss() => training.Loss();

    /// <summary>The trees so far.</summary>
    public TreesFit Fit() => TreesFit.Parse(training.Text, seen, classes, center, scale);

    /// <summary>The library's own predictions, to compare ours with.</summary>
    public double[] Predict(LearnerSamples samples) => training.Predict(Of(samples), classes > 2 ? classes : 1);

    public void Dispose() => training.Dispose();

    private TreesSamples Of(LearnerSamples samples) => new(
        seen.Columns.Count == 0 ? samples.Inputs.ToColumnMajorArray() : [.. seen.Of(samples.Inputs).SelectMany(x => x)],
        samples.Inputs.RowCount,
        samples.Classes is { } of
            ? [.. of.Select(value => (float)value)]
            : [.. samples.Targets!.Select(value => (float)((value - center) / scale))],
        samples.ClassWeights is { } weights ? [.. samples.Classes!.Select(each => (float)weights[each])] : []);

    private string Parameters(TreesLearner settings, long numbers) => string.Create(
        CultureInfo.InvariantCulture,
        $"objective={(classes > 2 ? $"multiclass num_class={classes} metric=multi_logloss"
            : classes == 2 ? "binary metric=binary_logloss" : "regression metric=l2")} "
        + $"learning_rate={settings.Rate:R} num_leaves={settings.Leaves} min_data_in_leaf={settings.MinLeafSamples} "
        + $"feature_fraction={settings.ColumnShare:R} lambda_l2={settings.Penalty:R} seed={settings.Seed} "
        + $"num_threads={(numbers < MinSharedNumbers ? 1 : Compute.Threads)} deterministic=true force_col_wise=true "
        + $"{Directions(settings)}{Categories(settings)}use_missing={(seen.HasMissing ? "true" : "false")} "
        + $"feature_pre_filter=false verbosity=-1");

    private string Directions(TreesLearner settings) => settings.Monotone.Count > 0
        ? $"monotone_constraints={string.Join(',', Enumerable.Range(0, seen.Count).Select(
            i => settings.Monotone[seen.FirstOf(i)]))} "
        : string.Empty;

    /// <summary>
    /// Groups of categories may be as small as leaves: LightGBM's own least of 100 samples would leave small tables
    /// without them.
    /// </summary>
    private string Categories(TreesLearner settings) => seen.Categories.Any()
        ? $"categorical_feature={string.Join(',', seen.Categories)} min_data_per_group={settings.MinLeafSamples} "
        : string.Empty;
}
