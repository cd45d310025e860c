namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>A method that takes one step.</summary>
internal interface IOdeStepper
{
    /// <summary>The power of the step that the estimated error grows with, inverted.</summary>
    double ErrorExponent { get; }

    /// <summary>Whether another method would take longer steps.</summary>
    bool FindsStiffness { get; }

    /// <summary>Takes a step; returns its error in units of what is allowed, infinite if it is not known.</summary>
    /// <param name="time">t.</param>
    /// <param name="step">h, more than 0.</param>
    /// <param name="z">z(t).</param>
    /// <param name="isRepeated">Whether it is the first step, or follows one that was rejected.</param>
    /// <param name="next">Receives z(t + h).</param>
    double Step(double time, double step, ReadOnlySpan<double> z, bool isRepeated, Span<double> next);

    /// <summary>Is told that the last step was taken.</summary>
    void Accept(double step, ReadOnlySpan<double> next);
}
