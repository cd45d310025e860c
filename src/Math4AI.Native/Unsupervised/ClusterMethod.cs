namespace Math4AI.Unsupervised;

/// <summary>How the clusters of the rows of a table are found.</summary>
public enum ClusterMethod
{
    /// <summary>
    /// <see cref="Clusters.GaussianMixture"/>: groups of any size and stretch, and the probability of each.
    /// </summary>
    Mixture,

    /// <summary><see cref="Clusters.KMeans"/>: round groups of like size.</summary>
    KMeans,

    /// <summary><see cref="Hierarchies.Agglomeration"/> by <see cref="Hierarchies.Linkage.Ward"/>.</summary>
    Ward,

    /// <summary><see cref="Hierarchies.Agglomeration"/> by <see cref="Hierarchies.Linkage.Single"/>.</summary>
    Single,

    /// <summary><see cref="Hierarchies.Agglomeration"/> by <see cref="Hierarchies.Linkage.Complete"/>.</summary>
    Complete,

    /// <summary><see cref="Hierarchies.Agglomeration"/> by <see cref="Hierarchies.Linkage.Average"/>.</summary>
    Average,

    /// <summary><see cref="Hierarchies.Hdbscan"/>: dense regions of any form; other rows are in none.</summary>
    Hdbscan,

    /// <summary><see cref="Clusters.Dbscan"/>: regions of one density and any form; other rows are in none.</summary>
    Dbscan,
}
