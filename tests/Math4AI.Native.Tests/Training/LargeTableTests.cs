using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Training.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

/// <summary>Training on tables that are read in blocks.</summary>
[Collection(TorchGenerator.Name)]
public sealed class LargeTableTests : TemporaryFolder
{
    private const int Rows = 40_000;

    public LargeTableTests() => Assert.True(Compute.HasTensors);

    /// <summary>y = 3x − 2 for one colour and −x for the other, plus noise of deviation 0.1.</summary>
    private string Csv()
    {
        var random = new MersenneTwister(1);
        string path = In("large.csv");
        File.WriteAllLines(path, Enumerable.Range(0, Rows).Select(i =>
        {
            double x = Normal.Sample(random, 5.0, 2.0);
            bool isRed = random.NextDouble() < 0.5;
            double y = (isRed ? 3.0 * x - 2.0 : -x) + Normal.Sample(random, 0.0, 0.1);
            return string.Create(CultureInfo.InvariantCulture, $"{x},{(isRed ? "red" : "blue")},{y},p{i % 500}");
        }).Prepend("x,colour,y,patient"));
        return path;
    }

    [Fact]
    public void A_table_in_blocks_is_learnt_to_the_noise()
    {
        string path = Csv();
        var options = new TableTrainingOptions { Target = "y", Ignore = ["patient"], Hidden = [32] };
        Func<long, TrainerOptions> settings = rows => TableTraining.DefaultsInBlocks(rows) with
        {
            Steps = 1500,
            EvaluateEvery = 250,
            BatchSize = 64,
            Rate = 1e-2,
        };
        Trained<TableModel> training = TableModel.TrainInBlocks(path, null, options, settings);
        Assert.Equal(Rows, training.Train.Rows + training.Validation.Rows + training.Test.Rows);
        Assert.InRange(training.Test.Rows, 0.14 * Rows, 0.16 * Rows);
        Assert.InRange(training.Test.Scores["rmse"], 0.09, 0.15);

        // Of 3000 rows that chose nothing, and 6000 of the test: within four standard errors of both.
        Assert.InRange(training.Model.CalibrationCount, 0.07 * Rows, 0.08 * Rows);
        Assert.Equal(0.9, training.Coverage!.Value, 4.0 * Math.Sqrt(0.09 / 3000 + 0.09 / 6000));
        Trained<TableModel> again = TableModel.TrainInBlocks(path, null, options, settings);
        Assert.Equal(training.Test.Scores["rmse"], again.Test.Scores["rmse"]);

        // Mean and deviation are those of the training part: within five standard errors of the truth.
        EncodedColumn x = training.Model.About.Encoder.Columns[0];
        Assert.Equal(5.0, x.Mean, 5.0 * 2.0 / Math.Sqrt(Rows));
        Assert.Equal(2.0, x.Deviation, 5.0 * 2.0 / Math.Sqrt(2.0 * Rows));
        Assert.Equal(5.0, x.Median, 5.0 * 1.2533 * 2.0 / Math.Sqrt(10_001));
    }

    [Fact]
    public void Classes_groups_and_missing_values_in_blocks()
    {
        string path = Csv();
        string[] lines = File.ReadAllLines(path);
        lines[20_001] = lines[20_001][lines[20_001].IndexOf(',', StringComparison.Ordinal)..];
        File.WriteAllLines(path, lines);
        var options = new TableTrainingOptions { Target = "colour", GroupBy = "patient", Hidden = [16] };
        ArgumentException refused =
            Assert.Throws<ArgumentException>(() => TableModel.TrainInBlocks(path, null, options));
        Assert.Contains("--missing", refused.Message, StringComparison.Ordinal);
        Trained<TableModel> training = TableModel.TrainInBlocks(
            path, null, options with { Missing = Missing.Drop },
            rows => TableTraining.DefaultsInBlocks(rows) with { Steps = 600, EvaluateEvery = 200, Rate = 1e-2 });
        Assert.Equal(1, training.DroppedRows);
        Assert.Equal(["blue", "red"], training.Model.About.Classes);
        Assert.True(training.Test.Scores["accuracy"] > 0.97, $"{training.Test.Scores["accuracy"]}");

        // 500 patients of 80 rows each, but for the one whose row was dropped: parts are made of whole patients.
        Assert.True(training.Test.Rows % 80 is 0 or 79, $"{training.Test.Rows} rows");
    }

    [Fact]
    public void Blocks_are_the_table()
    {
        string path = Csv();
        Table whole = Table.Read(path);
        Table[] blocks = [.. Table.ReadBlocks(path, 7001)];
        Assert.Equal([7001, 7001, 7001, 7001, 7001, 4995], blocks.Select(block => block.Rows));
        Assert.Equal(whole.Numbers("y"), blocks.SelectMany(block => block.Numbers("y")));
        Assert.Equal(whole.Texts("colour"), blocks.SelectMany(block => block.Texts("colour")));
    }

    [Fact]
    public void What_is_taken_ahead_on_another_thread_is_what_would_have_been_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        Tensor x = randn(500, 4), y = x.matmul(randn(4, 1));
        float[] Train(TrainingData data)
        {
            random.manual_seed(2);
            var module = new Mlp(4, [8], 1);
            Trainer.Fit(
                module, (outputs, targets) => nn.functional.mse_loss(outputs, targets), data, new TensorData(x, y),
                new TrainerOptions { Epochs = 5 });
            return [.. StateOf.Floats(module)];
        }

        using var rows = new EncodedRows(4, areClasses: false);
        float[] values = x.data<float>().ToArray(), targets = y.data<float>().ToArray();
        for (int i = 0; i < 500; i++)
        {
            rows.Add(values.AsSpan(4 * i, 4), targets[i]);
        }

        rows.Complete();
        Assert.True(rows.IsSlow);
        Assert.Equal(Train(new TensorData(x, y)), Train(rows));
    }
}
