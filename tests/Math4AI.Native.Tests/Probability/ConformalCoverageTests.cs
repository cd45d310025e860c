using Math4AI.Probability.Conformal;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>The guarantees of conformal prediction over simulated sets, with few calibration samples too.</summary>
public sealed class ConformalCoverageTests
{
    private const int Sets = 1000;
    private const double Level = 0.9;

    /// <summary>
    /// The probability that a new sample is held, over sets of n: ⌈level (n + 1)⌉/(n + 1) where scores have no ties.
    /// The mean over sets of the share of held samples has the standard deviation of a Beta variable over √sets, and
    /// that of the samples themselves.
    /// </summary>
    private static void IsMet(int n, IReadOnlyList<double> shares, int samples)
    {
        int rank = (int)Math.Ceiling(Level * (n + 1) - 1e-9);
        double expected = rank / (n + 1.0), ofSets = expected * (1.0 - expected) / (n + 2.0);
        double error = Math.Sqrt((ofSets + expected * (1.0 - expected) / samples) / shares.Count);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"n = {n}: {shares.Average():0.0000}, theory {expected:0.0000} ± {error:0.0000}");
        Assert.Equal(expected, shares.Average(), 2.0 * error);
    }

    private static double[] OverSets(Func<MersenneTwister, double> shareOf, int seed) =>
        [.. Enumerable.Range(0, Sets).Select(i => shareOf(new MersenneTwister(seed + 7919 * i)))];

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(200)]
    public void Split_intervals_hold_what_theory_says(int n)
    {
        const int Samples = 100;
        IsMet(n, OverSets(random =>
        {
            var scores = new SplitConformal(Draw(random, n).Select(y => Math.Abs(y - 0.3)));
            double reach = scores.Quantile(Level);
            return Draw(random, Samples).Count(y => Math.Abs(y - 0.3) <= reach) / (double)Samples;
        }, 1), Samples);
        static IEnumerable<double> Draw(MersenneTwister random, int count) =>
            Enumerable.Range(0, count).Select(_ => Normal.Sample(random, 0.0, 1.0)).ToArray();
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(200)]
    public void Quantiles_of_a_wrong_model_hold_what_theory_says(int n)
    {
        // y ~ N(x, x²), and a model whose quantiles are far too near.
        const int Samples = 100;
        static (double X, double Y) Draw(MersenneTwister random)
        {
            double x = random.NextDouble();
            return (x, x + x * Normal.Sample(random, 0.0, 1.0));
        }

        IsMet(n, OverSets(random =>
        {
            (double X, double Y)[] known = [.. Enumerable.Range(0, n).Select(_ => Draw(random))];
            var quantiles = new ConformalQuantiles(
                [.. known.Select(each => each.Y)], [.. known.Select(each => each.X - 0.3)],
                [.. known.Select(each => 1.5 * each.X)]);
            return Enumerable.Range(0, Samples).Select(_ => Draw(random)).Count(each =>
            {
                (double lower, double upper) = quantiles.Interval(each.X - 0.3, 1.5 * each.X, Level);
                return each.Y >= lower && each.Y <= upper;
            }) / (double)Samples;
        }, 2), Samples);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(200)]
    public void Sets_of_classes_hold_what_theory_says(int n)
    {
        // Five classes; the model is too sure of itself.
        const int Samples = 100, Classes = 5;
        (double[] Said, int Class, double Share) Draw(MersenneTwister random)
        {
            double[] odds = [.. Enumerable.Range(0, Classes).Select(_ => Math.Exp(Normal.Sample(random, 0.0, 1.0)))];
            double[] sure = [.. odds.Select(odd => odd * odd)];
            return ([.. sure.Select(odd => odd / sure.Sum())], Categorical.Sample(random, odds), random.NextDouble());
        }

        IsMet(n, OverSets(random =>
        {
            (double[] Said, int Class, double Share)[] known = [.. Enumerable.Range(0, n).Select(_ => Draw(random))];
            var sets = new AdaptiveSets(
                Matrix<double>.Build.DenseOfRows(known.Select(each => each.Said)),
                [.. known.Select(each => each.Class)], [.. known.Select(each => each.Share)]);
            return Enumerable.Range(0, Samples).Select(_ => Draw(random))
                .Count(each => sets.Of(each.Said, Level, each.Share).Contains(each.Class)) / (double)Samples;
        }, 3), Samples);
    }

    [Theory]
    [InlineData(20, 20)]
    [InlineData(50, 50)]
    [InlineData(200, 10)]
    public void Intervals_of_models_without_a_part_hold_at_least_what_is_guaranteed(int n, int folds)
    {
        // A line by least squares, from the sums without each fold.
        const int Samples = 20;
        double[] shares = OverSets(random =>
        {
            (double X, double Y)[] known = [.. Enumerable.Range(0, n).Select(_ => Draw(random))];
            int[] fold = [.. Enumerable.Range(0, n).Select(i => i % folds)];
            (double Slope, double Offset)[] lines = [.. Enumerable.Range(0, folds).Select(
                k => Line([.. known.Where((_, i) => fold[i] != k)]))];
            var cross = new CrossConformal(
                [.. known.Select(each => each.Y)],
                [.. known.Select((each, i) => lines[fold[i]].Slope * each.X + lines[fold[i]].Offset)], fold);
            Assert.True(cross.Guarantee(Level) is <= 0.8 and > 0.6);
            return Enumerable.Range(0, Samples).Select(_ => Draw(random)).Count(each =>
            {
                (double lower, double upper) = cross.Interval(
                    [.. lines.Select(line => line.Slope * each.X + line.Offset)], Level);
                return each.Y >= lower && each.Y <= upper;
            }) / (double)Samples;
        }, 4);
        double guaranteed = 2.0 * Level - 1.0;
        TestContext.Current.TestOutputHelper?.WriteLine($"n = {n}, {folds} folds: {shares.Average():0.0000}");
        Assert.InRange(shares.Average(), guaranteed, 1.0);

        // Where models hardly change without a fold, coverage is near the level, not near the bound.
        Assert.Equal(Level, shares.Average(), 0.04);

        static (double X, double Y) Draw(MersenneTwister random)
        {
            double x = Normal.Sample(random, 0.0, 1.0);
            return (x, 2.0 * x + StudentT.Sample(random, 0.0, 1.0, 3.0));
        }

        static (double Slope, double Offset) Line((double X, double Y)[] samples)
        {
            double x = samples.Average(each => each.X), y = samples.Average(each => each.Y);
            double slope = samples.Sum(each => (each.X - x) * (each.Y - y))
                / samples.Sum(each => (each.X - x) * (each.X - x));
            return (slope, y - slope * x);
        }
    }

    [Fact]
    public void Too_few_samples_give_infinite_intervals_and_all_classes()
    {
        var cross = new CrossConformal([1.0, 2.0, 3.0], [1.5, 2.5, 2.0]);
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), cross.Interval([1.0, 1.0, 1.0], 0.9));

        // ⌈0.5 · 4⌉ = 2: the second of 1 + {0.5, 0.5, 1}, and of 1 − {1, 0.5, 0.5} from below.
        Assert.Equal((0.5, 1.5), cross.Interval([1.0, 1.0, 1.0], 0.5));
        var sets = new AdaptiveSets(Matrix<double>.Build.DenseOfRowArrays([0.7, 0.3], [0.2, 0.8]), [0, 1]);
        Assert.Equal([1, 0], sets.Of([0.4, 0.6], 0.9));
        Assert.Equal([1], sets.Of([0.1, 0.9], 0.6));
        Assert.Throws<ArgumentException>(() => sets.Of([0.4, 0.6], 0.9, 0.5));
        Assert.Throws<ArgumentException>(() => sets.Of([0.4, 0.7], 0.9));
        Assert.Throws<ArgumentException>(() => new CrossConformal([1.0, 2.0], [1.0, 2.0], [0, 2]));
        Assert.Throws<ArgumentException>(() => new ConformalQuantiles([1.0], [double.NaN], [2.0]));
    }
}
