namespace Math4AI.Audio;

/// <summary>
/// Keeps the sound between a recording device and a playing one at a target, although each has a clock of its own: it
/// estimates the drift from the fill of the two rings (<see cref="ClockDrift"/>) and resamples by a ratio that varies
/// slowly (<see cref="StreamResampler"/>). What piles up while the process is stopped is skipped and counted.
/// </summary>
public sealed class DuplexClock : IDisposable
{
    private const double ToleranceSeconds = 0.01;

    private readonly AudioDevice input;
    private readonly AudioDevice output;
    private readonly StreamResampler resampler;

    /// <summary>Initializes a clock between two running devices.</summary>
    /// <param name="input">The recording device.</param>
    /// <param name="output">The playing device, with the same sample rate.</param>
    /// <param name="block">The largest number of frames that is passed on at a time.</param>
    /// <exception cref="ArgumentException">The devices differ in sample rate or channels.</exception>
    public DuplexClock(AudioDevice input, AudioDevice output, int block)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (input.SampleRate != output.SampleRate || input.Channels != output.Channels)
        {
            throw new ArgumentException(
                $"The devices have {input.SampleRate} and {output.SampleRate} samples per second, {input.Channels} and "
                + $"{output.Channels} channels.");
        }

        (this.input, this.output) = (input, output);
        resampler = new StreamResampler(input.Channels, block);
        Drift = new ClockDrift(input.SampleRate, 2.0 * block, 2.0 * block + ToleranceSeconds * input.SampleRate);
    }

    /// <summary>Gets the control, with the drift, the fill and its target.</summary>
    public ClockDrift Drift { get; }

    /// <summary>Gets how many recorded frames were skipped because they had piled up in a stall.</summary>
    public long Skipped { get; private set; }

    /// <summary>Skips what was recorded so far: the work begins now.</summary>
    public void Begin() => input.Ring.Release((int)input.Ring.Readable);

    /// <summary>Frees the resampler; the devices stay the caller's.</summary>
    public void Dispose() => resampler.Dispose();

    /// <summary>Resamples a block to the clock of the output; valid until the next call.</summary>
    internal PlanarBlock Match(PlanarBlock block) => resampler.Process(block, Drift.Ratio);

    /// <summary>Looks at the fill after a block, and skips what would be late for ever.</summary>
    internal void Observe(int frames)
    {
        // Between callbacks the devices go on: a part of a block is on its way to one ring and out of the other.
        double fill = input.Ring.Readable + output.Ring.Readable + SinceCallback(input) - SinceCallback(output);
        long skipped = Math.Min(Drift.Observe(fill, frames), input.Ring.Readable);
        if (skipped > 0)
        {
            input.Ring.Release((int)skipped);
            Skipped += skipped;
        }
    }

    private static double SinceCallback(AudioDevice device)
    {
        AudioDeviceCounts counts = device.Counts();
        double seconds = Math.Clamp(1e-9 * (AudioRing.Now() - counts.LastNanoseconds), 0.0, 1.0);
        return counts.Moved == 0 ? 0.0 : seconds * device.SampleRate;
    }
}
