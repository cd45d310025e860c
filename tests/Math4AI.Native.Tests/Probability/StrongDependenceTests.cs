using Math4AI.Data.Tables;
using Math4AI.Probability;
using Math4AI.Probability.Information;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>
/// Neighbors cannot show more information than the logarithm of the number of samples: what is more, as that of a
/// function, is a lower bound, and what is a little less has an error that says so.
/// </summary>
public sealed class StrongDependenceTests
{
    [Fact]
    public void A_column_and_its_double_have_at_least_what_so_many_rows_can_show()
    {
        double[] x = Normals(100, 1);
        Estimate found = MutualInformation.Ksg(Columns(x, [.. x.Select(each => 2.0 * each)]));
        Assert.Equal(SpecialFunctions.DiGamma(100) - SpecialFunctions.DiGamma(4), found.Value, 1e-12);
        Assert.True(found.IsLowerBound);
        Assert.Equal(Math.Log(2.0), found.Error, 0.02);
        Assert.Equal(100, found.Samples);
    }

    [Theory]
    [InlineData(100, 2)]
    [InlineData(1000, 6)]
    public void Functions_that_cannot_be_undone_have_lower_bounds_too(int rows, int waves)
    {
        double[] x = Normals(rows, 2);
        Assert.True(MutualInformation.Ksg(Columns(x, [.. x.Select(each => each * each)])).IsLowerBound);
        Assert.True(MutualInformation.Ksg(Columns(x, [.. x.Select(each => Math.Sin(waves * each))])).IsLowerBound);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(1.5)]
    [InlineData(2.0)]
    [InlineData(2.5)]
    public void The_error_of_Gaussian_variables_holds_the_bias_however_much_they_share(double information)
    {
        const int Sets = 40, Rows = 100;
        Estimate[] found = [.. Enumerable.Range(0, Sets).Select(set => OfGaussians(information, Rows, 100 + set))];
        double bias = found.Average(each => each.Value) - information;
        Assert.InRange(Math.Abs(bias), 0.0, found.Average(each => each.Error));
        int bounds = found.Count(each => each.IsLowerBound);
        Assert.True(bounds == 0 || information >= 2.0, $"{bounds} of {Sets} are lower bounds.");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Intervals_of_two_standard_errors_hold_what_is_estimated(double information)
    {
        const int Sets = 60, Rows = 100;
        Estimate[] found = [.. Enumerable.Range(0, Sets).Select(set => OfGaussians(information, Rows, 5000 + set))];
        double mean = found.Average(each => each.Value);
        int held = found.Count(each => Math.Abs(each.Value - mean) < 2.0 * each.StandardError);

        // 95 % of 60 are 57; fewer than 51 come once in 100 such tests.
        Assert.InRange(held, 51, Sets);
    }

    [Fact]
    public void A_table_shows_the_bound_and_says_that_one_column_may_be_a_function_of_another()
    {
        double[] x = Normals(100, 3), y = Normals(100, 4);
        InformationTable found = new TableInformation().Of(Table.OfNumbers(
            [("x", x), ("y", y), ("double", [.. x.Select(each => 2.0 * each)])]));
        Assert.Equal(
            ["x, double"],
            found.Pairs.Where(pair => pair.Information.IsLowerBound).Select(pair => $"{pair.First}, {pair.Second}"));
        Assert.StartsWith("'x' and 'double' have at least the information", found.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_rows_of_two_columns_end_in_advice_that_helps()
    {
        double[] x = Normals(4, 5), y = Normals(4, 6), gaps = [1.0, 2.0, 3.0, double.NaN, double.NaN, double.NaN];
        string Refused(params (string, double[])[] columns) => Assert.Throws<ArgumentException>(
            () => new TableInformation().Of(Table.OfNumbers(columns))).Message;
        Assert.EndsWith("give more rows.", Refused(("x", x), ("y", y)), StringComparison.Ordinal);
        Assert.EndsWith("give more rows.", Refused(("x", x), ("y", y), ("z", x)), StringComparison.Ordinal);
        Assert.EndsWith(
            "(--ignore).",
            Refused(("x", Normals(6, 7)), ("y", Normals(6, 8)), ("gaps", gaps)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Estimates_say_how_many_samples_are_left_without_copies()
    {
        double[] x = Normals(100, 9), y = Normals(100, 10);
        Matrix<double> twice = Columns([.. x, .. x], [.. y, .. y]);
        Assert.Equal(100, MutualInformation.Ksg(twice).Samples);
        Assert.Equal(100, MutualInformation.Test(twice).Samples);
        Matrix<double> first = Columns([.. x, .. x]), second = Columns([.. y, .. y]);
        Assert.Equal(100, MutualInformation.Conditional(first, second, first + second).Samples);
    }

    private static Estimate OfGaussians(double information, int rows, int seed)
    {
        double correlation = Math.Sqrt(1.0 - Math.Exp(-2.0 * information)), rest = Math.Exp(-information);
        double[] x = Normals(rows, seed), noise = Normals(rows, seed + 100_000);
        return MutualInformation.Ksg(Columns(x, [.. x.Zip(noise, (a, b) => correlation * a + rest * b)]));
    }

    private static Matrix<double> Columns(params double[][] columns) =>
        Matrix<double>.Build.DenseOfColumnArrays(columns);

    private static double[] Normals(int count, int seed)
    {
        double[] values = new double[count];
        Normal.Samples(new MersenneTwister(seed, threadSafe: false), values, 0.0, 1.0);
        return values;
    }
}
