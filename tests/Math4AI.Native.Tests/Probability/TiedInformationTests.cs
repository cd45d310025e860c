using Math4AI.Probability;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>Mutual information of columns with ties: rounded, ordinal, of classes, with many zeros.</summary>
public sealed class TiedInformationTests
{
    private const double OfGaussians = 0.5108256237659907;

    private static (double X, double Y) Correlated(MersenneTwister random)
    {
        double x = Normal.Sample(random, 0.0, 1.0);
        return (x, 0.8 * x + 0.6 * Normal.Sample(random, 0.0, 1.0));
    }

    private static (double X, double Y) Draw(string name, MersenneTwister random)
    {
        double Rounded(double x, double step) => Math.Round(x / step) * step;
        (double x, double y) = Correlated(random);
        switch (name)
        {
            case "the same bit":
                double bit = random.Next(2);
                return (bit, bit);
            case "independent bits":
                return (random.Next(2), random.Next(2));
            case "independent 0 to 13":
                return (random.Next(14), random.Next(14));
            case "independent 0 to 97":
                return (random.Next(98), random.Next(98));
            case "rounded to 0.1":
                return (Rounded(x, 0.1), Rounded(y, 0.1));
            case "zero-inflated":
                return random.NextDouble() < 0.6 ? (x, y) : (0.0, 0.0);
            case "a class and a number":
                double group = random.Next(5);
                return (group, group + 2.0 * random.NextDouble());
            default:
                return (x, y);
        }
    }

    [Theory]
    [InlineData("a class and a number", 1.0549201680, false)]
    [InlineData("independent 0 to 97", 0.0, true)]
    [InlineData("independent 0 to 97", 0.0, false)]
    [InlineData("the same bit", 0.6931471805599453, true)]
    public void What_a_hundred_samples_cannot_tell_is_in_the_error(string name, double expected, bool areCounted)
    {
        const int Sets = 60, Count = 100;
        Estimate[] found = [.. Enumerable.Range(0, Sets).Select(set =>
        {
            var random = new MersenneTwister(1000 + set, threadSafe: false);
            (double X, double Y)[] drawn = [.. Enumerable.Range(0, Count).Select(_ => Draw(name, random))];
            return areCounted
                ? MutualInformation.Discrete([.. drawn.Select(each => each.X)], [.. drawn.Select(each => each.Y)])
                : MutualInformation.Ksg(Matrix<double>.Build.DenseOfRows(
                    drawn.Select(each => (double[])[each.X, each.Y])));
        })];
        double mean = found.Average(each => each.Value), error = found.Average(each => each.Error);
        Assert.True(Math.Abs(mean - expected) <= error, $"{mean - expected:0.000} ± {error:0.000}");
        Assert.All(found, each => Assert.True(each.Error >= each.StandardError));
    }

    [Fact]
    public void Without_ties_no_bias_is_judged()
    {
        var random = new MersenneTwister(2, threadSafe: false);
        Matrix<double> drawn = Matrix<double>.Build.Dense(50, 2, (_, _) => random.NextDouble());
        Assert.Equal(0.0, MutualInformation.Ksg(drawn).Bias);
        drawn[1, 0] = drawn[0, 0];
        Assert.True(MutualInformation.Ksg(drawn).Bias > 0.0);
    }

    [Theory]
    [InlineData("the same bit", 0.6931471805599453)]
    [InlineData("independent bits", 0.0)]
    [InlineData("independent 0 to 13", 0.0)]
    [InlineData("independent 0 to 97", 0.0)]
    [InlineData("rounded to 0.1", OfGaussians)]
    [InlineData("zero-inflated", 0.6 * OfGaussians + 0.6730116670092565)]
    [InlineData("a class and a number", 1.0549201680)]
    [InlineData("continuous", OfGaussians)]
    public void The_bias_is_within_the_stated_error(string name, double expected)
    {
        foreach (int count in new[] { 200, 1000 })
        {
            const int Sets = 30;
            Estimate[] found = [.. Enumerable.Range(0, Sets).Select(set =>
            {
                var random = new MersenneTwister(100 + set);
                return MutualInformation.Ksg(Matrix<double>.Build.DenseOfRows(
                    Enumerable.Range(0, count).Select(_ => Draw(name, random))
                        .Select(pair => new[] { pair.X, pair.Y })));
            })];
            double mean = found.Average(each => each.Value), error = found.Average(each => each.StandardError);
            double spread = Math.Sqrt(found.Average(each => Math.Pow(each.Value - mean, 2.0)));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{name}, n = {count}: {mean:0.000} for {expected:0.000}, ± {error:0.000} stated, {spread:0.000} seen");

            // The mean of 30 sets is itself known to within three of its deviations.
            Assert.Equal(expected, mean, error + 3.0 * spread / Math.Sqrt(Sets) + 1e-3);
        }
    }

    [Fact]
    public void A_boundless_number_of_equal_rows_costs_no_more_than_their_distinct_ones()
    {
        var random = new MersenneTwister(5);
        Matrix<double> bits = Matrix<double>.Build.Dense(200_000, 2, (_, _) => random.Next(2));
        Assert.Equal(0.0, MutualInformation.Ksg(bits), 1e-4);
        Assert.Equal(0.0, MutualInformation.Ksg(bits, variant: KsgVariant.Boxes), 1e-4);
    }

    [Fact]
    public void Classes_as_numbers_have_the_information_of_their_counts()
    {
        var random = new MersenneTwister(6);
        int[] first = [.. Enumerable.Range(0, 5000).Select(_ => random.Next(4))];
        int[] second = [.. first.Select(x => random.Next(3) == 0 ? random.Next(4) : x)];
        Estimate counted = MutualInformation.Discrete(first, second);
        Estimate near = MutualInformation.Ksg(Matrix<double>.Build.Dense(
            first.Length, 2, (i, j) => j == 0 ? first[i] : second[i]));
        Assert.Equal(counted.Value, near.Value, 1e-3);
        Assert.Equal(counted.StandardError, near.StandardError, 1e-3);
    }
}
