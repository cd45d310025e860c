using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

/// <summary>A class of weight 3 is a class whose every sample is there three times.</summary>
public sealed class ClassWeightTests : TemporaryFolder
{
    private static readonly double[] Weights = [1.0, 3.0];

    /// <summary>Two classes in two inputs of few different values, which overlap.</summary>
    private static LearnerSamples Overlapping(int rows = 160)
    {
        var random = new Random(3);
        int[] classes = [.. Enumerable.Range(0, rows).Select(i => i % 4 == 0 ? 1 : 0)];
        var inputs = Matrix<double>.Build.Dense(
            rows, 2, (i, j) => (random.Next(8) + random.Next(8) + (j == 0 ? 3 : 0) * classes[i]) / 8.0);
        return LearnerSamples.Of(inputs, classes, 2);
    }

    /// <summary>The samples of the second class three times.</summary>
    private static LearnerSamples Repeated(LearnerSamples samples) => samples.Select(
        [.. Enumerable.Range(0, samples.Inputs.RowCount).SelectMany(
            row => Enumerable.Repeat(row, samples.Classes![row] == 1 ? 3 : 1))]);

    private static void AreAlike(Matrix<double> one, Matrix<double> other, double tolerance) =>
        Assert.True((one - other).Enumerate().Max(Math.Abs) < tolerance, $"{(one - other).Enumerate().Max(Math.Abs)}");

    [Fact]
    public void Balanced_weights_give_every_class_the_same_share_and_have_the_mean_one()
    {
        Assert.Equal([0.5 / 0.9, 5.0], ClassWeights.Balanced.Of(["no", "yes"], [90L, 10L]), (a, b) =>
            Math.Abs(a - b) < 1e-12);
        double[] named = ClassWeights.Parse("yes=4")!.Of(["no", "yes", "perhaps"], [60L, 20L, 20L]);
        Assert.Equal(1.0, (60.0 * named[0] + 20.0 * named[1] + 20.0 * named[2]) / 100.0, 1e-12);
        Assert.Equal(4.0, named[1] / named[0], 1e-12);
        Assert.Equal(named[0], named[2]);
        Assert.Null(ClassWeights.Parse("none"));
        Assert.Equal("yes=4, a=b=0.5", ClassWeights.Parse("yes=4, a=b=0.5")!.ToString());
        Assert.All(["", "yes", "yes=0", "yes=-1", "yes=inf", "yes=1,yes=2", "=2"],
            text => Assert.Throws<FormatException>(() => ClassWeights.Parse(text)));
        Assert.Contains("no class 'maybe'", Assert.Throws<ArgumentException>(
            () => ClassWeights.Parse("maybe=2")!.Of(["no", "yes"], [1L, 1L])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weighted_linear_model_is_that_of_repeated_samples()
    {
        const double Penalty = 0.7;
        LearnerSamples samples = Overlapping();
        IRowPredictor weighted = new LinearLearner { Penalty = Penalty }.Fit(samples.Weighing(Weights));
        IRowPredictor repeated = new LinearLearner { Penalty = Penalty }.Fit(Repeated(samples));
        AreAlike(weighted.PredictRows(samples.Inputs).Values, repeated.PredictRows(samples.Inputs).Values, 1e-4);
        Matrix<double> shares = new LinearLearner { IsConstant = true }.Fit(samples.Weighing(Weights))
            .PredictRows(samples.Inputs).Values;
        Assert.Equal(0.5, shares[0, 1], 1e-12);
    }

    [Fact]
    public void Weighted_trees_are_those_of_repeated_samples()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        LearnerSamples samples = Overlapping(400);
        var learner = new TreesLearner { Rounds = 10, Leaves = 4, ColumnShare = 1.0 };
        Matrix<double> plain = learner.Fit(samples).PredictRows(samples.Inputs).Values;
        Matrix<double> weighted = learner.Fit(samples.Weighing(Weights)).PredictRows(samples.Inputs).Values;
        Matrix<double> repeated = learner.Fit(Repeated(samples)).PredictRows(samples.Inputs).Values;
        AreAlike(weighted, repeated, 1e-5);
        Assert.True((plain - repeated).Enumerate().Max(Math.Abs) > 0.1);
    }

    [Fact]
    public void A_weighted_machine_is_that_of_repeated_samples_and_its_odds_are_the_weighted_ones()
    {
        LearnerSamples samples = Overlapping(80), more = Repeated(samples);
        var machine = new SupportVectorClassifier
        {
            Kernel = Kernel.Rbf(0.7),
            Standardize = false,
            Tolerance = 1e-8,
            Penalty = 2.0,
        };
        SupportVectorClassifierFit weighted = (machine with
        {
            ClassWeights = new Dictionary<int, double> { [1] = 3.0 },
        }).Fit(samples.Inputs, samples.Classes!);
        SupportVectorClassifierFit repeated = machine.Fit(more.Inputs, more.Classes!);
        AreAlike(weighted.Decide(samples.Inputs), repeated.Decide(samples.Inputs), 1e-5);

        // Where a weight is the same for both, the odds stay; a factor of one class multiplies them.
        var twice = new Dictionary<int, double> { [0] = 2.0, [1] = 2.0 };
        Matrix<double> ofTwice = (machine with { HasProbabilities = true, ClassWeights = twice })
            .Fit(samples.Inputs, samples.Classes!).Probabilities(samples.Inputs);
        Matrix<double> ofPenalty = (machine with { HasProbabilities = true, Penalty = 4.0 })
            .Fit(samples.Inputs, samples.Classes!).Probabilities(samples.Inputs);
        AreAlike(ofTwice, ofPenalty, 1e-10);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("trees")]
    [InlineData("network")]
    [InlineData("svm")]
    [InlineData("auto")]
    public void A_rare_class_is_found_more_often_where_classes_weigh_the_same(string name)
    {
        Learner learner = name switch
        {
            "linear" => new LinearLearner { Penalty = 1.0 },
            "trees" => new TreesLearner { Rounds = 20, Leaves = 4 },
            "network" => new NetworkLearner { Hidden = [8], Steps = 200, Networks = 1 },
            "svm" => new SupportVectorLearner { Gamma = 0.5, Penalty = 1.0 },
            _ => new AutoLearner { Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner()] },
        };
        Table table = Rare(400);
        var options = new TableTrainingOptions { Target = "y", Trainer = new TrainerOptions { Seed = 2 } };
        Trained<LearnedTable> plain = LearnedTable.Train(table, null, options, learner);
        Trained<LearnedTable> weighted = LearnedTable.Train(
            table, null, options with { ClassWeights = ClassWeights.Balanced }, learner);
        Assert.True(RecallOf(weighted) > RecallOf(plain), $"{RecallOf(weighted)} {RecallOf(plain)}");
        Assert.Equal(7.0, weighted.Model.About.ClassWeights![1] / weighted.Model.About.ClassWeights[0], 0.2);
        using (var files = new FileTransaction(true))
        {
            weighted.Model.Save(In("model"), files);
            files.Commit();
        }

        LearnedTable opened = LearnedTable.Load(In("model"));
        Assert.Equal(weighted.Model.About.ClassWeights, opened.About.ClassWeights);
        Assert.Equal(weighted.Model.Predict(table).Values, opened.Predict(table).Values);
    }

    [Fact]
    public void A_network_of_a_table_heeds_weights_and_a_temperature_that_its_validation_part_chose()
    {
        Assert.SkipUnless(NetworkLearner.IsAvailable, "Torch does not load here.");
        Table table = Rare(400);
        var options = new TableTrainingOptions
        {
            Target = "y",
            Hidden = [],
            Trainer = new TrainerOptions { Seed = 2, Epochs = 10, Rate = 0.02 },
        };
        Trained<TableModel> plain = TableModel.Train(table, null, options);
        Trained<TableModel> weighted =
            TableModel.Train(table, null, options with { ClassWeights = ClassWeights.Balanced });
        Assert.True(RecallOf(weighted) > RecallOf(plain), $"{RecallOf(weighted)} {RecallOf(plain)}");
        Assert.Null(weighted.Model.About.Temperature);

        // Probabilities of few steps are not sure enough; of their fourth power they are far too sure.
        TableModel model = plain.Model.About.Temperature is null
            ? plain.Model
            : plain.Model.TemperedBy(new PredictedPart([[0.5, 0.5]], [0]));
        double[][] found = model.Predict(table);
        int[] classes = model.Observed(table);
        double[][] sure = [.. found.Select(row => Array.ConvertAll(
            row, p => Math.Pow(p, 4.0) / row.Sum(each => Math.Pow(each, 4.0))))];
        TableModel tempered = model.TemperedBy(new PredictedPart(sure, classes));
        Assert.InRange(tempered.About.Temperature!.Value, 2.0, 8.0);
        Assert.Equal(Scores.Likeliest(found), Scores.Likeliest(tempered.Predict(table)));
        using (var files = new FileTransaction(true))
        {
            tempered.Save(In("net"), files);
            files.Commit();
        }

        Assert.Equal(tempered.Predict(table)[3], TableModel.Load(In("net")).Predict(table)[3]);
    }

    [Fact]
    public void Weights_are_refused_of_numbers_and_by_learners_that_cannot_heed_them()
    {
        var options = new TableTrainingOptions { Target = "y", ClassWeights = ClassWeights.Balanced };
        string Reason(TableTrainingOptions of, Learner learner) => Assert.Throws<ArgumentException>(
            () => LearnedTable.Train(Rare(80), null, of, learner)).Message;
        Assert.Contains("takes no weights of classes", Reason(options, new ProcessLearner()), StringComparison.Ordinal);
        Assert.Contains("'x' are numbers", Reason(
            options with { Target = "x", Ignore = ["y"] }, new LinearLearner()), StringComparison.Ordinal);
        Assert.Contains("no class 'fraud'", Reason(
            options with { ClassWeights = ClassWeights.Parse("fraud=3") }, new LinearLearner()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_of_each_class_are_those_of_its_row_and_column()
    {
        IReadOnlyList<ClassScore> scores = ClassScore.Of(["a", "b", "c"], [[3, 1, 0], [2, 4, 0], [0, 0, 0]]);
        Assert.Equal(new ClassScore("a", 4, 0.75, 0.6, 6.0 / 9.0), scores[0]);
        Assert.Equal(new ClassScore("b", 6, 4.0 / 6.0, 0.8, 8.0 / 11.0), scores[1]);
        Assert.Equal(new ClassScore("c", 0, null, null, null), scores[2]);
        Assert.Throws<ArgumentException>(() => ClassScore.Of(["a"], [[1, 2]]));
    }

    private static double RecallOf<TModel>(Trained<TModel> of) => of.ClassScores[1].Recall!.Value;

    /// <summary>One row in eight is a yes, which x tells with errors.</summary>
    private static Table Rare(int rows)
    {
        var random = new Random(11);
        bool[] isYes = [.. Enumerable.Range(0, rows).Select(i => i % 8 == 0)];
        return Table.OfTexts([
            ("x", [.. isYes.Select(yes => FormattableString.Invariant(
                $"{(yes ? 0.8 : 0.0) + random.NextDouble() + random.NextDouble() - 1.0:R}"))]),
            ("z", [.. isYes.Select(_ => FormattableString.Invariant($"{random.NextDouble():R}"))]),
            ("y", [.. isYes.Select(yes => yes ? "yes" : "no")]),
        ]);
    }
}
