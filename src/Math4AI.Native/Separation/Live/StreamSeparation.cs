using System.Runtime.CompilerServices;
using Math4AI.Audio;
using Math4AI.LinearAlgebra;

namespace Math4AI.Separation.Live;

/// <summary>
/// Live separation of asynchronous sequences of blocks. Where microseconds count, call the separator itself.
/// </summary>
public static class StreamSeparation
{
    /// <summary>Separates blocks; each gives one block of sources, which lags by the delay of the separator.</summary>
    /// <param name="separator">The separator.</param>
    /// <param name="blocks">Blocks of any lengths, with the channels of the separator.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">A block has other channels.</exception>
    public static async IAsyncEnumerable<Recording> SeparateAsync(
        this IStreamSeparator separator, IAsyncEnumerable<Recording> blocks,
        [EnumeratorCancellation] CancellationToken cancellation = default)
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
        float[] sources = new float[separator.Sources * block.Length];
        separator.Process(piece, new PlanarBlock(sources, separator.Sources, block.Length, block.Length));
        return new Recording(
            [.. Enumerable.Range(0, separator.Sources).Select(
                source => sources.AsSpan(source * block.Length, block.Length).ToArray())],
            block.SampleRate);
    }
}
