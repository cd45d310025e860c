namespace Math4AI.Audio.Rooms;

/// <summary>A source of sound in a room.</summary>
/// <param name="Signal">What it sounds like: the first channel is used.</param>
/// <param name="Start">Where it is at the beginning.</param>
public sealed record RoomSource(Recording Signal, Position Start)
{
    /// <summary>Gets where it is at the end, to which it moves in a straight line; null for a source at rest.</summary>
    public Position? End { get; init; }

    /// <summary>Gets when it begins to move, in seconds; it rests before.</summary>
    public double MovesFrom { get; init; }

    /// <summary>Gets when it arrives, in seconds; it rests after. Null for the end of the recording.</summary>
    public double? MovesUntil { get; init; }
}

/// <summary>The noise that microphones record beside the sources.</summary>
public sealed record RoomNoise
{
    /// <summary>
    /// Gets the power of all sources together over that of the microphones' own noise, in decibels, at the first
    /// microphone; each microphone has noise of its own, white and Gaussian. Null for none.
    /// </summary>
    public double? MicrophoneDecibels { get; init; }

    /// <summary>
    /// Gets the same for noise that comes from all directions alike, in plane waves: white, Gaussian, and between two
    /// microphones at the distance d of the coherence sin(kd)/kd with k = 2πf/c. Null for none.
    /// </summary>
    public double? DiffuseDecibels { get; init; }
}

/// <summary>What microphones in a room record, and what they would record of each source alone.</summary>
/// <param name="Mixture">The sum of the images, and of noise; a channel for each microphone.</param>
/// <param name="Images">What the microphones hear of each source alone, without noise.</param>
public sealed record RoomMixture(Recording Mixture, IReadOnlyList<Recording> Images);
