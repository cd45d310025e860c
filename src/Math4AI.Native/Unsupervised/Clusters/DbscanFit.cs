namespace Math4AI.Unsupervised.Clusters;

/// <summary>Holds the clusters that <see cref="Dbscan"/> found.</summary>
public sealed class DbscanFit
{
    /// <summary>The label of a sample in no cluster.</summary>
    public const int Noise = -1;

    internal DbscanFit(int[] labels, bool[] isCore, int clusters) =>
        (Labels, IsCore, Clusters) = (labels, isCore, clusters);

    /// <summary>Gets the cluster of each sample, from 0; <see cref="Noise"/> for none.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Gets whether each sample is a core: enough others lie within the radius.</summary>
    public IReadOnlyList<bool> IsCore { get; }

    /// <summary>Gets the number of clusters.</summary>
    public int Clusters { get; }

    /// <summary>Gets what to know before the clusters are trusted, in a sentence; null for nothing.</summary>
    public string? Warning => Clusters == 0
        ? "Every sample is noise: the radius is smaller than the distances of close samples, so allow a larger one."
        : Clusters == 1 && !Labels.Contains(Noise)
            ? "All samples are one cluster: the radius reaches across any gap, so try a smaller one."
            : null;
}
