using Math4AI.Data.Tables;
using Math4AI.Probability;
using Math4AI.Probability.Information;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>Rows that were written again are no samples of their own; values that repeat by themselves are.</summary>
public sealed class CopiedRowTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public void Independent_rows_that_are_written_twice_stay_independent(int digits)
    {
        (double[] x, double[] y) = Normals(100, digits);
        var twice = Matrix<double>.Build.DenseOfColumnArrays([.. x, .. x], [.. y, .. y]);
        var once = Matrix<double>.Build.DenseOfColumnArrays(x, y);
        Assert.Equal(MutualInformation.Ksg(once), MutualInformation.Ksg(twice));
        Assert.Equal(MutualInformation.Test(once), MutualInformation.Test(twice));
        Assert.True(MutualInformation.Test(twice).PValue > 0.05);
    }

    [Fact]
    public void A_table_says_how_many_of_its_rows_are_copies_and_counts_them_once()
    {
        (double[] x, double[] y) = Normals(100, 15);
        InformationTable found = new TableInformation().Of(Table.OfNumbers(
            [("x", [.. x, .. x]), ("y", [.. y, .. y])]));
        Assert.Equal(100, found.Copies);
        Assert.Equal(100, found.Pairs[0].Rows);
        Assert.True(found.Pairs[0].PValue > 0.05);
        Assert.StartsWith("100 of 200 rows are copies of others in all columns", found.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_in_two_columns_of_a_table_whose_third_tells_them_apart_are_counted_and_said()
    {
        (double[] x, double[] y) = Normals(100, 15);
        (double[] z, _) = Normals(200, 15);
        InformationTable found = new TableInformation().Of(Table.OfNumbers(
            [("x", [.. x, .. x]), ("y", [.. y, .. y]), ("z", z)]));
        Assert.Equal(0, found.Copies);
        Assert.Equal(100, found.Pairs[0].Copies);
        Assert.True(found.Pairs[0].PValue > 0.05);
        Assert.StartsWith("100 of 200 rows are copies of others in 'x' and 'y'", found.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_was_joined_twice_to_a_series_over_time_is_found()
    {
        (_, double[] y) = Normals(150, 15);
        double[] time = [.. Enumerable.Range(0, 150).Select(i => 0.5 * i)];
        int[]? rows = CopiedRows.Distinct([[.. time, .. time[60..]], [.. y, .. y[60..]]]);
        Assert.Equal(Enumerable.Range(0, 150), rows!);
    }

    [Fact]
    public void Values_that_repeat_by_themselves_are_no_copies()
    {
        var random = new MersenneTwister(3);
        double[] Each(int n, Func<double> draw) => [.. Enumerable.Range(0, n).Select(_ => draw())];
        double Normal() => MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0);
        foreach (int n in new[] { 30, 100, 300, 3000 })
        {
            double[] counts = Each(n, () => Poisson.Sample(random, 30.0)), dice = Each(n, () => random.Next(6));
            double[] rounded = Each(n, () => Math.Round(Normal(), 1)), fine = Each(n, () => Math.Round(Normal(), 2));
            double[] zeros = Each(n, () => random.Next(2) * Math.Exp(Normal()));
            double[] numbers = Each(n, () => random.Next(150));
            double[] prices = Each(300, () => Math.Round(Math.Exp(3.0 + Normal()), 2));
            double[] priced = Array.ConvertAll(numbers, number => prices[(int)number]);
            double[] sizes = Each(80, () => Math.Round(60.0 + 400.0 * random.NextDouble(), random.Next(2)));
            double[] engines = Each(n, () => sizes[(int)(80.0 * Math.Pow(random.NextDouble(), 2.0))]);
            double[] Map(double[] of, Func<double, double> map) => Array.ConvertAll(of, x => map(x));
            double[][][] tables =
            [
                [counts, dice], [counts, Map(counts, k => 2.0 * k)], [counts, Map(counts, k => Math.Log(k + 1.0))],
                [Map(counts, k => Math.Log(k + 1.0)), Map(counts, Math.Sqrt)], [rounded, dice], [zeros, dice],
                [rounded, Map(rounded, x => x * x)], [fine, Map(fine, Math.Exp)], [fine, rounded],
                [engines, Map(engines, size => Math.Ceiling(size / 60.0))], [numbers, priced],
                [fine, Map(fine, Math.Sin)], [zeros, Map(zeros, x => Math.Min(x, 2.0))],
            ];
            for (int t = 0; t < tables.Length; t++)
            {
                Assert.True(CopiedRows.Distinct(tables[t]) is null, $"table {t} of {n} rows");
            }
        }
    }

    private static (double[] First, double[] Second) Normals(int n, int digits)
    {
        var random = new MersenneTwister(7);
        double[] Draw() => [.. Enumerable.Range(0, n).Select(
            _ => Math.Round(Normal.Sample(random, 0.0, 1.0), digits))];
        return (Draw(), Draw());
    }
}
