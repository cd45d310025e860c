using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training.Learners;

/// <summary>A training that was stopped after its choice can be made again to the bit.</summary>
public class StoppedTrainingTests : TemporaryFolder
{
    private static readonly TableTrainingOptions Options = new() { Target = "y" };

    private static Table Rows()
    {
        var random = new Random(5);
        double[] x = [.. Enumerable.Range(0, 90).Select(_ => random.NextDouble())];
        return Table.OfNumbers([("x", x), ("y", [.. x.Select(value => value + 0.1 * random.NextDouble())])]);
    }

    private Trained<LearnedTable> Train(
        string name, TableTrainingOptions options, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        Trained<LearnedTable> trained = LearnedTable.Train(
            Rows(), null, options, new AutoLearner { Names = ["constant", "linear"] }, null, progress, cancellation);
        using var files = new FileTransaction(true);
        trained.Model.Save(In(name), files);
        files.Commit();
        return trained;
    }

    [Fact]
    public void What_ends_after_the_choice_has_the_bits_of_what_was_stopped_before_its_intervals()
    {
        using var stop = new CancellationTokenSource();
        Trained<LearnedTable> stopped = Train("stopped", Options, new Stopping(stop), stop.Token);
        Trained<LearnedTable> again = Train(
            "again", Options with { EndsAfterChoice = true }, null, CancellationToken.None);
        Assert.Equal(0, stopped.Model.CalibrationCount);
        Assert.True(Train("whole", Options, null, CancellationToken.None).Model.CalibrationCount > 0);
        string[] files = Directory.GetFiles(In("stopped"), "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, path => Assert.Equal(
            File.ReadAllBytes(path),
            File.ReadAllBytes(Path.Combine(In("again"), Path.GetRelativePath(In("stopped"), path)))));
        Assert.Equal(stopped.Warnings, again.Warnings);
    }

    /// <summary>Stops where intervals are about to be measured, as Ctrl-C does.</summary>
    private sealed class Stopping(CancellationTokenSource stop) : IProgress<LearnerProgress>
    {
        public void Report(LearnerProgress value)
        {
            if (value.Trying.StartsWith("intervals", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }
    }
}
