namespace Math4AI.Separation;

/// <summary>Reports how far a separation is.</summary>
/// <param name="Stage">
/// The stage, such as "whiten", "search" or "solve"; for rooms "short window", "long window" and so on.
/// </param>
/// <param name="Iteration">The number of the iteration over all stages, from 1; 0 at the beginning of a stage.</param>
/// <param name="Change">
/// The change that the last iteration made, in the unit of the tolerance; NaN at the beginning of a stage.
/// </param>
public readonly record struct SeparationProgress(string Stage, int Iteration, double Change);
