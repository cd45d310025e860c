using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>Holds the solution of differential equations at the requested times.</summary>
/// <param name="Times">The times, in order.</param>
/// <param name="States">y, times × states; NaN from where the integration failed.</param>
/// <param name="Sensitivities">
/// ∂y/∂θ, one matrix states × parameters for each time; empty if there are no parameters.
/// </param>
/// <param name="Steps">The number of steps that were taken.</param>
/// <param name="RejectedSteps">The number of steps that were taken again because their error was too large.</param>
/// <param name="StiffFrom">The time from which the implicit method was used; NaN if it was not.</param>
/// <param name="Failure">A sentence that says why the integration ended early; null if it did not.</param>
public sealed record OdeSolution(
    IReadOnlyList<double> Times,
    Matrix<double> States,
    IReadOnlyList<Matrix<double>> Sensitivities,
    int Steps,
    int RejectedSteps,
    double StiffFrom,
    string? Failure)
{
    /// <summary>Gets whether the last time was reached.</summary>
    public bool IsComplete => Failure is null;
}
