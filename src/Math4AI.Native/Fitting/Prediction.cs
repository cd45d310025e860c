using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>Predictions with bands.</summary>
/// <param name="Mean">The expected y: f(x, θ*), of logistic and Poisson fits what belongs to f.</param>
/// <param name="Confidence">Where the mean lies.</param>
/// <param name="Observation">Where a new observation lies; NaN where the noise is that of counts or classes.</param>
public sealed record Prediction(Vector<double> Mean, IReadOnlyList<Interval> Confidence, IReadOnlyList<Interval> Observation);
