namespace Math4AI.Separation.Rooms;

/// <summary>How <see cref="RoomLearner"/> goes from coarse to fine.</summary>
/// <param name="ShortWindowSeconds">The window in which the order of the sources is found.</param>
/// <param name="LongWindowShare">The long window, as a share of the one of a recording's length.</param>
/// <param name="SweepFactor">How often the usual number of sweeps is made.</param>
/// <param name="AlsoStartsWhite">
/// Whether it begins once more, at channels that do not correlate in place of the channels; where there are as many
/// sources as channels.
/// </param>
internal sealed record RoomPlan(
    double ShortWindowSeconds, double LongWindowShare, int SweepFactor, bool AlsoStartsWhite = false)
{
    /// <summary>Gets the plan for a window that is given, and for live sound.</summary>
    public static RoomPlan Usual { get; } = new(0.128, 1.0, 1);

    /// <summary>
    /// Gets the plans to choose from: local optima differ from start to start, and a shorter window has less to learn.
    /// </summary>
    public static IReadOnlyList<RoomPlan> Starts { get; } =
        [Usual with { AlsoStartsWhite = true }, new(0.256, 0.5, 2)];
}
