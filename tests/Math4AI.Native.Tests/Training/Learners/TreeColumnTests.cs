using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Files;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Trees;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

/// <summary>Trees see categories and missing numbers as they are.</summary>
public sealed class TreeColumnTests : TemporaryFolder
{
    private const int Categories = 12;

    /// <summary>Twelve categories, one input each, a number that may be missing, and one that may not.</summary>
    private static readonly InputColumn[] Columns =
        [new(0, Categories, true, false), new(Categories, 2, false, true), new(Categories + 2, 1, false, false)];

    private static Matrix<double> Draw(int rows)
    {
        var random = new Random(7);
        var inputs = Matrix<double>.Build.Dense(rows, Categories + 3);
        for (int row = 0; row < rows; row++)
        {
            inputs[row, random.Next(Categories)] = 1.0;
            bool isMissing = random.Next(5) == 0;
            inputs[row, Categories] = isMissing ? 0.0 : random.NextDouble() - 0.5;
            inputs[row, Categories + 1] = isMissing ? 1.0 : 0.0;
            inputs[row, Categories + 2] = random.NextDouble() - 0.5;
        }

        return inputs;
    }

    private static int CategoryOf(Matrix<double> inputs, int row) =>
        Enumerable.Range(0, Categories).First(of => inputs[row, of] == 1.0);

    /// <summary>Even and odd categories, and missing numbers, differ.</summary>
    private static double Law(Matrix<double> inputs, int row) => CategoryOf(inputs, row) % 2
        + 2.0 * inputs[row, Categories + 1] + inputs[row, Categories] * inputs[row, Categories + 2];

    private static LearnerSamples Samples(int rows, int classes)
    {
        Matrix<double> inputs = Draw(rows);
        double[] law = [.. Enumerable.Range(0, rows).Select(row => Law(inputs, row))];
        return (classes == 0
            ? LearnerSamples.Of(inputs, Vector<double>.Build.Dense(law))
            : LearnerSamples.Of(
                inputs, [.. law.Select((y, i) => i % 9 == 0 ? i % classes : Math.Clamp((int)y, 0, classes - 1))],
                classes)).InColumns(Columns);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void Categories_and_missing_numbers_go_where_the_library_sends_them_and_the_same_from_a_folder(int classes)
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        LearnerSamples samples = Samples(400, classes);
        var learner = new TreesLearner { Rounds = 30, Leaves = 8 };
        using var growing = new BoostedTrees(samples, null, learner);
        for (int round = 0; round < 30; round++)
        {
            growing.Step();
        }

        // A category that training did not see, as the encoder writes it, and a missing number are asked too.
        LearnerSamples asked = samples.Select([.. Enumerable.Range(0, 300)]);
        for (int of = 0; of < Categories; of++)
        {
            asked.Inputs[3, of] = 1.0 / Categories;
        }

        double[] expected = growing.Predict(asked);
        var fit = (TreesFit)learner.Fit(samples);
        Matrix<double> found = fit.PredictRows(asked.Inputs).Values;
        double center = classes == 0 ? samples.Targets!.Average() : 0.0;
        double scale = classes == 0 ? Math.Sqrt(samples.Targets!.Average(y => (y - center) * (y - center))) : 1.0;
        int outputs = classes > 2 ? classes : 1;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(
                center + scale * expected[i], found[i / outputs, classes == 2 ? 1 : i % outputs], 1e-10);
        }

        Assert.Equal(found, learner.Fit(samples).PredictRows(asked.Inputs).Values);
        Save(fit);
        Assert.Equal(found, TreesFit.Load(In("model")).PredictRows(asked.Inputs).Values);
    }

    [Fact]
    public void One_division_tells_sets_of_categories_and_one_more_what_is_missing()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        Matrix<double> inputs = Draw(600);
        LearnerSamples Of(Func<int, double> law) => LearnerSamples.Of(
            inputs, Vector<double>.Build.Dense(600, law)).InColumns(Columns);
        var stump = new TreesLearner { Rounds = 1, Leaves = 2, Rate = 1.0, Penalty = 0.0, ColumnShare = 1.0 };
        Vector<double> parity = stump.Fit(Of(row => CategoryOf(inputs, row) % 2)).PredictRows(inputs).Values.Column(0);
        Assert.Equal(2, parity.Distinct().Count());
        Assert.All(Enumerable.Range(0, 600), row => Assert.Equal(CategoryOf(inputs, row) % 2, parity[row], 0.1));

        Vector<double> missing =
            stump.Fit(Of(row => inputs[row, Categories + 1])).PredictRows(inputs).Values.Column(0);
        Assert.All(Enumerable.Range(0, 600), row => Assert.Equal(inputs[row, Categories + 1], missing[row], 1e-6));
    }

    [Fact]
    public void Rounds_stop_early_by_what_is_held_with_categories_and_missing_numbers()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        LearnerSamples samples = Samples(200, 0);
        var chosen = (TreesLearner)new TreesLearner { MaxRounds = 300 }.Choose(samples).Learner;
        Assert.InRange(chosen.Rounds!.Value, 10, 300);
        Vector<double> found = chosen.Fit(samples).PredictRows(samples.Inputs).Values.Column(0);
        double rest = (found - samples.Targets!).DotProduct(found - samples.Targets!) / 200.0;
        Assert.True(rest < 0.05, $"{rest}");
    }

    [Fact]
    public void A_table_with_missing_numbers_tells_trees_where_they_are_and_explains_them()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        var random = new Random(4);
        string?[] x = [.. Enumerable.Range(0, 300).Select(i => i % 4 == 0
            ? null
            : FormattableString.Invariant($"{random.NextDouble():R}"))];
        string[] kind = [.. x.Select(_ => $"k{random.Next(6)}")];
        var table = Table.OfTexts([
            ("x", x), ("kind", kind),
            ("y", [.. x.Select((cell, i) => FormattableString.Invariant(
                $"{(cell is null ? 5.0 : 1.0) + (kind[i][1] - '0') % 2 + 0.01 * random.NextDouble():R}"))]),
        ]);
        Trained<LearnedTable> trained = LearnedTable.Train(
            table, null, new TableTrainingOptions { Target = "y", Missing = Missing.Impute },
            new TreesLearner { Rounds = 100, Leaves = 4 });
        Assert.InRange(trained.Test.Scores["rSquared"], 0.99, 1.0);
        Assert.Contains("x is missing", trained.Model.FeatureNames);
        var seen = ((TreesFit)trained.Model.Model).Seen;
        Assert.Equal(2, seen.Count);
        var fresh = Table.OfTexts([("x", [null, "0.5"]), ("kind", ["k1", "new"])]);
        RowExplanation missing = trained.Model.Explain(fresh)[0];
        Assert.Equal(6.0, trained.Model.Predict(fresh).Values[0, 0], 0.2);
        Assert.InRange(missing.Effects[0], 2.5, 3.5);
        Assert.Equal(
            trained.Model.Predict(fresh).Values[0, 0], missing.Base + missing.Effects.Sum(), 1e-9);
    }

    [Fact]
    public void Sets_and_columns_that_are_not_there_are_refused()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        Save((TreesFit)new TreesLearner { Rounds = 3, Leaves = 4 }.Fit(Samples(200, 0)));
        var read = ModelArrays.Read(In("model"));
        foreach ((string name, Func<double[], double[]> change, InputColumn[] columns) in new[]
        {
            ("setStarts", values => [.. values.Select(value => value + 1.0)], Columns),
            ("setWords", values => values[1..], Columns),
            ("kinds", values => [.. values.Select(_ => 4.0)], Columns),
            ("thresholds", values => [.. values.Select(_ => 1e6)], Columns),
            ("kinds", (Func<double[], double[]>)(values => values), Columns[1..]),
        })
        {
            var arrays = new ModelArrays();
            foreach (string each in read.Names)
            {
                double[] values = read.Vector(each);
                arrays.Add(each, each == name ? change(values) : values);
            }

            using var files = new FileTransaction(true);
            ModelFolder.Write(
                In("wrong"), files, TreesFit.Kind, new SavedTrees(Categories + 3, 0) { Columns = columns },
                ModelJson.Default.SavedTrees, arrays.All);
            files.Commit();
            Assert.Throws<InvalidDataException>(() => TreesFit.Load(In("wrong")));
        }

        Assert.Throws<ArgumentException>(() => Samples(20, 0).InColumns(Columns[..2]));
    }

    private void Save(TreesFit fit)
    {
        using var files = new FileTransaction(true);
        fit.Save(In("model"), files);
        files.Commit();
    }
}
