using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>How samples merge as the allowed distance grows; all that merge at one distance merge at once.</summary>
internal sealed class MergeTree
{
    private readonly List<Node> nodes;

    private MergeTree(int samples) => nodes = [.. Enumerable.Range(0, samples).Select(_ => new Node(0.0, 1, null))];

    /// <summary>Gets the node that holds all samples.</summary>
    public int Root => nodes.Count - 1;

    /// <summary>Builds the tree from the edges of a spanning tree.</summary>
    public static MergeTree Of(IEnumerable<TreeEdge> edges, int samples)
    {
        var tree = new MergeTree(samples);
        var sets = new DisjointSets(samples);
        int[] top = [.. Enumerable.Range(0, samples)];
        foreach (TreeEdge edge in edges.OrderBy(edge => edge.Weight))
        {
            int from = top[sets.RootOf(edge.From)], to = top[sets.RootOf(edge.To)];
            sets.Unite(edge.From, edge.To);
            top[sets.RootOf(edge.From)] = tree.Merge(from, to, edge.Weight);
        }

        return tree;
    }

    public double WeightOf(int node) => nodes[node].Weight;

    public int SizeOf(int node) => nodes[node].Size;

    /// <summary>Returns the nodes that merge into a node; none for a sample.</summary>
    public IReadOnlyList<int> ChildrenOf(int node) => (IReadOnlyList<int>?)nodes[node].Children ?? [];

    /// <summary>Returns the samples of a node, which has the number of the sample where it is one.</summary>
    public IEnumerable<int> SamplesOf(int node)
    {
        var open = new Stack<int>([node]);
        while (open.TryPop(out int at))
        {
            if (nodes[at].Children is not { } children)
            {
                yield return at;
                continue;
            }

            foreach (int child in children)
            {
                open.Push(child);
            }
        }
    }

    private int Merge(int first, int second, double weight)
    {
        List<int> a = PartsAt(first, weight), b = PartsAt(second, weight);
        (List<int> longer, List<int> shorter) = a.Count >= b.Count ? (a, b) : (b, a);
        longer.AddRange(shorter);
        nodes.Add(new Node(weight, nodes[first].Size + nodes[second].Size, longer));
        return nodes.Count - 1;
    }

    /// <summary>A node that itself merged at this distance is one merger with the new one.</summary>
    private List<int> PartsAt(int node, double weight) =>
        nodes[node].Children is { } children && nodes[node].Weight == weight ? children : [node];

    private readonly record struct Node(double Weight, int Size, List<int>? Children);
}
