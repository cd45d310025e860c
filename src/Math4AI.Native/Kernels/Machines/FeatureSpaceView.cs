namespace Math4AI.Kernels.Machines;

/// <summary>
/// Samples in the feature space of a kernel, turned so that the dividing plane is seen on edge: it is where <see
/// cref="Distances"/> are 0.
/// </summary>
/// <param name="Distances">
/// The signed distance of each sample from the plane, f(x)/‖w‖; positive on the side of the first class.
/// </param>
/// <param name="Beside">
/// The coordinate of each sample along the direction within the plane in which the samples differ most.
/// </param>
/// <param name="Margin">The distance of the margins f(x) = ±1 from the plane, 1/‖w‖.</param>
public sealed record FeatureSpaceView(IReadOnlyList<double> Distances, IReadOnlyList<double> Beside, double Margin);
