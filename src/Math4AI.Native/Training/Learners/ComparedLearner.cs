using System.Globalization;

namespace Math4AI.Training.Learners;

/// <summary>A learner in a comparison.</summary>
/// <param name="Name">Its name, such as trees.</param>
/// <param name="Learner">The learner, with the settings that it has chosen.</param>
/// <param name="LeftOut">Why it has no loss; null where it has one.</param>
public sealed record ComparedLearner(string Name, string Learner, string? LeftOut)
{
    /// <summary>Gets its loss: the mean of −ln p of classes, or the root mean square error of numbers.</summary>
    public double? Loss { get; init; }

    /// <summary>Gets the standard error of the loss over the samples.</summary>
    public double? Error { get; init; }

    /// <summary>
    /// Gets, for the stack, the loss of the best single model, where each fold is predicted by the learner that has the
    /// least loss on the other folds, just as the stack predicts it with their weights; null for single models.
    /// </summary>
    public double? BestLoss { get; init; }

    /// <summary>Gets the seconds that it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Gets whether this one was kept.</summary>
    public bool IsKept { get; init; }

    /// <summary>
    /// Returns the learner in a few words, and whether it was kept or why it was left out; of a stack also the loss of
    /// the best.
    /// </summary>
    public override string ToString()
    {
        string remark = string.Join("; ", new[]
        {
            IsKept ? "kept" : null,
            BestLoss is { } best
                ? string.Create(CultureInfo.InvariantCulture, $"best single model, by the other folds: {best:G4}")
                : null,
        }.OfType<string>());
        return LeftOut is null
            ? Learner + (remark.Length > 0 ? $" ({remark})" : string.Empty)
            : $"{Learner}: left out, {LeftOut}";
    }
}
