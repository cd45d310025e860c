using Math4AI.Probability.Forecasts;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>Scores of predicted distributions against their definitions, and calibration by steps.</summary>
public sealed class ForecastScoreTests
{
    [Theory]
    [InlineData(0.0, 1.0, 0.0)]
    [InlineData(1.0, 2.0, -3.0)]
    public void The_score_of_a_normal_prediction_is_its_integral_and_that_of_its_draws(
        double mean, double deviation, double observed)
    {
        double below = DoubleExponentialTransformation.Integrate(
            x => Math.Pow(Normal.CDF(mean, deviation, x), 2.0), mean - 12.0 * deviation, observed, 1e-12);
        double above = DoubleExponentialTransformation.Integrate(
            x => Math.Pow(1.0 - Normal.CDF(mean, deviation, x), 2.0), observed, mean + 12.0 * deviation, 1e-12);
        double known = ForecastScores.NormalCrps(mean, deviation, observed);
        Assert.Equal(below + above, known, 1e-9);
        double[] draws = [.. new Normal(mean, deviation, new MersenneTwister(1)).Samples().Take(100_000)];
        Assert.Equal(known, ForecastScores.Crps(draws, observed), 0.02 * deviation);
        Assert.Equal(
            Normal.CDF(mean, deviation, observed), ForecastScores.Pit(draws, observed), 0.01);
    }

    [Fact]
    public void The_score_of_a_few_draws_is_that_of_all_pairs()
    {
        double[] draws = [3.0, 1.0, 4.0, 1.5];
        double pairs = draws.Sum(x => draws.Sum(other => Math.Abs(x - other))) / (4.0 * 3.0);
        Assert.Equal(draws.Average(x => Math.Abs(x - 2.0)) - 0.5 * pairs, ForecastScores.Crps(draws, 2.0), 1e-14);
        Assert.Equal(0.625, ForecastScores.Pit([1.0, 2.0, 3.0, 1.0], 2.0), 1e-14);
    }

    [Fact]
    public void The_parts_of_a_Brier_score_add_up_to_it_where_groups_have_one_probability()
    {
        double[] said = [0.1, 0.1, 0.1, 0.1, 0.1, 0.8, 0.8, 0.8, 0.8, 0.8];
        bool[] seen = [false, false, true, false, false, true, true, false, true, true];
        BrierParts parts = ForecastScores.Brier(said, seen, groups: 2);
        Assert.Equal(0.0, parts.Rest, 1e-14);
        Assert.Equal(0.5 * 0.01, parts.Reliability, 1e-14);
        Assert.Equal(0.09, parts.Resolution, 1e-14);
        Assert.Equal(0.25, parts.Uncertainty, 1e-14);
        Assert.Throws<ArgumentException>(() => ForecastScores.Brier([0.5, 1.5], [true, false], 1));
    }

    [Fact]
    public void Steps_rise_and_pool_what_violates_their_order()
    {
        var steps = IsotonicCalibration.Fit(
            [1.0, 2.0, 3.0, 4.0, 5.0, 5.0], [false, true, false, false, true, true]);
        Assert.Equal([1.0, 2.0, 5.0], steps.From);
        Assert.Equal([0.0, 1.0 / 3.0, 1.0], steps.Values);
        Assert.Equal([0.0, 0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0], new[] { -7.0, 1.9, 2.0, 4.9, 9.0 }.Select(steps.Of));
    }

    [Fact]
    public void Steps_calibrate_probabilities_that_are_too_sure()
    {
        var random = new MersenneTwister(2);
        (double Said, bool Seen)[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            double odds = Math.Exp(Normal.Sample(random, 0.0, 1.0));
            return (odds * odds * odds / (1.0 + odds * odds * odds), random.NextDouble() < odds / (1.0 + odds));
        })];
        (double Said, bool Seen)[] known = Draw(5000), other = Draw(5000);
        var steps = IsotonicCalibration.Fit([.. known.Select(each => each.Said)], [.. known.Select(each => each.Seen)]);
        bool[] seen = [.. other.Select(each => each.Seen)];
        BrierParts raw = ForecastScores.Brier([.. other.Select(each => each.Said)], seen);
        BrierParts calibrated = ForecastScores.Brier([.. other.Select(each => steps.Of(each.Said))], seen);
        Assert.True(raw.Reliability > 0.02);
        Assert.True(calibrated.Reliability < 0.003);
        Assert.True(calibrated.Score < raw.Score);
    }

    [Fact]
    public void The_calibration_error_of_calibrated_probabilities_is_what_chance_makes_it()
    {
        var random = new MersenneTwister(3);
        const int Samples = 500, Sets = 40;
        double sum = 0.0, byChance = 0.0;
        int beyond = 0;
        for (int set = 0; set < Sets; set++)
        {
            double[] said = [.. Enumerable.Range(0, Samples).Select(_ => random.NextDouble())];
            CalibrationError found =
                ForecastScores.Calibration(said, [.. said.Select(p => random.NextDouble() < p)], seed: set);
            (sum, byChance) = (sum + found.Value / Sets, byChance + found.ByChance / Sets);
            beyond += found.IsBeyondChance ? 1 : 0;
        }

        // The errors of sets scatter by about a quarter of their mean; of 40 at 5 %, more than 7 come in 1 % of cases.
        Assert.Equal(byChance, sum, 0.13 * byChance);
        Assert.InRange(beyond, 0, 7);
        double[] sure = [.. Enumerable.Range(0, Samples).Select(_ => 0.95)];
        CalibrationError wrong = ForecastScores.Calibration(sure, [.. sure.Select((_, i) => i % 2 == 0)]);
        Assert.Equal(0.45, wrong.Value, 1e-12);
        Assert.True(wrong.IsBeyondChance);
        Assert.Throws<ArgumentException>(() => ForecastScores.Calibration([0.5], [true]));
    }

    [Fact]
    public void Coverage_is_counted_where_the_prediction_is_sure_and_where_it_is_not()
    {
        double[] lower = [-1.0, -1.0, -9.0, -9.0], upper = [1.0, 1.0, 9.0, 9.0];
        IReadOnlyList<SpreadGroup> groups =
            ForecastScores.CoverageBySpread(lower, upper, [0.0, 2.0, 3.0, -9.0], groups: 2);
        Assert.Equal([0.5, 1.0], groups.Select(group => group.Coverage));
        Assert.Equal([2.0, 18.0], groups.Select(group => group.Width));
        Assert.Equal([2, 2], groups.Select(group => group.Samples));
        IReadOnlyList<SpreadGroup> named =
            ForecastScores.CoverageBySpread(lower, upper, [0.0, 2.0, 3.0, -9.0], [4.0, 3.0, 2.0, 1.0], groups: 2);
        Assert.Equal([1.0, 0.5], named.Select(group => group.Coverage));
    }

    [Fact]
    public void A_temperature_finds_the_one_that_the_probabilities_were_sharpened_by()
    {
        var random = new MersenneTwister(4);
        var rows = new List<double[]>();
        var observed = new List<int>();
        for (int i = 0; i < 20_000; i++)
        {
            double[] logits = [.. Enumerable.Range(0, 3).Select(_ => Normal.Sample(random, 0.0, 1.5))];
            double[] powers = [.. logits.Select(Math.Exp)], sharper = [.. logits.Select(x => Math.Exp(2.5 * x))];
            observed.Add(Categorical.Sample(random, powers));
            rows.Add([.. sharper.Select(power => power / sharper.Sum())]);
        }

        var found = TemperatureScaling.Fit(rows, observed);
        Assert.Equal(2.5, found.Temperature, 0.08);
        double[] calibrated = found.Of(rows[0]);
        Assert.Equal(1.0, calibrated.Sum(), 1e-12);
        Assert.Equal(Array.IndexOf(rows[0], rows[0].Max()), Array.IndexOf(calibrated, calibrated.Max()));
        Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit([[0.5, 0.5]], [2]));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(9, 2)]
    [InlineData(100, 3)]
    [InlineData(1000, 10)]
    public void Samples_that_are_all_right_leave_room_for_one_that_is_not(int samples, int classes)
    {
        // All alike: at the minimum the forecast is the mean target, up to the prior.
        double[] row = [0.7, .. Enumerable.Repeat(0.3 / (classes - 1), classes - 1)];
        TemperatureScaling found = TemperatureScaling.Fit(
            [.. Enumerable.Repeat(row, samples)], [.. Enumerable.Repeat(0, samples)]);
        double wrong = 1.0 - found.Of(row)[0], target = (1.0 - 1.0 / classes) / (samples + 1);
        Assert.InRange(wrong / target, 1.0, 2.5);
        Assert.InRange(found.Temperature, 0.1, 1.0);
    }

    [Fact]
    public void Every_sample_is_calibrated_by_the_others()
    {
        double[] scores = [.. Enumerable.Range(0, 20).Select(i => (double)i)];
        var seen = new List<IReadOnlyList<double>>();
        double[] result = CrossFitting.Apply(scores, scores, (known, _) =>
        {
            seen.Add(known);
            return known;
        }, (known, score) => known.Contains(score) ? double.NaN : score, folds: 4);
        Assert.Equal(scores, result);
        Assert.Equal(4, seen.Count);
        Assert.All(seen, known => Assert.Equal(15, known.Count));
        var curve = SigmoidCalibration.Fit([-2.0, -1.0, 1.0, 2.0], [false, false, true, true]);
        Assert.True(curve.Of(2.0) > 0.5 && curve.Of(-2.0) < 0.5);
        Assert.Equal(1.0, curve.Of(3.0) + curve.Of(-3.0), 1e-6);
        Assert.Throws<ArgumentException>(() => SigmoidCalibration.Fit([double.NaN], [true]));
    }
}
