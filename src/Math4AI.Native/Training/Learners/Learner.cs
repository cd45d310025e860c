using Math4AI.Data.Models;

namespace Math4AI.Training.Learners;

/// <summary>
/// A method that learns classes or numbers from a matrix of inputs, beside the networks: it is what <c>math4ai train
/// --model svm</c> chooses. A learner is a value; a learner of one's own derives from this class, and <see
/// cref="LearnerNames.Add"/> gives it a name.
/// </summary>
public abstract record Learner
{
    /// <summary>Gets whether the learner takes classes.</summary>
    public virtual bool TakesClasses => true;

    /// <summary>Gets whether the learner takes numbers.</summary>
    public virtual bool TakesNumbers => true;

    /// <summary>
    /// Gets whether the learner heeds <see cref="LearnerSamples.ClassWeights"/>; by default it does not, and is refused
    /// such samples.
    /// </summary>
    public virtual bool TakesWeights => false;

    /// <summary>Gets the fewest training samples of each class that the learner takes.</summary>
    public virtual int MinClassSamples => 1;

    /// <summary>Gets the seed of what is random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the learner and its settings in a few words, such as <c>svm: rbf(1.2), C = 10</c>.</summary>
    public abstract override string ToString();

    /// <summary>
    /// Gets whether <see cref="Choose"/> ends with the best that it has found, where there is one, when it is canceled.
    /// </summary>
    public virtual bool KeepsBest => false;

    /// <summary>
    /// Chooses the settings that were left open, by the training samples alone. The default leaves everything as it is.
    /// </summary>
    /// <param name="training">The training samples.</param>
    /// <param name="progress">Told what is tried, and what share of the work is done.</param>
    /// <param name="cancellation">Stops between fits.</param>
    public virtual LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null,
        CancellationToken cancellation = default) => new(this, null);

    /// <summary>
    /// Returns the learner that makes a choice anew from some of the samples that one was made of, whatever the clock
    /// says then: for intervals by cross-validation. By default this one.
    /// </summary>
    /// <param name="made">The choice that was made.</param>
    public virtual Learner Again(LearnerChoice made) => this;

    /// <summary>
    /// Gets whether its models tell how sure they are by themselves, with a distribution for each number or
    /// probabilities that allow for what was not learned; by default not.
    /// </summary>
    public virtual bool TellsHowSure => false;

    /// <summary>Returns the learner with a share of the time that it has; by default this one.</summary>
    /// <param name="share">The share, from 0 to 1.</param>
    public virtual Learner Within(double share) => this;

    /// <summary>
    /// Returns the learner with directions that its predictions keep; by default null, since most cannot promise any.
    /// </summary>
    /// <param name="directions">
    /// For each input 1 where the prediction must not fall as it grows, −1 where it must not rise, and 0 for neither.
    /// </param>
    public virtual Learner? Keeping(IReadOnlyList<int> directions) => null;

    /// <summary>Returns why the learner does not take samples; null where it does.</summary>
    /// <param name="training">The training samples.</param>
    public virtual string? ReasonAgainst(LearnerSamples training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (training.Classes is not { } classes)
        {
            return TakesNumbers ? null : "it takes no numbers";
        }

        // Of the samples of a class, a fifth may be in the part that is held.
        int fewest = classes.CountBy(of => of).Min(pair => pair.Value);
        return !TakesClasses ? "it takes no classes"
            : training.ClassWeights is not null && !TakesWeights ? "it takes no weights of classes"
            : fewest <= MinClassSamples && MinClassSamples > 1 ? $"a class has only {fewest} samples"
            : null;
    }

    /// <summary>
    /// Returns about how many bytes a fit asks for beside the samples; by default 0, where that is little.
    /// </summary>
    /// <param name="training">The training samples.</param>
    public virtual double BytesFor(LearnerSamples training) => 0.0;

    /// <summary>Learns samples with the settings as they are.</summary>
    /// <param name="training">The training samples.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">The learner does not take such samples, or there are too few.</exception>
    public abstract IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default);
}

/// <summary>How far a choice is.</summary>
/// <param name="Trying">The learner that is tried; empty where there is one alone.</param>
/// <param name="Share">The share of the work that is done.</param>
public readonly record struct LearnerProgress(string Trying, double Share);

/// <summary>A learner whose settings were chosen, and how.</summary>
/// <param name="Learner">The learner.</param>
/// <param name="Search">What was tried; null where nothing was searched.</param>
public sealed record LearnerChoice(Learner Learner, SettingSearch? Search)
{
    /// <summary>Gets the learners that were compared, in the order in which they were tried; empty for none.</summary>
    public IReadOnlyList<ComparedLearner> Comparison { get; init; } = [];
}

/// <summary>What a search by cross-validation tried: scores over two settings.</summary>
/// <param name="Across">The name of the first setting.</param>
/// <param name="Up">The name of the second.</param>
/// <param name="Score">The name of the score, of which more is better.</param>
/// <param name="Points">The settings that were tried, and their scores.</param>
public sealed record SettingSearch(string Across, string Up, string Score, IReadOnlyList<SettingScore> Points)
{
    /// <summary>Gets the point that was chosen.</summary>
    public required SettingScore Best { get; init; }

    /// <summary>Gets the number of samples that the search used, which may be fewer than there are.</summary>
    public int Samples { get; init; }

    /// <summary>
    /// Gets whether the best point lies on the edge of what was tried, so that a better one may lie beyond.
    /// </summary>
    public bool IsAtEdge { get; init; }
}

/// <summary>The score of one pair of settings.</summary>
/// <param name="Across">The first setting.</param>
/// <param name="Up">The second.</param>
/// <param name="Score">The mean score over the parts of the cross-validation.</param>
public sealed record SettingScore(double Across, double Up, double Score);
