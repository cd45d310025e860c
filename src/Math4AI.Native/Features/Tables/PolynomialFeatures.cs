using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>Monomials of degree 1 to p, each the product of one of lower degree and an input.</summary>
internal sealed class PolynomialFeatures : TableFeatures
{
    private readonly int degree;
    private readonly bool interactionsOnly;

    public PolynomialFeatures(int degree, bool interactionsOnly)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        (this.degree, this.interactionsOnly) = (degree, interactionsOnly);
    }

    public override string Formula => $"{(interactionsOnly ? "interactions" : "poly")}:{degree}";

    protected override FeatureState Learn(Matrix<double> training) => FeatureState.Empty;

    protected override Mapping Of(int inputs, FeatureState state)
    {
        RequireFew(
            interactionsOnly
                ? Enumerable.Range(1, Math.Min(degree, inputs)).Sum(d => SpecialFunctions.Binomial(inputs, d))
                : Math.Exp(SpecialFunctions.BinomialLn(inputs + degree, degree)),
            "use a lower degree or fewer inputs");
        int[][] monomials = [.. Monomials(inputs)];
        return new Mapping(
            samples => Apply(samples, monomials), names => [.. monomials.Select(monomial => NameOf(monomial, names))]);
    }

    /// <summary>The inputs of each monomial, in ascending order, by degree and then by the first input.</summary>
    private IEnumerable<int[]> Monomials(int inputs)
    {
        int[][] last = [[]];
        for (int d = 1; d <= degree && last.Length > 0; d++)
        {
            last = [.. last.SelectMany(shorter =>
            {
                int first = shorter.Length == 0 ? 0 : interactionsOnly ? shorter[^1] + 1 : shorter[^1];
                return Enumerable.Range(first, inputs - first).Select(input => (int[])[.. shorter, input]);
            })];
            foreach (int[] monomial in last)
            {
                yield return monomial;
            }
        }
    }

    private static Matrix<double> Apply(Matrix<double> samples, int[][] monomials)
    {
        Vector<double>[] columns = [.. samples.EnumerateColumns()];
        var features = new List<Vector<double>>(monomials.Length);
        foreach (int[] monomial in monomials)
        {
            Vector<double> product = columns[monomial[0]];
            foreach (int input in monomial.AsSpan(1))
            {
                product = product.PointwiseMultiply(columns[input]);
            }

            features.Add(product);
        }

        Matrix<double> result = Matrix<double>.Build.DenseOfColumnVectors(features);
        return result.Find(value => !double.IsFinite(value)) is { } bad
            ? throw new ArgumentException(
                $"Row {bad.Item1 + 1}: a monomial is beyond the largest number; standardize the inputs first.")
            : result;
    }

    private static string NameOf(int[] monomial, IReadOnlyList<string> names) => string.Join(
        ' ', monomial.GroupBy(input => input).Select(
            group => group.Count() == 1 ? names[group.Key] : $"{names[group.Key]}^{group.Count()}"));
}
