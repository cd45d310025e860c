using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using static Math4AI.Tests.Fitting.DecayData;

namespace Math4AI.Tests.Fitting;

/// <summary>What a fit says of the uncertainty of parameters and of predictions.</summary>
public class IntervalTests
{
    [Fact]
    public void The_noise_of_students_distance_has_a_width_in_every_unit()
    {
        Distance distance = Distance.StudentT(4.0);
        Assert.Equal(
            1e6 * distance.NoiseWidth(0.9, 1.0, [0.0]), distance.NoiseWidth(0.9, 1e6, [0.0]), 1e-6);
    }

    [Fact]
    public void Wald_and_profile_intervals_cover_the_truth_as_often_as_they_say()
    {
        const int DataSets = 1000;
        int[] wald = new int[3], profile = new int[3];
        Parallel.For(0, DataSets, set =>
        {
            FitResult fit = Simulate(1000 + set).Fit(Start());
            IReadOnlyList<Interval> intervals = fit.Intervals();
            for (int j = 0; j < 3; j++)
            {
                Interval likely = fit.ProfileInterval(fit.Names[j]);
                Interlocked.Add(ref wald[j], intervals[j].Contains(Truth[j]) ? 1 : 0);
                Interlocked.Add(ref profile[j], likely.Contains(Truth[j]) ? 1 : 0);
            }
        });
        Assert.All(wald.Concat(profile), count => Assert.InRange(count, 930, 970));
    }

    [Fact]
    public void Bootstrap_intervals_cover_the_truth_as_often_as_they_say() => Covers(dataSets: 300);

    [Fact(Explicit = true)]
    [Trait("Check", "coverage")]
    public void Bootstrap_intervals_cover_the_truth_in_a_thousand_data_sets() => Covers(dataSets: 1000);

    /// <summary>Within three standard deviations of a count whose probability is 0.95.</summary>
    private static void Covers(int dataSets)
    {
        int[] covered = new int[3];
        for (int set = 0; set < dataSets; set++)
        {
            IReadOnlyList<Interval> intervals = Simulate(5000 + set).Fit(Start()).Bootstrap(200, set).Intervals();
            for (int j = 0; j < 3; j++)
            {
                covered[j] += intervals[j].Contains(Truth[j]) ? 1 : 0;
            }
        }

        double away = 3.0 * Math.Sqrt(0.95 * 0.05 * dataSets);
        Assert.All(covered, count => Assert.InRange(count, 0.95 * dataSets - away, 0.95 * dataSets + away));
    }

    private static (double[] X, double[] Y, FitResult Fit) FitALine()
    {
        double[] x = [1, 2, 3, 4, 5, 6], y = [1.1, 1.9, 3.2, 3.9, 5.1, 5.8];
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = Matrix<double>.Build.Dense(6, 1, x),
            Targets = Vector<double>.Build.Dense(y),
        }.Fit(new Dictionary<string, double> { ["a"] = 0.0, ["b"] = 0.0 });
        return (x, y, fit);
    }

    [Fact]
    public void A_straight_line_has_the_textbook_covariance_likelihood_and_leverage()
    {
        (double[] x, double[] y, FitResult fit) = FitALine();
        double mean = x.Average(), sxx = x.Sum(value => (value - mean) * (value - mean));
        double slope = x.Zip(y, (u, v) => (u - mean) * v).Sum() / sxx;
        double intercept = y.Average() - slope * mean;
        double rss = x.Zip(y, (u, v) => Math.Pow(v - intercept - slope * u, 2)).Sum();
        Assert.Equal(slope, fit.Parameters[1], 1e-12);
        Assert.Equal(intercept, fit.Parameters[0], 1e-12);
        Assert.Equal(Math.Sqrt(rss / 4.0 / sxx), fit.StandardErrors[1], 1e-12);
        Assert.Equal(-3.0 * (Math.Log(2.0 * Math.PI * rss / 6.0) + 1.0), fit.LogLikelihood, 1e-12);
        Assert.Equal(6.0 - 2.0 * fit.LogLikelihood, fit.Aic, 1e-12);
        Assert.Equal(2.0, fit.Leverage.Sum(), 1e-12);
        Assert.Equal(1.0 / 6.0 + Math.Pow(1.0 - mean, 2) / sxx, fit.Leverage[0], 1e-12);
        Interval wald = fit.Intervals()[1], profile = fit.ProfileInterval("b");
        Assert.Equal(wald.Lower, profile.Lower, 1e-6);
        Assert.Equal(wald.Upper, profile.Upper, 1e-6);
    }

    [Fact]
    public void Bands_about_a_line_are_those_of_the_textbook()
    {
        (double[] x, double[] y, FitResult fit) = FitALine();
        Prediction at = fit.Predict(Matrix<double>.Build.Dense(1, 1, 8.0), 0.9);

        // s √(1/n + (x − x̄)²/Σ(x_i − x̄)²), and with 1 more under the root.
        double quantile = StudentT.InvCDF(0.0, 1.0, 4.0, 0.95), share = 1.0 / 6.0 + 4.5 * 4.5 / 17.5;
        Assert.Equal(
            quantile * fit.ResidualStandardDeviation * Math.Sqrt(share), at.Confidence[0].Upper - at.Mean[0], 1e-9);
        Assert.Equal(quantile * fit.ResidualStandardDeviation * Math.Sqrt(1.0 + share), at.Mean[0]
            - at.Observation[0].Lower, 1e-9);
    }

    [Theory]
    [InlineData("gaussian")]
    [InlineData("laplace")]
    [InlineData("student:3")]
    public void Bands_hold_as_many_new_observations_as_they_say(string distance)
    {
        var random = new MersenneTwister(21);
        Func<double> noise = distance[0] switch
        {
            'g' => () => Normal.Sample(random, 0.0, 0.4),
            'l' => () => Laplace.Sample(random, 0.0, 0.4),
            _ => () => StudentT.Sample(random, 0.0, 0.4, 3.0),
        };
        Matrix<double> x = Matrix<double>.Build.Dense(20_000, 1, (i, _) => 6.0 * (i % 2000) / 1999.0);
        Vector<double> y = Decay.Evaluate(x, Truth).Map(mean => mean + noise());
        FitResult fit = new FitProblem
        {
            Model = Decay,
            Inputs = x.SubMatrix(0, 2000, 0, 1),
            Targets = y.SubVector(0, 2000),
            Distance = Distance.Parse(distance),
        }.Fit(Start());
        IReadOnlyList<Interval> bands = fit.Predict(x).Observation;
        Assert.InRange(Enumerable.Range(2000, 18_000).Count(i => bands[i].Contains(y[i])) / 18_000.0, 0.94, 0.96);
    }

    [Fact]
    public void Of_counts_and_classes_the_expected_y_is_predicted()
    {
        double[] x = [0, 1, 2, 3, 4, 5], counts = [2, 3, 6, 7, 8, 13], classes = [0, 0, 1, 0, 1, 1];
        foreach ((Distance distance, double[] y)
            in new[] { (Distance.Poisson, counts), (Distance.BinaryCrossEntropy, classes) })
        {
            FitResult fit = new FitProblem
            {
                Model = Model.FromFormula("a + b*x", "x"),
                Inputs = Matrix<double>.Build.Dense(6, 1, x),
                Targets = Vector<double>.Build.Dense(y),
                Distance = distance,
            }.Fit(new Dictionary<string, double> { ["a"] = 0.0, ["b"] = 0.0 });
            Prediction at = fit.Predict(fit.Problem.Inputs!);

            // The likelihood equation of the constant: expected and observed y have the same sum.
            Assert.Equal(y.Sum(), at.Mean.Sum(), 1e-6);
            Assert.All(at.Confidence.Zip(at.Mean), pair => Assert.True(pair.First.Contains(pair.Second)));
            Assert.True(double.IsNaN(at.Observation[0].Lower));
        }
    }
}
