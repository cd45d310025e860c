using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training;

/// <summary>Intervals and sets of a network by rows that chose and taught it nothing.</summary>
[Collection(TorchGenerator.Name)]
public sealed class NetworkIntervalTests : TemporaryFolder
{
    public NetworkIntervalTests() => Assert.True(Compute.HasTensors);

    /// <summary>y = sin 3x + noise that grows with |x|, and a class by y.</summary>
    private static (double[] X, double[] Y) Draw(Random random, int rows)
    {
        double[] x = [.. Enumerable.Range(0, rows).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        return (x, [.. x.Select(a => Math.Sin(3.0 * a) + 2.0 * Math.Abs(a) * (random.NextDouble() - 0.5))]);
    }

    private static Table TableOf((double[] X, double[] Y) drawn) => Table.OfTexts(
    [
        ("x", [.. drawn.X.Select(value => FormattableString.Invariant($"{value:R}"))]),
        ("y", [.. drawn.Y.Select(value => FormattableString.Invariant($"{value:R}"))]),
        ("class", [.. drawn.Y.Select(value => value < -0.4 ? "low" : value < 0.4 ? "middle" : "high")]),
    ]);

    private static TableTrainingOptions Options(bool areClasses, bool restoresBest, int seed = 1) => new()
    {
        Target = areClasses ? "class" : "y",
        Ignore = [areClasses ? "y" : "class"],
        Hidden = [8],
        Trainer = new TrainerOptions
        {
            Steps = 80,
            EvaluateEvery = 20,
            Rate = 0.02,
            RestoreBest = restoresBest,
            Schedule = Schedule.Cosine,
            Seed = seed,
        },
    };

    [Theory]
    [InlineData(100, false, false, 5)]
    [InlineData(100, true, true, 5)]
    [InlineData(600, false, false, 1)]
    [InlineData(600, false, true, 1)]
    [InlineData(600, true, true, 1)]
    public void They_hold_the_truth_as_often_as_they_say(int rows, bool areClasses, bool restoresBest, int models)
    {
        const int Tables = 25, Fresh = 60;
        const double Level = 0.8;
        double[] held = new double[Tables], exact = new double[Tables];
        for (int i = 0; i < Tables; i++)
        {
            var random = new Random(300 + i);
            Table table = TableOf(Draw(random, rows)), fresh = TableOf(Draw(random, Fresh));
            TableModel model = TableModel.Train(table, null, Options(areClasses, restoresBest, i + 1)).Model;
            Assert.Equal(models, model.CalibrationModels);
            FilePredictions found = model.PredictTable(fresh, Level);
            double[] y = fresh.Numbers("y");
            string?[] names = [.. fresh.Texts("class")];
            held[i] = Enumerable.Range(0, Fresh).Average(row => areClasses
                ? (found.Sets[row].Any(of => model.About.Classes[of] == names[row]) ? 1.0 : 0.0)
                : found.Intervals[row].Lower <= y[row] && y[row] <= found.Intervals[row].Upper ? 1.0 : 0.0);
            exact[i] = Math.Ceiling(Level * (model.CalibrationCount + 1) - 1e-9) / (model.CalibrationCount + 1);
        }

        double mean = held.Average();
        double error = Math.Sqrt(held.Sum(value => (value - mean) * (value - mean)) / Tables / (Tables - 1));
        TestContext.Current.TestOutputHelper?.WriteLine(
            FormattableString.Invariant($"{mean:0.0000} ± {error:0.0000}, exact {exact.Average():0.0000}"));

        // Of one part the chance is exact. Models of four fifths are somewhat worse than what predicts, and sets always
        // hold the answer, so that both may hold more often.
        Assert.True(mean > exact.Average() - 3.0 * error, $"{mean} ± {error}");
        double most = exact.Average() + (models > 1 ? 0.05 : 0.0);
        Assert.True(areClasses || mean < most + 3.0 * error, $"{mean} ± {error}");
    }

    [Fact]
    public void Rows_behind_them_choose_and_teach_nothing()
    {
        (double[] x, double[] y) = Draw(new Random(7), 600);
        TableTrainingOptions options = Options(areClasses: false, restoresBest: true);
        Table table = TableOf((x, y));
        PreparedTable parts = NetworkCalibration.Divide(PreparedTable.Of(table, null, options), options);
        Assert.Equal(45, parts.Validation.Length);
        Assert.Equal(45, parts.Calibration.Length);
        Assert.Empty(parts.Calibration.Intersect(parts.Validation.Concat(parts.Train)));

        // Their targets are all wrong: the network is the same to the bit, and its intervals are wide.
        double[] other = [.. y];
        foreach (int row in parts.Calibration)
        {
            other[row] += 100.0;
        }

        TableModel first = TableModel.Train(table, null, options).Model;
        TableModel second = TableModel.Train(TableOf((x, other)), null, options).Model;
        Assert.Equal(first.Predict(table).SelectMany(row => row), second.Predict(table).SelectMany(row => row));
        Assert.All(first.PredictTable(table).Intervals, each => Assert.True(each.Upper - each.Lower < 10.0));
        Assert.All(second.PredictTable(table).Intervals, each => Assert.True(each.Upper - each.Lower > 190.0));
    }

    [Fact]
    public void The_column_that_matters_is_found_and_the_prediction_follows_it()
    {
        (double[] x, double[] y) = Draw(new Random(8), 600);
        var random = new Random(9);
        Table table = TableOf((x, y));
        table = Table.OfTexts(
        [
            ("x", [.. table.Texts("x")]), ("y", [.. table.Texts("y")]),
            ("idle", [.. x.Select(_ => FormattableString.Invariant($"{random.NextDouble():R}"))]),
        ]);
        TableTrainingOptions options = Options(areClasses: false, restoresBest: true) with { Ignore = [] };
        options = options with { Trainer = options.Trainer! with { Steps = 600, EvaluateEvery = 100 } };
        Trained<TableModel> trained = TableModel.Train(table, null, options);
        IReadOnlyList<ColumnImportance> found = ColumnImportance.Of(trained.Model, trained.TestRows!);
        Assert.Equal(["x", "idle"], found.Select(each => each.Name));
        Assert.True(found[0].Increase > 10.0 * Math.Abs(found[1].Increase), string.Join(", ", found));

        // sin 3x goes from about -1 to 1.
        var along = PartialDependence.Of(trained.Model, trained.TestRows!, "x");
        double At(double x) => along.Means[Enumerable.Range(0, along.Values.Count).MinBy(
            i => Math.Abs(along.Values[i] - x))][0];
        Assert.InRange(At(0.5) - At(-0.5), 1.0, 2.5);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(600, true)]
    public void They_are_kept_in_the_folder_and_go_with_a_model_that_has_none(int rows, bool areClasses)
    {
        Table table = TableOf(Draw(new Random(9), rows));
        TableTrainingOptions options = Options(areClasses, restoresBest: true);
        TableModel model = TableModel.Train(table, null, options).Model;
        Save(model);
        TableModel read = TableModel.Load(Folder);
        Assert.Equal(model.PredictTable(table, 0.7).Intervals, read.PredictTable(table, 0.7).Intervals);
        Assert.Equal(model.PredictTable(table, 0.7).Sets, read.PredictTable(table, 0.7).Sets);
        Assert.Equal(model.CalibrationCount, read.CalibrationCount);
        bool IsTooMuch(double level) => read.PredictTable(table, level).Warnings.Any(
            warning => warning.Text.Contains("a chance of 0.9999 needs 9999", StringComparison.Ordinal));
        Assert.False(IsTooMuch(0.7));
        Assert.True(IsTooMuch(0.9999));
        Save(TableModel.Train(table, null, options with { Intervals = IntervalSource.None }).Model);
        Assert.Equal(0, TableModel.Load(Folder).CalibrationCount);
        Assert.False(File.Exists(In("calibrated/model.json")));
    }

    private void Save(TableModel model)
    {
        using var files = new FileTransaction(replace: true);
        model.Save(Folder, files);
        files.Commit();
    }
}
