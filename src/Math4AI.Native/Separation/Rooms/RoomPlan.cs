namespace Math4AI.Separation.Rooms;

/// <summary>How <see cref="RoomLearner"/> goes from coarse to fine.</summary>
/// <param name="ShortWindowSeconds">The window in which the order of the sources is found.</param>
/// <param name="FromChannels">
/// The long windows that go on from where the short one, begun at the channels, ends, as shares of the one of a
/// recording's length.
/// </param>
/// <param name="FromWhite">
/// Those that go on from another end of it, begun at channels that do not correlate; where there are fewer sources than
/// channels, they go on from the first, each window once.
/// </param>
internal sealed record RoomPlan(
    double ShortWindowSeconds, IReadOnlyList<double> FromChannels, IReadOnlyList<double> FromWhite)
{
    /// <summary>Gets the plan for a window that is given, and for live sound.</summary>
    public static RoomPlan Usual { get; } = new(0.128, [1.0], []);

    /// <summary>
    /// Gets the plans to choose from: local optima differ from start to start; a long window holds the echoes of a
    /// large room, and a shorter one has less to learn, which counts most for many sources in a short recording.
    /// </summary>
    public static IReadOnlyList<RoomPlan> Starts { get; } = [new(0.128, [1.0], [1.0]), new(0.064, [], [0.5])];
}
