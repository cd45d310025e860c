using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>Holds the clusters that <see cref="Hdbscan"/> found.</summary>
public sealed class HdbscanFit
{
    internal HdbscanFit(ClusterTree tree)
    {
        (int[] chosen, double[] ends) = Ancestors(tree);
        int[] numbers = Numbers(tree, chosen);
        int count = tree.Last.Count;
        int[] labels = new int[count];
        double[] strengths = new double[count], scores = new double[count];
        for (int i = 0; i < count; i++)
        {
            int last = tree.Last[i], cluster = chosen[last];
            labels[i] = cluster < 0 ? DbscanFit.Noise : numbers[cluster];
            strengths[i] = cluster < 0 ? 0.0 : Math.Min(1.0, tree.Densities[i] / tree.Clusters[cluster].End);
            scores[i] = ends[last] > 0.0 ? 1.0 - tree.Densities[i] / ends[last] : 0.0;
        }

        (Labels, Strengths, OutlierScores) = (labels, strengths, scores);
        Stabilities =
        [
            .. Enumerable.Range(0, numbers.Length).Where(i => numbers[i] >= 0).OrderBy(i => numbers[i])
                .Select(i => tree.Clusters[i].Stability),
        ];
    }

    /// <summary>
    /// Gets the cluster of each sample, from 0 in the order of their first samples; <see cref="DbscanFit.Noise"/> for
    /// none.
    /// </summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>
    /// Gets how firmly each sample belongs to its cluster: the density at which it leaves, in units of that at which
    /// the last ones do, at most 1; 0 for noise.
    /// </summary>
    public IReadOnlyList<double> Strengths { get; }

    /// <summary>
    /// Gets how far each sample lies outside of what it belongs to: 1 − the density at which it leaves its last
    /// cluster, in units of the highest density within that cluster; 0 for the densest samples. Source: R. Campello, D.
    /// Moulavi, A. Zimek, J. Sander, "Hierarchical density estimates for data clustering, visualization, and outlier
    /// detection", ACM TKDD 10 (2015), GLOSH.
    /// </summary>
    public IReadOnlyList<double> OutlierScores { get; }

    /// <summary>
    /// Gets the stability of each cluster: Σ (density at which a sample leaves − density at which the cluster began).
    /// </summary>
    public IReadOnlyList<double> Stabilities { get; }

    /// <summary>Gets the number of clusters.</summary>
    public int Clusters => Stabilities.Count;

    /// <summary>Gets what to know before the clusters are trusted, in a sentence; null for nothing.</summary>
    public string? Warning => Clusters == 0
        ? "No cluster stands apart: the samples form one group or none, or every group is smaller than asked for."
        : null;

    /// <summary>
    /// For each cluster the chosen one that it is or lies within, or -1, and the highest density in it.
    /// </summary>
    private static (int[] Chosen, double[] Ends) Ancestors(ClusterTree tree)
    {
        bool[] isChosen = tree.MostStable();
        int[] chosen = new int[isChosen.Length];
        double[] ends = [.. tree.Clusters.Select(cluster => cluster.End)];
        for (int i = 0; i < chosen.Length; i++)
        {
            int parent = tree.Clusters[i].Parent;
            chosen[i] = isChosen[i] ? i : parent < 0 ? -1 : chosen[parent];
        }

        for (int i = chosen.Length - 1; i > 0; i--)
        {
            int parent = tree.Clusters[i].Parent;
            ends[parent] = Math.Max(ends[parent], ends[i]);
        }

        return (chosen, ends);
    }

    private static int[] Numbers(ClusterTree tree, int[] chosen)
    {
        int[] numbers = new int[chosen.Length];
        Array.Fill(numbers, -1);
        int next = 0;
        foreach (int cluster in tree.Last.Select(last => chosen[last]))
        {
            if (cluster >= 0 && numbers[cluster] < 0)
            {
                numbers[cluster] = next++;
            }
        }

        return numbers;
    }
}
