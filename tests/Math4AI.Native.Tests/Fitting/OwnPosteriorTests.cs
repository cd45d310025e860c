using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Posteriors of models that are no regressions, as log densities of their own, against reference draws; all from the
/// default settings.
/// </summary>
public sealed class OwnPosteriorTests
{
    private static readonly (double Lower, double Upper) Positive = (0.0, double.PositiveInfinity);
    private static readonly (double Lower, double Upper) Any = (double.NegativeInfinity, double.PositiveInfinity);

    [Fact]
    public void Eight_schools_agree_with_reference_draws()
    {
        // In the form that is not centered: school j has the effect μ + τ θⱼ.
        LogDensity density = EightSchools((j, y, sigma, theta, gradient) =>
        {
            double mu = theta[^2], tau = theta[^1], error = (y - mu - tau * theta[j]) / sigma, pull = error / sigma;
            gradient[j] = -theta[j] + tau * pull;
            gradient[^2] += pull;
            gradient[^1] += theta[j] * pull;
            return -0.5 * (theta[j] * theta[j] + error * error);
        });
        PosteriorDraws draws = new NutsSampler().Sample(density);
        int schools = density.Names.Count - 2;
        PosteriorData.Agree("eight_schools-eight_schools_noncentered",
        [
            .. Enumerable.Range(0, schools).Select(
                j => draws.Summary($"theta{j + 1}", theta => theta[schools] + theta[schools + 1] * theta[j])),
            .. draws.Summary().Skip(schools),
        ]);
    }

    [Fact]
    public void Eight_schools_in_centered_form_diverge_and_are_told_of()
    {
        LogDensity density = EightSchools((j, y, sigma, theta, gradient) =>
        {
            double mu = theta[^2], tau = theta[^1], error = (y - theta[j]) / sigma, z = (theta[j] - mu) / tau;
            gradient[j] = error / sigma - z / tau;
            gradient[^2] += z / tau;
            gradient[^1] += (z * z - 1.0) / tau;
            return -0.5 * (error * error + z * z) - Math.Log(tau);
        });
        PosteriorDraws draws = new NutsSampler().Sample(density);
        Assert.True(draws.Divergences > 0);
        Assert.Contains(draws.Warnings, warning => warning.Contains("divergence", StringComparison.Ordinal));
    }

    [Fact]
    public void A_volatility_agrees_with_reference_draws()
    {
        JsonElement data = PosteriorData.Read("garch");
        double[] y = PosteriorData.Column(data, "y");
        double first = data.GetProperty("sigma1").GetDouble();

        // β₁ = (1 − α₁) s with s in 0 … 1, whose Jacobian is 1 − α₁.
        LogDensity density = LogDensity.Of(
            ["mu", "alpha0", "alpha1", "share"],
            (theta, gradient) =>
            {
                (double mu, double a0, double a1, double share) = (theta[0], theta[1], theta[2], theta[3]);
                double beta = (1.0 - a1) * share, variance = first * first, sum = Math.Log(1.0 - a1);
                double[] slopes = new double[4], ofVariance = new double[4];
                for (int t = 0; t < y.Length; t++)
                {
                    double error = y[t] - mu;
                    if (t > 0)
                    {
                        double last = y[t - 1] - mu;
                        double[] next =
                        [
                            -2.0 * a1 * last + beta * ofVariance[0], 1.0 + beta * ofVariance[1],
                            last * last + beta * ofVariance[2], variance + beta * ofVariance[3],
                        ];
                        variance = a0 + a1 * last * last + beta * variance;
                        ofVariance = next;
                    }

                    sum -= 0.5 * (Math.Log(variance) + error * error / variance);
                    double pull = -0.5 * (1.0 - error * error / variance) / variance;
                    for (int j = 0; j < 4; j++)
                    {
                        slopes[j] += pull * ofVariance[j];
                    }

                    slopes[0] += error / variance;
                }

                gradient[0] = slopes[0];
                gradient[1] = slopes[1];
                gradient[2] = slopes[2] - share * slopes[3] - 1.0 / (1.0 - a1);
                gradient[3] = (1.0 - a1) * slopes[3];
                return sum;
            },
            [Any, Positive, (0.0, 1.0), (0.0, 1.0)]);
        PosteriorDraws draws = new NutsSampler().Sample(density);
        PosteriorData.Agree("garch-garch11",
            [.. draws.Summary().Take(3), draws.Summary("beta1", theta => (1.0 - theta[2]) * theta[3])]);
    }

    [Fact]
    public void A_gaussian_process_agrees_with_reference_draws()
    {
        JsonElement data = PosteriorData.Read("gp_pois_regr");
        double[] x = PosteriorData.Column(data, "x");
        Vector<double> y = Vector<double>.Build.Dense(PosteriorData.Column(data, "y"));
        int n = x.Length;
        LogDensity density = LogDensity.Of(
            ["rho", "alpha", "sigma"],
            (theta, gradient) =>
            {
                (double rho, double alpha, double sigma) = (theta[0], theta[1], theta[2]);
                Matrix<double> kernel = Matrix<double>.Build.Dense(
                    n, n, (i, j) => alpha * alpha * Math.Exp(-0.5 * Math.Pow((x[i] - x[j]) / rho, 2)));
                Matrix<double> ofRho = Matrix<double>.Build.Dense(
                    n, n, (i, j) => kernel[i, j] * Math.Pow(x[i] - x[j], 2) / (rho * rho * rho));
                Matrix<double> whole = kernel + sigma * Matrix<double>.Build.DenseIdentity(n);
                Matrix<double> inverse = whole.Inverse();
                Vector<double> pull = inverse * y;
                double Slope(Matrix<double> by) => 0.5 * (pull * by * pull) - 0.5 * (inverse * by).Trace();
                gradient[0] = Slope(ofRho) + 24.0 / rho - 4.0;
                gradient[1] = Slope(kernel * (2.0 / alpha)) - alpha / 4.0;
                gradient[2] = Slope(Matrix<double>.Build.DenseIdentity(n)) - sigma;
                return -0.5 * (y * pull) - 0.5 * Math.Log(whole.Determinant()) + 24.0 * Math.Log(rho) - 4.0 * rho
                    - alpha * alpha / 8.0 - 0.5 * sigma * sigma;
            },
            [Positive, Positive, Positive]);
        PosteriorData.Agree("gp_pois_regr-gp_regr", new NutsSampler().Sample(density).Summary());
    }

    [Fact(Explicit = true)]
    [Trait("Check", "posteriors")]
    public void Lynxes_and_hares_agree_with_reference_draws()
    {
        JsonElement data = PosteriorData.Read("hudson_lynx_hare");
        double[] times = PosteriorData.Column(data, "ts"), first = PosteriorData.Column(data, "y_init");
        double[][] y = PosteriorData.Rows(data, "y");
        var model = Model.FromOde("du = (t1 - t2*v)*u; dv = (-t3 + t4*u)*v", "u; v");
        string[] names = ["t1", "t2", "t3", "t4", "u0", "v0", "s1", "s2"];
        int[] places = [.. model.ParameterNames.Select(name => Array.IndexOf(names, name))];
        Matrix<double> t = Matrix<double>.Build.DenseOfColumnArrays(times);
        int n = times.Length;
        LogDensity density = LogDensity.Of(
            names,
            (theta, gradient) =>
            {
                double[] at = [.. theta], values = new double[2 * n], jacobian = new double[2 * n * places.Length];
                double[] slopes = new double[names.Length];
                model.Evaluate(t, [.. places.Select(place => at[place])], values, jacobian);
                double sum = Priors(at, slopes);
                for (int k = 0; k < 2; k++)
                {
                    double s = at[6 + k], z = Math.Log(first[k] / at[4 + k]) / s;
                    (sum, slopes[4 + k], slopes[6 + k]) =
                        (sum - 0.5 * z * z - Math.Log(s), slopes[4 + k] + z / s / at[4 + k], slopes[6 + k]
                            + (z * z - 1.0) / s);
                    for (int i = 0; i < n; i++)
                    {
                        int row = k * n + i;
                        z = Math.Log(y[i][k] / values[row]) / s;
                        sum += -0.5 * z * z - Math.Log(s);
                        slopes[6 + k] += (z * z - 1.0) / s;
                        for (int j = 0; j < places.Length; j++)
                        {
                            slopes[places[j]] += z / s / values[row] * jacobian[j * 2 * n + row];
                        }
                    }
                }

                slopes.CopyTo(gradient);
                return sum;
            },
            [.. names.Select(_ => Positive)]);
        PosteriorData.Agree("hudson_lynx_hare-lotka_volterra", new NutsSampler().Sample(density).Summary());

        static double Priors(double[] at, double[] slopes)
        {
            double sum = 0.0;
            for (int j = 0; j < at.Length; j++)
            {
                bool isRate = j < 4, isSlow = j is 1 or 3;
                (double mean, double deviation) = isSlow ? (0.05, 0.05) : isRate ? (1.0, 0.5)
                    : j < 6 ? (Math.Log(10.0), 1.0) : (-1.0, 1.0);
                double z = ((isRate ? at[j] : Math.Log(at[j])) - mean) / deviation;
                sum -= 0.5 * z * z + (isRate ? 0.0 : Math.Log(at[j]));
                slopes[j] -= isRate ? z / deviation : (z / deviation + 1.0) / at[j];
            }

            return sum;
        }
    }

    [Fact(Explicit = true)]
    [Trait("Check", "posteriors")]
    public void Saturated_elimination_agrees_with_reference_draws()
    {
        JsonElement data = PosteriorData.Read("one_comp_mm_elim_abs");
        double Of(string name) => data.GetProperty(name).GetDouble();
        double[] times = PosteriorData.Column(data, "times");
        var problem = new FitProblem
        {
            Model = Model.FromOde(
                FormattableString.Invariant(
                    $"dC = {Of("D") / Of("V")}*ka*exp(-ka*t) - vm/{Of("V")}*C/(km + C)"),
                "log(C)",
                new OdeModelOptions { Initial = new Dictionary<string, string> { ["C"] = "0" } }),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(times),
            Targets = Vector<double>.Build.Dense([.. PosteriorData.Column(data, "C_hat").Select(c => Math.Log(c))]),
        };
        FitResult fit = problem.Fit(new Dictionary<string, double> { ["ka"] = 1.0, ["km"] = 1.0, ["vm"] = 1.0 });
        string[] order = ["ka", "km", "vm", "sigma"];
        LogDensity density =
            FitPosterior.LogDensityOf(fit, order.ToDictionary(name => name, _ => Prior.Parse("half_cauchy(1)")));

        // The data tell the rate m = vm/(km + c) at the concentrations that were seen, and not km and vm, of which a
        // small km leaves vm and a large one their ratio. So vm = m (km + c), whose Jacobian is km + c; in km and vm
        // themselves, 4 × 1000 draws are worth 250 to 400 for the tails.
        double seen = PosteriorData.Column(data, "C_hat").Median();
        List<string> names = [.. density.Names];
        int km = names.IndexOf("km"), vm = names.IndexOf("vm");
        var inOthers = LogDensity.Of(
            [.. names.Select(name => name == "vm" ? "m" : name)],
            (theta, gradient) =>
            {
                double[] at = [.. theta];
                double width = theta[km] + seen;
                at[vm] = theta[vm] * width;
                double value = density.ForChain().Evaluate(at, gradient);
                gradient[km] += gradient[vm] * theta[vm] + 1.0 / width;
                gradient[vm] *= width;
                return value + Math.Log(width);
            },
            density.Bounds);
        PosteriorDraws draws = new NutsSampler().Sample(inOthers);
        Assert.Empty(draws.Warnings);
        PosteriorData.Agree(
            "one_comp_mm_elim_abs-one_comp_mm_elim_abs",
            [
                .. order.Select(name => name == "vm"
                    ? draws.Summary(name, theta => theta[vm] * (theta[km] + seen))
                    : draws.Summary().First(each => each.Name == name)),
            ],
            "K_m", "V_m");
    }

    /// <summary>The part of a school: its log density, whose gradient it sets for θⱼ and adds for μ and τ.</summary>
    private delegate double SchoolDensity(
        int j, double y, double sigma, ReadOnlySpan<double> theta, Span<double> gradient);

    /// <summary>Parameters of each school, and μ ~ normal(0, 5) and τ ~ half-Cauchy(5), the last two.</summary>
    private static LogDensity EightSchools(SchoolDensity school)
    {
        JsonElement data = PosteriorData.Read("eight_schools");
        double[] y = PosteriorData.Column(data, "y"), sigma = PosteriorData.Column(data, "sigma");
        return LogDensity.Of(
            [.. y.Select((_, j) => $"theta{j + 1}"), "mu", "tau"],
            (theta, gradient) =>
            {
                double mu = theta[^2], ratio = theta[^1] / 5.0;
                double sum = -mu * mu / 50.0 - Math.Log(1.0 + ratio * ratio);
                gradient[^2] = -mu / 25.0;
                gradient[^1] = -2.0 * ratio / 5.0 / (1.0 + ratio * ratio);
                for (int j = 0; j < y.Length; j++)
                {
                    sum += school(j, y[j], sigma[j], theta, gradient);
                }

                return sum;
            },
            [.. y.Select(_ => Any), Any, Positive]);
    }
}
