using System.Text.Unicode;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Language.Words;

/// <summary>
/// Reads a text, plain or compressed by gzip, in blocks of whole lines that threads work on at once. Of the file, a
/// block a thread is in memory.
/// </summary>
internal sealed class CorpusReader : IDisposable
{
    /// <summary>Bytes of a block; a longer line is cut between words.</summary>
    private const int BlockSize = 1 << 20;

    private readonly Corpus corpus;
    private readonly Stream stream;
    private readonly Lock gate = new();
    private byte[] kept = [];
    private long blocks;

    /// <summary>Opens a text.</summary>
    /// <param name="corpus">The text.</param>
    public CorpusReader(Corpus corpus)
    {
        this.corpus = corpus;
        stream = corpus.Open();
        byte[] first = new byte[Mark.Length];
        first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        kept = first.AsSpan().SequenceEqual(Mark) ? [] : first;
    }

    /// <summary>Gets the byte order mark of UTF-8, which is no part of the first word.</summary>
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Refuses what is in another encoding, whose words would be others, or is no text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="block">Whole lines of it.</param>
    /// <exception cref="InvalidDataException">It is.</exception>
    public static void RequireText(string path, ReadOnlySpan<byte> block)
    {
        if (!Utf8.IsValid(block) || block.Contains((byte)0))
        {
            throw NoText(path);
        }
    }

    /// <summary>What is told of such a file.</summary>
    /// <param name="path">The file.</param>
    public static InvalidDataException NoText(string path) =>
        new($"{path} is no text in UTF-8: save it in this encoding.");

    /// <summary>Works on all blocks of a text.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="workers">How many threads there may be.</param>
    /// <param name="work">Told the number of the worker, which works on one block at a time, and a block.</param>
    /// <param name="processes">
    /// The processes that share the blocks: each reads the whole text, so that the blocks are those of one process, and
    /// works on every <c>Count</c>th of them.
    /// </param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="InvalidDataException">There is a word longer than a block, or gzip is damaged.</exception>
    public static void Run(
        Corpus corpus, int workers, Action<int, ArraySegment<byte>> work, ProcessGroup processes,
        CancellationToken cancellation)
    {
        using var reader = new CorpusReader(corpus);
        Team.Run(workers, worker =>
        {
            byte[] buffer = new byte[BlockSize];
            int count;
            while ((count = reader.Read(buffer, processes)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                work(worker, new ArraySegment<byte>(buffer, 0, count));
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>Reads whole lines as far as they fit.</summary>
    /// <param name="buffer">Where they go; of the same length at each call.</param>
    /// <param name="processes">The blocks of the others are skipped; null for every block.</param>
    /// <returns>The bytes; 0 at the end.</returns>
    /// <exception cref="InvalidDataException">There is a word longer than the buffer.</exception>
    public int Read(byte[] buffer, ProcessGroup? processes = null)
    {
        lock (gate)
        {
            int count;
            do
            {
                count = ReadNext(buffer);
            }
            while (count > 0 && blocks++ % (processes?.Count ?? 1) != (processes?.Rank ?? 0));
            return count;
        }
    }

    private int ReadNext(byte[] buffer)
    {
        kept.CopyTo(buffer, 0);
        int count = kept.Length + stream.ReadAtLeast(
            buffer.AsSpan(kept.Length), buffer.Length - kept.Length, throwOnEndOfStream: false);
        kept = [];
        if (count < buffer.Length)
        {
            return count;
        }

        int end = Array.LastIndexOf(buffer, (byte)'\n');
        end = end >= 0 ? end : buffer.AsSpan().LastIndexOfAny((byte)' ', (byte)'\t', (byte)'\r');
        if (end < 0)
        {
            throw new InvalidDataException($"{corpus.Path} is no text: it has a word of {buffer.Length} bytes.");
        }

        kept = buffer[(end + 1)..];
        return end + 1;
    }
}
