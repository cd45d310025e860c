using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Optimization;
using Math4AI.Reporting;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Reporting;

public class FitReportTests : TemporaryFolder
{
    private static FitProblem Problem(double[] x, double[] y, string formula = "y ~ a*exp(-b*x)") => new()
    {
        Model = new FormulaModel(Formula.Parse(formula), ["x"]),
        Inputs = Matrix<double>.Build.Dense(x.Length, 1, x),
        Targets = Vector<double>.Build.Dense(y),
        Options = new MinimizerOptions { KeepPath = true },
    };

    private static string Page(FitResult result) => new FitReport
    {
        Result = result,
        Model = "y ~ a*exp(-b*x)",
        Command = "math4ai fit 'a b.csv'",
    }.ToHtml();

    private static FitResult Decay(int count, Func<FitProblem, FitProblem>? change = null)
    {
        double[] x = [.. Enumerable.Range(0, count).Select(i => 10.0 * i / count)];
        double[] y = [.. x.Select((v, i) => 3.0 * Math.Exp(-0.4 * v) + 0.1 * Math.Sin(7.0 * i))];
        FitProblem problem = Problem(x, y);
        return (change?.Invoke(problem) ?? problem).Fit(new Dictionary<string, double> { ["a"] = 1.0, ["b"] = 0.1 });
    }

    [Fact]
    public void The_page_of_a_fit_says_how_many_samples_and_degrees_of_freedom_there_are()
    {
        FitResult result = Decay(60);
        string page = Page(result);
        Assert.Contains("<b>60</b><span>observations n</span>", page, StringComparison.Ordinal);
        Assert.Contains("<b>58</b><span>degrees of freedom</span>", page, StringComparison.Ordinal);
        Assert.Contains(
            $"<b>{result.ResidualStandardDeviation:0.#####}</b><span>residual standard deviation</span>", page,
            StringComparison.Ordinal);
        Assert.Contains("math4ai fit &#39;a b.csv&#39;", page, StringComparison.Ordinal);
        Assert.All(
            ["Residuals over x", "Residuals over fitted value", "Residuals over sample", "Residuals over normal "
                + "quantiles",
                "Distribution of the residuals", "Profile likelihood", "log₁₀ C(θ)"],
            title => Assert.Contains(title, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_of_a_posterior_shows_chains_densities_pairs_and_bands()
    {
        FitResult result = Decay(60);
        string page = new FitReport
        {
            Result = result,
            Model = "y ~ a*exp(-b*x)",
            Command = "math4ai fit",
            Posterior = FitPosterior.Sample(result),
        }.ToHtml();
        Assert.All(
            ["Posterior prediction: y over x", "Posterior of a", "Posterior of sigma", "b over a", "sigma over b",
                "Trace of b", "Ranks of sigma", "bulk ESS", "flat on their ranges: a, b, sigma"],
            title => Assert.Contains(title, page, StringComparison.Ordinal));
        File.WriteAllText(In("page.html"), page);
        await using Browser browser = await Browser.Open(In("page.html"));
        await browser.DrawAll();
        Assert.False(await browser.Overflows());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public void Samples_with_known_errors_are_drawn_with_them()
    {
        string page = Page(Decay(60, problem => problem with { Sigma = Vector<double>.Build.Dense(60, 0.07) }));
        Assert.Contains("\"kind\":\"whiskers\",\"name\":\"\\u00B1 \\u03C3\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_very_many_samples_a_part_is_drawn_and_the_page_says_so()
    {
        string page = Page(Decay(120_000));
        Assert.Contains("One of 2 samples is drawn.", page, StringComparison.Ordinal);
        Assert.True(page.Length < 5_000_000, $"The page has {page.Length} characters.");
    }

    [Fact]
    public void Data_without_a_spread_have_a_page_too()
    {
        double[] same = [2.0, 2.0, 2.0, 2.0];
        FitResult constant = Problem([1.0, 1.0, 1.0, 1.0], same, "y ~ a").Fit(new Dictionary<string, double>
        {
            ["a"] = 1.0,
        });
        Assert.Contains("Data and curve: y over x", Page(constant), StringComparison.Ordinal);
        FitResult perfect = Problem([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0], "y ~ a*x")
            .Fit(new Dictionary<string, double> { ["a"] = 1.0 });
        Assert.DoesNotMatch(@"[:,\[](NaN|-?Infinity)", Page(perfect));
    }

    [Theory]
    [InlineData(360, true)]
    [InlineData(1400, false)]
    public async Task The_page_of_a_fit_opens_without_a_complaint_wide_and_narrow(int width, bool isDark)
    {
        File.WriteAllText(In("fit.html"), Page(Decay(60)));
        await using Browser browser = await Browser.Open(In("fit.html"), width, 1000, isDark);
        await browser.DrawAll();
        Assert.False(await browser.Overflows());
        Assert.Empty(browser.Complaints);
    }
}
