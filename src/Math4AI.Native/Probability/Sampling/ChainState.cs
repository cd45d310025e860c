namespace Math4AI.Probability.Sampling;

/// <summary>Where a chain was left.</summary>
/// <param name="Position">z.</param>
/// <param name="InverseMass">M⁻¹: its diagonal, or all of it.</param>
/// <param name="StepSize">ε.</param>
/// <param name="Random">The state of its random numbers.</param>
internal sealed record ChainState(double[] Position, double[] InverseMass, double StepSize, ulong Random);
