using System.Globalization;
using System.Text.Json;
using Math4AI.Probability.Sampling;

namespace Math4AI.Tests.Cli;

/// <summary>The posterior from the command line.</summary>
public sealed class FitPosteriorCommandTests : TemporaryFolder
{
    private static Finished Run(params string[] words) =>
        Repository.Run(Repository.Command, ["fit", .. words], Repository.OneThread);

    private string Decay()
    {
        string[] rows = [.. Enumerable.Range(0, 25).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{0.2 * i},{3.0 * Math.Exp(-0.2 * i) + 0.1 * Math.Sin(7 * i)}"))];
        File.WriteAllLines(In("data.csv"), ["x,y", .. rows]);
        return In("data.csv");
    }

    [Fact]
    public void Means_intervals_and_draws_of_the_posterior_are_written()
    {
        string[] words =
        [
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--prior",
            "b ~ lognormal(0, 1); sigma ~ half_normal(1)",
            "--no-report", "-o", In("out"),
        ];
        Finished finished = Run([.. words, "--json"]);
        Assert.True(finished.Code == 0, finished.Errors);
        JsonElement root = JsonDocument.Parse(finished.Output).RootElement, posterior = root.GetProperty("posterior");
        Assert.True(posterior.GetProperty("chainsAgree").GetBoolean());
        JsonElement b = posterior.GetProperty("parameters").GetProperty("b");
        JsonElement fitted = root.GetProperty("parameters").GetProperty("b");
        Assert.Equal(
            fitted.GetProperty("value").GetDouble(), b.GetProperty("mean").GetDouble(),
            fitted.GetProperty("standardError").GetDouble());
        Assert.Equal(
            1.0, b.GetProperty("standardDeviation").GetDouble() / fitted.GetProperty("standardError").GetDouble(),
            0.25);
        PosteriorDraws draws = PosteriorDraws.Load(In(Path.Combine("out", "draws.npz")));
        Assert.Equal(["a", "b", "sigma"], draws.Names);
        Assert.Equal(b.GetProperty("mean").GetDouble(), draws["b"].SelectMany(chain => chain).Average(), 1e-12);

        string text = Run([.. words, "--force"]).Output;
        Assert.Contains(
            "4 chains of 1000 draws, 0 divergences; log density of samples left out ", text, StringComparison.Ordinal);
        Assert.Contains("Without a prior, and so flat on its range: a.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_improper_posterior_ends_with_code_1_and_the_direction()
    {
        Finished finished = Run(
            Decay(), "--model", "y ~ a*b*exp(-x)", "--posterior", "--no-report", "--allow-unconverged",
            "-o", In("out"));
        Assert.Equal(1, finished.Code);
        Assert.Contains("improper", finished.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(In(Path.Combine("out", "draws.npz"))));
    }

    [Theory]
    [InlineData("--prior", "b ~ lognormal(0, 1)", "give it too")]
    [InlineData("--posterior --prior", "b ~ gauss(0, 1)", "There is no prior")]
    [InlineData("--posterior --prior", "b = normal(0, 1)", "is written")]
    [InlineData("--posterior --prior", "b ~ normal(0, 1); b ~ normal(0, 2)", "two priors")]
    [InlineData("--posterior --draws", "10", "100 or more")]
    public void Words_that_do_not_make_sense_are_wrong_usage(string options, string value, string message)
    {
        Finished finished =
            Run([Decay(), "--model", "y ~ a*exp(-b*x)", .. options.Split(' '), value, "-o", In("out")]);
        Assert.Equal(2, finished.Code);
        Assert.Contains(message, finished.Errors, StringComparison.Ordinal);
    }
}
