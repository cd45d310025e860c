namespace Math4AI.Fitting.Starts;

/// <summary>
/// log₁₀ of the magnitude of a part of a formula: a constant plus multiples of those of the parameters.
/// </summary>
internal readonly struct LinearForm(double constant, double[] factors)
{
    public double Constant => constant;

    public double[] Factors => factors;

    public bool IsConstant => factors.All(factor => factor == 0.0);

    public static LinearForm operator +(LinearForm a, LinearForm b) => Combine(a, 1.0, b, 1.0);

    public static LinearForm operator -(LinearForm a, LinearForm b) => Combine(a, 1.0, b, -1.0);

    public static LinearForm operator *(double factor, LinearForm a) => Combine(a, factor, a, 0.0);

    private static LinearForm Combine(LinearForm a, double first, LinearForm b, double second) =>
        new(first * a.Constant
            + second * b.Constant, [.. a.Factors.Zip(b.Factors, (left, right) => first * left + second * right)]);
}
