using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Audio.Faults;

/// <summary>
/// What is wrong with a recording, so that its sources are: channels that are silent for a time, buffers that were
/// lost, channels that repeat others, a hum that is louder than all else, and too coarse a rounding.
/// </summary>
/// <remarks>
/// The files: <see cref="SilenceWatch"/> and <see cref="SilenceNotes"/>, for live sound too; <see cref="LostBuffers"/>;
/// <see cref="RepeatedChannels"/>; <see cref="Hum"/>; <see cref="SampleStep"/>.
/// </remarks>
internal static class RecordingFaults
{
    private const int FramesInBlock = 100;

    // Of a recording of more than hours, frames are longer.
    private const int MaxFrames = 1 << 21;

    /// <summary>
    /// Returns one sentence for each fault: which channel, where, and what to do; and for what is to be known and is
    /// none.
    /// </summary>
    /// <param name="sound">The recording.</param>
    /// <param name="covariance">Its covariance.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public static (List<string> Faults, List<string> Remarks) Of(
        IAudioSource sound, Covariance covariance, CancellationToken cancellation = default)
    {
        double step = SampleStep.Of(sound);
        double[] levels = [.. covariance.Matrix.Diagonal().Select(Math.Sqrt)];
        int frame = FrameOf(sound);
        var silence = new SilenceWatch(sound.Channels, step, levels);
        var lost = new LostBuffers(levels, step, sound.SampleRate);
        Pass(sound, frame, silence, lost, cancellation);
        silence.End();
        double seconds = (double)sound.Length / sound.SampleRate, frameSeconds = (double)frame / sound.SampleRate;
        return (
            [
                .. SilenceNotes.OfFaults(silence.Found, frameSeconds, seconds),
                .. lost.Notes(),
                .. RepeatedChannels.Notes(sound, covariance, step),
                .. Hum.Notes(sound),
                .. SampleStep.Notes(levels, step),
            ],
            [.. SilenceNotes.OfGates(silence.Found, frameSeconds, seconds)]);
    }

    private static int FrameOf(IAudioSource sound) =>
        (int)Math.Max(Math.Max(2, sound.SampleRate / SilenceWatch.Rate), sound.Length / MaxFrames);

    private static void Pass(
        IAudioSource sound, int frame, SilenceWatch silence, LostBuffers lost, CancellationToken cancellation)
    {
        int channels = sound.Channels;
        double[] block = new double[channels * FramesInBlock * frame], deviations = new double[channels];
        double[] scratch = new double[frame];
        for (long start = 0; start < sound.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            int samples = (int)Math.Min(FramesInBlock * frame, sound.Length - start);
            Span<double> there = block.AsSpan(0, channels * samples);
            sound.Read(start, samples, there);
            lost.Add(there, samples);
            for (int t = 0; t + frame <= samples; t += frame)
            {
                for (int c = 0; c < channels; c++)
                {
                    deviations[c] = Deviation(there.Slice(c * samples + t, frame), scratch);
                }

                silence.Add(deviations);
            }

            start += samples;
        }
    }

    /// <summary>The standard deviation of a frame; exactly 0 if all of its samples are equal.</summary>
    /// <param name="samples">The frame.</param>
    /// <param name="scratch">As long.</param>
    private static double Deviation(ReadOnlySpan<double> samples, Span<double> scratch)
    {
        if (samples[1] == samples[0] && samples.IndexOfAnyExcept(samples[0]) < 0)
        {
            return 0.0;
        }

        TensorPrimitives.Subtract(samples, TensorPrimitives.Sum(samples) / samples.Length, scratch);
        return Math.Sqrt(TensorPrimitives.SumOfSquares<double>(scratch) / samples.Length);
    }
}
