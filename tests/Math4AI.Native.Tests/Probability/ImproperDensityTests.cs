using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Probability;

/// <summary>
/// Densities of one's own that have no integral are refused, with the line along which they do not vanish; those that
/// look like them, and have one, are drawn from.
/// </summary>
public sealed class ImproperDensityTests
{
    private static readonly (double, double) Positive = (0.0, double.PositiveInfinity);
    private static readonly NutsSampler Sampler = new() { Warmup = 300, Draws = 100 };

    [Fact]
    public void The_difference_is_named_where_the_sum_alone_is_known()
    {
        string message = Refused(OfSum([1.0, 1.0], 1.0), "a", "b");
        Assert.Contains("does not change along a − b,", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1.0)]
    [InlineData(1e6)]
    public void A_line_of_parameters_in_other_units_is_named_whatever_the_width(double width)
    {
        // 1000 a + b is known, and c.
        string message = Refused(OfSum([1000.0, 1.0, 0.0], width), "a", "b", "c");
        Assert.Contains("along b − 0.001 a,", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plane_of_four_parameters_of_which_two_sums_are_known_is_refused()
    {
        LogDensity sums = Quadratic(["a", "b", "c", "d"], [[1.0, 1.0, 0.0, 2.0], [0.0, 1.0, -1.0, 0.0]], 0.0);
        Assert.Contains("does not change along", Refused(sums), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ratio_is_named_where_the_product_of_two_positive_parameters_is_known()
    {
        LogDensity product = LogDensity.Of(
            ["a", "b"],
            (theta, gradient) =>
            {
                // log(a b) is normal; a b is flat on log a − log b, with the Jacobian 1/(a b).
                double log = Math.Log(theta[0] * theta[1]);
                (gradient[0], gradient[1]) = ((-log - 1.0) / theta[0], (-log - 1.0) / theta[1]);
                return -0.5 * log * log - log;
            },
            [Positive, Positive]);
        Assert.Contains("along log a − log b,", Refused(product), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sum_is_named_where_the_difference_of_two_positive_parameters_is_known()
    {
        Assert.Contains("along a + b,", Refused(OfSum([1.0, -1.0], 1.0, Positive)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sum_of_two_positive_parameters_is_enough()
    {
        // On a + b = 30 ± 1 with both above 0, a is uniform on 0 … 30.
        LogDensity sum = OfSum([1.0, 1.0], 1.0, Positive, mean: 30.0);
        ParameterSummary a = new NutsSampler().Sample(sum).Summary()[0];
        Assert.Equal(15.0, a.Mean, 4.0 * a.MonteCarloError);
        Assert.Equal(30.0 / Math.Sqrt(12.0), a.StandardDeviation, 0.8);
    }

    [Fact]
    public void A_long_ridge_that_ends_is_drawn_from()
    {
        // The sum is known to 1, the difference to 10⁴.
        LogDensity ridge = Quadratic(["a", "b"], [[1.0, 1.0], [1e-4, -1e-4]], 0.0);
        PosteriorDraws draws = new NutsSampler().Sample(ridge);
        Assert.Equal(4, draws.Chains.Count);
        Matrix<double> all = draws.ToMatrix();
        double deviation = MathNet.Numerics.Statistics.Statistics.StandardDeviation(all.Column(0) - all.Column(1));
        Assert.Equal(1e4, deviation, 1500.0);
    }

    [Fact]
    public void Classes_that_a_line_parts_are_refused()
    {
        double[] x = [-2.0, -1.5, -1.0, 1.0, 1.5, 2.0];
        LogDensity logistic = LogDensity.Of(["b1", "b2"], (theta, gradient) =>
        {
            gradient.Clear();
            double sum = 0.0;
            foreach (double at in x)
            {
                double sign = Math.Sign(at), margin = sign * (theta[0] + theta[1] * at);
                sum -= Math.Max(0.0, -margin) + double.LogP1(Math.Exp(-Math.Abs(margin)));
                double slope = sign / (1.0 + Math.Exp(margin));
                gradient[0] += slope;
                gradient[1] += slope * at;
            }

            return sum;
        });
        Assert.Contains("improper", Refused(logistic), StringComparison.Ordinal);
    }

    [Fact]
    public void A_density_that_grows_and_one_that_grows_too_fast_toward_a_bound_are_refused()
    {
        LogDensity growing = LogDensity.Of(["x"], (theta, gradient) =>
        {
            gradient[0] = 2.0 * theta[0];
            return theta[0] * theta[0];
        });
        Assert.Contains("vanish as x", Refused(growing), StringComparison.Ordinal);
        LogDensity reciprocal = LogDensity.Of(
            ["x"],
            (theta, gradient) =>
            {
                gradient[0] = -1.0 / theta[0];
                return -Math.Log(theta[0]);
            },
            [(0.0, 1.0)]);
        Assert.Contains("vanish as x falls", Refused(reciprocal), StringComparison.Ordinal);

        // 1/√x has an integral, and the mean 1/3.
        LogDensity root = LogDensity.Of(
            ["x"],
            (theta, gradient) =>
            {
                gradient[0] = -0.5 / theta[0];
                return -0.5 * Math.Log(theta[0]);
            },
            [(0.0, 1.0)]);
        ParameterSummary x = new NutsSampler().Sample(root).Summary()[0];
        Assert.Equal(1.0 / 3.0, x.Mean, 4.0 * x.MonteCarloError);
    }

    [Theory]
    [InlineData(0.0, 1e9)]
    [InlineData(0.0, 1e14)]
    [InlineData(1e10, 1e8)]
    [InlineData(0.0, 1e-9)]
    public void A_normal_density_of_any_width_is_drawn_from(double mean, double deviation)
    {
        LogDensity normal = LogDensity.Of(["x", "y"], (theta, gradient) =>
        {
            double z = (theta[0] - mean) / deviation;
            (gradient[0], gradient[1]) = (-z / deviation, -theta[1]);
            return -0.5 * (z * z + theta[1] * theta[1]);
        });
        Assert.Equal(100, Sampler.Sample(normal).Count);
    }

    [Fact]
    public void A_density_that_grows_evenly_is_improper_and_its_gradient_right()
    {
        LogDensity growing = LogDensity.Of(["x"], (theta, gradient) =>
        {
            gradient[0] = 1.0;
            return theta[0];
        });
        Assert.Contains("improper", Refused(growing), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_gradient_is_named_and_a_corner_is_none()
    {
        static LogDensity Normal(double factor) => LogDensity.Of(["a", "b"], (theta, gradient) =>
        {
            (gradient[0], gradient[1]) = (-theta[0], -factor * theta[1]);
            return -0.5 * (theta[0] * theta[0] + theta[1] * theta[1]);
        });
        foreach (double factor in new[] { -1.0, 0.0, 2.0 })
        {
            Assert.Contains("derivative by b is", Refused(Normal(factor)), StringComparison.Ordinal);
        }

        LogDensity laplace = LogDensity.Of(["a"], (theta, gradient) =>
        {
            gradient[0] = -Math.Sign(theta[0]);
            return -Math.Abs(theta[0]);
        });
        Assert.Equal(100, Sampler.Sample(laplace).Count);
    }

    [Fact]
    public void Sixty_parameters_of_which_one_sum_is_known_are_refused_and_sixty_that_are_known_drawn()
    {
        string[] names = [.. Enumerable.Range(1, 60).Select(i => $"t{i}")];
        double[][] all = [.. Enumerable.Range(0, 60).Select(
            i => Enumerable.Range(0, 60).Select(j => i == j || j == 59 ? 1.0 : 0.0).ToArray())];
        double[][] allButOne = [.. all.Skip(1)];
        Assert.Contains(
            "improper", Refused(Quadratic(names, allButOne, 1.0)), StringComparison.Ordinal);
        Assert.Equal(100, Sampler.Sample(Quadratic(names, all, 1.0)).Count);
    }

    private static string Refused(LogDensity density) =>
        Assert.Throws<InvalidOperationException>(() => Sampler.Sample(density)).Message;

    private static string Refused(LogDensityFunction density, params string[] names) =>
        Refused(LogDensity.Of(names, density));

    private static LogDensity OfSum(double[] factors, double width, (double, double) range, double mean = 3.0) =>
        LogDensity.Of(
            [.. "abc".Take(factors.Length).Select(name => name.ToString())], OfSum(factors, width, mean),
            [.. factors.Select(_ => range)]);

    /// <summary>Normal along Σ f_j θ_j; parameters with factor 0 are known by themselves, to the same width.</summary>
    private static LogDensityFunction OfSum(double[] factors, double width, double mean = 3.0) =>
        (theta, gradient) =>
        {
            double sum = -mean, log = 0.0;
            for (int j = 0; j < factors.Length; j++)
            {
                sum += factors[j] * theta[j];
                log -= factors[j] == 0.0 ? 0.5 * theta[j] * theta[j] / width / width : 0.0;
            }

            for (int j = 0; j < factors.Length; j++)
            {
                gradient[j] = (factors[j] == 0.0 ? -theta[j] : -factors[j] * sum) / width / width;
            }

            return log - 0.5 * sum * sum / width / width;
        };

    /// <summary>log p = −½ |M θ − m|².</summary>
    private static LogDensity Quadratic(string[] names, double[][] rows, double mean) => LogDensity.Of(
        names,
        (theta, gradient) =>
        {
            gradient.Clear();
            double log = 0.0;
            foreach (double[] row in rows)
            {
                double rest = -mean;
                for (int j = 0; j < row.Length; j++)
                {
                    rest += row[j] * theta[j];
                }

                log -= 0.5 * rest * rest;
                for (int j = 0; j < row.Length; j++)
                {
                    gradient[j] -= rest * row[j];
                }
            }

            return log;
        });
}
