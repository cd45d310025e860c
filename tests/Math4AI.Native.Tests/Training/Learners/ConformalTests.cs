using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Conformal;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training.Learners;

public class ConformalTests : TemporaryFolder
{
    private static readonly AutoLearner Auto = new()
    {
        Candidates =
            [new LinearLearner
            {
                IsConstant = true,
            }, new LinearLearner { Penalty = 1.0 }, new RidgeLearner { Gamma = 0.5, Penalty = 1.0 }],
    };

    private static readonly AutoLearner AutoOfClasses = new()
    {
        Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner { Penalty = 1.0 }],
    };

    /// <summary>
    /// y = sin 3x + z with noise that grows with |x|, which is no learner's assumption; a class by y.
    /// </summary>
    private static Table Draw(Random random, int rows)
    {
        double[] x = [.. Enumerable.Range(0, rows).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        double[] z = [.. x.Select(_ => 2.0 * random.NextDouble() - 1.0)];
        double[] y = [.. x.Zip(z, (a, b) => Math.Sin(3.0 * a) + b + Math.Abs(a) * (random.NextDouble() - 0.5))];
        string[] classes = [.. y.Select(value => value < -0.4 ? "low" : value < 0.4 ? "middle" : "high")];
        return Table.OfTexts(
        [
            ("x", [.. x.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))]),
            ("z", [.. z.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))]),
            ("y", [.. y.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))]),
            ("class", classes),
        ]);
    }

    [Fact]
    public void The_quantile_is_the_smallest_that_a_new_sample_keeps_with_the_level()
    {
        var scores = new SplitConformal([3.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        Assert.Equal(9.0, scores.Quantile(0.9));
        Assert.Equal(5.0, scores.Quantile(0.5));
        Assert.Equal(double.PositiveInfinity, scores.Quantile(0.91));
        Assert.Throws<ArgumentOutOfRangeException>(() => scores.Quantile(1.0));
        Assert.Throws<ArgumentException>(() => new SplitConformal([double.NaN]));
    }

    [Fact]
    public void One_part_that_a_model_has_not_seen_is_split_conformal_prediction()
    {
        var random = new Random(8);
        double[] scores = [.. Enumerable.Range(0, 37).Select(_ => random.NextDouble())];
        var cross = new CrossScores(scores, new int[scores.Length]);
        var split = new SplitConformal(scores);
        foreach (double level in new[] { 0.1, 0.5, 0.9, 0.95 })
        {
            double quantile = split.Quantile(level);
            Assert.Equal((7.0 - 2.0 * quantile, 7.0 + 2.0 * quantile), cross.Interval([7.0], [2.0], level));
            foreach (double score in scores)
            {
                Assert.Equal(score <= quantile, cross.Holds([score], level));
            }
        }

        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), cross.Interval([7.0], [1.0], 0.99));
        Assert.True(cross.Holds([1e9], 0.99));
        Assert.Throws<ArgumentException>(() => new CrossScores([1.0], [0, 1]));
    }

    [Fact]
    public void Intervals_by_parts_are_those_of_the_definition()
    {
        // n = 4, level 0.6: the ⌊0.4 · 5⌋ = 2nd smallest of f − R = 9, 8, 17, 16, and the ⌈0.6 · 5⌉ = 3rd of f + R =
        // 11, 12, 23, 24.
        var cross = new CrossScores([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1]);
        Assert.Equal((9.0, 23.0), cross.Interval([10.0, 20.0], [1.0, 1.0], 0.6));
    }

    [Fact]
    public void Intervals_by_parts_are_those_of_the_sorted_reaches_of_all_samples()
    {
        var random = new Random(12);
        for (int draw = 0; draw < 50; draw++)
        {
            // Scores of few values have ties; parts differ in size.
            int count = 8 + random.Next(60), parts = 1 + random.Next(5);
            double[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(draw % 2 == 0 ? 4 : 1000) / 8.0)];
            int[] of = [.. Enumerable.Range(0, count).Select(i => i < parts ? i : random.Next(parts))];
            double[] predicted = [.. Enumerable.Range(0, parts).Select(_ => random.Next(-9, 9) / 4.0)];
            double[] ones = [.. predicted.Select(_ => 1.0)];
            var cross = new CrossScores(scores, of);
            var sorted = new CrossConformal(scores, new double[count], of);
            foreach (double level in new[] { 0.1, 0.5, 0.77, 0.9, 0.99 })
            {
                Assert.Equal(sorted.Interval(predicted, level), cross.Interval(predicted, ones, level));
                int smaller = scores.Where((score, i) => score < Math.Abs(predicted[of[i]])).Count();
                Assert.Equal(
                    smaller < Math.Max(1, Math.Ceiling(level * (count + 1) - 1e-9)),
                    cross.Holds(Array.ConvertAll(predicted, Math.Abs), level));
            }
        }
    }

    [Fact]
    public void Intervals_of_the_whole_pipeline_hold_the_truth_as_often_as_they_say() => Covers(tables: 60, rows: 140);

    [Fact]
    public void Of_many_rows_the_chance_is_the_exact_one_of_a_finite_part() => Covers(tables: 40, rows: 640);

    [Fact(Explicit = true)]
    [Trait("Check", "conformal")]
    public void Intervals_of_a_thousand_tables_hold_the_truth_as_often_as_they_say() =>
        Covers(tables: 1000, rows: 140);

    [Theory(Explicit = true)]
    [Trait("Check", "conformal")]
    [InlineData("concrete")]
    [InlineData("energy")]
    [InlineData("power-plant")]
    [InlineData("yacht")]
    public void On_twenty_published_splits_intervals_hold_as_often_as_their_calibration_rows_promise(string name)
    {
        const int Splits = 20;
        const double Level = 0.9;
        Table rows = PublishedSplits.Rows(name);
        double[] held = new double[Splits], exact = new double[Splits];
        for (int split = 0; split < Splits; split++)
        {
            (Table train, Table test) = PublishedSplits.Of(rows, name, split);
            Trained<LearnedTable> trained = LearnedTable.Train(
                train, test, new TableTrainingOptions
                {
                    Target = "y",
                    Task = TableTask.Regression,
                    Trainer = new TrainerOptions { Seed = split + 1 },
                },
                new AutoLearner { Candidates = [new LinearLearner(), new TreesLearner()], Seed = split + 1 });
            int count = trained.Model.CalibrationCount;
            held[split] = trained.Coverage!.Value;
            exact[split] = Math.Ceiling(Level * (count + 1) - 1e-9) / (count + 1);
        }

        (double mean, double error) = (held.Average(), ErrorOf(held));
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{name}: {mean:0.0000} ± {error:0.0000}, exact {exact.Average():0.0000}"));

        // Of fewer than 500 rows by CV+, whose models of four fifths are somewhat worse than the one that predicts.
        Assert.InRange(
            mean, exact.Average() - 2.0 * error, exact.Average() + (rows.Rows < 500 ? 0.05 : 0.0) + 2.0 * error);
    }

    private static void Covers(int tables, int rows)
    {
        const int Fresh = 50;
        const double Level = 0.8;
        double[] numbers = new double[tables], classes = new double[tables], exact = new double[tables];
        Parallel.For(0, tables, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var random = new Random(1000 + i);
            Table table = Draw(random, rows), fresh = Draw(random, Fresh);
            LearnedTable model = LearnedTable.Train(
                table, null, new TableTrainingOptions { Target = "y", Ignore = ["class"] }, Auto).Model;
            double[] y = fresh.Numbers("y");
            numbers[i] = model.PredictTable(fresh, Level).Intervals
                .Zip(y, (interval, value) => interval.Lower <= value && value <= interval.Upper ? 1.0 : 0.0).Average();
            int held = model.CalibrationCount;
            exact[i] = Math.Ceiling(Level * (held + 1) - 1e-9) / (held + 1);
            Assert.Equal(rows < 500 ? 5 : 1, model.CalibrationModels);
            LearnedTable ofClasses = LearnedTable.Train(
                table, null, new TableTrainingOptions { Target = "class", Ignore = ["y"] }, AutoOfClasses).Model;
            string[] names = [.. fresh.Texts("class").Select(text => text!)];
            classes[i] = ofClasses.PredictTable(fresh, Level).Sets.Zip(
                names, (set, name) => set.Any(of => ofClasses.About.Classes[of] == name) ? 1.0 : 0.0).Average();
        });
        double mean = numbers.Average(), error = ErrorOf(numbers);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{tables} tables, level {Level}: intervals {mean:0.0000} ± {error:0.0000}, ")
            + FormattableString.Invariant($"exact {exact.Average():0.0000}; ")
            + FormattableString.Invariant($"sets {classes.Average():0.0000} ± {ErrorOf(classes):0.0000}"));

        // Of CV+ the chance is at least the level in practice, and models of four fifths are somewhat worse than the
        // one that predicts; of one part it is exact.
        double most = rows < 500 ? exact.Average() + 0.05 : exact.Average();
        Assert.InRange(mean, exact.Average() - 3.0 * error, most + 3.0 * error);

        // Sets always hold the likeliest class, so that they may hold the truth more often.
        Assert.True(classes.Average() > Level - 3.0 * ErrorOf(classes), $"{classes.Average()}");
    }

    [Theory]
    [InlineData(1.5, true)]
    [InlineData(0.05, false)]
    public void Intervals_below_zero_of_a_positive_target_with_a_heavy_tail_are_told_with_what_helps(
        double spread, bool isTold)
    {
        var random = new Random(6);
        double[] x = [.. Enumerable.Range(0, 300).Select(_ => random.NextDouble())];
        double Normal() => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6.0;
        Table table = Table.OfTexts([
            ("x", [.. x.Select(value => FormattableString.Invariant($"{value:R}"))]),
            ("y", [.. x.Select(value => FormattableString.Invariant($"{Math.Exp(value + spread * Normal()):R}"))]),
        ]);
        IReadOnlyList<string> warnings = LearnedTable.Train(
            table, null, new TableTrainingOptions { Target = "y" }, new LinearLearner { Penalty = 1.0 }).Warnings;
        Assert.Equal(isTold, warnings.Any(text =>
            text.Contains("intervals of the test rows reach below 0, though 'y' is above 0", StringComparison.Ordinal)
            && text.EndsWith("or use --model auto, which tries its logarithm.", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_model_from_a_folder_has_the_same_intervals()
    {
        var random = new Random(5);
        Table table = Draw(random, 200), fresh = Draw(random, 20);
        Trained<LearnedTable> trained = LearnedTable.Train(
            table, null, new TableTrainingOptions { Target = "y", Ignore = ["class"] }, Auto);
        Assert.InRange(trained.Coverage!.Value, 0.6, 1.0);
        using (var files = new FileTransaction(true))
        {
            trained.Model.Save(In("model"), files);
            files.Commit();
        }

        Assert.All(LearnedTable.Files(In("model")), path => Assert.True(File.Exists(path), path));
        FilePredictions saved = LearnedTable.Load(In("model")).PredictTable(fresh);
        Assert.Equal(trained.Model.PredictTable(fresh).Intervals, saved.Intervals);
        Assert.All(saved.Intervals.Zip(saved.Values), pair =>
            Assert.InRange(pair.Second[0], pair.First.Lower, pair.First.Upper));
    }

    private static double ErrorOf(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length / (values.Length - 1));
    }
}
