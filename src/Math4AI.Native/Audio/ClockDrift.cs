namespace Math4AI.Audio;

/// <summary>
/// Steers the ratio of a resampler between two devices, each with a clock of its own, so that the frames between them
/// stay at a target. The fill of the rings f obeys df/dt = R (r (1 + d) − 1) with the sample rate R, the ratio r and
/// the drift d; r = 1 − 2ωe/R − ω²/R ∫e dt with e = f − target is critically damped, and its integral tends to −d.
/// </summary>
public sealed class ClockDrift
{
    private const double Omega = 0.1;
    private const double MaxChange = 1e-3;

    private readonly int sampleRate;
    private readonly double limit;
    private double integral;
    private double sum;
    private double least = double.PositiveInfinity;
    private long observations;
    private long frames;

    /// <summary>Initializes the control.</summary>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="target">The number of frames that are to lie between the devices.</param>
    /// <param name="tolerance">How far above the target the fill may stay before frames are to be skipped.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public ClockDrift(int sampleRate, double target, double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(target, 0.0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tolerance, 0.0);
        (this.sampleRate, Target, limit) = (sampleRate, target, target + tolerance);
        Fill = target;
    }

    /// <summary>Gets the number of frames that are to lie between the devices.</summary>
    public double Target { get; }

    /// <summary>Gets the mean fill over the last second of sound, in frames.</summary>
    public double Fill { get; private set; }

    /// <summary>Gets the current ratio: frames out for each frame in.</summary>
    public double Ratio { get; private set; } = 1.0;

    /// <summary>
    /// Gets the estimated drift, input clock against output clock: 50e-6 if the input is 50 ppm fast.
    /// </summary>
    public double Drift => integral * Omega * Omega / sampleRate;

    /// <summary>
    /// Takes in the fill at one block. Once a second of sound the ratio is set anew. Returns how many frames are to be
    /// skipped, 0 nearly always: what has piled up in a stall would be late for ever.
    /// </summary>
    /// <param name="fill">The frames between the devices now, with the parts of a block that the clock tells.</param>
    /// <param name="block">The number of frames since the last observation.</param>
    public long Observe(double fill, int block)
    {
        sum += fill;
        least = Math.Min(least, fill);
        observations++;
        frames += block;
        if (frames < sampleRate)
        {
            return 0;
        }

        double seconds = (double)frames / sampleRate, smallest = least;
        Fill = sum / observations;
        (sum, observations, frames, least) = (0.0, 0, 0, double.PositiveInfinity);
        if (smallest > limit)
        {
            // The rest of the second is of another time: only the next one tells the drift again.
            return (long)(smallest - Target);
        }

        double error = Fill - Target, most = MaxChange * sampleRate / (Omega * Omega);
        integral = Math.Clamp(integral + error * seconds, -most, most);
        Ratio = 1.0 - Math.Clamp((2.0 * Omega * error + Omega * Omega * integral) / sampleRate, -MaxChange, MaxChange);
        return 0;
    }
}
