using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Samples;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

/// <summary>What strangers and accidents hand to a training.</summary>
[Collection(TorchGenerator.Name)]
public sealed class TrainingEdgeTests : TemporaryFolder
{
    public TrainingEdgeTests() => Assert.True(Compute.HasTensors);

    [Fact]
    public void Inputs_that_a_perceptron_cannot_take_are_refused_and_others_go_through_torch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Loss(Tensor outputs, Tensor targets) => nn.functional.mse_loss(outputs, targets);
        var options = new TrainerOptions { Steps = 3, EvaluateEvery = 1, RestoreBest = false };
        Tensor narrow = randn(8, 3), targets = randn(8, 1);
        Exception refused = Assert.ThrowsAny<Exception>(
            () => Trainer.Fit(new Mlp(1000, [4], 1), Loss, (narrow, targets), (narrow, targets), options));
        Assert.Contains("(8, 3), and this network takes (samples, 1000)", refused.Message, StringComparison.Ordinal);

        // A class of the user's own that takes samples in its own way is asked.
        var powers = new Powers(narrow.narrow(1, 0, 1).contiguous(), targets);
        Assert.True(
            double.IsFinite(Trainer.Fit(new Mlp(3, [4], 1), Loss, powers, powers, options).History[^1].TrainLoss));
        Assert.True(powers.Asked > 0);

        Tensor cube = randn(6, 6, 3), flat = cube.reshape(36, 3), cubeTargets = randn(6, 6, 1);
        random.manual_seed(1);
        TrainingResult ofCube =
            Trainer.Fit(new Mlp(3, [4], 1), Loss, (cube, cubeTargets), (cube, cubeTargets), options);
        random.manual_seed(1);
        TrainingResult ofFlat = Trainer.Fit(
            new Mlp(3, [4], 1), Loss, (flat, cubeTargets.reshape(36, 1)), (flat, cubeTargets.reshape(36, 1)),
            options with { BatchSize = 36 });
        Assert.Equal(ofFlat.History[^1].ValidationLoss, ofCube.History[^1].ValidationLoss, 1e-6);
    }

    private sealed class Powers(Tensor inputs, Tensor targets) : TensorData(inputs, targets)
    {
        public int Asked { get; private set; }

        public override Batch Take(ReadOnlySpan<long> rows)
        {
            Asked++;
            (Tensor x, Tensor y) = base.Take(rows);
            return (cat([x, x.square(), x.pow(3)], 1), y);
        }
    }

    [Fact]
    public void Lbfgs_takes_back_a_step_that_is_worse_or_leaves_the_domain()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        Tensor x = 1e4 * randn(20, 2), y = x.sum(1, keepdim: true);
        var options = new TrainerOptions
        {
            Optimizer = new Lbfgs(),
            Steps = 30,
            EvaluateEvery = 1,
            Rate = 1.0,
            Schedule = Schedule.Constant,
            WeightDecay = 0.0,
            RestoreBest = false,
        };
        TrainingResult steep =
            Trainer.Fit(nn.Linear(2, 1), (f, t) => nn.functional.mse_loss(f, t), (x, y), (x, y), options);
        for (int i = 1; i < steep.History.Count; i++)
        {
            Assert.True(steep.History[i].ValidationLoss <= steep.History[i - 1].ValidationLoss * (1.0 + 1e-6));
        }

        Assert.True(steep.History[^1].ValidationLoss < 1e-3 * steep.History[0].ValidationLoss);

        // w − 3 log w is least at 3, and no number below 0.
        Tensor one = ones(1, 1);
        var line = nn.Linear(1, 1, hasBias: false);
        using (no_grad())
        {
            line.weight.fill_(9.0f);
        }

        Trainer.Fit(line, (f, _) => (f - 3.0 * f.log()).mean(), (one, one), (one, one), options with { Rate = 20.0 });
        Assert.Equal(3.0, line.weight.ToDouble(), 1e-3);
    }

    [Fact]
    public void A_learning_curve_keeps_groups_apart_and_has_every_class()
    {
        // The label is the group's own chance: nothing can be learnt of a group that was not seen.
        var random = new Random(1);
        var lines = new List<string> { "x,y,group,label" };
        for (int group = 0; group < 60; group++)
        {
            (double x, double y, int label) = (random.NextDouble(), random.NextDouble(), random.Next(2));
            lines.AddRange(
                Enumerable.Range(0, 10).Select(_ => FormattableString.Invariant($"{x},{y},g{group},c{label}")));
        }

        File.WriteAllLines(In("groups.csv"), lines);
        Table table = Table.Read(In("groups.csv"));
        var options = new TableTrainingOptions
        {
            Target = "label",
            GroupBy = "group",
            Trainer = new TrainerOptions { Epochs = 30 },
        };
        IReadOnlyList<(int Rows, ScoredPart Test)> curve = TableTraining.LearningCurve(table, null, options);
        Assert.True(curve.Count >= 4);
        Assert.Equal(TableModel.Train(table, null, options).Test.Scores["accuracy"], curve[^1].Test.Scores["accuracy"]);
        Assert.True(curve[^1].Test.Scores["accuracy"] < 0.8, $"{curve[^1].Test.Scores["accuracy"]}");

        // Thirty classes of ten: a sixteenth of the rows does not have them all.
        File.WriteAllLines(In("many.csv"), ["x,label", .. Enumerable.Range(0, 300).Select(i => $"{i % 30},c{i % 30}")]);
        Assert.NotEmpty(TableTraining.LearningCurve(Table.Read(In("many.csv")), null, options with { GroupBy = null }));
    }

    [Fact]
    public void A_learning_curve_of_numbers_does_not_learn_from_the_validation_part()
    {
        // In time, a shift comes with the validation part: who has not seen it foretells the test wrongly.
        var random = new Random(4);
        File.WriteAllLines(In("time.csv"), ["t,x,y", .. Enumerable.Range(0, 400).Select(t =>
        {
            double x = random.NextDouble(), shift = t >= 290 ? 1.0 : 0.0;
            return FormattableString.Invariant($"{t},{x + 5.0 * shift},{x + 100.0 * shift}");
        })]);
        var options = new TableTrainingOptions
        {
            Target = "y",
            OrderBy = "t",
            Trainer = new TrainerOptions { Steps = 200, RestoreBest = false },
        };
        IReadOnlyList<(int Rows, ScoredPart Test)> curve =
            TableTraining.LearningCurve(Table.Read(In("time.csv")), null, options);
        Assert.Equal(280, curve[^1].Rows);
        Assert.All(curve, point =>
            Assert.True(point.Test.Scores["rmse"] > 10.0, $"{point.Rows} {point.Test.Scores["rmse"]}"));
    }

    [Fact]
    public void Odd_cells_are_told_from_codes_the_same_way_in_memory_and_in_blocks()
    {
        var random = new Random(5);
        Table Write(string name, Func<int, string> x)
        {
            File.WriteAllLines(In(name), ["x,y", .. Enumerable.Range(0, 20_000).Select(
                i => FormattableString.Invariant($"{x(i)},{random.NextDouble()}"))]);
            return Table.Read(In(name));
        }

        var options = new TableTrainingOptions { Target = "y", Trainer = new TrainerOptions { Steps = 2 } };
        Table odd = Write("odd.csv", i => i == 19_998 ? "12 km" : FormattableString.Invariant($"{i % 300}"));
        foreach (Action train in new Action[] { () => TableModel.Train(odd, null, options), () =>
            TableModel.TrainInBlocks(In("odd.csv"), null, options, _ => options.Trainer!) })
        {
            Assert.Contains(
                "row 19999: '12 km'", Assert.Throws<ArgumentException>(train).Message, StringComparison.Ordinal);
        }

        // Codes, of which some have a letter: a class each, when that is said.
        Table codes = Write("codes.csv", i => i % 50 == 0 ? $"V{i % 350}" : FormattableString.Invariant($"{i % 300}"));
        foreach (Action train in new Action[] { () => TableModel.Train(codes, null, options), () =>
            TableModel.TrainInBlocks(In("codes.csv"), null, options, _ => options.Trainer!) })
        {
            Assert.Contains("x=category", Assert.Throws<ArgumentException>(train).Message, StringComparison.Ordinal);
        }

        options = options with { Columns = ColumnList.Parse("x=category") };
        Assert.True(TableModel.Train(codes, null, options).Model.About.Encoder.Inputs > 250);
        Assert.True(
            TableModel.TrainInBlocks(In("codes.csv"), null, options, _ => options.Trainer!).Model.About.Encoder.Inputs
            > 250);
    }

    [Fact]
    public void A_second_pass_never_goes_on_from_another_training()
    {
        var random = new Random(2);
        File.WriteAllLines(In("two.csv"), ["x,a,b", .. Enumerable.Range(0, 200).Select(_ =>
        {
            double x = random.NextDouble();
            return FormattableString.Invariant($"{x},{x},{-5.0 * x}");
        })]);
        Table table = Table.Read(In("two.csv"));
        var trainer = new TrainerOptions
        {
            Steps = 400,
            EvaluateEvery = 100,
            RestoreBest = false,
            Checkpoint = new CheckpointOptions(In("c.safetensors")) { EverySteps = 100 },
        };
        Trained<TableModel> Train(string target, string ignored, bool resume) => TableModel.Train(
            table, null, new TableTrainingOptions
            {
                Target = target,
                Ignore = [ignored],
                Trainer = trainer with { Checkpoint = trainer.Checkpoint! with { Resume = resume } },
            });
        Train("a", "b", resume: false);
        Assert.True(File.Exists(In("c.safetensors") + TableTraining.SecondPass));
        Assert.Throws<InvalidDataException>(() => Train("b", "a", resume: true));
        Assert.True(Train("b", "a", resume: false).Test.Scores["rSquared"] > 0.99);
    }

    [Fact]
    public void Intervals_of_scores_over_classes_have_every_class_in_every_draw()
    {
        int[] observed = [.. Enumerable.Range(0, 120).Select(i => i < 7 ? 1 : 0)];
        double[][] said = [.. observed.Select((_, i) => new[] { 0.9 - 0.001 * i, 0.1 + 0.001 * i })];
        ScoredPart part = ScoredPart.OfClasses(said, observed, hasIntervals: true);

        // None of 7 found, and all of 113: the first may be as many as Wilson's limit, the second as few.
        double most = Scores.Wilson(0.0, 7.0).Upper, least = Scores.Wilson(113.0, 113.0).Lower;
        Assert.Equal(0.5 + 0.5 * most, part.Intervals["balancedAccuracy"].Upper, 1e-12);
        Assert.Equal(0.5 - 0.5 * (1.0 - least), part.Intervals["balancedAccuracy"].Lower, 1e-12);

        // Every draw has the same F1 and area, and so none tells how far others may be from them.
        Assert.DoesNotContain("f1", part.Intervals.Keys);
        Assert.DoesNotContain("rocAuc", part.Intervals.Keys);
        Assert.DoesNotContain("f1", ScoredPart.OfClasses([[1.0, 0.0], [0.0, 1.0]], [0, 1], true).Intervals.Keys);
        double[][] mixed = [.. observed.Select((_, i) => new[] { 1.0 - i % 11 / 11.0, i % 11 / 11.0 })];
        Assert.True(double.IsFinite(ScoredPart.OfClasses(mixed, observed, true).Intervals["rocAuc"].Lower));
        Assert.Equal(Scores.RocAuc(said, observed), part.Scores["rocAuc"], 1e-12);
        double[][] undecided = [.. observed.Select<int, double[]>(_ => [0.5, 0.5])];
        Assert.Equal(0.5, Scores.RocAuc(undecided, observed));
    }

    [Fact]
    public void Text_of_blocks_is_encoded_as_in_memory_and_counts_where_rows_are_dropped()
    {
        var random = new Random(3);
        string[] words = ["u", "v", "w", ""];
        File.WriteAllLines(In("t.csv"), ["text,size,y", .. Enumerable.Range(0, 400).Select(i =>
            FormattableString.Invariant(
                $"{words[random.Next(4)]},{(i % 3 == 0 ? "s" : i % 3 == 1 ? "m" : "l")},{random.NextDouble()}"))]);
        var options = new TableTrainingOptions
        {
            Target = "y",
            Missing = Missing.Impute,
            Trainer = new TrainerOptions { Steps = 20 },
            Orders = new Dictionary<string, IReadOnlyList<string>> { ["size"] = ["s", "m", "l"] },
        };
        TableEncoder memory = TableModel.Train(Table.Read(In("t.csv")), null, options).Model.About.Encoder;
        TableEncoder blocks =
            TableModel.TrainInBlocks(In("t.csv"), null, options, _ => options.Trainer!).Model.About.Encoder;
        Assert.Equal(memory.Columns[0].Classes, blocks.Columns[0].Classes);
        Assert.Equal(1.0, blocks.Columns[1].Mean, 0.1);
        Assert.Equal(Math.Sqrt(2.0 / 3.0), blocks.Columns[1].Deviation, 0.05);

        File.WriteAllLines(In("test.csv"), ["text,size,y", "u,s,0.5", ",m,0.5", "v,l,0.5", ",l,0.1"]);
        Trained<TableModel> dropped = TableModel.Train(
            Table.Read(In("t.csv")), Table.Read(In("test.csv")), options with { Missing = Missing.Drop });
        Assert.Equal(2, dropped.Test.Rows);
        Assert.Equal(2 + File.ReadLines(In("t.csv")).Count(line => line.StartsWith(',')), dropped.DroppedRows);
        File.WriteAllLines(In("none.csv"), ["text,size,y", ",m,0.5"]);
        Assert.Throws<ArgumentException>(() => TableModel.Train(
            Table.Read(In("t.csv")), Table.Read(In("none.csv")), options with { Missing = Missing.Drop }));
    }

    [Fact]
    public void A_text_shorter_than_a_window_is_refused()
    {
        Assert.Equal(0, TextWindows.ToScore([1, 2, 3], 8).Count);
        Assert.Equal(0, TextWindows.ToScore(new long[8], 8).Count);
        Assert.Equal(1, TextWindows.ToTrain(new long[9], 8).Count);
    }

    [Fact]
    public void A_model_that_asks_for_more_than_its_weights_is_refused_before_it_is_made()
    {
        TableModel model = TableModel.Train(
            Table.Read(Repository.Data("tables", "iris.csv")), null,
            new TableTrainingOptions
            {
                Target = "species",
                Hidden = [8],
                Trainer = new TrainerOptions { Epochs = 1 },
            }).Model;
        using (var files = new FileTransaction(replace: false))
        {
            model.Save(Folder, files);
            files.Commit();
        }

        string about = File.ReadAllText(In("model.json"));
        File.WriteAllText(In("model.json"), System.Text.RegularExpressions.Regex.Replace(
            about, "\"hidden\": \\[[^]]*\\]", "\"hidden\": [65536, 65536, 65536]"));
        Assert.Contains("fewer weights", Assert.Throws<InvalidDataException>(() => TableModel.Load(Folder)).Message,
            StringComparison.Ordinal);
    }
}
