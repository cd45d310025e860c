using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Math4AI.Probability.Sampling;

/// <summary>
/// Parameters that add up to 1, as shares θ = y/S of numbers y above 0, S = Σ y. With S from the gamma distribution of
/// shape K, log p(y) = log p(θ) − S − log Γ(K): S^(K − 1) of its density is also the Jacobian of y = S θ.
/// </summary>
internal sealed class Simplex(int[] members)
{
    private double sum = 1.0;

    public int[] Members => members;

    /// <summary>The groups of a density.</summary>
    /// <exception cref="ArgumentException">
    /// A name is not there, or in two groups; or a group has fewer than two.
    /// </exception>
    public static Simplex[] AllOf(LogDensity density)
    {
        var names = density.Names.ToList();
        int[][] groups = [.. density.Simplices.Select(group => group.Select(name => names.IndexOf(name)).ToArray())];
        if (groups.Length > 0
            && (groups.Any(group => group.Length < 2 || group.Contains(-1))
                || groups.SelectMany(group => group).Distinct().Count() < groups.Sum(group => group.Length)))
        {
            throw new ArgumentException(
                "Each group of parameters that add up to 1 takes two names or more of the density, each in one group.");
        }

        return [.. groups.Select(group => new Simplex(group))];
    }

    /// <summary>The ranges of the parameters, those of y where they add up to 1.</summary>
    /// <exception cref="ArgumentException">One that adds up to 1 has bounds of its own.</exception>
    public static IReadOnlyList<(double Lower, double Upper)> BoundsOf(LogDensity density, Simplex[] simplices)
    {
        (double Lower, double Upper)[] bounds = [.. density.Bounds];
        foreach (int j in simplices.SelectMany(simplex => simplex.Members))
        {
            if (bounds[j].Lower > 0.0 || bounds[j].Upper < 1.0)
            {
                throw new ArgumentException(
                    $"The bounds of '{density.Names[j]}' are {bounds[j].Lower} and {bounds[j].Upper}: a parameter that "
                    + "adds up to 1 with others has none of its own.");
            }

            bounds[j] = (0.0, double.PositiveInfinity);
        }

        return bounds;
    }

    /// <summary>Replaces y by θ, and returns −S − log Γ(K).</summary>
    public double ToShares(Span<double> parameters)
    {
        sum = 0.0;
        foreach (int j in members)
        {
            sum += parameters[j];
        }

        foreach (int j in members)
        {
            parameters[j] /= sum;
        }

        return -sum - SpecialFunctions.GammaLn(members.Length);
    }

    /// <summary>Replaces derivatives by θ by those by y, of all that <see cref="ToShares"/> returns too.</summary>
    public void ToSlopes(ReadOnlySpan<double> parameters, Span<double> slopes)
    {
        double mean = 0.0;
        foreach (int j in members)
        {
            mean += slopes[j] * parameters[j];
        }

        foreach (int j in members)
        {
            slopes[j] = (slopes[j] - mean) / sum - 1.0;
        }
    }

    /// <summary>Draws S for u = log θ.</summary>
    public void DrawSum(double[] u, System.Random random)
    {
        double log = Math.Log(Gamma.Sample(random, members.Length, 1.0));
        foreach (int j in members)
        {
            u[j] += log;
        }
    }
}
