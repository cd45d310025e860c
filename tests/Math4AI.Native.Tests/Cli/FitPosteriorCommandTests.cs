using System.Globalization;
using System.Text.Json;
using Math4AI.Probability.Sampling;

namespace Math4AI.Tests.Cli;

/// <summary>The posterior from the command line.</summary>
public sealed class FitPosteriorCommandTests : TemporaryFolder
{
    private static Finished Run(params string[] words) =>
        Repository.Ask(["fit", .. words], Repository.OneThread);

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
    public void Predictions_are_those_of_the_draws_now_and_from_the_folder()
    {
        File.WriteAllText(In("new.csv"), "x\n0\n1\n");
        Finished finished = Run(
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--prior",
            "a ~ normal(10, 0.001); b ~ normal(1, 0.0001)", "--predict", In("new.csv"), "--no-report", "-o", In("out"));
        Assert.True(finished.Code == 0, finished.Errors);
        string written = File.ReadAllText(In(Path.Combine("out", "predictions.csv")));
        string[] rows = written.Split('\n');
        double At(int row, int column) => double.Parse(rows[row].Split(',')[column], CultureInfo.InvariantCulture);
        Assert.Equal(10.0, At(1, 1), 0.001);
        Assert.Equal(10.0 * Math.Exp(-1.0), At(2, 1), 0.001);
        Assert.InRange(At(1, 3) - At(1, 2), 0.0035, 0.0043);
        Finished later = Repository.Ask(["predict", In("out"), In("new.csv")], Repository.OneThread);
        Assert.Equal(written, later.Output);
    }

    [Fact]
    public void Chains_go_on_from_the_draws_of_an_earlier_run()
    {
        string[] words =
            [Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--prior", "default", "--no-report", "-o"];

        // Chains as short as these need not agree, which is said.
        Assert.True(Run([.. words, In("whole"), "--draws", "300"]).Code < 2);
        Assert.True(Run([.. words, In("part"), "--draws", "200"]).Code < 2);
        Finished finished = Run([.. words, In("part"), "--force", "--draws", "100", "--resume", In("part")]);
        Assert.Contains("4 chains of 300 draws", finished.Output, StringComparison.Ordinal);
        Assert.Equal(
            PosteriorDraws.Load(In(Path.Combine("whole", "draws.npz"))).ToMatrix(),
            PosteriorDraws.Load(In(Path.Combine("part", "draws.npz"))).ToMatrix());
        Finished seed =
            Run([.. words, In("part"), "--force", "--draws", "100", "--resume", In("part"), "--seed", "2"]);
        Assert.Equal(2, seed.Code);
        Assert.Contains("the seed of the earlier run, 1: leave out --seed 2", seed.Errors, StringComparison.Ordinal);
        Finished other = Run(
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--prior", "b ~ normal(0, 0.1)", "--no-report",
            "-o", In("other"), "--resume", In(Path.Combine("part", "draws.npz")));
        Assert.Equal(1, other.Code);
        Assert.Contains("of another density", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Priors_of_all_parameters_are_checked_by_the_data_that_they_give()
    {
        string[] words =
        [
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--prior",
            "a ~ normal(100, 1); b ~ lognormal(0, 1); sigma ~ half_normal(1)",
        ];
        Finished finished = Run([.. words, "-o", In("out")]);
        Assert.True(finished.Code == 0, finished.Errors);
        Assert.Contains("data of the priors", finished.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Data of the prior hardly ever have the largest of the observations", finished.Output,
            StringComparison.Ordinal);
        JsonElement posterior =
            JsonDocument.Parse(File.ReadAllText(In(Path.Combine("out", "result.json")))).RootElement
                .GetProperty("posterior");
        JsonElement largest = posterior.GetProperty("priorChecks").EnumerateArray()
            .First(each => each.GetProperty("name").GetString() == "largest");
        Assert.Equal(100.0, largest.GetProperty("replicated").GetDouble(), 5.0);
        Assert.Contains(
            "Data of the priors alone", File.ReadAllText(In(Path.Combine("out", "report.html"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weak_priors_come_from_the_scales_of_the_data_and_are_printed()
    {
        Finished finished = Run(
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "laplace", "--prior", "default;b ~ lognormal(0, 1)",
            "-o", In("out"));
        Assert.True(finished.Code == 0, finished.Errors);
        Assert.Contains("Weak priors from the scales of the data: a ~ normal(0, ", finished.Output,
            StringComparison.Ordinal);
        Assert.Contains("sigma ~ exponential(", finished.Output, StringComparison.Ordinal);
        Assert.Contains("log evidence", finished.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Without a prior", finished.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Weak priors from the scales", File.ReadAllText(In(Path.Combine("out", "report.html"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Compared_distances_are_ranked_by_their_posteriors_in_words()
    {
        string[] words =
        [
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--compare", "student,tukey",
            "-o", In("out"),
        ];
        Finished finished = Run([.. words, "--json"]);
        Assert.True(finished.Code == 0, finished.Errors);
        JsonElement ranking = JsonDocument.Parse(finished.Output).RootElement.GetProperty("ranking");
        JsonElement[] ranks = [.. ranking.GetProperty("distances").EnumerateArray()];
        Assert.Equal(2, ranks.Length);
        Assert.Equal(0.0, ranks[0].GetProperty("difference").GetDouble());
        Assert.True(ranks[1].GetProperty("difference").GetDouble() <= 0.0);
        Assert.Equal(1.0, ranks.Sum(rank => rank.GetProperty("stackingWeight").GetDouble()), 1e-9);
        string notes = string.Join(" ", ranking.GetProperty("notes").EnumerateArray().Select(note => note.GetString()));
        Assert.Contains("equally well", notes, StringComparison.Ordinal);
        Assert.Contains("tukey:4.685", notes, StringComparison.Ordinal);
        Assert.Contains(
            "Ranked by left-out samples", File.ReadAllText(In(Path.Combine("out", "report.html"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_are_compared_with_numbers_by_their_errors_alone()
    {
        string[] rows = [.. Enumerable.Range(0, 40).Select(i => $"{0.1 * i:0.0},{(i % 9 == 4 ? 1 : 0)}")];
        File.WriteAllLines(In("rare.csv"), ["x,y", .. rows]);
        string[] words =
        [
            In("rare.csv"), "--model", "y ~ a + b*x", "--distance", "poisson", "--compare", "squared", "--no-report",
        ];
        Finished refused = Run([.. words, "--posterior", "-o", In("out")]);
        Assert.Equal(2, refused.Code);
        Assert.Contains("'poisson' gives the probability of a count", refused.Errors, StringComparison.Ordinal);
        Finished ranked = Run([.. words, "--json", "-o", In("out")]);
        Assert.True(ranked.Code == 0, ranked.Errors);
        JsonElement root = JsonDocument.Parse(ranked.Output).RootElement;
        Assert.All(root.GetProperty("comparison").EnumerateArray(), each =>
        {
            Assert.Equal(JsonValueKind.Null, each.GetProperty("aic").ValueKind);
            Assert.True(each.GetProperty("medianPredictionError").GetDouble() > 0.0);
        });
        Assert.Contains(root.GetProperty("notes").EnumerateArray(), note => note.GetString()!.EndsWith(
            "AIC and BIC of the comparison are left out.", StringComparison.Ordinal));
    }

    [Fact]
    public void One_row_has_no_standard_error_and_no_deviation()
    {
        File.WriteAllText(In("one.csv"), "x,y\n1,3\n");
        Finished finished = Run(
            In("one.csv"), "--model", "y ~ a + b*x", "--posterior", "--prior",
            "a ~ normal(0, 5); b ~ normal(0, 5); sigma ~ lognormal(0, 0.3)", "--no-report", "-o", In("out"));
        Assert.True(finished.Code == 0, finished.Errors);
        Assert.Matches("left out -[0-9.]+ \\(PSIS-LOO\\)", finished.Output);
        Assert.DoesNotContain("standard deviation", finished.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Derived_quantities_stand_in_the_table_of_the_posterior()
    {
        Finished finished = Run(
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--derive", "half = log(2)/b", "--prior", "default",
            "--json", "--no-report", "-o", In("out"));
        Assert.True(finished.Code == 0, finished.Errors);
        JsonElement half = JsonDocument.Parse(finished.Output).RootElement.GetProperty("posterior")
            .GetProperty("derived").GetProperty("half");
        PosteriorDraws draws = PosteriorDraws.Load(In(Path.Combine("out", "draws.npz")));
        Assert.Equal(
            draws["b"].SelectMany(chain => chain).Average(b => Math.Log(2.0) / b), half.GetProperty("mean").GetDouble(),
            1e-9);
    }

    [Fact]
    public void Groups_with_a_common_prior_are_drawn_to_each_other()
    {
        string[] rows = [.. Enumerable.Range(0, 40).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{0.1 * (i % 8)},{i / 8 + 0.3 * (i % 8) + Math.Sin(11 * i)},g{i / 8}"))];
        File.WriteAllLines(In("groups.csv"), ["x,y,run", .. rows]);
        string[] words =
        [
            In("groups.csv"), "--model", "y ~ a + b*x", "--by", "run", "--shared", "b", "--pool", "a", "--posterior",
            "--prior", "a.mean ~ normal(0, 10); a.sd ~ half_normal(5); b ~ normal(0, 10); sigma ~ half_normal(5)",
        ];
        File.WriteAllLines(In("new.csv"), ["run,x", "g3,0.2", "never seen,0.2"]);
        Finished finished = Run([.. words, "-o", In("out"), "--json", "--predict", In("new.csv")]);
        Assert.True(finished.Code == 0, finished.Errors);
        JsonElement posterior = JsonDocument.Parse(finished.Output).RootElement.GetProperty("posterior");
        JsonElement all = posterior.GetProperty("parameters");
        double Mean(string name) => all.GetProperty(name).GetProperty("mean").GetDouble();
        Assert.InRange(Mean("a.mean"), Mean("a[g0]"), Mean("a[g4]"));
        Assert.True(Mean("a.sd") > 0.0);
        Assert.True(double.IsFinite(posterior.GetProperty("leaveOneOut").GetDouble()));
        Assert.NotEmpty(posterior.GetProperty("checks").EnumerateArray());
        double[][] predicted = [.. File.ReadLines(In(Path.Combine("out", "predictions.csv"))).Skip(1)
            .Select(line => line.Split(',')[2..].Select(
                cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(Mean("a[g3]") + 0.2 * Mean("b"), predicted[0][0], 0.05);
        Assert.Equal(Mean("a.mean") + 0.2 * Mean("b"), predicted[1][0], 0.5);
        Assert.True(predicted[1][2] - predicted[1][1] > predicted[0][2] - predicted[0][1]);
        Assert.Equal(
            ["a.mean", "a.sd", "b", "a[g0]", "a[g1]", "a[g2]", "a[g3]", "a[g4]", "sigma"],
            PosteriorDraws.Load(In(Path.Combine("out", "draws.npz"))).Names);
        Finished later = Repository.Ask(["predict", In("out"), In("new.csv")], Repository.OneThread);
        Assert.Equal(File.ReadAllText(In(Path.Combine("out", "predictions.csv"))), later.Output);
        Assert.Contains("'never seen' of 'run': a of this group is drawn", later.Errors, StringComparison.Ordinal);
        Assert.InRange(posterior.GetProperty("logEvidenceError").GetDouble(), 1e-6, 0.2);
        Assert.Equal(2, Run([.. words.Where(word => word != "--posterior"), "-o", In("other")]).Code);
        string page = File.ReadAllText(In(Path.Combine("out", "report.html")));
        Assert.All(
            ["a of each group", "by its own samples", "What is predicted of each group", "Replicated data",
                "log density of left-out samples", "Posterior of a.sd", "Trace of", "Ranks of"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--prior is empty", "--posterior", "--prior", " ; ")]
    [InlineData("--pool does not go with --posterior laplace", "--by", "x", "--pool", "a", "--posterior", "laplace")]
    public void What_would_be_left_out_in_silence_is_refused(string said, params string[] words)
    {
        Finished finished = Run([Decay(), "--model", "y ~ a*exp(-b*x)", "-o", In("out"), .. words]);
        Assert.Equal(2, finished.Code);
        Assert.Contains(said, finished.Errors, StringComparison.Ordinal);
        Assert.Empty(finished.Output);
    }

    [Fact]
    public void Laplaces_approximation_has_the_moments_of_the_draws_and_its_shape()
    {
        Finished finished = Run(
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "laplace", "--prior", "b ~ lognormal(0, 1)",
            "-o", In("out"), "--json");
        Assert.True(finished.Code == 0, finished.Errors);
        JsonElement root = JsonDocument.Parse(finished.Output).RootElement, laplace = root.GetProperty("laplace");
        Assert.True(laplace.GetProperty("shape").GetDouble() < 0.7);
        JsonElement b = laplace.GetProperty("parameters").GetProperty("b");
        JsonElement fitted = root.GetProperty("parameters").GetProperty("b");
        double error = fitted.GetProperty("standardError").GetDouble();
        Assert.Equal(fitted.GetProperty("value").GetDouble(), b.GetProperty("mean").GetDouble(), error);
        Assert.Equal(1.0, b.GetProperty("standardDeviation").GetDouble() / error, 0.25);
        Assert.False(File.Exists(In(Path.Combine("out", "draws.npz"))));
        Assert.Contains(
            "Laplace", File.ReadAllText(In(Path.Combine("out", "report.html"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_far_from_0_are_printed_with_the_digits_that_differ_in_unbroken_rows()
    {
        File.WriteAllLines(In("far.csv"), ["x,y", .. Enumerable.Range(0, 20).Select(i => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{i},{1e6 + 0.5 * i + Math.Sin(7.0 * i)}"))]);
        Finished finished = Run(
            In("far.csv"), "--model", "y ~ a + b*x", "--posterior", "--draws", "200", "--no-report", "-o", In("far"));
        Assert.True(finished.Code == 0, finished.Errors);
        string[] rows = [.. finished.Output.Split('\n').SkipWhile(
            row => !row.Contains("posterior of", StringComparison.Ordinal)).Where(row => row.TrimStart().StartsWith(
                "a ", StringComparison.Ordinal))];
        string[] cells = Assert.Single(rows).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(9, cells.Length);
        Assert.StartsWith("100000", cells[1], StringComparison.Ordinal);
        Assert.NotEqual(cells[4], cells[5]);
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
    [InlineData("--resume", "out", "give it too")]
    [InlineData("--posterior laplace --draws", "500", "has no chains")]
    [InlineData("--posterior", "variational", "takes laplace")]
    [InlineData("--posterior --target-acceptance", "1", "between 0 and 1")]
    [InlineData("--posterior laplace --mass-matrix", "dense", "has no chains")]
    [InlineData("--posterior --resume out --target-acceptance", "0.9", "earlier run")]
    [InlineData("--mass-matrix", "dense", "give it too")]
    public void Words_that_do_not_make_sense_are_wrong_usage(string options, string value, string message)
    {
        Finished finished =
            Run([Decay(), "--model", "y ~ a*exp(-b*x)", .. options.Split(' '), value, "-o", In("out")]);
        Assert.Equal(2, finished.Code);
        Assert.Contains(message, finished.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_acceptance_and_the_masses_of_the_chains_can_be_chosen()
    {
        Finished finished = Run(
            Decay(), "--model", "y ~ a*exp(-b*x)", "--posterior", "--draws", "200", "--target-acceptance", "0.95",
            "--mass-matrix", "diagonal", "--no-report", "-o", In("out"));
        Assert.True(finished.Code < 2, finished.Errors);
        NutsSampler sampler = PosteriorDraws.Load(In(Path.Combine("out", "draws.npz"))).Sampler;
        Assert.Equal((0.95, MassMatrix.Diagonal), (sampler.TargetAcceptance, sampler.MassMatrix));
    }

    [Fact]
    public void Fewer_rows_than_parameters_are_sampled_where_all_have_priors()
    {
        File.WriteAllText(In("few.csv"), "x,y\n0,1\n1,2.2\n2,2.9\n");
        string[] words = [In("few.csv"), "--model", "y ~ a + b*x + c*x^2 + d*x^3", "--posterior", "--no-report"];
        const string Priors = "a ~ normal(0, 3); b ~ normal(0, 2); c ~ normal(0, 1); sigma ~ lognormal(-1, 0.5)";
        Finished finished = Run([.. words, "--prior", Priors + "; d ~ normal(0, 1)", "-o", In("out")]);
        Assert.True(finished.Code == 0, finished.Errors);
        Assert.Contains("4 chains of 1000 draws", finished.Output, StringComparison.Ordinal);
        Finished open = Run([.. words, "--prior", Priors, "-o", In("open")]);
        Assert.Equal(1, open.Code);
        Assert.Contains("d has no prior", open.Errors, StringComparison.Ordinal);
    }
}
