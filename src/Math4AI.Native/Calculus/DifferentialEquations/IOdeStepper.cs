namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>A method that takes one step.</summary>
internal interface IOdeStepper
{
    /// <summary>Gets 1/q, where the estimated error grows as the step to the power q.</summary>
    double ErrorExponent { get; }

    /// <summary>Gets whether the method detects that the system has become stiff.</summary>
    bool FindsStiffness { get; }

    /// <summary>Takes a step; returns its error in units of the tolerance, infinite if it is not known.</summary>
    /// <param name="time">t.</param>
    /// <param name="step">h, more than 0.</param>
    /// <param name="z">z(t).</param>
    /// <param name="isRepeated">Whether it is the first step, or follows one that was rejected.</param>
    /// <param name="next">Receives z(t + h).</param>
    double Step(double time, double step, ReadOnlySpan<double> z, bool isRepeated, Span<double> next);

    /// <summary>Receives that the last step was accepted.</summary>
    void Accept(double step, ReadOnlySpan<double> next);
}
