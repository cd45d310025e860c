using Math4AI.Data.Models;

namespace Math4AI.Training.Learners.Combined;

/// <summary>
/// Another learner that chooses its settings from whatever it learns from, and from nothing else. Cross-validated, it
/// gives what the whole way is worth, the choice included: settings that the held samples had a part in would flatter
/// it. Source: G. C. Cawley and N. L. C. Talbot, "On over-fitting in model selection and subsequent selection bias in
/// performance evaluation", Journal of Machine Learning Research 11 (2010).
/// </summary>
internal sealed record ChoosingLearner : Learner
{
    /// <summary>The learner, with what it chooses left open.</summary>
    public required Learner Inner { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
        Inner.Choose(training, null, cancellation).Learner.Fit(training, cancellation);
}
