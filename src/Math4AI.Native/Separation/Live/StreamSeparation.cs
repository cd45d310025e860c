using System.Runtime.CompilerServices;
using Math4AI.Audio;
using Math4AI.LinearAlgebra;

namespace Math4AI.Separation.Live;

/// <summary>Live separation for those who like to enumerate blocks; who counts microseconds calls the separator itself.</summary>
public static class StreamSeparation
{
    /// <summary>The sources of blocks, one block for each, in step with them but for the separator's delay.</summary>
    /// <param name="separator">What separates.</param>
    /// <param name="blocks">Blocks of any lengths, each with the separator's channels.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">A block has other channels.</exception>
    public static async IAsyncEnumerable<Recording> SeparateAsync(
        this IStreamSeparator separator, IAsyncEnumerable<Recording> blocks, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(separator);
        ArgumentNullException.ThrowIfNull(blocks);
        await foreach (Recording block in blocks.WithCancellation(cancellation).ConfigureAwait(false))
        {
            yield return Separate(separator, block);
        }
    }

    private static Recording Separate(IStreamSeparator separator, Recording block)
    {
        float[] samples = new float[block.Channels * block.Length];
        for (int channel = 0; channel < block.Channels; channel++)
        {
            block.Channel(channel).CopyTo(samples.AsSpan(channel * block.Length));
        }

        var piece = new PlanarBlock(samples, block.Channels, block.Length, block.Length);
        separator.Process(piece, piece);
        return new Recording(
            [.. Enumerable.Range(0, block.Channels).Select(source => samples.AsSpan(source * block.Length, block.Length).ToArray())],
            block.SampleRate);
    }
}
