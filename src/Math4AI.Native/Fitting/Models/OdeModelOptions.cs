using Math4AI.Calculus.DifferentialEquations;

namespace Math4AI.Fitting.Models;

/// <summary>How a model of differential equations begins and is integrated.</summary>
public sealed record OdeModelOptions
{
    /// <summary>
    /// Gets the initial values of states, expressions of parameters such as <c>0</c> or <c>dose/v</c>. A state that is
    /// not named begins with a parameter: A with A0.
    /// </summary>
    public IReadOnlyDictionary<string, string> Initial { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the name of the time, a column of the data. The default is t.</summary>
    public string Time { get; init; } = "t";

    /// <summary>
    /// Gets the time at which the initial values hold; null, the default, for 0. No sample may be before it.
    /// </summary>
    public double? StartTime { get; init; }

    /// <summary>Gets method and tolerances of the integration.</summary>
    public OdeOptions Integration { get; init; } = new();
}
