namespace Math4AI.Kernels.Machines;

/// <summary>A classifier that divides classes by planes in the feature space of a kernel.</summary>
public interface IFeatureSpace
{
    /// <summary>
    /// Gets each pair of classes, by name, and the function whose plane f(x) = 0 divides them; the first class is where
    /// f is positive.
    /// </summary>
    IReadOnlyList<(int First, int Second, SupportVectorFit Machine)> Pairs { get; }
}
