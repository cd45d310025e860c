using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Language.Words;

/// <summary>
/// The words of a text that occur often enough, the most frequent first; equals in the order of bytes.
/// </summary>
internal sealed class Vocabulary
{
    private readonly WordTable table = new();

    private Vocabulary(WordTable all, long[] counts, IEnumerable<int> kept)
    {
        var found = new List<long>();
        foreach (int word in kept)
        {
            table.Add(all[word], all.HashOf(word));
            found.Add(counts[word]);
        }

        (Counts, Total) = (found, counts.Take(all.Count).Sum());
    }

    /// <summary>Gets how often each word occurs.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Gets the words.</summary>
    public IReadOnlyList<string> Words => [.. Enumerable.Range(0, table.Count).Select(table.Text)];

    /// <summary>Gets the number of all words of the text, with those that are too rare.</summary>
    public long Total { get; }

    /// <summary>Counts the words of a text.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="leastCount">How often a word must occur.</param>
    /// <param name="most">The most words that are kept.</param>
    /// <param name="processes">The processes that share the text.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="InvalidDataException">The file is no text.</exception>
    public static Vocabulary Of(
        Corpus corpus, int leastCount, int most, ProcessGroup processes, CancellationToken cancellation)
    {
        WordCounter[] counters = [.. Enumerable.Range(0, Team.Size).Select(_ => new WordCounter())];
        void Count(int worker, ArraySegment<byte> block)
        {
            CorpusReader.RequireText(corpus.Path, block);
            counters[worker].Add(block);
        }

        CorpusReader.Run(corpus, Team.Size, Count, processes, cancellation);
        WordCounter all = counters[0];
        foreach (WordCounter other in counters[1..])
        {
            all.Add(other);
        }

        if (processes.Count > 1)
        {
            byte[][] ofProcesses = processes.Gather(all.ToBytes());
            all = new WordCounter();
            foreach (byte[] of in ofProcesses)
            {
                all.AddBytes(of);
            }
        }

        IEnumerable<int> kept = Enumerable.Range(0, all.Table.Count).Where(word => all.Counts[word] >= leastCount)
            .OrderByDescending(word => all.Counts[word])
            .ThenBy(word => all.Table[word].ToArray(),
                Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
            .Take(most);
        return new Vocabulary(all.Table, all.Counts, kept);
    }

    /// <summary>Gives the numbers of the words of a line, without those that are too rare.</summary>
    /// <param name="block">Lines; the one that is read is taken off.</param>
    /// <param name="line">Where the numbers go; what was there is gone.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadLine(ref ReadOnlySpan<byte> block, List<int> line)
    {
        line.Clear();
        int end = block.IndexOf((byte)'\n');
        ReadOnlySpan<byte> text = end < 0 ? block : block[..end];
        block = end < 0 ? [] : block[(end + 1)..];
        while (WordTable.TakeWord(ref text, out ReadOnlySpan<byte> word, out uint hash))
        {
            int number = table.Find(word, hash);
            if (number >= 0)
            {
                line.Add(number);
            }
        }
    }

    /// <summary>What one thread counts.</summary>
    private sealed class WordCounter
    {
        private long[] counts = new long[1 << 11];

        public WordTable Table { get; } = new();

        public long[] Counts => counts;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(ReadOnlySpan<byte> text)
        {
            while (WordTable.TakeWord(ref text, out ReadOnlySpan<byte> word, out uint hash))
            {
                Add(word, hash, 1);
            }
        }

        public void Add(WordCounter other)
        {
            for (int word = 0; word < other.Table.Count; word++)
            {
                Add(other.Table[word], other.Table.HashOf(word), other.counts[word]);
            }
        }

        /// <summary>All words with their counts, for other processes: a line each.</summary>
        public byte[] ToBytes()
        {
            var bytes = new MemoryStream();
            for (int word = 0; word < Table.Count; word++)
            {
                bytes.Write(Encoding.ASCII.GetBytes(counts[word].ToString(CultureInfo.InvariantCulture)));
                bytes.WriteByte((byte)' ');
                bytes.Write(Table[word]);
                bytes.WriteByte((byte)'\n');
            }

            return bytes.ToArray();
        }

        /// <summary>Adds such words.</summary>
        public void AddBytes(ReadOnlySpan<byte> bytes)
        {
            while (WordTable.TakeWord(ref bytes, out ReadOnlySpan<byte> number, out _))
            {
                long count = long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
                _ = WordTable.TakeWord(ref bytes, out ReadOnlySpan<byte> word, out uint hash);
                Add(word, hash, count);
            }
        }

        private void Add(ReadOnlySpan<byte> word, uint hash, long count)
        {
            int number = Table.Add(word, hash);
            if (number >= counts.Length)
            {
                Array.Resize(ref counts, 2 * counts.Length);
            }

            counts[number] += count;
        }
    }
}
