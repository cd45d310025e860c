using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization.Constraints;

/// <summary>Represents bounds on the parameters, lower ≤ θ ≤ upper, which are infinite where there is none.</summary>
/// <param name="Lower">One number a parameter.</param>
/// <param name="Upper">One number a parameter.</param>
public sealed record Bounds(Vector<double> Lower, Vector<double> Upper)
{
    /// <summary>Throws where the box is empty or has another number of parameters.</summary>
    /// <param name="parameters">The number of parameters.</param>
    /// <exception cref="ArgumentException">The message says which bound is wrong.</exception>
    internal void Check(int parameters)
    {
        if (Lower.Count != parameters || Upper.Count != parameters)
        {
            throw new ArgumentException(
                $"There are {Lower.Count} lower and {Upper.Count} upper bounds for {parameters} parameters.");
        }

        for (int i = 0; i < parameters; i++)
        {
            if (!(Lower[i] <= Upper[i]))
            {
                throw new ArgumentException(
                    $"The bounds of parameter {i + 1} are {Lower[i]} and {Upper[i]}: the lower one must not be above "
                    + "the upper.");
            }
        }
    }

    /// <summary>Moves θ to the nearest point of the box.</summary>
    internal void Project(Span<double> parameters)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = Math.Min(Math.Max(parameters[i], Lower[i]), Upper[i]);
        }
    }

    /// <summary>Returns whether θ_i is on a side of the box and −gradient points out of it.</summary>
    internal bool Holds(int i, double parameter, double gradient) =>
        (parameter <= Lower[i] && gradient > 0.0) || (parameter >= Upper[i] && gradient < 0.0);
}
