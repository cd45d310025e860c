using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>Holds what a minimizer found, and the work that it took.</summary>
public sealed record Minimum
{
    private const int MaxPrintedParameters = 10;

    /// <summary>Gets the name of the method that found it.</summary>
    public required string Method { get; init; }

    /// <summary>Gets the parameters θ* of the lowest cost found.</summary>
    public required Vector<double> Parameters { get; init; }

    /// <summary>Gets the cost C(θ*).</summary>
    public required double Cost { get; init; }

    /// <summary>
    /// Gets max |∂C/∂θ_i| at θ*, over the parameters that no bound holds; NaN for methods that use no gradient.
    /// </summary>
    public required double GradientNorm { get; init; }

    /// <summary>Gets how the iteration ended.</summary>
    public required Termination Termination { get; init; }

    /// <summary>Gets the number of iterations.</summary>
    public required int Iterations { get; init; }

    /// <summary>Gets how often the cost was evaluated without its gradient.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Gets how often the gradient, or residuals with their Jacobian, were evaluated.</summary>
    public required int GradientEvaluations { get; init; }

    /// <summary>
    /// Gets the points passed, if <see cref="MinimizerOptions.KeepPath"/> is set.
    /// </summary>
    public IReadOnlyList<Vector<double>> Path { get; init; } = [];

    /// <summary>
    /// The parameters that lie on a bound of the search, beyond which the cost would fall further; known of searches
    /// whose bounds the user did not choose.
    /// </summary>
    internal IReadOnlyList<int> Pressed { get; init; } = [];

    /// <summary>Gets the seconds that it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Gets whether the iteration ended at a minimum.</summary>
    public bool IsConverged => Termination.IsConverged;

    /// <summary>Returns this result if it is a minimum.</summary>
    /// <exception cref="InvalidOperationException">It did not converge; the message says what happened and what to
    /// do.</exception>
    public Minimum ThrowIfNotConverged() => IsConverged ? this : throw new InvalidOperationException(ToString());

    /// <summary>Returns the method, how it ended, the work, the cost and the parameters, in one line.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string ended = IsConverged ? "converged" : "did not converge";
        string gradient = double.IsNaN(GradientNorm)
            ? string.Empty
            : string.Create(culture, $", gradient norm {GradientNorm:G3}");
        string values =
            string.Join(", ", Parameters.Take(MaxPrintedParameters).Select(value => value.ToString("G6", culture)));
        string more = Parameters.Count > MaxPrintedParameters ? ", …" : string.Empty;
        string why = IsConverged ? string.Empty : $" {Termination}";
        return string.Create(
            culture, $"{Method} {ended} in {Iterations} iterations: cost {Cost:G6}{gradient}, parameters "
                + $"({values}{more}).{why}");
    }
}
