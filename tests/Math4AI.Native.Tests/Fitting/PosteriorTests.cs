using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Posteriors with reference draws, of posteriordb, all from the default settings of 4 chains × 1000 draws.
/// </summary>
public sealed class PosteriorTests
{
    [Fact]
    public void Regressions_without_priors_agree_with_reference_draws()
    {
        JsonElement earnings = PosteriorData.Read("earnings");
        double[] earn = PosteriorData.Column(earnings, "earn"), height = PosteriorData.Column(earnings, "height");
        double[] male = PosteriorData.Column(earnings, "male"), ones = PosteriorData.Ones(earn.Length);
        double[] log = [.. earn.Select(value => Math.Log(value))];
        Agree("earnings-earn_height", PosteriorData.Linear(earn, ones, height));
        Agree("earnings-logearn_height", PosteriorData.Linear(log, ones, height));
        Agree("earnings-logearn_interaction", PosteriorData.Linear(
            log, ones, height, male, [.. height.Zip(male, (h, m) => h * m)]));
    }

    [Fact]
    public void Kidiq_and_kilpisjarvi_agree_with_reference_draws()
    {
        JsonElement kidiq = PosteriorData.Read("kidiq");
        double[] score = PosteriorData.Column(kidiq, "kid_score"), school = PosteriorData.Column(kidiq, "mom_hs");
        double[] iq = PosteriorData.Column(kidiq, "mom_iq"), ones = PosteriorData.Ones(score.Length);
        Agree("kidiq-kidscore_momhsiq", PosteriorData.Linear(score, ones, school, iq), "sigma ~ half_cauchy(2.5)");
        Agree("kidiq-kidscore_interaction", PosteriorData.Linear(
            score, ones, school, iq, [.. school.Zip(iq, (s, q) => s * q)]), "sigma ~ half_cauchy(2.5)");

        JsonElement lake = PosteriorData.Read("kilpisjarvi_mod");
        double[] x = PosteriorData.Column(lake, "x");
        double Of(string name) => lake.GetProperty(name).GetDouble();
        Agree(
            "kilpisjarvi_mod-kilpisjarvi",
            PosteriorData.Linear(PosteriorData.Column(lake, "y"), PosteriorData.Ones(x.Length), x),
            FormattableString.Invariant($"b1 ~ normal({Of("pmualpha")}, {Of("psalpha")})"),
            FormattableString.Invariant($"b2 ~ normal({Of("pmubeta")}, {Of("psbeta")})"));
    }

    [Fact]
    public void Mesquite_bushes_agree_with_reference_draws()
    {
        JsonElement data = PosteriorData.Read("mesquite");
        double[] Of(string name) => PosteriorData.Column(data, name);
        double[] one = Of("diam1"), two = Of("diam2"), canopy = Of("canopy_height"), total = Of("total_height");
        double[] density = Of("density"), group = Of("group"), weight = Of("weight");
        double[] ones = PosteriorData.Ones(one.Length);
        double[] Log(Func<int, double> of) => [.. ones.Select((_, i) => Math.Log(of(i)))];
        Agree("mesquite-mesquite", PosteriorData.Linear(weight, ones, one, two, canopy, total, density, group));
        Agree("mesquite-logmesquite_logvas", PosteriorData.Linear(
            Log(i => weight[i]),
            ones,
            Log(i => one[i] * two[i] * canopy[i]),
            Log(i => one[i] * two[i]),
            Log(i => one[i] / two[i]),
            Log(i => total[i]),
            Log(i => density[i]),
            group));
    }

    [Theory]
    [InlineData("nes1972")]
    [InlineData("nes2000")]
    public void Party_identification_agrees_with_reference_draws(string year)
    {
        JsonElement data = PosteriorData.Read(year);
        double[] Of(string name) => PosteriorData.Column(data, name);
        double[] age = Of("age_discrete");
        double[] Aged(double group) => [.. age.Select(each => each == group ? 1.0 : 0.0)];
        Agree($"{year}-nes", PosteriorData.Linear(
            Of("partyid7"), PosteriorData.Ones(age.Length), Of("real_ideo"), Of("race_adj"), Aged(2), Aged(3), Aged(4),
            Of("educ1"), Of("gender"), Of("income")));
    }

    [Fact]
    public void An_autoregression_and_a_blind_regression_agree_with_reference_draws()
    {
        JsonElement series = PosteriorData.Read("arK");
        double[] y = PosteriorData.Column(series, "y");
        int lags = series.GetProperty("K").GetInt32();
        Agree(
            "arK-arK",
            PosteriorData.Linear(y[lags..], [PosteriorData.Ones(y.Length - lags), .. Enumerable.Range(1, lags)
                .Select(k => y[(lags - k)..^k])]),
            [.. Enumerable.Range(1, lags + 1).Select(j => $"b{j} ~ normal(0, 10)"), "sigma ~ half_cauchy(2.5)"]);

        JsonElement blind = PosteriorData.Read("sblri");
        double[][] rows = PosteriorData.Rows(blind, "X");
        Agree(
            "sblri-blr",
            PosteriorData.Linear(PosteriorData.Column(blind, "y"),
                [.. Enumerable.Range(0, rows[0].Length).Select(j => rows.Select(row => row[j]).ToArray())]),
            [.. Enumerable.Range(1, rows[0].Length).Select(j => $"b{j} ~ normal(0, 10)"), "sigma ~ half_normal(10)"]);
    }

    [Fact(Explicit = true)]
    [Trait("Check", "posteriors")]
    public void Diamonds_agree_with_reference_draws()
    {
        JsonElement data = PosteriorData.Read("diamonds");
        double[][] rows = PosteriorData.Rows(data, "X");
        double[] Centered(int j)
        {
            double mean = rows.Average(row => row[j]);
            return [.. rows.Select(row => row[j] - mean)];
        }

        double[][] columns = [.. Enumerable.Range(1, rows[0].Length - 1).Select(Centered)];
        Agree(
            "diamonds-diamonds",
            PosteriorData.Linear(PosteriorData.Column(data, "Y"), [.. columns, PosteriorData.Ones(rows.Length)]),
            [
                .. columns.Select((_, j) => $"b{j + 1} ~ normal(0, 1)"), $"b{columns.Length + 1} ~ student_t(3, 8, 10)",
                "sigma ~ half_student_t(3, 10)",
            ]);
    }

    private static void Agree(string name, FitProblem problem, params string[] priors)
    {
        Dictionary<string, Prior> known = priors.Select(text => text.Split('~'))
            .ToDictionary(sides => sides[0].Trim(), sides => Prior.Parse(sides[1]));
        FitPosterior posterior = FitPosterior.Sample(problem.Fit(), known);
        Assert.Empty(posterior.Draws.Warnings);
        PosteriorData.Agree(name, posterior.Draws.Summary());
    }
}
