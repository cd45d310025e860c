namespace Math4AI.Optimization;

/// <summary>Reports how far a minimizer has come.</summary>
/// <param name="Iteration">The number of the step that begins, from 1.</param>
/// <param name="Cost">The lowest cost seen so far; infinity before the first one.</param>
public readonly record struct MinimizerProgress(int Iteration, double Cost);
