using Math4AI.Training.Scoring;

namespace Math4AI.Training.Tables;

/// <summary>The description of a learner's model of a table.</summary>
/// <param name="Task">What it predicts.</param>
/// <param name="Target">The column that it predicts.</param>
/// <param name="Classes">The classes, in the order of the probabilities; empty for numbers.</param>
/// <param name="Encoder">How rows become inputs.</param>
/// <param name="Learner">The learner and its settings, in words.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Features">The formula of the features; null for the inputs themselves.</param>
public sealed record LearnedTableDescription(
    TableTask Task, string Target, IReadOnlyList<string> Classes, TableEncoder Encoder, string Learner, int Seed,
    string? Features)
{
    /// <summary>Gets how probabilities become an answer; null where the likeliest class is answered.</summary>
    public DecisionRule? Decision { get; init; }

    /// <summary>Gets whether intervals and sets come from the distribution that the model predicts.</summary>
    public bool IntervalsByModel { get; init; }

    /// <summary>Gets how much an error of each class weighed in learning; null where all weighed the same.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Gets the texts that the features have learned.</summary>
    public IReadOnlyDictionary<string, string[]> Texts { get; init; } = new Dictionary<string, string[]>();
}
