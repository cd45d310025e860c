
namespace Math4AI.Fitting.Distances;

/// <summary>
/// A distance near one prediction: d(f + δ) ≈ Value + Slope δ + ½ Curvature δ², where the curvature is never negative:
/// the second derivative, its expectation, or that of a parabola that lies above d.
/// </summary>
/// <param name="Value">d.</param>
/// <param name="Slope">∂d/∂f.</param>
/// <param name="Curvature">0 or more.</param>
public readonly record struct Expansion(double Value, double Slope, double Curvature)
{
    /// <summary>Gets ∂d/∂ log s, where the distance has an unknown scale s.</summary>
    public double ScaleSlope { get; init; }

    /// <summary>Gets the expected second derivative by log s, where the distance has an unknown scale s.</summary>
    public double ScaleCurvature { get; init; }
}
