using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Processes;
using Math4AI.Tests.Training;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Processes;

/// <summary>What several processes learn together is what one learns, to rounding.</summary>
[Collection(TorchGenerator.Name)]
public class SharedLearnerTests : TemporaryFolder
{
    public static TheoryData<string, int> Learners => new()
    {
        { "linear", 2 },
        { "linear", 3 },
        { "linear", 70 }, // more processes than samples
        { "trees", 2 },
        { "network", 2 },
        { "kernel ridge", 2 },
    };

    [Theory]
    [MemberData(nameof(Learners))]
    public void Numbers_are_learned_as_by_one_process(string name, int count)
    {
        LearnerSamples samples = LearnerSamples.Of(Inputs(60), Targets(60));
        Matrix<double> alone = Predicted(Learner(name), samples);
        foreach (Matrix<double> shared in ThreadGroup.Run(
            count, group => Predicted(Learner(name), samples.SharedBy(group))))
        {
            AssertNear(alone, shared, 1e-9);
        }
    }

    [Theory]
    [InlineData("linear", 3)]
    [InlineData("svm", 2)]
    [InlineData("network", 2)]
    public void Classes_are_learned_as_by_one_process(string name, int count)
    {
        int[] classes = [.. Targets(60).Select(y => y < -0.3 ? 0 : y < 0.5 ? 1 : 2)];
        LearnerSamples samples = LearnerSamples.Of(Inputs(60), classes, 3).Weighing([1.0, 2.0, 0.5]);
        Matrix<double> alone = Predicted(Learner(name), samples);
        foreach (Matrix<double> shared in ThreadGroup.Run(
            count, group => Predicted(Learner(name), samples.SharedBy(group))))
        {
            AssertNear(alone, shared, 1e-5);
        }
    }

    [Fact]
    public void A_comparison_keeps_the_same_learner_and_its_losses()
    {
        LearnerSamples samples = LearnerSamples.Of(Inputs(60), Targets(60));
        var auto = new AutoLearner
        {
            Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner(), new FailingLearner()],
        };
        LearnerChoice alone = auto.Choose(samples);
        Assert.Contains(alone.Comparison, each => each.LeftOut?.EndsWith("not to be learned", StringComparison.Ordinal)
            == true);
        foreach (LearnerChoice shared in ThreadGroup.Run(3, group => auto.Choose(samples.SharedBy(group))))
        {
            Assert.Equal(alone.Learner.ToString(), shared.Learner.ToString());
            Assert.Equal(alone.Comparison.Select(each => each.Loss), shared.Comparison.Select(each => each.Loss));
            Assert.Equal(alone.Comparison.Select(each => each.IsKept), shared.Comparison.Select(each => each.IsKept));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_table_is_learned_with_the_intervals_of_one_process(int count)
    {
        Trained<LearnedTable> Train(ProcessGroup group) => LearnedTable.Train(
            SomeTable(80), null,
            new TableTrainingOptions { Target = "y", Trainer = new TrainerOptions { Processes = group } },
            new LinearLearner());
        Trained<LearnedTable> alone = Train(ProcessGroup.Single);
        Assert.Equal(5, alone.Model.CalibrationModels);
        foreach (Trained<LearnedTable> shared in ThreadGroup.Run(count, Train))
        {
            Assert.Equal(alone.Model.About.Learner, shared.Model.About.Learner);
            Assert.Equal(5, shared.Model.CalibrationModels);
            Assert.All(alone.Test.Scores, score => Assert.Equal(score.Value, shared.Test.Scores[score.Key], 1e-9));
            Assert.All(
                alone.Validation.Scores, score => Assert.Equal(score.Value, shared.Validation.Scores[score.Key], 1e-9));
            Assert.Equal(alone.Coverage, shared.Coverage);
        }
    }

    [Fact]
    public void Seeds_and_curves_of_networks_have_the_bits_of_one_process()
    {
        TableTrainingOptions Options(ProcessGroup group, double rate = 1e-3) => new()
        {
            Target = "y",
            Hidden = [3],
            Trainer = new TrainerOptions { Processes = group, Epochs = 2, Rate = rate },
        };
        (double[] Seeds, double[] Curve, double[] Settings) All(ProcessGroup group) => (
            [.. TableTraining.SeedScores(SomeTable(60), null, Options(group), 3).Select(Rmse)],
            [.. TableTraining.LearningCurve(SomeTable(60), null, Options(group)).Select(point => Rmse(point.Test))],
            [.. TableTraining.ValidationCurve(SomeTable(60), null, [Options(group), Options(group, 1e-2)])
                .Select(point => Rmse(point.Validation))]);
        (double[] seeds, double[] curve, double[] settings) = All(ProcessGroup.Single);
        Assert.Equal(3, seeds.Distinct().Count());
        Assert.Equal(2, settings.Distinct().Count());
        Assert.All(ThreadGroup.Run(2, All), shared =>
        {
            Assert.Equal(seeds, shared.Seeds);
            Assert.Equal(curve, shared.Curve);
            Assert.Equal(settings, shared.Settings);
        });
    }

    private static double Rmse(ScoredPart part) => part.Scores["rmse"];

    private static Learner Learner(string name) => name switch
    {
        "trees" => new TreesLearner { MaxRounds = 30 },
        "network" => new NetworkLearner { Hidden = [4], Steps = 40, Networks = 3 },
        "kernel ridge" => new RidgeLearner(),
        "svm" => new SupportVectorLearner { Gamma = 1.0 },
        _ => new LinearLearner(),
    };

    private static Matrix<double> Predicted(Learner learner, LearnerSamples samples) =>
        learner.Choose(samples).Learner.Fit(samples).PredictRows(samples.Inputs).Values;

    private static void AssertNear(Matrix<double> expected, Matrix<double> found, double tolerance) =>
        Assert.True((expected - found).FrobeniusNorm() <= tolerance * expected.FrobeniusNorm());

    private static Matrix<double> Inputs(int rows) =>
        Matrix<double>.Build.Dense(rows, 2, (i, j) => Math.Sin(1.7 * i * i + 3.1 * j + 0.3 * i * j));

    private static Vector<double> Targets(int rows)
    {
        Matrix<double> inputs = Inputs(rows);
        return Vector<double>.Build.Dense(
            rows, i => Math.Sin(2.0 * inputs[i, 0]) + inputs[i, 1] + 0.1 * Math.Sin(11.0 * i));
    }

    private Table SomeTable(int rows)
    {
        (Matrix<double> inputs, Vector<double> targets) = (Inputs(rows), Targets(rows));
        string path = In($"{Guid.NewGuid()}.csv");
        File.WriteAllLines(path, ["a,b,y", .. Enumerable.Range(0, rows).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{inputs[i, 0]:R},{inputs[i, 1]:R},{targets[i]:R}"))]);
        return Table.Read(path);
    }

    /// <summary>A learner that fails while it learns, in the process that has the job.</summary>
    private sealed record FailingLearner : Learner
    {
        public override string ToString() => "failing";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
            throw new ArgumentException("It is not to be learned");
    }
}
