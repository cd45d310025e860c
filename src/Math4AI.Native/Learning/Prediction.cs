using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Learning;

/// <summary>Predictions with bands.</summary>
/// <param name="Mean">f(x, θ*).</param>
/// <param name="Confidence">Half the width of the band for the mean.</param>
/// <param name="Spread">Half the width of the band for a new observation.</param>
public sealed record Prediction(Vector<double> Mean, Vector<double> Confidence, Vector<double> Spread);
