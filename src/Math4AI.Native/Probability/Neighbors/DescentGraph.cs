using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Probability.Sampling;
using Math4AI.Runtime;

namespace Math4AI.Probability.Neighbors;

/// <summary>
/// Lists of near samples that improve one another, in single precision. Comparisons of a block see the lists as they
/// were before it, and are entered in one order: no result depends on the number of threads.
/// </summary>
internal sealed unsafe class DescentGraph
{
    private const int GroupsAtOnce = 2048;
    private const int MinCandidates = 10;
    private const int MaxCandidates = 60;
    private const int MaxTrees = 12;
    private const int MinLeaf = 30;

    private readonly int samples;
    private readonly int width;
    private readonly float[] points;
    private readonly int[] ids;
    private readonly float[] squares;
    private readonly bool[] isNew;

    /// <summary>Begins without any neighbor.</summary>
    /// <param name="rows">Sample after sample, near 1.</param>
    /// <param name="channels">The numbers of each sample.</param>
    /// <param name="count">k.</param>
    public DescentGraph(double[] rows, int channels, int count)
    {
        Count = count;
        samples = rows.Length / channels;
        int lanes = Vector512<float>.Count;
        width = (channels + lanes - 1) / lanes * lanes;
        points = Centered(rows, channels, width);
        ids = new int[checked(samples * count)];
        squares = new float[ids.Length];
        isNew = new bool[ids.Length];
        Array.Fill(ids, -1);
        Array.Fill(squares, float.PositiveInfinity);
    }

    private delegate void GroupAt(int at, out ReadOnlySpan<int> fresh, out ReadOnlySpan<int> known);

    /// <summary>Gets k.</summary>
    public int Count { get; }

    /// <summary>Gets the list of a sample.</summary>
    public ReadOnlySpan<int> Of(int sample) => ids.AsSpan(sample * Count, Count);

    /// <summary>Fills the lists and improves them until a round changes few entries.</summary>
    /// <returns>The number of rounds.</returns>
    public int Improve(int seed, int maxRounds, long fewChanges, CancellationToken cancellation)
    {
        Begin(seed);
        var random = new ChainRandom(seed, -1);
        for (int round = 1; ; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Round(random) <= fewChanges || round == maxRounds)
            {
                return round;
            }
        }
    }

    private static float[] Centered(double[] rows, int channels, int width)
    {
        int count = rows.Length / channels;
        double[] center = new double[channels];
        for (int i = 0; i < count; i++)
        {
            TensorPrimitives.Add<double>(center, rows.AsSpan(i * channels, channels), center);
        }

        float[] points = new float[checked(count * width)];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < channels; j++)
            {
                points[i * width + j] = (float)(rows[i * channels + j] - center[j] / count);
            }
        }

        return points;
    }

    private void Begin(int seed)
    {
        int[][][] leaves = new int[Math.Min(MaxTrees, 4 + (int)(Math.Sqrt(samples) / 40.0))][][];
        Team.Run(leaves.Length, tree => leaves[tree] = ProjectionTree.Leaves(
            points, width, Math.Max(MinLeaf, 2 * Count), new ChainRandom(seed, tree)));
        foreach (int[][] tree in leaves)
        {
            Join(tree.Length, (int at, out ReadOnlySpan<int> fresh, out ReadOnlySpan<int> known) =>
            {
                fresh = tree[at];
                known = [];
            });
        }

        var random = new ChainRandom(seed, leaves.Length);
        for (int i = 0; i < samples; i++)
        {
            while (ids[(i + 1) * Count - 1] < 0)
            {
                int other = (int)(random.NextDouble() * samples);
                if (other != i)
                {
                    Offer(i, other, Square(i, other));
                }
            }
        }
    }

    private long Round(ChainRandom random)
    {
        int most = Math.Clamp(Count, MinCandidates, MaxCandidates);
        DrawnLists fresh = new(samples, most), known = new(samples, most);
        for (int at = 0; at < ids.Length; at++)
        {
            int sample = at / Count;
            double turn = random.NextDouble();
            DrawnLists lists = isNew[at] ? fresh : known;
            lists.Offer(sample, ids[at], turn);
            lists.Offer(ids[at], sample, turn);
        }

        for (int at = 0; at < ids.Length; at++)
        {
            isNew[at] &= !fresh.Of(at / Count).Contains(ids[at]);
        }

        return Join(samples, (int at, out ReadOnlySpan<int> first, out ReadOnlySpan<int> second) =>
        {
            first = fresh.Of(at);
            second = known.Of(at);
        });
    }

    /// <summary>
    /// Compares the fresh samples of each group with one another and with the known ones, and returns how many entries
    /// changed.
    /// </summary>
    private long Join(int groups, GroupAt groupAt)
    {
        long changes = 0;
        for (int start = 0; start < groups; start += GroupsAtOnce)
        {
            int begin = start, length = Math.Min(GroupsAtOnce, groups - start), parts = Math.Min(Team.Size, length);
            var found = new List<Pair>[parts];
            Team.Run(parts, part =>
            {
                (int first, int count) = Team.Part(length, part, parts);
                found[part] = [];
                for (int i = first; i < first + count; i++)
                {
                    groupAt(begin + i, out ReadOnlySpan<int> fresh, out ReadOnlySpan<int> known);
                    Compare(fresh, known, found[part]);
                }
            });
            foreach (Pair pair in found.SelectMany(pairs => pairs))
            {
                changes += Offer(pair.First, pair.Second, pair.Square) + Offer(pair.Second, pair.First, pair.Square);
            }
        }

        return changes;
    }

    private void Compare(ReadOnlySpan<int> fresh, ReadOnlySpan<int> known, List<Pair> found)
    {
        for (int i = 0; i < fresh.Length; i++)
        {
            Compare(fresh[i], fresh[(i + 1)..], found);
            Compare(fresh[i], known, found);
        }
    }

    private void Compare(int sample, ReadOnlySpan<int> others, List<Pair> found)
    {
        float worst = squares[(sample + 1) * Count - 1];
        foreach (int other in others)
        {
            float square = Square(sample, other);
            if (other != sample && (square < worst || square < squares[(other + 1) * Count - 1]))
            {
                found.Add(new Pair(sample, other, square));
            }
        }
    }

    private int Offer(int sample, int other, float square)
    {
        Span<int> list = ids.AsSpan(sample * Count, Count);
        Span<float> distances = squares.AsSpan(sample * Count, Count);
        Span<bool> flags = isNew.AsSpan(sample * Count, Count);
        if (!(square < distances[^1]) || list.Contains(other))
        {
            return 0;
        }

        int at = Count - 1;
        for (; at > 0 && distances[at - 1] > square; at--)
        {
            (list[at], distances[at], flags[at]) = (list[at - 1], distances[at - 1], flags[at - 1]);
        }

        (list[at], distances[at], flags[at]) = (other, square, true);
        return 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Square(int sample, int other)
    {
        int lanes = Vector512<float>.Count;
        Vector512<float> sum = default;
        fixed (float* all = points)
        {
            float* x = all + (nint)sample * width, y = all + (nint)other * width;
            for (int i = 0; i < width; i += lanes)
            {
                Vector512<float> difference = Vector512.Load(x + i) - Vector512.Load(y + i);
                sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
            }
        }

        return Vector512.Sum(sum);
    }

    private readonly record struct Pair(int First, int Second, float Square);

    /// <summary>For each sample some of those that are offered, each as likely as another.</summary>
    private sealed class DrawnLists
    {
        private readonly int most;
        private readonly int[] drawn;
        private readonly double[] turns;
        private readonly int[] lengths;

        public DrawnLists(int samples, int most)
        {
            this.most = most;
            (drawn, turns) = (new int[checked(samples * most)], new double[samples * most]);
            lengths = new int[samples];
        }

        public ReadOnlySpan<int> Of(int sample) => drawn.AsSpan(sample * most, lengths[sample]);

        /// <summary>Keeps what has the earliest turns.</summary>
        public void Offer(int sample, int other, double turn)
        {
            int begin = sample * most, end = begin + lengths[sample];
            if (Of(sample).Contains(other) || (lengths[sample] == most && turn >= turns[end - 1]))
            {
                return;
            }

            if (lengths[sample] < most)
            {
                lengths[sample]++;
                end++;
            }

            int at = end - 1;
            for (; at > begin && turns[at - 1] > turn; at--)
            {
                (drawn[at], turns[at]) = (drawn[at - 1], turns[at - 1]);
            }

            (drawn[at], turns[at]) = (other, turn);
        }
    }
}
