using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Conformal;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

/// <summary>Intervals and sets that say nothing, or that do not hold what the model answers.</summary>
public sealed class TrivialSetTests : TemporaryFolder
{
    [Theory]
    [InlineData(0.9, 9)]
    [InlineData(0.5, 1)]
    [InlineData(0.95, 19)]
    [InlineData(0.999, 999)]
    public void A_level_needs_so_many_samples(double level, int least)
    {
        var scores = CrossScores.OfOne(new double[least]);
        Assert.Equal(least, CrossScores.LeastFor(level));
        Assert.False(scores.Holds([1.0], level));
        Assert.True(CrossScores.OfOne(new double[least - 1]).Holds([1.0], level));
    }

    [Fact]
    public void Sets_that_hold_every_class_are_told_of_with_the_reason()
    {
        CrossScores few = CrossScores.OfOne(new double[4]), many = CrossScores.OfOne(new double[20]);
        Assert.Equal(
            "Every set holds every class, since they rest on 4 samples that the model has not seen, and a chance of "
            + "0.9 needs 9: train on more, or ask for a level of 0.8 or less.",
            SetWarnings.Of([[0, 1], [0, 1]], 2, few, 0.9));
        Assert.Contains("Intervals have no ends", SetWarnings.Of([], 0, few, 0.9), StringComparison.Ordinal);
        Assert.Contains("too unsure", SetWarnings.Of([[0, 1], [0, 1]], 2, many, 0.9), StringComparison.Ordinal);
        Assert.Null(SetWarnings.Of([[0, 1], [0]], 2, many, 0.9));
        Assert.Null(SetWarnings.Of([[0, 1], [0, 1]], 2, null, 0.9));
    }

    [Fact]
    public void A_model_that_is_sure_to_the_last_digit_and_right_has_sets_of_one_class()
    {
        Matrix<double> sure = Matrix<double>.Build.Dense(40, 3, (i, j) => i % 3 == j ? 1.0 : 0.0);
        var sets = new AdaptiveSets(sure, [.. Enumerable.Range(0, 40).Select(i => i % 3)]);
        Assert.Equal([2], sets.Of([0.0, 0.0, 1.0], 0.9));
        Assert.Equal([1], sets.Of([1e-20, 1.0, 0.0], 0.9));
    }

    [Fact]
    public void Far_from_the_rows_an_interval_holds_the_answer()
    {
        LearnedTable model = Train(Rows("rows.csv", 30), new SupportVectorLearner()).Model;
        FilePredictions found = model.PredictFile(Written("far.csv", "x", "15", "-4", "100", "5"));
        Assert.All(
            found.Intervals.Zip(found.Values),
            pair => Assert.InRange(pair.Second[0], pair.First.Lower, pair.First.Upper));
    }

    [Fact]
    public void One_target_far_from_all_others_in_the_test_is_named()
    {
        string test = Written("test.csv", "x,y", "1,1.3", "2,1.9", "3,1000000", "4,1.2");
        Assert.Contains(
            Train(Rows("rows.csv", 60), new SupportVectorLearner(), test).Warnings,
            warning => warning.Contains("Row 3, in the test part, has y = 1E+06", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Train(Rows("rows.csv", 60), new SupportVectorLearner()).Warnings,
            warning => warning.Contains("in the test part", StringComparison.Ordinal));
    }

    private static Trained<LearnedTable> Train(string path, Learner learner, string? test = null) => LearnedTable.Train(
        Table.Read(path), test is null ? null : Table.Read(test), new TableTrainingOptions { Target = "y" }, learner,
        null);

    private string Rows(string name, int rows)
    {
        var random = new Random(3);
        return Written(name, ["x,y", .. Enumerable.Range(0, rows).Select(i => FormattableString.Invariant(
            $"{10.0 * i / rows},{Math.Sin(10.0 * i / rows) + 5.0 * i / rows + Normal.Sample(random, 0.0, 0.1)}"))]);
    }

    private string Written(string name, params string[] lines)
    {
        File.WriteAllLines(In(name), lines);
        return In(name);
    }
}
