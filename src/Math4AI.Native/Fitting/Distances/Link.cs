using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// A link g between the expected value μ of y and what the model gives, f = g(μ). Source: P. McCullagh and J. Nelder,
/// "Generalized Linear Models", 2nd ed. (1989), section 2.2.
/// </summary>
/// <param name="Name">The name, as <c>math4ai fit --link</c> takes it.</param>
/// <param name="Predict">g(μ).</param>
/// <param name="Mean">μ = g⁻¹(f).</param>
/// <param name="Slope">dμ/df at f.</param>
public sealed record Link(
    string Name, Func<double, double> Predict, Func<double, double> Mean, Func<double, double> Slope)
{
    /// <summary>Gets f = μ.</summary>
    public static Link Identity { get; } = new("identity", mean => mean, f => f, _ => 1.0);

    /// <summary>Gets f = log μ.</summary>
    public static Link Log { get; } = new("log", Math.Log, Math.Exp, Math.Exp);

    /// <summary>Gets f = log(μ/(1 − μ)), the log-odds.</summary>
    public static Link Logit { get; } = new(
        "logit", mean => Math.Log(mean / (1.0 - mean)), Sigmoid, f => Sigmoid(f) * Sigmoid(-f));

    /// <summary>Gets f = Φ⁻¹(μ), with the normal distribution function Φ.</summary>
    public static Link Probit { get; } = new(
        "probit",
        mean => Normal.InvCDF(0.0, 1.0, mean),
        f => 0.5 * SpecialFunctions.Erfc(-f / Constants.Sqrt2),
        f => Math.Exp(-0.5 * f * f) * Constants.InvSqrt2Pi);

    /// <summary>Gets f = log(−log(1 − μ)), the complementary log-log.</summary>
    public static Link ComplementaryLogLog { get; } = new(
        "cloglog",
        mean => Math.Log(-double.LogP1(-mean)),
        f => 1.0 - Math.Exp(-Math.Exp(f)),
        f => Math.Exp(f - Math.Exp(f)));

    /// <summary>Gets f = √μ; the sign of f does not count.</summary>
    public static Link SquareRoot { get; } = new("sqrt", Math.Sqrt, f => f * f, f => 2.0 * f);

    /// <summary>Gets f = 1/μ.</summary>
    public static Link Inverse { get; } = new("inverse", mean => 1.0 / mean, f => 1.0 / f, f => -1.0 / (f * f));

    /// <summary>Gets the links by name.</summary>
    public static IReadOnlyDictionary<string, Link> All { get; } =
        new[] { Identity, Log, Logit, Probit, ComplementaryLogLog, SquareRoot, Inverse }.ToDictionary(link =>
            link.Name);

    /// <summary>Returns the link of a name.</summary>
    /// <param name="name">A name in <see cref="All"/>.</param>
    /// <exception cref="FormatException">There is no such link; the message names those that there are.</exception>
    public static Link Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.TryGetValue(name, out Link? link)
            ? link
            : throw new FormatException($"There is no link '{name}'; choose one of: {string.Join(", ", All.Keys)}.");
    }

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    private static double Sigmoid(double f) => 1.0 / (1.0 + Math.Exp(-f));
}
