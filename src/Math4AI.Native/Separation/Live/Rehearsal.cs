using Math4AI.Audio;

namespace Math4AI.Separation.Live;

/// <summary>Separates half a second of noise: afterwards all code is compiled.</summary>
internal static class Rehearsal
{
    private const double Seconds = 0.5;

    /// <summary>Runs a separator that is used for nothing else.</summary>
    /// <param name="separator">The separator.</param>
    /// <param name="sampleRate">The number of samples per second in each channel.</param>
    /// <param name="block">The number of frames in a block.</param>
    public static void Run(IStreamSeparator separator, int sampleRate, int block)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        var random = new Random(1);
        float[] samples = new float[separator.Channels * block];
        var noise = new PlanarBlock(samples, separator.Channels, block, block);
        var sources = new PlanarBlock(new float[separator.Sources * block], separator.Sources, block, block);
        for (int frames = 0; frames < Seconds * sampleRate; frames += block)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = random.NextSingle() - 0.5f;
            }

            separator.Process(noise, sources);
        }
    }
}
