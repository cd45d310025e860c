using System.Globalization;

namespace Math4AI.Probability.Sampling.Checks;

/// <summary>Writes a direction of parameters as they change together, such as <c>a − 2 b</c>.</summary>
internal static class DirectionName
{
    private const int MaxTerms = 4;
    private const double Negligible = 1e-6;

    /// <summary>Writes a direction.</summary>
    /// <param name="density">It has the names, and the ranges.</param>
    /// <param name="direction">A number for each parameter.</param>
    /// <param name="isUnconstrained">Whether the direction is one of u, such as log a of a range above 0.</param>
    public static string Of(LogDensity density, IReadOnlyList<double> direction, bool isUnconstrained)
    {
        double largest = direction.Max(Math.Abs);

        // Sizes that are equal but for rounding keep the order of the parameters.
        int[] terms = [.. Enumerable.Range(0, direction.Count)
            .Where(j => Math.Abs(direction[j]) > Negligible * largest)
            .OrderByDescending(j => Math.Round(Math.Abs(direction[j]) / largest, 6))];
        double first = terms.Length == 0 ? 1.0 : direction[terms[0]];
        string Term(int j, int place)
        {
            double factor = direction[j] / first;
            string size = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(factor):G3}");
            return (place == 0 ? string.Empty : factor < 0.0 ? " − " : " + ")
                + (size == "1" ? string.Empty : size + " ") + (isUnconstrained ? Mapped(density, j) : density.Names[j]);
        }

        return string.Concat(terms.Take(MaxTerms).Select(Term)) + (terms.Length > MaxTerms ? " …" : string.Empty);
    }

    private static string Mapped(LogDensity density, int parameter)
    {
        (double lower, double upper) = density.Bounds[parameter];
        string name = density.Names[parameter];
        return (double.IsFinite(lower), double.IsFinite(upper)) switch
        {
            (false, false) => name,
            (true, true) => $"logit {name}",
            _ => $"log {name}",
        };
    }
}
