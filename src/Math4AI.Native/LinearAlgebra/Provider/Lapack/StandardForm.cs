namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// The standard form of a block [a b; c d]: c = 0 where its eigenvalues are real, a = d and b c &lt; 0 where they are a
/// conjugate pair. The formulas of LAPACK's <c>dlanv2</c>, which keep the digits of nearly equal eigenvalues.
/// </summary>
internal static class StandardForm
{
    private const double NearlyEqual = 4.0 * 2.220446049250313e-16;

    /// <summary>Replaces the block by [cos sin; −sin cos] [a b; c d] [cos −sin; sin cos].</summary>
    public static (double Cos, double Sin) Of(ref double a, ref double b, ref double c, ref double d)
    {
        if (c == 0.0)
        {
            return (1.0, 0.0);
        }

        if (b == 0.0)
        {
            (a, b, c, d) = (d, -c, 0.0, a);
            return (0.0, 1.0);
        }

        if (a == d && Math.Sign(b) != Math.Sign(c))
        {
            return (1.0, 0.0);
        }

        double half = (a - d) / 2.0, larger = Math.Max(Math.Abs(b), Math.Abs(c));
        double smaller = Math.Min(Math.Abs(b), Math.Abs(c)) * Math.Sign(b) * Math.Sign(c);
        double scale = Math.Max(Math.Abs(half), larger);
        double discriminant = half / scale * half + larger / scale * smaller;
        if (discriminant < NearlyEqual)
        {
            return EqualDiagonal(ref a, ref b, ref c, ref d);
        }

        double shift = half + Math.CopySign(Math.Sqrt(scale) * Math.Sqrt(discriminant), half);
        (double radius, double below) = (double.Hypot(c, shift), c);
        (a, d) = (d + shift, d - larger / shift * smaller);
        (b, c) = (b - c, 0.0);
        return (shift / radius, below / radius);
    }

    private static (double Cos, double Sin) EqualDiagonal(ref double a, ref double b, ref double c, ref double d)
    {
        double sum = b + c, difference = a - d, radius = double.Hypot(sum, difference);
        double cos = Math.Sqrt(0.5 * (1.0 + Math.Abs(sum) / radius));
        double sin = -(difference / 2.0 / (radius * cos)) * (sum < 0.0 ? -1.0 : 1.0);
        (double aa, double bb, double cc, double dd) =
            (a * cos + b * sin, b * cos - a * sin, c * cos + d * sin, d * cos - c * sin);
        (b, c) = (bb * cos + dd * sin, cc * cos - aa * sin);
        a = d = (aa * cos + cc * sin + dd * cos - bb * sin) / 2.0;
        if (c == 0.0)
        {
            return (cos, sin);
        }

        if (b == 0.0)
        {
            (b, c) = (-c, 0.0);
            return (-sin, cos);
        }

        if (Math.Sign(b) != Math.Sign(c))
        {
            return (cos, sin);
        }

        // Real after all: one more rotation.
        double rootB = Math.Sqrt(Math.Abs(b)), rootC = Math.Sqrt(Math.Abs(c)), root = Math.Sqrt(Math.Abs(b + c));
        double distance = Math.CopySign(rootB * rootC, c);
        (a, d) = (a + distance, d - distance);
        (b, c) = (b - c, 0.0);
        (double cosine, double sine) = (rootB / root, rootC / root);
        return (cos * cosine - sin * sine, cos * sine + sin * cosine);
    }
}
