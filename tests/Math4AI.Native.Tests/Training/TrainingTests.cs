using System.Globalization;
using System.Text.Json.Nodes;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public class TrainingTests : TemporaryFolder
{
    public TrainingTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData("adamw", 1e-3)]
    [InlineData("adamw with settings", 1e-3)]
    [InlineData("sgd", 1e-2)]
    [InlineData("sgd with Nesterov's momentum", 1e-2)]
    public void A_fused_step_is_that_of_torch_a_thousand_times(string method, double rate)
    {
        const double Decay = 0.02, Momentum = 0.8, Beta1 = 0.8, Beta2 = 0.99, Epsilon = 1e-6;
        ElementwiseOptimizer optimizer = method switch
        {
            "adamw" => new AdamW(),
            "adamw with settings" => new AdamW { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon },
            _ => new Sgd { Momentum = Momentum, Nesterov = method != "sgd" },
        };
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        var ours = new Mlp(20, [32, 16], 4);
        var theirs = new Mlp(20, [32, 16], 4);
        theirs.load_state_dict(ours.state_dict());
        Tensor x = randn(64, 20), y = randint(0, 4, 64);
        var step = new ElementwiseRun<float>(
            optimizer, ours, new TrainerOptions { WeightDecay = Decay, MaxGradientNorm = double.PositiveInfinity });
        optim.Optimizer Theirs(bool isMatrix, double decay)
        {
            TorchSharp.Modules.Parameter[] parameters =
                [.. theirs.parameters().Where(p => p.Dimensions > 1 == isMatrix)];
            return optimizer is Sgd sgd
                ? optim.SGD(parameters, rate, momentum: sgd.Momentum, weight_decay: decay, nesterov: sgd.Nesterov)
                : method == "adamw"
                    ? optim.AdamW(parameters, rate, weight_decay: decay)
                    : optim.AdamW(parameters, rate, Beta1, Beta2, Epsilon, decay);
        }

        using optim.Optimizer decayed = Theirs(isMatrix: true, Decay), plain = Theirs(isMatrix: false, 0.0);
        for (int i = 0; i < 1000; i++)
        {
            using DisposeScope inner = NewDisposeScope();

            // The same gradients for both, so that rounding does not grow by the network's own chaos.
            theirs.zero_grad();
            nn.functional.cross_entropy(theirs.forward(x), y).backward();
            foreach ((TorchSharp.Modules.Parameter a, TorchSharp.Modules.Parameter b)
                in ours.parameters().Zip(theirs.parameters()))
            {
                a.grad = b.grad!.clone();
            }

            step.Step(rate);
            decayed.step();
            plain.step();
        }

        foreach ((TorchSharp.Modules.Parameter a, TorchSharp.Modules.Parameter b)
            in ours.parameters().Zip(theirs.parameters()))
        {
            double error = ((a - b).norm() / b.norm()).ToDouble();
            Assert.True(error < 1e-5, $"relative difference {error}");
            Assert.Null(a.grad);
        }
    }

    [Fact]
    public void Lbfgs_comes_to_the_least_squares_solution_and_never_ends_above_its_start()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        Tensor x = randn(300, 6) * arange(1, 7), y = x.matmul(randn(6, 1)) + 0.1 * randn(300, 1) + 0.5;
        var linear = new Mlp(6, [], 1);
        TrainingResult result = Trainer.Fit(
            linear, (outputs, targets) => nn.functional.mse_loss(outputs, targets), (x, y), (x, y),
            new TrainerOptions
            {
                Optimizer = new Lbfgs(),
                Epochs = 120,
                BatchSize = 100,
                Rate = 1.0,
                Schedule = Schedule.Constant,
                WeightDecay = 0.0,
                MaxGradientNorm = 1e9,
            });
        Tensor ones = cat([x, torch.ones(300, 1)], 1).to_type(ScalarType.Float64);
        Tensor solution = linalg.lstsq(ones, y.to_type(ScalarType.Float64)).Solution;
        double least = nn.functional.mse_loss(ones.matmul(solution), y.to_type(ScalarType.Float64)).ToDouble();
        Assert.True(
            result.History[^1].ValidationLoss <= least * (1.0 + 1e-5), $"{result.History[^1].ValidationLoss} {least}");
        Tensor found =
            cat([linear.parameters().First().flatten(), linear.parameters().Last()]).to_type(ScalarType.Float64);
        Assert.True((found - solution.flatten()).abs().max().ToDouble() < 1e-3);
    }

    [Fact]
    public void Texts_with_an_order_are_one_number_and_others_one_input_each()
    {
        string csv = In("sizes.csv");
        string[] sizes = ["small", "medium", "large"], colours = ["red", "blue"];
        File.WriteAllLines(csv, Enumerable.Range(0, 60).Select(i => $"{sizes[i % 3]},{colours[i % 2]},{i % 3}")
            .Prepend("size,colour,y"));
        Table table = Table.Read(csv);
        TableEncoder encoder = TableEncoder.Learn(
            table, ["size", "colour"], Missing.Refuse,
            new Dictionary<string, IReadOnlyList<string>> { ["size"] = ["small", "medium", "large"] });
        Assert.Equal(3, encoder.Inputs);
        float[] inputs = encoder.Encode(table);
        float step = (float)(1.0 / Math.Sqrt(2.0 / 3.0));
        float[] expected = [-step, 0.0f, 1.0f, 0.0f, 1.0f, 0.0f, step, 0.0f, 1.0f];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], inputs[i], 1e-6f);
        }

        Assert.Throws<ArgumentException>(() => TableEncoder.Learn(
            table, ["size"], Missing.Refuse, new Dictionary<string, IReadOnlyList<string>>
            {
                ["size"] = ["small", "large"],
            }));
        Trained<TableModel> training = TableModel.Train(table, null, new TableTrainingOptions
        {
            Target = "y",
            Orders = new Dictionary<string, IReadOnlyList<string>> { ["size"] = ["small", "medium", "large"] },
        });
        Assert.Equal(1.0, training.Test.Scores["accuracy"]);
    }

    [Fact]
    public void The_spread_over_seeds_is_mean_and_standard_deviation()
    {
        ScoredPart Part(double value) =>
            new(1, new Dictionary<string, double> { ["rmse"] = value }, new Dictionary<string, Interval>());
        (double mean, double deviation) = ScoredPart.Spread([Part(1.0), Part(2.0), Part(6.0)])["rmse"];
        Assert.Equal(3.0, mean, 1e-12);
        Assert.Equal(Math.Sqrt(7.0), deviation, 1e-12);
        var options = new TableTrainingOptions { Target = "species", Trainer = new TrainerOptions { Epochs = 5 } };
        Table iris = Table.Read(Repository.Data("tables", "iris.csv"));
        IReadOnlyList<Trained<TableModel>> both = TableTraining.Seeds(iris, null, options, 2);
        Trained<TableModel> second = TableModel.Train(iris, null, options with
        {
            Trainer = options.Trainer with { Seed = 2 },
        });
        Assert.Equal(second.Test.Scores, both[1].Test.Scores);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        Table table = Table.Read(Repository.Data("tables", "iris.csv"));
        var options = new TableTrainingOptions
        {
            Target = "species",
            Trainer = new TrainerOptions { Epochs = 20, Seed = 5 },
        };
        double[][] first = TableModel.Train(table, null, options).Model.Predict(table);
        double[][] second = TableModel.Train(table, null, options).Model.Predict(table);
        Assert.Equal(first.SelectMany(row => row), second.SelectMany(row => row));
    }

    [Theory]
    [InlineData("iris.csv", "species")]
    [InlineData("penguins.csv", "species")]
    public void Flowers_and_penguins_are_told_apart_in_96_of_100_cases_of_a_cross_validation(string file, string target)
    {
        Table table = Table.Read(Repository.Data("tables", file));
        int[] order = [.. Enumerable.Range(0, table.Rows)];
        new Random(1).Shuffle(order);
        double right = 0.0;
        for (int fold = 0; fold < 5; fold++)
        {
            int[] test = [.. order.Where((_, i) => i % 5 == fold)];
            int[] rest = [.. order.Where((_, i) => i % 5 != fold)];
            var options = new TableTrainingOptions
            {
                Target = target,
                Missing = Missing.Impute,
                Intervals = IntervalSource.None,
            };
            Trained<TableModel> training = TableModel.Train(table.Select(rest), table.Select(test), options);
            right += training.Test.Scores["accuracy"] * training.Test.Rows;
        }

        Assert.True(right / table.Rows >= 0.96, $"{right / table.Rows}");
    }

    [Theory]
    [InlineData("concrete", 4.82, 1)]
    [InlineData("energy", 0.54, 1)]
    [InlineData("yacht", 0.67, 1)]
    [InlineData("power-plant", 4.01, 2)]
    public void A_network_reaches_the_published_error_on_the_first_published_splits(
        string name, double published, int splits) => ReachesThePublishedError(name, published, splits);

    [Theory(Explicit = true)]
    [Trait("Check", "published")]
    [InlineData("concrete", 4.82)]
    [InlineData("energy", 0.54)]
    [InlineData("yacht", 0.67)]
    [InlineData("power-plant", 4.01)]
    public void A_network_reaches_the_published_error_on_all_twenty_splits(string name, double published) =>
        ReachesThePublishedError(name, published, 20);

    private static void ReachesThePublishedError(string name, double published, int splits)
    {
        Table table = PublishedSplits.Rows(name);
        var options = new TableTrainingOptions
        {
            Target = "y",
            Task = TableTask.Regression,
            Intervals = IntervalSource.None,
        };
        double[] errors = [.. Enumerable.Range(0, splits).Select(split =>
        {
            (Table train, Table test) = PublishedSplits.Of(table, name, split);
            return TableModel.Train(train, test, options).Test.Scores["rmse"];
        })];
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(
            ' ', errors.Select(error => error.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture))));
        Assert.True(errors.Average() <= published, $"{errors.Average()}");
    }

    [Fact]
    public void Parts_keep_groups_together_or_follow_each_other_in_time()
    {
        // The group tells the target, and nothing else does: a split at random would find it in the test part.
        var random = new MathNet.Numerics.Random.MersenneTwister(3, threadSafe: false);
        string csv = In("visits.csv");
        File.WriteAllLines(csv, Enumerable.Range(0, 400)
            .Select(i =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"patient {i % 40},{new DateTime(2020, 1, 1).AddDays(i * 37 % 400):yyyy-MM-dd},{i % 40},"
                    + $"{random.NextDouble():0.000},{(i % 40 * 7919) % 13}"))
            .Prepend("patient,day,code,noise,y"));
        Table table = Table.Read(csv);
        Assert.True(table.IsNumeric("day"));
        Assert.Equal(7305.0, table.Numbers("day")[0]);
        var options = new TableTrainingOptions
        {
            Target = "y",
            Task = TableTask.Regression,
            Trainer = new TrainerOptions { Epochs = 40, Seed = 2 },
        };
        Trained<TableModel> grouped = TableModel.Train(table, null, options with
        {
            GroupBy = "patient",
            Ignore = ["day"],
        });
        Trained<TableModel> atRandom = TableModel.Train(table, null, options with { Ignore = ["patient", "day"] });
        Assert.Equal(400, grouped.Train.Rows + grouped.Validation.Rows + grouped.Test.Rows);
        Assert.InRange(grouped.Test.Rows, 60, 70);
        Assert.Equal(0, grouped.Test.Rows % 10);
        Assert.True(grouped.Test.Scores["rmse"] > atRandom.Test.Scores["rmse"], $"{grouped.Test.Scores["rmse"]} "
            + $"{atRandom.Test.Scores["rmse"]}");

        // y grows with the days: those of the test part lie beyond all others.
        string later = In("later.csv");
        File.WriteAllLines(
            later, Enumerable.Range(0, 200)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{new DateTime(2020, 1, 1).AddDays(i * 77 % 200):yyyy-MM-dd},{random.NextDouble():0.000},"
                        + $"{i * 77 % 200}"))
            .Prepend("day,noise,y"));
        Trained<TableModel> timed = TableModel.Train(Table.Read(later), null, options with { OrderBy = "day" });
        Assert.Equal((140, 30, 30), (timed.Train.Rows, timed.Validation.Rows, timed.Test.Rows));
        Assert.True(timed.Test.Scores["rmse"] > timed.Validation.Scores["rmse"]
            && timed.Validation.Scores["rmse"] > timed.Train.Scores["rmse"]);
        Assert.Throws<ArgumentException>(() => TableModel.Train(table, null, options with { OrderBy = "patient" }));
        Assert.Throws<ArgumentException>(() => TableModel.Train(table, null, options with
        {
            OrderBy = "day",
            GroupBy = "patient",
        }));
        Assert.Throws<ArgumentException>(() => TableModel.Train(table, null, options with { GroupBy = "ward" }));
    }

    [Fact]
    public void Memory_stays_as_it_is_over_many_steps()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(64, 10), y = randint(0, 3, 64);
        var options = new TrainerOptions { Epochs = 75, BatchSize = 8, Patience = 10_000 };
        void Run() =>
            Trainer.Fit(new Mlp(10, [16], 3), (o, t) => nn.functional.cross_entropy(o, t), (x, y), (x, y), options);
        for (int i = 0; i < 5; i++)
        {
            Run();
        }

        (long before, long tensors) = Measure();
        for (int i = 0; i < 20; i++)
        {
            Run();
        }

        // Of the tensors of the 12,000 steps none is kept, but the four of each network may be.
        (long after, long left) = Measure();
        Assert.InRange(left, tensors, tensors + 20 * 4);
        Assert.True(after < before + (32L << 20), $"{before} {after}");

        static (long Bytes, long Tensors) Measure()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return (Environment.WorkingSet, Tensor.TotalCount);
        }
    }

    [Fact]
    public void A_saved_model_predicts_the_same()
    {
        Table table = Table.Read(Repository.Data("tables", "iris.csv"));
        TableModel model = TableModel.Train(table, null, new TableTrainingOptions { Target = "species" }).Model;
        using (var files = new FileTransaction(replace: false))
        {
            model.Save(Folder, files);
            files.Commit();
        }

        double[] expected = [.. model.Predict(table).SelectMany(row => row)];
        Assert.Equal(expected, TableModel.Load(Folder).Predict(table).SelectMany(row => row));

        // The first version of the format had none in its description; one of a newer version may have what is not
        // known here.
        string path = In("model.json");
        JsonObject about = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Assert.True(about.Remove("version"));
        File.WriteAllText(path, about.ToJsonString());
        var opened = (IFilePredictor)ModelFolder.Open(Folder);
        Assert.Equal(expected, opened.PredictFile(Repository.Data("tables", "iris.csv")).Values.SelectMany(row => row));
        about["version"] = 1000;
        File.WriteAllText(path, about.ToJsonString());
        Assert.Contains("version 1000", Assert.Throws<InvalidDataException>(() => TableModel.Load(Folder)).Message,
            StringComparison.Ordinal);
        Assert.Contains("newer", Assert.Throws<InvalidDataException>(() => ModelFolder.Open(Folder)).Message,
            StringComparison.Ordinal);
        about["version"] = 1;
        about["kind"] = "dreams";
        File.WriteAllText(path, about.ToJsonString());
        Assert.Contains("'dreams'", Assert.Throws<InvalidDataException>(() => ModelFolder.Open(Folder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_have_their_textbook_values()
    {
        int[] predicted = [0, 0, 1, 1, 1], observed = [0, 1, 1, 1, 0];
        Assert.Equal(0.6, Scores.Accuracy(predicted, observed), 1e-15);
        Assert.Equal((0.5 + 2.0 / 3.0) / 2.0, Scores.BalancedAccuracy(predicted, observed), 1e-15);
        Assert.Equal((0.5 + 2.0 / 3.0) / 2.0, Scores.F1(predicted, observed), 1e-15);
        Assert.Equal(Math.Sqrt(2.5), Scores.Rmse([1, 2], [2, 4]), 1e-15);
        Assert.Equal(0.5, Scores.RSquared([1, 3], [1, 2]) + 1.5, 1e-15);
    }
}
