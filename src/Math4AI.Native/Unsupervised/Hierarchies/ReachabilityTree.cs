using Math4AI.Probability.Neighbors;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// A minimum spanning tree of samples under mutual reachability, max(c(x), c(y), ‖x − y‖) with c the distance to the
/// m-th nearest. Exact, by Borůvka's rounds: most edges are among lists of near neighbors, which prove themselves
/// where they are shorter than what the lists leave out; what then is still apart is joined by one comparison of all
/// pairs. Source: O. Borůvka (1926), as in J. Nešetřil, E. Milková, H. Nešetřilová, "Otakar Borůvka on minimum spanning
/// tree problem", Discrete Mathematics 233 (2001).
/// </summary>
internal sealed class ReachabilityTree
{
    // Longer lists prove more edges; a comparison of all pairs costs about as much as finding the lists.
    private const int MinListed = 32;

    // So many parts that the table of their pairs stays below 64 MB.
    private const int MaxParts = 2048;

    private readonly NearestNeighbors near;
    private readonly Matrix<double> samples;
    private readonly DisjointSets sets;
    private readonly List<TreeEdge> edges = [];
    private readonly bool isListComplete;

    private ReachabilityTree(NeighborSearch search, Matrix<double> samples, int minSamples)
    {
        this.samples = samples;
        int count = samples.RowCount;
        int listed = Math.Min(count - 1, Math.Max(minSamples - 1, MinListed));
        near = search.Nearest(listed);
        isListComplete = listed == count - 1;
        int core = Math.Min(minSamples - 1, listed);
        Cores = [.. Enumerable.Range(0, count).Select(i => core == 0 ? 0.0 : near.Distances(i)[core - 1])];
        sets = new DisjointSets(count);
    }

    /// <summary>Gets the distance of each sample to its m-th nearest, itself counted as the first.</summary>
    public double[] Cores { get; }

    /// <summary>Gets the edges, in no order.</summary>
    public IReadOnlyList<TreeEdge> Edges => edges;

    /// <summary>Finds the tree.</summary>
    /// <param name="search">The search among the samples.</param>
    /// <param name="samples">Two samples or more.</param>
    /// <param name="minSamples">m, itself included.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public static ReachabilityTree Of(
        NeighborSearch search, Matrix<double> samples, int minSamples, CancellationToken cancellation)
    {
        var tree = new ReachabilityTree(search, samples, minSamples);
        while (tree.JoinListed())
        {
            cancellation.ThrowIfCancellationRequested();
        }

        while (tree.edges.Count < samples.RowCount - 1)
        {
            tree.JoinAllPairs(cancellation);
        }

        return tree;
    }

    /// <summary>Joins each part to its nearest other one where the lists prove which that is.</summary>
    private bool JoinListed()
    {
        int count = Cores.Length;
        var shortest = new TreeEdge[count];
        Array.Fill(shortest, new TreeEdge(-1, -1, double.PositiveInfinity));
        double[] unlisted = new double[count];
        Array.Fill(unlisted, double.PositiveInfinity);
        for (int i = 0; i < count; i++)
        {
            int root = sets.RootOf(i);
            ReadOnlySpan<int> others = near.Of(i);
            ReadOnlySpan<double> distances = near.Distances(i);
            for (int k = 0; k < others.Length; k++)
            {
                int other = sets.RootOf(others[k]);
                if (other != root)
                {
                    double weight = Math.Max(distances[k], Math.Max(Cores[i], Cores[others[k]]));
                    var edge = new TreeEdge(i, others[k], weight);
                    shortest[root] = weight < shortest[root].Weight ? edge : shortest[root];
                    shortest[other] = weight < shortest[other].Weight ? edge : shortest[other];
                }
            }

            double least = isListComplete ? double.PositiveInfinity : Math.Max(Cores[i], distances[^1]);
            unlisted[root] = Math.Min(unlisted[root], least);
        }

        return Join(shortest.Where((edge, root) => edge.From >= 0 && edge.Weight <= unlisted[root]));
    }

    private void JoinAllPairs(CancellationToken cancellation)
    {
        int[] roots = [.. Enumerable.Range(0, Cores.Length).Select(sets.RootOf)];
        int[] order = [.. Enumerable.Range(0, roots.Length).OrderBy(i => roots[i])];
        int[] parts = new int[order.Length];
        for (int i = 1; i < order.Length; i++)
        {
            parts[i] = parts[i - 1] + (roots[order[i]] == roots[order[i - 1]] ? 0 : 1);
        }

        int count = parts[^1] + 1;
        CrossingEdges crossing =
            count <= MaxParts ? new CrossingEdges.OfPairs(count) : new CrossingEdges.OfParts(count);
        new AllPairs(samples, Cores, order, parts).Offer(crossing, cancellation);
        Join(crossing.Edges);
    }

    /// <summary>
    /// Adds edges in the order of their weights unless their ends are joined already. Each was the shortest that leaves
    /// some part; in this order it still is the shortest that leaves what the part has become.
    /// </summary>
    private bool Join(IEnumerable<TreeEdge> candidates)
    {
        int before = edges.Count;
        foreach (TreeEdge edge in candidates.OrderBy(edge => edge.Weight))
        {
            if (sets.RootOf(edge.From) != sets.RootOf(edge.To))
            {
                sets.Unite(edge.From, edge.To);
                edges.Add(edge);
            }
        }

        return edges.Count > before;
    }
}
