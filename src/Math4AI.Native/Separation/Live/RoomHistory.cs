namespace Math4AI.Separation.Live;

/// <summary>
/// The last seconds of what came in and went out, for <see cref="RoomLearning"/>: it reads frames that lie far enough
/// back not to be overwritten meanwhile.
/// </summary>
internal sealed class RoomHistory
{
    private readonly int kept;

    /// <summary>Allocates the memory.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="length">The frames to learn from.</param>
    /// <param name="margin">The frames that may come while they are copied.</param>
    public RoomHistory(int channels, int length, int margin)
    {
        (Length, kept) = (length, length + margin);
        float[][] Signals() => [.. Enumerable.Range(0, channels).Select(_ => new float[kept])];
        (Input, Output) = (Signals(), Signals());
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels => Input.Length;

    /// <summary>Gets the number of frames to learn from.</summary>
    public int Length { get; }

    /// <summary>Gets what came in.</summary>
    public float[][] Input { get; }

    /// <summary>Gets what went out.</summary>
    public float[][] Output { get; }

    /// <summary>Remembers samples from a frame on.</summary>
    public void Remember(float[][] past, double[][] samples, long start)
    {
        for (int channel = 0; channel < samples.Length; channel++)
        {
            int at = (int)(start % kept);
            foreach (double sample in samples[channel])
            {
                past[channel][at] = (float)sample;
                at = at + 1 == kept ? 0 : at + 1;
            }
        }
    }

    /// <summary>Copies the frames <paramref name="from"/> … <paramref name="to"/> − 1.</summary>
    public void Copy(float[][] past, long from, long to, double[][] samples)
    {
        for (int channel = 0; channel < past.Length; channel++)
        {
            int at = (int)(from % kept);
            for (int i = 0; i < to - from; i++)
            {
                samples[channel][i] = past[channel][at];
                at = at + 1 == kept ? 0 : at + 1;
            }
        }
    }
}
