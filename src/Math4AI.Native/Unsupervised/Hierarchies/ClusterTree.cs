namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// The clusters of all densities at once. From the lowest density on, the longest edges of a spanning tree are taken
/// away, all of one length together; a part of at least so many samples is a cluster, and begins anew where it falls
/// into several such parts.
/// </summary>
internal sealed class ClusterTree
{
    private readonly List<Cluster> clusters = [];
    private readonly int minSize;
    private readonly double[] densities;
    private readonly int[] last;

    /// <summary>Follows the clusters.</summary>
    /// <param name="edges">A minimum spanning tree.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="minSize">The smallest number of samples of a cluster.</param>
    public ClusterTree(IReadOnlyList<TreeEdge> edges, int samples, int minSize)
    {
        this.minSize = minSize;
        densities = new double[samples];
        last = new int[samples];
        double smallest = edges.Where(edge => edge.Weight > 0.0).Select(edge => edge.Weight)
            .DefaultIfEmpty(1.0).Min();
        Follow(MergeTree.Of(edges, samples), smallest);
    }

    /// <summary>Gets the clusters, parents before their children; the first has all samples.</summary>
    public IReadOnlyList<Cluster> Clusters => clusters;

    /// <summary>Gets the density 1 / length at which each sample leaves the last cluster that it was in.</summary>
    public IReadOnlyList<double> Densities => densities;

    /// <summary>Gets the last cluster that each sample was in.</summary>
    public IReadOnlyList<int> Last => last;

    /// <summary>
    /// Returns which clusters have the largest sum of stabilities without one within another; never all samples.
    /// </summary>
    public bool[] MostStable()
    {
        bool[] isChosen = new bool[clusters.Count];
        double[] best = new double[clusters.Count], below = new double[clusters.Count];
        for (int i = clusters.Count - 1; i > 0; i--)
        {
            isChosen[i] = clusters[i].Stability >= below[i];
            best[i] = Math.Max(clusters[i].Stability, below[i]);
            below[clusters[i].Parent] += best[i];
        }

        bool[] isWithin = new bool[clusters.Count];
        for (int i = 1; i < clusters.Count; i++)
        {
            int parent = clusters[i].Parent;
            isWithin[i] = isWithin[parent] || isChosen[parent];
            isChosen[i] &= !isWithin[i];
        }

        return isChosen;
    }

    private void Follow(MergeTree merges, double smallest)
    {
        clusters.Add(new Cluster(-1, 0.0));
        var open = new Stack<(int Node, int Cluster)>([(merges.Root, 0)]);
        while (open.TryPop(out (int Node, int Cluster) at))
        {
            // Equal samples have no density; they count as if they lay at the smallest distance above 0.
            double density = 1.0 / Math.Max(merges.WeightOf(at.Node), smallest);
            Cluster cluster = clusters[at.Cluster];
            cluster.End = Math.Max(cluster.End, density);
            int[] large = [.. merges.ChildrenOf(at.Node).Where(child => merges.SizeOf(child) >= minSize)];
            foreach (int child in merges.ChildrenOf(at.Node))
            {
                if (large.Length != 1 || child != large[0])
                {
                    cluster.Stability += merges.SizeOf(child) * (density - cluster.Begin);
                }

                if (merges.SizeOf(child) < minSize)
                {
                    Leave(merges, child, at.Cluster, density);
                }
            }

            foreach (int child in large)
            {
                open.Push((child, large.Length == 1 ? at.Cluster : clusters.Count));
                if (large.Length > 1)
                {
                    clusters.Add(new Cluster(at.Cluster, density));
                }
            }
        }
    }

    private void Leave(MergeTree merges, int node, int cluster, double density)
    {
        foreach (int sample in merges.SamplesOf(node))
        {
            densities[sample] = density;
            last[sample] = cluster;
        }
    }

    /// <summary>A cluster over the densities at which it is one.</summary>
    /// <param name="parent">The cluster that it was part of; -1 for none.</param>
    /// <param name="begin">The density from which on it is apart.</param>
    public sealed class Cluster(int parent, double begin)
    {
        public int Parent => parent;

        public double Begin => begin;

        /// <summary>Gets or sets the density at which its last samples leave it.</summary>
        public double End { get; set; }

        /// <summary>
        /// Gets or sets Σ (density at which a sample leaves − density at which the cluster begins).
        /// </summary>
        public double Stability { get; set; }
    }
}
