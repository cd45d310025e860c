using Math4AI.Calculus.DifferentialEquations;

namespace Math4AI.Fitting.Models;

/// <summary>Differential equations with parameters, and what is observed of their states.</summary>
internal abstract class OdeEquations
{
    /// <summary>The names of the states.</summary>
    public abstract IReadOnlyList<string> States { get; }

    /// <summary>The names of the parameters of the equations and of what is observed.</summary>
    public abstract IReadOnlyList<string> Parameters { get; }

    /// <summary>The numbers that are observed at a time.</summary>
    public abstract int Outputs { get; }

    /// <summary>The equations at some θ.</summary>
    /// <param name="names">The names of θ, those of <see cref="Parameters"/> among them.</param>
    /// <param name="theta">θ.</param>
    public abstract OdeSystem At(IReadOnlyList<string> names, double[] theta);

    /// <summary>What is observed of many samples, and its derivatives.</summary>
    /// <param name="columns">t and the states, samples × (1 + states), column after column.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="names">The names of θ.</param>
    /// <param name="theta">θ.</param>
    /// <param name="values">Receives samples × outputs, one output after the other.</param>
    /// <param name="jacobian">
    /// Receives the derivatives by θ and by the states, (samples · outputs) × (parameters + states); empty if they are
    /// not asked for.
    /// </param>
    public abstract void Observe(
        double[] columns, int samples, IReadOnlyList<string> names, double[] theta, Span<double> values,
        Span<double> jacobian);
}
