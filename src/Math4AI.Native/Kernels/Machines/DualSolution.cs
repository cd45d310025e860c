namespace Math4AI.Kernels.Machines;

/// <summary>What solved a <see cref="DualProblem"/>.</summary>
/// <param name="Weights">β summed over the variables of each sample: f(x) = Σ_i Weights_i k(x_i, x) + Offset.</param>
/// <param name="Offset">b.</param>
/// <param name="Objective">The dual objective, as LIBSVM prints it.</param>
/// <param name="Violation">By how much the conditions of Karush, Kuhn and Tucker are violated at most.</param>
/// <param name="Iterations">The steps taken.</param>
/// <param name="IsConverged">Whether the violation is within the tolerance.</param>
internal sealed record DualSolution(
    double[] Weights, double Offset, double Objective, double Violation, int Iterations, bool IsConverged);
