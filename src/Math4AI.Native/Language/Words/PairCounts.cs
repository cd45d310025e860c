using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Language.Words;

/// <summary>
/// How often two words stand near each other in a line, each time with the weight 1/distance. The weights are whole
/// numbers of 1/2520, so that the sums do not depend on their order: exact up to a window of 10, to 0.2 % beyond.
/// </summary>
internal sealed class PairCounts
{
    /// <summary>The weight of neighbors.</summary>
    public const int Unit = 2520;

    private const int ManyThreads = 8;

    private readonly uint[] weights;
    private readonly int dense;
    private readonly uint[] frequent;
    private readonly PairTable others;
    private readonly List<int> line = [];

    /// <summary>How often a count of the triangle has passed 2³²; a text needs billions of words for that.</summary>
    private readonly Dictionary<int, ulong> beyond = [];

    private PairCounts(int window, int dense, int words)
    {
        this.dense = dense;
        others = new PairTable(words);
        weights = [.. Enumerable.Range(1, window).Select(distance => (uint)((Unit + distance / 2) / distance))];
        frequent = LargeArray.New<uint>(dense * (dense + 1) / 2);
    }

    /// <summary>Counts the pairs of a text.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="vocabulary">The words.</param>
    /// <param name="window">The greatest distance.</param>
    /// <param name="processes">The processes that share the text.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public static PairCounts Of(
        Corpus corpus, Vocabulary vocabulary, int window, ProcessGroup processes, CancellationToken cancellation)
    {
        // Most pairs are of frequent words: a triangle that stays in the nearer caches, for each thread. Processes,
        // whose triangles are added, may have different numbers of threads.
        bool areMany = Team.Size > ManyThreads || processes.Count > 1;
        int words = vocabulary.Counts.Count, dense = Math.Min(words, areMany ? 1 << 11 : 1 << 12);
        PairCounts[] all = [.. Enumerable.Range(0, Team.Size).Select(_ => new PairCounts(window, dense, words))];
        CorpusReader.Run(
            corpus, Team.Size, (worker, block) => all[worker].Add(block, vocabulary), processes, cancellation);
        foreach (PairCounts other in all[1..])
        {
            all[0].Add(other);
        }

        if (processes.Count > 1)
        {
            all[0].Join(processes);
        }

        return all[0];
    }

    /// <summary>Adds the counts of all processes up, in each of them; whole numbers have one sum.</summary>
    private void Join(ProcessGroup processes)
    {
        byte[] own = others.ToBytes();
        byte[][] all = processes.Gather(own);
        foreach (byte[] of in all.Where(of => of != own))
        {
            others.AddBytes(of);
        }

        double[] sums = [.. frequent.Select((count, i) => (double)(count + Beyond(i)))];
        processes.Sum(sums);
        beyond.Clear();
        for (int i = 0; i < sums.Length; i++)
        {
            frequent[i] = (uint)(ulong)sums[i];
            if ((ulong)sums[i] >> 32 is > 0 and var times)
            {
                beyond[i] = times << 32;
            }
        }
    }

    /// <summary>Tells of every pair with its weight, the less frequent word first, once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForEach(Action<int, int, double> tell)
    {
        for (int rare = 0, i = 0; rare < dense; rare++)
        {
            for (int common = 0; common <= rare; common++, i++)
            {
                if (frequent[i] + Beyond(i) is > 0 and var count)
                {
                    tell(rare, common, count);
                }
            }
        }

        others.ForEach((rare, common, count) => tell(rare, common, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(ReadOnlySpan<byte> block, Vocabulary vocabulary)
    {
        while (block.Length > 0)
        {
            vocabulary.ReadLine(ref block, line);
            ReadOnlySpan<int> words = CollectionsMarshal.AsSpan(line);
            for (int i = 1; i < words.Length; i++)
            {
                int word = words[i], first = Math.Max(0, i - weights.Length);
                for (int j = i - 1; j >= first; j--)
                {
                    Add(word, words[j], weights[i - j - 1]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(int a, int b, uint weight)
    {
        (int rare, int common) = a > b ? (a, b) : (b, a);
        if (rare >= dense)
        {
            others.Add(rare, common, weight);
            return;
        }

        AddFrequent(rare * (rare + 1) / 2 + common, weight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddFrequent(int place, uint weight)
    {
        ref uint count = ref frequent[place];
        count += weight;
        if (count < weight)
        {
            beyond[place] = Beyond(place) + (1UL << 32);
        }
    }

    private ulong Beyond(int place) => beyond.Count > 0 ? beyond.GetValueOrDefault(place) : 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(PairCounts other)
    {
        for (int i = 0; i < frequent.Length; i++)
        {
            AddFrequent(i, other.frequent[i]);
        }

        foreach ((int place, ulong more) in other.beyond)
        {
            beyond[place] = Beyond(place) + more;
        }

        other.others.ForEach(others.Add);
    }
}
