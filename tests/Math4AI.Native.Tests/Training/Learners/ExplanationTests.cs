using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Networks;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

public class ExplanationTests : TemporaryFolder
{
    /// <summary>y = 3 x z + 2 x + a step by the color; "idle" tells nothing.</summary>
    private static Table Draw(int rows, int seed, double unit = 1.0)
    {
        var random = new Random(seed);
        string[] colors = ["blue", "green", "red"];
        double[] x = Uniform(), z = Uniform(), idle = Uniform();
        int[] color = [.. x.Select(_ => random.Next(3))];
        return Table.OfTexts(
        [
            ("x", Texts(x)), ("color", [.. color.Select(of => colors[of])]), ("z", Texts(z)), ("idle", Texts(idle)),
            ("y", Texts([.. x.Select((value, i) => unit * (3.0 * value * z[i] + 2.0 * value + color[i]))])),
            ("class", [.. x.Select((value, i) => value * z[i] + color[i] > 1.0 ? "high" : "low")]),
        ]);

        double[] Uniform() => [.. Enumerable.Range(0, rows).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        string?[] Texts(double[] values) => [.. values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))];
    }

    private static LearnedTable Train(Learner learner, string target = "y") => LearnedTable.Train(
        Draw(600, 1), null,
        new TableTrainingOptions { Target = target, Ignore = [target == "y" ? "class" : "y"] }, learner).Model;

    /// <summary>
    /// Σ over all sets S of |S|!(p − |S| − 1)!/p! (v(S ∪ i) − v(S)), v the mean over the training rows.
    /// </summary>
    private static double[] ByDefinition(LearnedTable model, double[] row) =>
        ByDefinition(model, model.Background!, row);

    private static double[] ByDefinition(IScoredModel model, Matrix<double> training, double[] row)
    {
        InputGroup[] groups = InputGroup.Of(model.Encoder);
        double[][] background = training.ToRowArrays();
        double Value(int set)
        {
            double[][] mixed = [.. background.Select(other =>
            {
                double[] mix = [.. other];
                for (int i = 0; i < groups.Length; i++)
                {
                    if ((set >> i & 1) == 1)
                    {
                        groups[i].Copy(row, mix);
                    }
                }

                return mix;
            })];
            return model.PredictEncoded(ColumnImportance.Rows(mixed)).Column(0).Average();
        }

        double[] values = [.. Enumerable.Range(0, 1 << groups.Length).Select(Value)];
        double[] factorials = [1.0, 1.0, 2.0, 6.0, 24.0];
        return
        [
            .. groups.Select((_, i) => Enumerable.Range(0, values.Length).Where(set => (set >> i & 1) == 0).Sum(set =>
            {
                int size = int.PopCount(set);
                return factorials[size] * factorials[groups.Length - size - 1] / factorials[groups.Length]
                    * (values[set | 1 << i] - values[set]);
            })),
        ];
    }

    public static TheoryData<string> Models => ["linear", "trees", "stack"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Effects_of_trees_and_linear_models_are_the_shapley_values_of_the_definition(string kind)
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        var trees = new TreesLearner { Rounds = 30, Leaves = 8 };
        var linear = new LinearLearner { Penalty = 1.0 };
        LearnedTable model = Train(kind == "linear" ? linear : kind == "trees" ? trees
            : new StackedLearner { Learners = [linear, trees], Weights = [0.25, 0.75] });
        Table fresh = Draw(3, 7);
        IReadOnlyList<RowExplanation> found = model.Explain(fresh);
        double[][] rows = model.Encode(fresh).ToRowArrays();
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Empty(found[i].Errors);
            Assert.Equal(
                model.Predict(fresh).Values[i, 0], found[i].Base + found[i].Effects.Sum(), 1e-9);
            Assert.All(ByDefinition(model, rows[i]).Zip(found[i].Effects), pair =>
                Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    [Fact]
    public void Sampled_effects_are_near_the_definition_by_their_errors_and_add_up_to_the_prediction()
    {
        LearnedTable model = Train(new RidgeLearner { Gamma = 0.3, Penalty = 0.01 });
        Table fresh = Draw(4, 8);
        IReadOnlyList<RowExplanation> found = model.Explain(fresh);
        double[][] rows = model.Encode(fresh).ToRowArrays();
        for (int i = 0; i < rows.Length; i++)
        {
            RowExplanation row = found[i];
            Assert.Equal(model.Predict(fresh).Values[i, 0], row.Base + row.Effects.Sum(), 1e-9);
            double[] exact = ByDefinition(model, rows[i]);
            Assert.All(Enumerable.Range(0, exact.Length), at => Assert.InRange(
                row.Effects[at], exact[at] - 5.0 * row.Errors[at], exact[at] + 5.0 * row.Errors[at]));
        }
    }

    private static TableModel TrainNetwork(string target) => TableModel.Train(
        Draw(600, 1), null,
        new TableTrainingOptions
        {
            Target = target,
            Ignore = [target == "y" ? "class" : "y"],
            Hidden = [8],
            Intervals = IntervalSource.None,
            Trainer = new TrainerOptions { Steps = 300, EvaluateEvery = 100 },
        }).Model;

    [Fact]
    public void Effects_of_a_network_are_near_the_definition_and_add_up_from_the_mean_to_the_prediction()
    {
        TableModel model = TrainNetwork("y");
        Table fresh = Draw(4, 8);
        double mean = ((IScoredModel)model).PredictEncoded(model.Background!).Column(0).Average();
        double[][] rows = LearnedTable.Encode(model.About.Encoder, fresh).ToRowArrays();
        double[][] predicted = model.Predict(fresh);
        IReadOnlyList<RowExplanation> found = model.Explain(fresh);
        for (int i = 0; i < rows.Length; i++)
        {
            // Sums of outputs in single precision.
            Assert.Equal(mean, found[i].Base, 1e-5);
            Assert.Equal(predicted[i][0], found[i].Base + found[i].Effects.Sum(), 1e-5);
            double[] exact = ByDefinition(model, model.Background!, rows[i]);
            Assert.All(Enumerable.Range(0, exact.Length), at => Assert.InRange(
                found[i].Effects[at], exact[at] - 5.0 * found[i].Errors[at], exact[at] + 5.0 * found[i].Errors[at]));
        }
    }

    [Fact]
    public void A_column_without_weight_moves_no_prediction_of_a_network_and_the_folder_keeps_what_it_compares_with()
    {
        TableModel model = TrainNetwork("class");
        InputGroup idle = InputGroup.Of(model.About.Encoder).Single(group => group.Column.Name == "idle");
        using (TorchSharp.torch.no_grad())
        {
            ((Mlp)model.Network).Layers[0].weight.narrow(1, idle.First, idle.Count).zero_();
        }

        using (var files = new FileTransaction(true))
        {
            model.Save(In("network"), files);
            files.Commit();
        }

        Table fresh = Draw(5, 9);
        FilePredictions found = TableModel.Load(In("network")).Explain(model.PredictTable(fresh), fresh);
        Assert.Equal(["base", "x", "color", "z", "idle"], found.EffectNames);
        Assert.All(found.Effects.Zip(found.Values), pair =>
        {
            Assert.Equal(0.0, pair.First[^1]);
            Assert.Equal(pair.Second.Max(), pair.First.Sum(), 1e-5);
        });
        Assert.Equal(model.Explain(fresh).SelectMany(row => row.Effects), found.Effects.SelectMany(row => row[1..]));
    }

    [Fact]
    public void A_network_that_is_trained_in_blocks_explains_its_predictions()
    {
        Table table = Draw(600, 1);
        File.WriteAllLines(
            In("rows.csv"),
            [
                string.Join(',', table.Names),
                .. Enumerable.Range(0, table.Rows).Select(
                    row => string.Join(',', table.Names.Select(name => table.Texts(name)[row]))),
            ]);
        TableModel model = TableModel.TrainInBlocks(
            In("rows.csv"), null, new TableTrainingOptions { Target = "y", Ignore = ["class"], Hidden = [8] },
            _ => new TrainerOptions { Steps = 100, EvaluateEvery = 50 }).Model;
        Table fresh = Draw(3, 8);
        Assert.All(model.Explain(fresh).Zip(model.Predict(fresh)), pair =>
            Assert.Equal(pair.Second[0], pair.First.Base + pair.First.Effects.Sum(), 1e-5));
    }

    [Fact]
    public void Effects_of_classes_add_up_to_the_probability_of_the_likeliest_and_are_kept_in_the_folder()
    {
        LearnedTable model = Train(new LinearLearner { Penalty = 1.0 }, "class");
        Table fresh = Draw(5, 9);
        using (var files = new FileTransaction(true))
        {
            model.Save(In("model"), files);
            files.Commit();
        }

        IReadOnlyList<RowExplanation> found = LearnedTable.Load(In("model")).Explain(fresh);
        Assert.Equal(["x", "color", "z", "idle"], model.ExplainedColumns);
        Assert.All(found.Zip(model.Predict(fresh).Values.ToRowArrays()), pair =>
            Assert.Equal(pair.Second.Max(), pair.First.Base + pair.First.Effects.Sum(), 1e-9));
        Assert.Equal(model.Explain(fresh).SelectMany(row => row.Effects), found.SelectMany(row => row.Effects));
    }

    [Fact]
    public void Importance_tells_what_matters_and_dependence_how()
    {
        Trained<LearnedTable> trained = LearnedTable.Train(
            Draw(600, 1), null, new TableTrainingOptions { Target = "y", Ignore = ["class"] },
            new RidgeLearner { Gamma = 0.3, Penalty = 0.01 });
        IReadOnlyList<ColumnImportance> found = ColumnImportance.Of(trained.Model, trained.TestRows!);
        Assert.Equal("idle", found[^1].Name);
        Assert.All(found.Take(3), each => Assert.True(each.Increase > 5.0 * each.Error, $"{each}"));
        Assert.InRange(found[^1].Increase, -0.05, 0.05);

        // In the mean over z, of mean 0, y grows with x by 2; and by 1 from color to color.
        PartialDependence ofX = PartialDependence.Of(trained.Model, trained.TestRows!, "x");
        double slope = (ofX.Means[^1][0] - ofX.Means[0][0]) / (ofX.Values[^1] - ofX.Values[0]);
        Assert.InRange(slope, 1.6, 2.4);
        PartialDependence ofColor = PartialDependence.Of(trained.Model, trained.TestRows!, "color");
        Assert.Equal(["blue", "green", "red"], ofColor.Classes);
        Assert.InRange(ofColor.Means[2][0] - ofColor.Means[0][0], 1.8, 2.2);
        Assert.Throws<ArgumentException>(() => PartialDependence.Of(trained.Model, trained.TestRows!, "class"));
    }

    [Fact]
    public void Importance_has_its_error_where_the_squares_of_losses_overflow()
    {
        double unit = Math.ScaleB(1.0, 490);
        ColumnImportance[] found = Of(1.0), large = Of(unit);
        for (int i = 0; i < found.Length; i++)
        {
            Assert.Equal(found[i].Increase, large[i].Increase / unit, 1e-6);
            Assert.Equal(found[i].Error, large[i].Error / unit, 1e-6);
        }

        ColumnImportance[] Of(double unit)
        {
            Trained<LearnedTable> trained = LearnedTable.Train(
                Draw(100, 1, unit), null, new TableTrainingOptions { Target = "y", Ignore = ["class"] },
                new RidgeLearner { Gamma = 0.3, Penalty = 0.01 });
            return [.. ColumnImportance.Of(trained.Model, trained.TestRows!).OrderBy(each => each.Name)];
        }
    }
}
