
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
    private const double Tiny = 1e-100;

    /// <summary>Gets ∂d/∂ log s, where the distance has an unknown scale s.</summary>
    public double ScaleSlope { get; init; }

    /// <summary>Gets the expected second derivative by log s, where the distance has an unknown scale s.</summary>
    public double ScaleCurvature { get; init; }

    /// <summary>
    /// The same with a curvature for every sample that pulls: where that is 0 or less but the slope is not, as of a
    /// straight line, the one of the parabola through the slope that has its minimum at y.
    /// </summary>
    internal Expansion Convex(double residual) =>
        Curvature > 0.0 || Slope == 0.0 ? this
            : this with { Curvature = Math.Abs(Slope) / Math.Max(Math.Abs(residual), Tiny) };
}
