using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// The recorded cases without a start, each with the values that SciPy, R or the generator of its data give.
/// </summary>
public sealed class CaseTests
{
    [Theory]
    [InlineData("kww.csv", "y ~ A*exp(-(t/tau)^b)", "A=1.99828 tau=1.51352 b=0.600629")]
    [InlineData("diff.csv", "m ~ 0.4*sqrt(D*t)", "D=2.19788")]
    [InlineData("scale.csv", "y ~ a*exp(-x/tau)+c", "a=3.00369e-12 tau=3.98800e9 c=5.02646e-13")]
    [InlineData("lorentz.csv", "y ~ b+A/(1+((hz-f0)/w)^2)", "f0=1.0000001217e10")]
    [InlineData("bound.csv", "y ~ a+b*x", "a=1.8740845975 b=0.5046331883")]
    [InlineData("piece.csv", "y ~ a+b*x+c*max(x-k,0)", "a=1.0033728 b=0.50631367 c=-1.71340419 k=4.20512920")]
    [InlineData("steep.csv", "y ~ A/(1+exp(-(x-c)/w))", "A=1.098579")]
    [InlineData("impedance.csv", "Zre;Zim ~ Rs+Rp/(1+(2*pi*f*Rp*C)^2); -2*pi*f*Rp^2*C/(1+(2*pi*f*Rp*C)^2)", "Rs=9.995 "
        + "Rp=99.942 C=9.977e-5")]
    [InlineData("power.csv", "y ~ a*x^b+c", "b=-1.826")]
    public void The_value_is_found_without_a_start(string file, string formula, string expected)
    {
        FitResult fit = FitProblem.Read(Repository.Cases("fit", file), formula).Fit();
        Assert.True(fit.IsConverged, $"{fit}");
        foreach ((string name, double value) in Pairs(expected))
        {
            Assert.Equal(value, fit[name].Value, 3e-4 * Math.Abs(value));
        }
    }

    [Theory]
    [InlineData("biexp.csv", "y ~ A*exp(-k1*t)+B*exp(-k2*t)", 0.018038425088, "A=4.96695277 k1=1.49206443 B=2.01552906 "
        + "k2=0.30164652")]
    [InlineData("peaks.csv", "counts ~ a+b*E+A1*exp(-((E-m1)/s1)^2/2)+A2*exp(-((E-m2)/s2)^2/2)", 17860.383603,
        "a=39.4297299 b=-0.946894162 A1=293.875860 m1=8.03004076 s1=0.631691324 A2=174.510971 m2=10.0726201 "
        + "s2=0.779796937")]
    public void Terms_that_may_be_exchanged_have_the_values_of_SciPy_in_either_order(
        string file, string formula, double squares, string expected)
    {
        FitResult fit = FitProblem.Read(Repository.Cases("fit", file), formula).Fit();
        Assert.Equal(squares, fit.ResidualSumOfSquares, 1e-8 * squares);
        Assert.Equal(
            Pairs(expected).Select(pair => pair.Value).Order().Select(
                value => value.ToString("G5", CultureInfo.InvariantCulture)),
            fit.Parameters.Order().Select(value => value.ToString("G5", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_parameter_on_its_bound_leaves_the_regression_of_the_other()
    {
        FitProblem problem = FitProblem.Read(Repository.Cases("fit", "bound.csv"), "y ~ a+b*x");
        FitResult fit = (problem with
        {
            Bounds = new Dictionary<string, (double, double)> { ["a"] = (2.0, double.PositiveInfinity) },
        }).Fit();
        var x = problem.Inputs!.Column(0);
        Assert.Equal(["a"], fit.OnBounds);
        Assert.Equal(x * (problem.Targets!.Values - 2.0) / (x * x), fit["b"].Value, 1e-10);
    }

    [Fact]
    public void Absolute_errors_give_the_published_values_and_absolute_standard_errors()
    {
        FitResult fit = FitProblem.Read(
            Repository.Cases("fit", "mm.csv"), Math4AI.Fitting.Formulas.Formula.Parse("v ~ Vmax*S/(K+S)"),
            new MeasurementErrors { Sigma = "sigma" }).Fit();
        Assert.Equal(10.19, fit["Vmax"].Value, 1e-2);
        Assert.Equal(2.55877, fit["K"].Value, 1e-5);
        Assert.Equal(0.13662, fit["Vmax"].StandardError, 1e-5);
        Assert.Equal(0.07632, fit["K"].StandardError, 1e-5);
    }

    [Theory]
    [InlineData("sine", 1.36917)]
    [InlineData("sinehi", 17.29978)]
    [InlineData("s0", 1.70030)]
    [InlineData("s1", 0.33557)]
    [InlineData("s2", 2.22431)]
    [InlineData("s3", 2.28831)]
    [InlineData("s4", 5.17072)]
    [InlineData("s6", 1.67451)]
    [InlineData("s7", 3.29624)]
    [InlineData("s8", 3.04846)]
    public void The_lowest_frequency_that_explains_the_samples_is_found(string file, double frequency)
    {
        FitResult fit = FitProblem.Read(Repository.Cases("fit", file + ".csv"), "y ~ A*sin(2*pi*f*t+p)+c").Fit();
        Assert.Equal(frequency, fit["f"].Value, fit["f"].StandardError);
        Assert.True(fit["A"].Value > 0.0);
    }

    [Fact]
    public void Weights_of_one_over_the_variance_give_the_published_values_and_relative_errors()
    {
        FitResult fit = FitProblem.Read(Repository.Cases("fit", "mmw.csv"), "v ~ Vmax*S/(K+S)", weights: "w").Fit();
        Assert.Equal(10.19, fit["Vmax"].Value, 1e-2);
        Assert.Equal(2.55877, fit["K"].Value, 1e-5);
        Assert.Equal(0.14096, fit["Vmax"].StandardError, 1e-5);
        Assert.Equal(0.07875, fit["K"].StandardError, 1e-5);
    }

    [Fact]
    public void A_line_at_ten_gigahertz_is_written_to_the_digits_of_its_error()
    {
        FitResult fit = FitProblem.Read(Repository.Cases("fit", "lorentz.csv"), "y ~ b+A/(1+((hz-f0)/w)^2)").Fit();
        Assert.Equal("f0 = 10000001217 ± 1042", fit["f0"].ToString());
    }

    [Fact]
    public void Linear_parameters_may_be_named_on_any_scale()
    {
        FitProblem problem = FitProblem.Read(Repository.Cases("fit", "scale.csv"), "y ~ a*exp(-x/tau)+c");
        FitResult fit = (problem with { Linear = ["a", "c"] }).Fit();
        Assert.Equal(3.98800e9, fit["tau"].Value, 1e5);
        Assert.Equal(5.02646e-13, fit["c"].Value, 1e-17);
    }

    [Fact]
    public void Counts_are_fitted_with_the_identity_link()
    {
        FitProblem problem = FitProblem.Read(Repository.Cases("fit", "counts.csv"), "n ~ a*exp(-k*t)+c");
        FitResult fit = (problem with { Distance = Distance.Poisson.WithLink(Link.Identity) }).Fit();
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Equal(6.35892, fit["a"].Value, 1e-3);
        Assert.Equal(0.477561, fit["k"].Value, 1e-4);
        Assert.Equal(0.0079093, fit["c"].Value, 1e-4);
    }

    [Fact]
    public void What_the_data_do_not_determine_is_said()
    {
        FitResult fit = FitProblem.Read(Repository.Cases("fit", "flat.csv"), "y ~ b+(t-b)/(1+(dose/e50)^h)").Fit();
        Assert.True(!fit.IsConverged
            || fit.Warnings.Any(warning => warning.Contains("next to nothing", StringComparison.Ordinal)), $"{fit}");
    }

    [Fact]
    public void Two_data_sets_share_a_rate_without_columns_of_zeros_and_ones()
    {
        string path = Repository.Cases("fit", "global.csv");
        GroupedFit fit = (GroupedProblem.Read(
            path, Math4AI.Fitting.Formulas.Formula.Parse("y ~ a*exp(-k*x)+c"), "set") with
        { Shared = ["k"] }).Fit();
        FitResult indexed = FitProblem.Read(path, "y ~ ((1-set)*a0+set*a1)*exp(-k*x)+(1-set)*c0+set*c1").Fit();
        Assert.Equal(indexed["k"].Value, fit["0", "k"].Value, 1e-8);
        Assert.Equal(indexed["c1"].Value, fit["1", "c"].Value, 1e-8);
    }

    [Theory]
    [InlineData("decimal.csv", "y ~ a+b*x")]
    [InlineData("space.dat", "y ~ a+b*x")]
    [InlineData("line.csv", "y ~ a+b*x*π/pi")]
    [InlineData("dates.csv", "y ~ a+b*(date-9497)")]
    public void The_same_line_is_read_from_every_dress(string file, string formula)
    {
        FitResult fit = FitProblem.Read(
            Repository.Cases("fit", file), formula, options: new NumberTableOptions { TakesDates = true }).Fit();
        FitResult plain = FitProblem.Read(Repository.Cases("fit", "line.csv"), "y ~ a+b*x").Fit();
        Assert.Equal(plain["b"].Value, fit["b"].Value, 1e-9);
        Assert.Equal(plain.ResidualSumOfSquares, fit.ResidualSumOfSquares, 1e-9);
    }

    [Theory]
    [InlineData("xy.npz", "y ~ a+b*x")]
    [InlineData("int.npy", "c2 ~ a+b*c1")]
    public void Arrays_of_integers_and_archives_are_tables(string file, string formula)
    {
        FitResult fit = FitProblem.Read(Repository.Cases("files", file), formula).Fit();
        Assert.Equal(2.0, fit["a"].Value, 1e-12);
        Assert.Equal(3.0, fit["b"].Value, 1e-12);
    }

    private static IEnumerable<(string Name, double Value)> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .Select(pair => (pair[0], double.Parse(pair[1], CultureInfo.InvariantCulture)));
}
