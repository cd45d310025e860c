using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>A merger of two groups.</summary>
/// <param name="First">
/// The first group: a sample, from 0 to n − 1, or n + i for that of the merger i. It has the lower number.
/// </param>
/// <param name="Second">The second group.</param>
/// <param name="Distance">How far they were from one another.</param>
/// <param name="Samples">The number of samples in both.</param>
public sealed record Merger(int First, int Second, double Distance, int Samples);

/// <summary>Holds the hierarchy of groups that <see cref="Agglomeration"/> found.</summary>
public sealed class AgglomerationFit
{
    private readonly int samples;
    private readonly TreeEdge[] edges;

    internal AgglomerationFit(IEnumerable<TreeEdge> edges, int samples)
    {
        this.samples = samples;
        this.edges = [.. edges.OrderBy(edge => edge.Weight)];
        var mergers = new List<Merger>();
        var sets = new DisjointSets(samples);
        int[] names = [.. Enumerable.Range(0, samples)], sizes = [.. Enumerable.Repeat(1, samples)];
        foreach (TreeEdge edge in this.edges)
        {
            int from = sets.RootOf(edge.From), to = sets.RootOf(edge.To), size = sizes[from] + sizes[to];
            mergers.Add(new Merger(
                Math.Min(names[from], names[to]), Math.Max(names[from], names[to]), edge.Weight, size));
            sets.Unite(from, to);
            (names[sets.RootOf(from)], sizes[sets.RootOf(from)]) = (samples + mergers.Count - 1, size);
        }

        Mergers = mergers;
    }

    /// <summary>Gets the n − 1 mergers in the order of their distances, as rows of SciPy's <c>linkage</c>.</summary>
    public IReadOnlyList<Merger> Mergers { get; }

    /// <summary>Returns the group of each sample where there are so many, numbered by their first samples.</summary>
    /// <param name="groups">The number of groups, from 1 to the number of samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer samples, or no group is wanted.</exception>
    public int[] Cut(int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, samples);
        return Labels(samples - groups);
    }

    /// <summary>Returns the group of each sample when all groups within a distance have merged.</summary>
    /// <param name="distance">The distance, included.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public int[] CutAt(double distance)
    {
        if (!(distance >= 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(distance), distance, "The distance must not be negative.");
        }

        return Labels(edges.Count(edge => edge.Weight <= distance));
    }

    private int[] Labels(int mergers)
    {
        var sets = new DisjointSets(samples);
        foreach (TreeEdge edge in edges.Take(mergers))
        {
            sets.Unite(edge.From, edge.To);
        }

        int[] labels = new int[samples];
        int groups = 0;
        for (int i = 0; i < samples; i++)
        {
            // The first of a set is its root.
            int root = sets.RootOf(i);
            labels[i] = root == i ? groups++ : labels[root];
        }

        return labels;
    }
}
