using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training.Learners;

/// <summary>Answers for a stated aim, directions that predictions keep, and intervals of few samples.</summary>
public sealed class AimTests : TemporaryFolder
{
    private static readonly string[] Classes = ["no", "yes"];

    // p(yes) of five samples, and what they are.
    private static readonly double[][] Said = [[0.1, 0.9], [0.4, 0.6], [0.7, 0.3], [0.8, 0.2], [0.9, 0.1]];
    private static readonly int[] Seen = [1, 0, 1, 0, 0];

    [Theory]
    [InlineData("f1", 0.25)]
    [InlineData("recall:0.5", 0.75)]
    [InlineData("recall:0.9", 0.25)]
    [InlineData("precision:1", 0.75)]
    [InlineData("precision:0.6:yes", 0.25)]
    [InlineData("cost:0.5", 0.75)]
    [InlineData("cost:10", 0.25)]
    public void A_threshold_is_chosen_for_its_aim(string aim, double threshold)
    {
        DecisionRule rule = DecisionAim.Parse(aim).Choose(Classes, Said, Seen);
        Assert.Equal(1, rule.Class);
        Assert.Equal(threshold, rule.Threshold, 1e-12);
        Assert.Equal(aim, rule.Aim);
        Assert.Equal(Said.Select(row => row[1] >= threshold ? 1 : 0), Said.Select(row => rule.Of(row)));
    }

    [Fact]
    public void A_class_that_is_not_answered_leaves_the_likeliest_of_the_others()
    {
        var rule = new DecisionRule("f1:b", 1, 0.5);
        Assert.Equal(1, rule.Of([0.3, 0.5, 0.2]));
        Assert.Equal(2, rule.Of([0.2, 0.45, 0.35]));
        Assert.Equal(0, rule.Of([0.35, 0.45, 0.2]));
        Assert.Contains("name it", Assert.Throws<ArgumentException>(() => DecisionAim.Parse("f1")
            .Choose(["a", "b", "c"], [[0.2, 0.3, 0.5]], [1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => DecisionAim.Parse("f1:d").Choose(Classes, Said, Seen));
        Assert.All(["", "recall", "recall:1.5", "cost:-1", "best:3", "precision:0"],
            text => Assert.Throws<FormatException>(() => DecisionAim.Parse(text)));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1200)]
    public void A_model_answers_for_its_aim_in_its_scores_and_from_its_folder(int rows)
    {
        Table table = Rare(rows);
        var options = new TableTrainingOptions { Target = "y", Trainer = new TrainerOptions { Seed = 3 } };
        var learner = new LinearLearner { Penalty = 1.0 };
        Trained<LearnedTable> plain = LearnedTable.Train(table, null, options, learner);
        Trained<LearnedTable> aimed =
            LearnedTable.Train(table, null, options with { Aim = DecisionAim.Parse("recall:0.9") }, learner);
        double Recall(Trained<LearnedTable> of) => (double)of.Confusion[1][1] / of.Confusion[1].Sum();
        Assert.True(Recall(aimed) > Recall(plain), $"{Recall(aimed)} {Recall(plain)}");
        Assert.Equal(plain.TestPredictions[0], aimed.TestPredictions[0]);
        DecisionRule rule = aimed.Model.About.Decision!;
        Assert.InRange(rule.Threshold, 0.0, 0.5);
        using (var files = new FileTransaction(true))
        {
            aimed.Model.Save(In("model"), files);
            files.Commit();
        }

        FilePredictions found = LearnedTable.Load(In("model")).PredictTable(table);
        Assert.Equal(found.Values.Select(row => row[1] >= rule.Threshold ? 1 : 0), found.Decided);
        Assert.All(found.Sets.Zip(found.Decided), pair => Assert.Contains(pair.Second, pair.First));
        Assert.Contains("for classes", Assert.Throws<ArgumentException>(() => LearnedTable.Train(
            Rising(60), null, options with { Target = "z", Aim = DecisionAim.Parse("f1") }, learner)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recall:0.9", "aimedRecall", "the highest threshold with that recall")]
    [InlineData("f1", "aimedF1", "the threshold with the best F1")]
    [InlineData("cost:5", "aimedCost", "the threshold with the least cost")]
    public void An_aim_is_scored_where_it_was_chosen_and_in_the_test_and_told_with_limits(
        string aim, string score, string how)
    {
        var options = new TableTrainingOptions
        {
            Target = "y",
            Trainer = new TrainerOptions { Seed = 3 },
            Aim = DecisionAim.Parse(aim),
        };
        Trained<LearnedTable> aimed =
            LearnedTable.Train(Rare(800), null, options, new LinearLearner { Penalty = 1.0 });
        double right = aimed.Confusion[1][1], there = aimed.Confusion[1].Sum(),
            answered = right + aimed.Confusion[0][1], rows = aimed.Test.Rows;
        double expected = score switch
        {
            "aimedRecall" => right / there,
            "aimedF1" => 2.0 * right / (there + answered),
            _ => (5.0 * (there - right) + answered - right) / rows,
        };
        Assert.Equal(expected, aimed.Test.Scores[score], 1e-12);
        Math4AI.Fitting.Interval limits = aimed.Test.Intervals[score];
        Assert.InRange(expected, limits.Lower, limits.Upper);
        Assert.True(aimed.Validation.Intervals.ContainsKey(score));
        Assert.Contains(how, aimed.DecisionText, StringComparison.Ordinal);
        Assert.Contains("In the test", aimed.DecisionText, StringComparison.Ordinal);
        Assert.Equal(2, aimed.DecisionText!.Split("(95 %: ").Length - 1);
    }

    [Theory]
    [InlineData("recall:0.9", true)]
    [InlineData("cost:3", true)]
    [InlineData("recall:0.9", false)]
    public void Under_an_aim_a_model_is_judged_by_it_and_not_by_its_accuracy(string aim, bool isConstant)
    {
        var options = new TableTrainingOptions
        {
            Target = "y",
            Trainer = new TrainerOptions { Seed = 3 },
            Aim = DecisionAim.Parse(aim),
        };
        Trained<LearnedTable> aimed = LearnedTable.Train(
            Rare(800), null, options, isConstant ? new LinearLearner { IsConstant = true } : new LinearLearner());
        Assert.DoesNotContain(aimed.Warnings, text => text.Contains("most frequent class:", StringComparison.Ordinal));
        Assert.Equal(
            isConstant,
            aimed.Warnings.Any(text => text.StartsWith($"For the aim {aim} the test rows", StringComparison.Ordinal)));
    }

    [Fact]
    public void Trees_of_a_table_keep_the_directions_of_its_columns()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        var options = new TableTrainingOptions
        {
            Target = "z",
            Monotone = new Dictionary<string, int> { ["x"] = 1 },
            Trainer = new TrainerOptions { Seed = 1 },
        };
        var learner = new TreesLearner { Rounds = 40, Leaves = 8 };
        LearnedTable free = LearnedTable.Train(
            Rising(200), null, options with { Monotone = new Dictionary<string, int>() }, learner).Model;
        LearnedTable kept = LearnedTable.Train(Rising(200), null, options, learner).Model;
        Assert.True(Falls(free) > 0);
        Assert.Equal(0, Falls(kept));
        LearnedTable best = LearnedTable.Train(Rising(60), null, options, new AutoLearner
        {
            Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner { Penalty = 1.0 }, learner],
        }).Model;
        Assert.Equal(0, Falls(best));
        Assert.DoesNotContain(best.Comparison, each => each.Name == "linear");

        string Reason(TableTrainingOptions of, Learner by) =>
            Assert.Throws<ArgumentException>(() => LearnedTable.Train(Rising(60), null, of, by)).Message;
        Assert.Contains("use trees or auto", Reason(options, new LinearLearner { Penalty = 1.0 }),
            StringComparison.Ordinal);
        Assert.Contains("no column that is predicted from", Reason(
            options with { Monotone = new Dictionary<string, int> { ["w"] = 1 } }, learner), StringComparison.Ordinal);
        Assert.Contains("classes without an order", Reason(
            options with { Monotone = new Dictionary<string, int> { ["c"] = -1 } }, learner), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mean_of_proportions_has_the_limits_of_each()
    {
        Assert.Equal(Scores.Wilson(3.0, 9.0), Scores.MeanOfProportions([3.0], [9.0]));
        Math4AI.Fitting.Interval perfect = Scores.MeanOfProportions([2.0, 2.0], [2.0, 2.0]);
        Assert.Equal(1.0, perfect.Upper, 1e-12);
        Assert.Equal(1.0 - (1.0 - Scores.Wilson(2.0, 2.0).Lower) / Math.Sqrt(2.0), perfect.Lower, 1e-12);
        Assert.Throws<ArgumentException>(() => Scores.MeanOfProportions([], []));
    }

    [Fact]
    public void Probabilities_that_are_too_sure_are_brought_to_a_temperature_by_unseen_samples()
    {
        Table table = Rare(800);
        var options = new TableTrainingOptions { Target = "y", Trainer = new TrainerOptions { Seed = 2 } };
        var honest = new LinearLearner { Penalty = 1.0 };
        var sure = new SureLearner(new TemperedLearner { Inner = honest, Temperature = 0.25 });
        Trained<LearnedTable> raw = LearnedTable.Train(table, null, options, sure);
        Trained<LearnedTable> mended =
            LearnedTable.Train(table, null, options, new AutoLearner { Candidates = [sure] });
        ComparedLearner kept = Assert.Single(mended.Model.Comparison, each => each.IsKept);
        Assert.Equal("temperature", kept.Name);

        // 0.25 is undone by 4.
        Assert.Equal(4.0, Assert.IsType<TemperedFit>(mended.Model.Model).Temperature, 1.0);
        Assert.True(mended.Test.Scores["logLoss"] < raw.Test.Scores["logLoss"]);
        Assert.Equal(raw.Test.Scores["accuracy"], mended.Test.Scores["accuracy"]);
        Assert.DoesNotContain(
            LearnedTable.Train(table, null, options, new AutoLearner { Candidates = [honest] }).Model.Comparison,
            each => each.Name == "temperature");
        using (var files = new FileTransaction(true))
        {
            raw.Model.Save(In("tempered"), files);
            files.Commit();
        }

        Assert.Equal(
            raw.Model.PredictTable(table).Values[7],
            LearnedTable.Load(In("tempered")).PredictTable(table).Values[7]);
    }

    /// <summary>A learner of one's own, too sure.</summary>
    private sealed record SureLearner(Learner Inner) : Learner
    {
        public override string ToString() => "sure";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
            Inner.Fit(training, cancellation);
    }

    private static int Falls(LearnedTable model)
    {
        const int Points = 81;
        double[][] found = model.PredictTable(Table.OfTexts([
            ("x", [.. Enumerable.Range(0, Points).Select(i => FormattableString.Invariant($"{0.025 * i}"))]),
            ("c", [.. Enumerable.Repeat("u", Points)]),
        ])).Values;
        return Enumerable.Range(1, Points - 1).Count(i => found[i][0] < found[i - 1][0] - 1e-12);
    }

    /// <summary>z rises with x, in waves.</summary>
    private static Table Rising(int rows)
    {
        var random = new Random(5);
        double[] x = [.. Enumerable.Range(0, rows).Select(_ => 2.0 * random.NextDouble())];
        return Table.OfTexts([
            ("x", [.. x.Select(value => FormattableString.Invariant($"{value:R}"))]),
            ("c", [.. x.Select((_, i) => i % 2 == 0 ? "u" : "v")]),
            ("z", [.. x.Select(value => FormattableString.Invariant(
                $"{value + 0.4 * Math.Sin(9.0 * value) + 0.05 * random.NextDouble():R}"))]),
        ]);
    }

    /// <summary>One row in eight is a yes, which x tells with errors.</summary>
    private static Table Rare(int rows)
    {
        var random = new Random(11);
        bool[] isYes = [.. Enumerable.Range(0, rows).Select(i => i % 8 == 0)];
        return Table.OfTexts([
            ("x", [.. isYes.Select(yes => FormattableString.Invariant(
                $"{(yes ? 1.2 : 0.0) + random.NextDouble() + random.NextDouble() - 1.0:R}"))]),
            ("y", [.. isYes.Select(yes => yes ? "yes" : "no")]),
        ]);
    }
}
