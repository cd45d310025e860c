using Math4AI.Audio;
using Math4AI.Separation.Rooms;

namespace Math4AI.Separation.Live;

/// <summary>Counts the speakers in the first seconds of live sound, which stay in their ring.</summary>
public static class LiveSpeakers
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Waits for the sound, and counts by <see cref="RoomSeparator.CountSpeakers"/>. Where it ends before, or the ring
    /// holds less, what there is counts.
    /// </summary>
    /// <param name="ring">Where the channels arrive, of which nothing was pulled.</param>
    /// <param name="sampleRate">The number of samples per second in each channel.</param>
    /// <param name="seconds">The seconds to wait for; eight are as good as a whole recording.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The number, from 1 to that of the channels.</returns>
    /// <exception cref="ArgumentException">
    /// The sound is no room's: too short, or with a silent channel; the message says what.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static int Count(AudioRing ring, int sampleRate, double seconds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        int wanted = (int)Math.Clamp(seconds * sampleRate, 1, ring.Capacity);
        while (!ring.WaitReadable(wanted, Patience) && !ring.IsClosed)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        int frames = (int)Math.Min(wanted, ring.Readable);
        PlanarBlock heard = frames > 0 ? ring.AcquireRead(frames) : default;
        float[][] channels = new float[ring.Channels][];
        for (int channel = 0; channel < channels.Length; channel++)
        {
            channels[channel] = frames > 0 ? heard[channel].ToArray() : [];
        }

        try
        {
            return new RoomSeparator().CountSpeakers(new Recording(channels, sampleRate), cancellation);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The speakers cannot be counted from the first {(double)frames / sampleRate:0.0} s: {e.Message}"), e);
        }
    }
}
