using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;

namespace Math4AI.Tests.Fitting;

/// <summary>Posteriors of NIST's nonlinear regressions, with flat priors, against long runs of other seeds.</summary>
public sealed class NistPosteriorTests
{
    public static TheoryData<string> Sets() => [.. NistRegression.Names];

    [Theory]
    [InlineData("DanWood")]
    [InlineData("Chwirut2")]
    public void Means_and_deviations_are_those_of_a_long_run(string name) => Agree(name, 4000);

    [Theory(Explicit = true)]
    [Trait("Check", "posteriors")]
    [MemberData(nameof(Sets))]
    public void Means_and_deviations_are_those_of_a_very_long_run_or_the_direction_is_said(string name) =>
        Agree(name, 20_000);

    private static void Agree(string name, int longer)
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", name + ".dat"));
        FitResult fit = set.Problem.Fit(set.Starts[1]);
        FitPosterior found;
        try
        {
            found = FitPosterior.Sample(fit);
        }
        catch (InvalidOperationException improper)
        {
            // A flat prior of a parameter that the data do not bound is refused, with the direction.
            TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {improper.Message}");
            Assert.Contains("improper", improper.Message, StringComparison.Ordinal);
            Assert.Contains("b", improper.Message, StringComparison.Ordinal);
            return;
        }

        if (!found.Draws.ChainsAgree || found.Draws.Divergences > 0)
        {
            // What is told is not to be used.
            TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {string.Join(' ', found.Notes)}");
            Assert.NotEmpty(found.Draws.Warnings);
            return;
        }

        IReadOnlyList<ParameterSummary> reference =
            FitPosterior.Sample(fit, sampler: new NutsSampler { Seed = 7, Draws = longer }).Draws.Summary();
        foreach ((ParameterSummary mine, ParameterSummary known) in found.Draws.Summary().Zip(reference))
        {
            double error = Math.Sqrt(mine.MonteCarloError * mine.MonteCarloError
                + known.MonteCarloError * known.MonteCarloError);
            string figures = string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, {mine.Name}: mean {(mine.Mean - known.Mean) / error:0.0} errors off, deviation "
                + $"{mine.StandardDeviation / known.StandardDeviation:0.000} of the long run's");
            TestContext.Current.TestOutputHelper!.WriteLine(figures);
            Assert.True(Math.Abs(mine.Mean - known.Mean) <= 4.0 * error, figures);
            Assert.True(Math.Abs(mine.StandardDeviation / known.StandardDeviation - 1.0) <= 0.1, figures);
        }
    }
}
