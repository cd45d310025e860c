namespace Math4AI.Unsupervised.Clusters;

/// <summary>Says which covariance matrices the components of a Gaussian mixture may have.</summary>
public enum CovarianceShape
{
    /// <summary>Each component has any covariance matrix of its own.</summary>
    Full,

    /// <summary>All components share one covariance matrix.</summary>
    Tied,

    /// <summary>Each component has variances of its own and no covariances.</summary>
    Diagonal,

    /// <summary>Each component has one variance for all channels.</summary>
    Spherical,
}
