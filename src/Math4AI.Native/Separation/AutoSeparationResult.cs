using System.Diagnostics.CodeAnalysis;
using Math4AI.Separation.Rooms;

namespace Math4AI.Separation;

/// <summary>
/// What <see cref="AutoSeparator"/> chose and found: the sources of a room, or of a mixture without echoes.
/// </summary>
public class AutoSeparationResult
{
    /// <summary>Gets the method that was chosen.</summary>
    public required SeparationMethod Method { get; init; }

    /// <summary>
    /// Gets the statistic of <see cref="RoomTest"/>; NaN if the settings decided, or the test could not.
    /// </summary>
    public required double RoomStatistic { get; init; }

    /// <summary>Gets whether the recording was taken to come from a room.</summary>
    [MemberNotNullWhen(true, nameof(Room))]
    [MemberNotNullWhen(false, nameof(Mixture))]
    public bool IsRoom => Room is not null;

    /// <summary>Gets the result for a mixture without echoes; null for a room.</summary>
    public SeparationResult? Mixture { get; init; }

    /// <summary>Gets the result for a room; null for a mixture without echoes.</summary>
    public RoomSeparationResult? Room { get; init; }

    /// <summary>Gets the settings, with the estimated number of sources if an estimate was requested.</summary>
    public required SeparationOptions Options { get; init; }

    /// <summary>Gets remarks for the user, one sentence each.</summary>
    public IReadOnlyList<string> Notes => IsRoom ? Room.Notes : Mixture.Notes;

    /// <inheritdoc cref="SeparationResult.Warnings"/>
    public IReadOnlyList<string> Warnings => IsRoom ? Room.Warnings : Mixture.Warnings;

    /// <summary>Returns the method and how it went, in one line.</summary>
    public override string ToString() => IsRoom ? $"{Room} ({Method})" : Mixture.ToString();
}

/// <summary>The result together with the sources.</summary>
/// <typeparam name="TSignal">The kind of signal: a recording or a matrix.</typeparam>
public sealed class AutoSeparationResult<TSignal> : AutoSeparationResult
{
    private readonly Lazy<TSignal> sources;

    [SetsRequiredMembers]
    internal AutoSeparationResult(AutoSeparationResult found, Func<TSignal> sources)
    {
        (Method, RoomStatistic, Options) = (found.Method, found.RoomStatistic, found.Options);
        (Mixture, Room) = (found.Mixture, found.Room);
        this.sources = new Lazy<TSignal>(sources);
    }

    /// <summary>Gets the sources. They are computed when they are first asked for.</summary>
    public TSignal Sources => sources.Value;
}
