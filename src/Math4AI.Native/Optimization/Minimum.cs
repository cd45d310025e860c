using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>What a minimiser found, and the work it did.</summary>
public sealed record Minimum
{
    /// <summary>The method's name.</summary>
    public required string Method { get; init; }

    /// <summary>θ*.</summary>
    public required Vector<double> Parameters { get; init; }

    /// <summary>C(θ*).</summary>
    public required double Cost { get; init; }

    /// <summary>max |∂C/∂θ_i| at θ*, over the parameters that no bound holds; NaN for methods without a gradient.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>How it ended.</summary>
    public required Termination Termination { get; init; }

    /// <summary>The steps that were taken.</summary>
    public required int Iterations { get; init; }

    /// <summary>How often the cost was evaluated alone.</summary>
    public required int Evaluations { get; init; }

    /// <summary>How often its gradient, or residuals and Jacobian, were evaluated.</summary>
    public required int GradientEvaluations { get; init; }

    /// <summary>The points that were passed, where they were asked for.</summary>
    public IReadOnlyList<Vector<double>> Path { get; init; } = [];

    /// <summary>The seconds it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether it ended at a minimum.</summary>
    public bool IsConverged => Termination is Termination.Converged or Termination.Direct;

    /// <summary>This result, where it is one.</summary>
    /// <exception cref="InvalidOperationException">It did not converge; the message says why.</exception>
    public Minimum ThrowIfNotConverged() =>
        IsConverged
            ? this
            : throw new InvalidOperationException(
                $"{Method} ended with {Termination} after {Iterations} iterations, at cost {Cost:G6} and gradient norm "
                + $"{GradientNorm:G3}.");
}
