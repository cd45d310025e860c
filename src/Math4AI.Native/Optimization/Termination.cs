namespace Math4AI.Optimization;

/// <summary>
/// Describes how an iteration ended: what happened, and what to do about it. The members are the endings of the methods
/// of this library; a <see cref="Minimizer"/> of your own may have others.
/// </summary>
/// <param name="Name">The ending's name, for programs to compare.</param>
/// <param name="Happened">One sentence that says what happened.</param>
/// <param name="Advice">One sentence that says what to do; empty where nothing is to be done.</param>
/// <param name="IsConverged">Whether the result is a minimum.</param>
public sealed record Termination(string Name, string Happened, string Advice = "", bool IsConverged = false)
{
    /// <summary>Gets the ending of a method that computes the minimum without iterating.</summary>
    public static Termination Direct { get; } =
        new(nameof(Direct), "The minimum was computed directly, without iterating.", IsConverged: true);

    /// <summary>Gets the ending at a minimum.</summary>
    public static Termination Converged { get; } =
        new(nameof(Converged), "The gradient or the last step is below its tolerance.", IsConverged: true);

    /// <summary>Gets the ending after <see cref="MinimizerOptions.MaxIterations"/>.</summary>
    public static Termination IterationLimit { get; } = new(
        nameof(IterationLimit),
        "The limit on iterations was reached before the tolerances were met.",
        "Allow more iterations, or start closer to the minimum.");

    /// <summary>
    /// Gets the ending where no step lowers the cost by more than rounding error, although the gradient is not small.
    /// </summary>
    public static Termination NoProgress { get; } = new(
        nameof(NoProgress),
        "No step lowers the cost by more than rounding error, although the gradient is above its tolerance.",
        "Check the gradient, bring the parameters to similar sizes, or allow a larger gradient tolerance.");

    /// <summary>Gets the ending where the cost does not depend on every parameter.</summary>
    public static Termination Undetermined { get; } = new(
        nameof(Undetermined),
        "The iteration came to rest where the cost does not determine every parameter.",
        "Start elsewhere, bound the parameters, or leave out one that has no effect of its own.");

    /// <summary>Gets the ending where the cost has no minimum.</summary>
    public static Termination Unbounded { get; } = new(
        nameof(Unbounded),
        "The cost keeps falling without bound: it has no minimum.",
        "Check the sign of the cost, or bound the parameters.");

    /// <summary>Gets the ending where the cost or its gradient is not a finite number at the start.</summary>
    public static Termination BadStart { get; } = new(
        nameof(BadStart), "The cost or its gradient is not a finite number at the start.", "Start elsewhere.");

    /// <summary>Returns what happened and what to do, as sentences.</summary>
    public override string ToString() => Advice.Length == 0 ? Happened : $"{Happened} {Advice}";
}
