namespace Math4AI.Fitting.Models;

/// <summary>The text that a model was made of, from which it can be made again.</summary>
/// <param name="Formula">The formula; of differential equations, what is observed.</param>
/// <param name="Equations">The differential equations; null if there are none.</param>
/// <param name="Ode">How they begin and are integrated.</param>
internal sealed record ModelText(string Formula, string? Equations = null, OdeModelOptions? Ode = null);
