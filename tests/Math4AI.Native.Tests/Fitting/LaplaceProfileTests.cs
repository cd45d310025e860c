using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>The likelihood ratio of Laplace's density, whose corner makes small samples differ from χ².</summary>
public sealed class LaplaceProfileTests
{
    [Theory]
    [InlineData(101)]
    [InlineData(401)]
    public void The_profile_of_a_median_ends_where_the_order_statistics_of_the_exponential_distribution_put_it(int n)
    {
        var random = new MersenneTwister(n, threadSafe: false);
        double[] y = [.. Enumerable.Range(0, n).Select(_ => Laplace.Sample(random, 3.0, 0.5))];
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a + 0*x", "x"),
            Inputs = Matrix<double>.Build.Dense(n, 1),
            Targets = Vector<double>.Build.Dense(y),
            Distance = Distance.Parse("laplace"),
        }.Fit(Vector<double>.Build.Dense(1, 2.0));
        double median = y.Order().ElementAt(n / 2), student = StudentT.InvCDF(0.0, 1.0, 2.0 * n - 1.0, 0.975);
        Interval interval = fit.ProfileInterval("a");

        // 2n log(D(c)/D*) = 2n log(1 + B F/(2n − 1)), where B is 2 E[D(0) − D*] of unit Laplace noise, to O(1/n).
        double expected = ExpectedFall(n) * student * student / (2.0 * n - 1.0);
        foreach (double end in new[] { interval.Lower, interval.Upper })
        {
            double rise = y.Sum(each => Math.Abs(each - end)) / y.Sum(each => Math.Abs(each - median)) - 1.0;
            Assert.Equal(1.0, rise / expected, 1.0 / n);
        }
    }

    /// <summary>
    /// 2 E[Σ|ε| − Σ|ε − m|] of n = 2h + 1 values with the median m, exactly: with q values below 0 and p = n − q above,
    /// the median is the (h + 1 − q)th least of p exponential numbers.
    /// </summary>
    private static double ExpectedFall(int n)
    {
        double sum = 0.0;
        for (int below = 0; below <= n / 2; below++)
        {
            int above = n - below, rank = n / 2 + 1 - below;
            double order = 0.0, fall = 0.0;
            for (int j = 1; j <= rank; j++)
            {
                order += 1.0 / (above - j + 1);
                fall += (j < rank ? 2.0 : 1.0) * order;
            }

            sum += 2.0 * Binomial.PMF(0.5, n, below) * fall;
        }

        return 2.0 * sum;
    }
}
