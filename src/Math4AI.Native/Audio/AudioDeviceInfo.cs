namespace Math4AI.Audio;

/// <summary>A sound device of this machine.</summary>
/// <param name="Name">The name, which <see cref="AudioDevice"/> takes.</param>
/// <param name="System">The sound system, such as ALSA or JACK Audio Connection Kit.</param>
/// <param name="InputChannels">The most channels that it records; 0 if it only plays.</param>
/// <param name="OutputChannels">The most channels that it plays; 0 if it only records.</param>
/// <param name="SampleRate">The samples per second that it prefers.</param>
/// <param name="IsDefaultInput">Whether "default" means this one for recording.</param>
/// <param name="IsDefaultOutput">Whether "default" means this one for playing.</param>
public sealed record AudioDeviceInfo(
    string Name,
    string System,
    int InputChannels,
    int OutputChannels,
    int SampleRate,
    bool IsDefaultInput,
    bool IsDefaultOutput);

/// <summary>What a sound device has moved and lost, in frames.</summary>
/// <param name="Moved">The frames that it delivered or took.</param>
/// <param name="Expected">The frames that it should have by the steady clock, at its last callback.</param>
/// <param name="Lost">The frames lost below the ring, by the clock.</param>
/// <param name="Flagged">How often the sound system reported a loss.</param>
/// <param name="Dropped">The recorded frames for which the ring had no room.</param>
/// <param name="Filled">The frames of silence put in the place of lost and dropped ones.</param>
/// <param name="Silent">The frames of silence that were played because the ring was empty.</param>
/// <param name="Gaps">How often that happened.</param>
/// <param name="Latency">The seconds that sound spends in the buffers of the device, as the sound system says.</param>
public sealed record AudioDeviceCounts(
    long Moved,
    long Expected,
    long Lost,
    long Flagged,
    long Dropped,
    long Filled,
    long Silent,
    long Gaps,
    double Latency)
{
    /// <summary>
    /// Gets the frames per second by the steady clock, once they are known to be others than agreed; null before.
    /// </summary>
    public double? ChangedRate { get; init; }

    /// <summary>Gets the time of the last callback, on the clock of the ring.</summary>
    internal long LastNanoseconds { get; init; }
}
