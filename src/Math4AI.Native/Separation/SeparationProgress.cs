
namespace Math4AI.Separation;

/// <summary>How far a separation is.</summary>
/// <param name="Stage">What it does, such as "whiten", "search" or "solve"; of rooms "short window", "long window" and so on.</param>
/// <param name="Iteration">The iteration, counted through all stages from 1; 0 where nothing is iterated.</param>
/// <param name="Change">What the last iteration changed, in the unit of the tolerance; NaN where nothing is iterated.</param>
public readonly record struct SeparationProgress(string Stage, int Iteration, double Change);
