namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>Names the ways to compute principal components.</summary>
public enum PrincipalMethod
{
    /// <summary>
    /// By the covariance matrix; by singular values where a wanted variance is below 10⁻⁸ of the largest, or where
    /// there are no more samples than channels.
    /// </summary>
    Automatic,

    /// <summary>
    /// By the eigenvectors of the covariance matrix, in one pass: the fastest for many samples. A variance has an error
    /// of about ε times the largest one.
    /// </summary>
    Covariance,

    /// <summary>
    /// By singular values of the centered samples, in two passes: nothing is squared, so that a standard deviation has
    /// an error of about ε times the largest one.
    /// </summary>
    SingularValues,

    /// <summary>
    /// By a random subspace that each pass improves, for few components of thousands of channels; see <see
    /// cref="RandomizedSvd"/>.
    /// </summary>
    Randomized,
}
