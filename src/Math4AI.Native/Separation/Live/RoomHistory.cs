using System.Numerics.Tensors;
using Math4AI.Separation.Rooms;

namespace Math4AI.Separation.Live;

/// <summary>
/// The last seconds of what came in and went out, for <see cref="RoomLearning"/>: it reads frames that lie far enough
/// back not to be overwritten meanwhile.
/// </summary>
internal sealed class RoomHistory : IRoomSignals
{
    private readonly int kept;

    /// <summary>Allocates the memory.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="length">The frames to learn from.</param>
    /// <param name="margin">The frames that may come while they are read.</param>
    public RoomHistory(int channels, int sources, int length, int margin)
    {
        (Length, kept) = (length, length + margin);
        float[][] Signals(int count) => [.. Enumerable.Range(0, count).Select(_ => new float[kept])];
        (Input, Output) = (Signals(channels), Signals(sources));
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels => Input.Length;

    /// <summary>Gets the number of sources.</summary>
    public int Sources => Output.Length;

    /// <summary>Gets the number of frames to learn from.</summary>
    public int Length { get; }

    /// <summary>Gets what came in.</summary>
    public float[][] Input { get; }

    /// <summary>Gets what went out.</summary>
    public float[][] Output { get; }

    /// <summary>Gets or sets the frame that is sample 0 of what is learned from.</summary>
    public long From { get; set; }

    /// <summary>Reads what came in.</summary>
    public void Read(int channel, int start, Span<double> samples)
    {
        int at = (int)((From + start) % kept), straight = Math.Min(samples.Length, kept - at);
        TensorPrimitives.ConvertTruncating(Input[channel].AsSpan(at, straight), samples[..straight]);
        TensorPrimitives.ConvertTruncating(Input[channel].AsSpan(0, samples.Length - straight), samples[straight..]);
    }

    /// <summary>Returns samples of one channel from a frame on: as many as lie there in one piece.</summary>
    public ReadOnlySpan<float> Piece(float[] past, long from, int count)
    {
        int at = (int)(from % kept);
        return past.AsSpan(at, Math.Min(count, kept - at));
    }

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
}
