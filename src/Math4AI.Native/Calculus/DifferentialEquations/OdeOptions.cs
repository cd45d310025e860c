using Math4AI.Runtime;

namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>Specifies how differential equations are integrated; the defaults suit most systems.</summary>
public sealed record OdeOptions
{
    /// <summary>Gets the method. The default is <see cref="OdeMethod.Auto"/>.</summary>
    public OdeMethod Method { get; init; } = OdeMethod.Auto;

    /// <summary>Gets the largest relative error of a step, for every state.</summary>
    public double RelativeTolerance { get; init; } = 1e-10;

    /// <summary>
    /// Gets the largest absolute error of a step, in units of y; null for the relative tolerance times a thousandth of
    /// the largest value that the state has had so far, or 1e-12 of the largest of all states.
    /// </summary>
    public double? AbsoluteTolerance { get; init => field = Setting.AtLeast(value, 0.0); }

    /// <summary>Gets the largest number of steps.</summary>
    public int MaxSteps { get; init => field = Setting.AtLeast(value, 1); } = 100_000;

    internal void Check()
    {
        if (!(RelativeTolerance is > 1e-14 and < 1.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(RelativeTolerance), RelativeTolerance,
                "The relative tolerance lies between 1e-14 and 1.");
        }
    }
}

/// <summary>Specifies how differential equations are integrated.</summary>
public enum OdeMethod
{
    /// <summary>The explicit method, and from where the system turns out to be stiff the implicit one.</summary>
    Auto,

    /// <summary>The explicit Runge–Kutta method 5(4) of Dormand and Prince.</summary>
    Explicit,

    /// <summary>The implicit Runge–Kutta method Radau IIA of order 5, for stiff systems.</summary>
    Stiff,
}
