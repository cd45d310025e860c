using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Kernels;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

public sealed class LearnedTableTests : TemporaryFolder
{
    /// <summary>A ring around a disc, in units that differ by 10⁶; and a number that is curved over the two.</summary>
    private static Table Rings(int count = 240, double unit = 1e6)
    {
        var random = new Random(5);
        double[] a = new double[count], b = new double[count], number = new double[count];
        string[] kind = new string[count];
        for (int i = 0; i < count; i++)
        {
            double angle = 2 * Math.PI * random.NextDouble(), radius = 1.0 + i % 2 + 0.4 * (random.NextDouble() - 0.5);
            (a[i], b[i], kind[i]) = (unit * radius * Math.Cos(angle), radius * Math.Sin(angle), i % 2 == 0
                ? "disc"
                : "ring");
            number[i] = 1e4 + 10.0 * Math.Sin(a[i] / unit) * b[i] + 0.05 * (random.NextDouble() - 0.5);
        }

        return Table.OfNumbers(
            [("a", a), ("b", b), ("number", number), ("ring", [.. kind.Select(of => of == "ring" ? 1.0 : 0.0)])]);
    }

    private static TableTrainingOptions Classes => new() { Target = "ring", Ignore = ["number"] };

    private static TableTrainingOptions Numbers => new() { Target = "number", Ignore = ["ring"] };

    [Fact]
    public void A_machine_finds_its_settings_and_divides_rings_whatever_their_units()
    {
        Trained<LearnedTable> small = LearnedTable.Train(Rings(unit: 1.0), null, Classes, new SupportVectorLearner());
        Trained<LearnedTable> large = LearnedTable.Train(Rings(unit: 1e6), null, Classes, new SupportVectorLearner());
        Assert.Equal(1.0, large.Test.Scores["accuracy"]);
        Assert.Equal(small.Model.About.Learner, large.Model.About.Learner);
        Assert.Equal(large.Model.Search!.Points.Count,
            large.Model.Search.Points.Select(point => (point.Across, point.Up)).Distinct().Count());
        Assert.Equal(204, large.Model.Search.Samples);
    }

    [Fact]
    public void The_class_of_the_highest_probability_is_the_machines_prediction()
    {
        Table table = Rings(120);
        LearnedTable model = LearnedTable.Train(table, null, Classes, new SupportVectorLearner
        {
            Gamma = 1.0,
            Penalty = 1.0,
        }).Model;
        Matrix<double> probabilities = model.Predict(table).Values;
        int[] predicted =
            ((Math4AI.Kernels.Machines.SupportVectorClassifierFit)model.Model).Predict(model.FeaturesOf(table));
        for (int i = 0; i < table.Rows; i++)
        {
            Assert.Equal(1.0, probabilities.Row(i).Sum(), 1e-12);
            Assert.Equal(predicted[i], probabilities.Row(i).MaximumIndex());
        }
    }

    [Theory]
    [InlineData("svm", 120)]
    [InlineData("ridge", 120)]
    [InlineData("gp", 120)]
    [InlineData("robust-gp", 60)]
    public void Every_learner_of_numbers_follows_a_curve_far_from_zero_and_is_kept_in_a_folder(string name, int rows)
    {
        Table table = Rings(rows);
        Trained<LearnedTable> trained =
            LearnedTable.Train(table, null, Numbers, LearnerNames.Make(name, new LearnerSettings(null, 1)));
        Assert.InRange(trained.Test.Scores["rSquared"], 0.98, 1.0);
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        Assert.All(LearnedTable.Files(Folder), path => Assert.True(File.Exists(path)));
        var opened = (LearnedTable)ModelFolder.Open(Folder);
        RowPredictions before = trained.Model.Predict(table), after = opened.Predict(table);
        Assert.Equal(before.Values, after.Values);
        Assert.Equal(before.Deviations, after.Deviations);
        Assert.Equal(name.EndsWith("gp", StringComparison.Ordinal), after.Deviations is not null);
    }

    [Fact]
    public void Squares_as_features_let_a_line_divide_rings_and_are_saved_with_the_model()
    {
        Table table = Rings();
        var line = new SupportVectorLearner { Kernel = Kernel.Linear(), Penalty = 10.0 };
        Assert.InRange(LearnedTable.Train(table, null, Classes, line).Test.Scores["accuracy"], 0.2, 0.8);
        Trained<LearnedTable> trained =
            LearnedTable.Train(table, null, Classes, line, FeatureMap.Polynomial(2).Then(FeatureMap.Standardize()));
        Assert.Equal(1.0, trained.Test.Scores["accuracy"]);
        Assert.Equal(["a", "b", "a^2", "a b", "b^2"], trained.Model.FeatureNames);
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        Assert.Equal(trained.Model.Predict(table).Values, LearnedTable.Load(Folder).Predict(table).Values);
    }

    [Fact]
    public void A_learner_that_predicts_numbers_refuses_classes_before_any_work()
    {
        ArgumentException refusal =
            Assert.Throws<ArgumentException>(() => LearnedTable.Train(Rings(), null, Classes, new RidgeLearner()));
        Assert.Contains("use svm", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_of_classes_divides_rings_and_is_kept_in_a_folder_to_the_bit()
    {
        Table table = Rings();
        Trained<LearnedTable> trained = LearnedTable.Train(table, null, Classes, new ProcessLearner());
        Assert.Equal(1.0, trained.Test.Scores["accuracy"]);
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        Assert.Equal(trained.Model.Predict(table).Values, LearnedTable.Load(Folder).Predict(table).Values);
    }

    [Fact]
    public void A_class_of_one_row_is_named_and_a_machine_that_did_not_converge_says_so()
    {
        double[] rows = [.. Enumerable.Range(0, 40).Select(i => (double)i)];
        Table table = Table.OfNumbers([("a", rows), ("cls", [.. rows.Select(i => i == 7 ? 3.0 : i % 2)])]);
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => LearnedTable.Train(table, null, new TableTrainingOptions
            {
                Target = "cls",
            }, new SupportVectorLearner()));
        Assert.Contains("The class '3' has fewer than 2", refusal.Message, StringComparison.Ordinal);
        var hasty = new SupportVectorLearner { Gamma = 1.0, Penalty = 1.0, MaxIterations = 3 };
        Assert.Contains("did not converge", LearnedTable.Train(Rings(), null, Classes, hasty).Model.Model.Warning,
            StringComparison.Ordinal);
        Assert.Null(LearnedTable.Train(Rings(), null, Classes, hasty with
        {
            MaxIterations = 100_000,
        }).Model.Model.Warning);
    }

    [Fact]
    public void A_process_of_too_many_samples_has_inducing_points_or_is_refused_with_its_memory()
    {
        Trained<LearnedTable> trained = LearnedTable.Train(
            Rings(), null, Numbers, new ProcessLearner { MaxSamples = 50, InducingCount = 100 });
        Assert.IsType<Math4AI.Kernels.GaussianProcesses.SparseGaussianProcessFit>(trained.Model.Model);
        Assert.InRange(trained.Test.Scores["rSquared"], 0.98, 1.0);
        Assert.Contains("with 100 inducing points", trained.Model.About.Learner, StringComparison.Ordinal);
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => LearnedTable.Train(Rings(100), null, Classes, new ProcessLearner { MaxLaplaceSamples = 50 }));
        Assert.Contains("GB", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learner_of_ones_own_is_trained_and_scored_like_any()
    {
        Trained<LearnedTable> trained = LearnedTable.Train(Rings(), null, Numbers, new Average());
        Assert.InRange(trained.Test.Scores["rSquared"], -0.2, 0.2);
        LearnerNames.Add("average", settings => new Average { Seed = settings.Seed });
        Assert.IsType<Average>(LearnerNames.Make("average", new LearnerSettings(null, 3)));
        Assert.Contains(
            "svm", Assert.Throws<ArgumentException>(
                () => LearnerNames.Make("averge", new LearnerSettings(null, 1))).Message, StringComparison.Ordinal);
    }

    /// <summary>Predicts the mean of the training, by public members alone.</summary>
    private sealed record Average : Learner
    {
        public override bool TakesClasses => false;

        public override string ToString() => "average";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
            new Fitted(training.Targets!.Average());

        private sealed class Fitted(double mean) : IRowPredictor
        {
            public RowPredictions PredictRows(Matrix<double> inputs) =>
                new(Matrix<double>.Build.Dense(inputs.RowCount, 1, mean));

            public void Save(string folder, FileTransaction files) => throw new NotSupportedException();
        }
    }

    /// <summary>Notes of a shop, of which one word in four tells the kind; the number follows another one.</summary>
    private Table Notes(string file, int count, int seed, string? odd = null)
    {
        var random = new Random(seed);
        string[] fill = ["the", "parcel", "came", "on", "friday", "again", "with", "box"];
        File.WriteAllLines(In(file), Enumerable.Range(0, count).Select(i =>
        {
            string[] words = [.. Enumerable.Range(0, 6).Select(_ => fill[random.Next(fill.Length)])];
            words[random.Next(6)] = i % 2 == 0 ? "broken" : "lovely";
            bool isLarge = random.Next(2) == 0;
            string note = i == 0 && odd is not null ? odd
                : string.Join(' ', words) + (isLarge ? " large" : string.Empty);
            return FormattableString.Invariant(
                $"{note},{i % 2},{(isLarge ? 3.0 : 1.0) + 0.1 * random.NextDouble():R}");
        }).Prepend("note,kind,size"));
        return Table.Read(In(file));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("trees")]
    [InlineData("svm")]
    public void Words_of_a_text_are_inputs_of_every_learner_and_are_kept_in_a_folder(string name)
    {
        Table table = Notes("train.csv", 160, 1), test = Notes("test.csv", 40, 2, "zebra");
        var options = new TableTrainingOptions
        {
            Target = "kind",
            Ignore = ["size"],
            Columns = ColumnList.Parse("note=text:tfidf:1:50"),
        };
        Trained<LearnedTable> trained =
            LearnedTable.Train(table, test, options, LearnerNames.Make(name, new LearnerSettings(null, 1)));
        Assert.InRange(trained.Test.Scores["accuracy"], 0.95, 1.0);
        Assert.Contains("note=broken", trained.Model.FeatureNames);
        Assert.DoesNotContain("note=zebra", trained.Model.FeatureNames);
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        var kept = (LearnedTable)ModelFolder.Open(Folder);
        Assert.Equal(trained.Model.Predict(test).Values, kept.Predict(test).Values);
        FilePredictions found = kept.PredictTable(test);
        Assert.Contains("no known term", found.Notes[0], StringComparison.Ordinal);
        Assert.All(found.Notes.Skip(1), Assert.Empty);
    }

    [Fact]
    public void Inputs_of_a_text_are_its_term_frequencies_times_inverse_document_frequencies()
    {
        File.WriteAllLines(In("texts.csv"), ["text,y", "red apple,1", "red red pear,2", ",3"]);
        TableEncoder encoder = TableEncoder.Learn(
            Table.Read(In("texts.csv")), ["text"], Missing.Impute, forms: ColumnList.Parse("text=text:tfidf"));
        Assert.Equal(["text=apple", "text=pear", "text=red"], encoder.InputNames);

        // ln((1 + n)/(1 + n_t)) + 1 of n = 3 texts, and rows of norm 1.
        double rare = Math.Log(4.0 / 2.0) + 1.0, frequent = Math.Log(4.0 / 3.0) + 1.0;
        double first = Math.Sqrt(rare * rare + frequent * frequent);
        double second = Math.Sqrt(rare * rare + 4.0 * frequent * frequent);
        double[] expected =
            [rare / first, 0.0, frequent / first, 0.0, rare / second, 2.0 * frequent / second, 0.0, 0.0, 0.0];
        float[] inputs = encoder.Encode(Table.Read(In("texts.csv")));
        Assert.All(expected.Zip(inputs), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Numbers_are_learned_from_words_by_a_network_of_tables_too()
    {
        var options = new TableTrainingOptions
        {
            Target = "size",
            Ignore = ["kind"],
            Columns = ColumnList.Parse("note=text:words:1:50"),
            Trainer = new TrainerOptions { Steps = 300 },
            Hidden = [16],
        };
        Trained<TableModel> trained = TableModel.Train(Notes("train.csv", 160, 1), null, options);
        Assert.InRange(trained.Test.Scores["rSquared"], 0.9, 1.0);
    }

    [Fact]
    public void A_learning_curve_falls_to_the_noise_and_ends_with_the_scores_of_the_training()
    {
        const int Rows = 300, Inputs = 12;
        var random = new Random(6);
        double[][] x = [.. Enumerable.Range(0, Inputs).Select(
            _ => Enumerable.Range(0, Rows).Select(_ => random.NextDouble()).ToArray())];
        double[] y = [.. Enumerable.Range(0, Rows).Select(
            row => x.Select((column, k) => k * column[row]).Sum() + random.NextDouble())];
        var table = Table.OfNumbers([.. x.Select((column, k) => ($"x{k}", column)), ("y", y)]);
        var options = new TableTrainingOptions { Target = "y" };
        Trained<LearnedTable> trained =
            LearnedTable.Train(table, null, options, new LinearLearner { Penalty = 1e-6 });
        IReadOnlyList<(int Rows, ScoredPart Test)> curve = LearnedTable.LearningCurve(trained, table, null, options);
        Assert.Equal([31, 63, 127, 255], curve.Select(point => point.Rows));
        Assert.Equal(trained.Test.Scores, curve[^1].Test.Scores);

        // Of n rows and p = 13 parameters the mean square error is σ² (1 + p/(n − p − 1)), σ² = 1/12, about.
        double[] expected = [.. curve.Select(point => Math.Sqrt((1.0 + 13.0 / (point.Rows - 14)) / 12.0))];
        Assert.All(curve.Zip(expected), pair =>
            Assert.InRange(pair.First.Test.Scores["rmse"], 0.7 * pair.Second, 1.4 * pair.Second));
        Assert.Single(LearnedTable.LearningCurve(
            trained, table, null, options, null, new CancellationToken(canceled: true)));
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        Assert.Throws<InvalidOperationException>(() => LearnedTable.LearningCurve(
            trained with { Model = LearnedTable.Load(Folder) }, table, null, options));
    }
}
