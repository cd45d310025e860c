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

    /// <summary>Gets the seconds that it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Gets whether this one was kept.</summary>
    public bool IsKept { get; init; }

    /// <summary>Returns the learner in a few words, and whether it was kept or why it was left out.</summary>
    public override string ToString() =>
        LeftOut is null ? Learner + (IsKept ? " (kept)" : string.Empty) : $"{Learner}: left out, {LeftOut}";
}
