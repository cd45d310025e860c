using System.Diagnostics;
using System.Globalization;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Learners.Combined;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>A comparison of learners under way.</summary>
internal sealed class LearnerComparison(AutoLearner settings, LearnerSamples all, LearnerSamples compared)
{
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly Folds folds = new(compared, settings.Seed);
    private readonly List<ComparedLearner> table = [];
    private readonly List<Tried> tried = [];

    /// <summary>Tries each of the learners; the best, or the stack of all.</summary>
    public LearnerChoice Run(
        IReadOnlyList<Learner> candidates, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        for (int i = 0; i < candidates.Count; i++)
        {
            string name = NameOf(candidates[i]);
            progress?.Report(new LearnerProgress(name, (double)i / candidates.Count));
            if (cancellation.IsCancellationRequested && tried.Count > 0)
            {
                table.Add(new ComparedLearner(name, name, "the comparison was stopped"));
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            // Clocks and memories of processes differ: what the first says counts.
            string reason = all.Processes.Broadcast(ReasonAgainst(candidates[i], name) ?? string.Empty);
            if (reason.Length > 0)
            {
                table.Add(new ComparedLearner(name, name, reason));
                continue;
            }

            Try(candidates[i], name, i < candidates.Count - 1, cancellation);
        }

        if (tried.Count == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ArgumentException(
                "No learner could be fitted: "
                + $"{string.Join("; ", table.Select(each => $"{each.Name}: {each.LeftOut}"))}.");
        }

        return Kept();
    }

    /// <summary>The name of a learner in the table.</summary>
    public static string NameOf(Learner learner) => learner.ToString().Split(':')[0];

    private string? ReasonAgainst(Learner learner, string name)
    {
        const double BytesOfGigabyte = 1e9;
        double memory = settings.MaxMemory ?? 0.5 * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return learner.ReasonAgainst(all) is { } reason ? reason
            : learner.BytesFor(all) is var bytes && bytes > memory
                ? FormattableString.Invariant(
                    $"it needs {bytes / BytesOfGigabyte:G2} GB, and {memory / BytesOfGigabyte:G2} GB may be used")
            : settings.Names is { } names ? (names.Contains(name) ? null : "it was not among those to compare")
            : !IsFree && Left() <= TimeSpan.Zero ? OutOfTime
            : null;
    }

    /// <summary>
    /// Why a learner is left out that the time does not allow; of what the user gave, this may be a part.
    /// </summary>
    private string OutOfTime => string.Create(
        CultureInfo.InvariantCulture,
        $"it does not fit into the {settings.MaxTime.TotalSeconds:0.##} s of a comparison: allow more time");

    /// <summary>
    /// Whether the next learner is one of the first two, the constant and the linear model by default, which are fitted
    /// whatever the time: a constant that nothing was compared with would be no choice.
    /// </summary>
    private bool IsFree => table.Count < 2;

    private TimeSpan Left() => settings.Names is null
        ? settings.MaxTime - Stopwatch.GetElapsedTime(start)
        : Timeout.InfiniteTimeSpan;

    /// <summary>
    /// The time for the next learner: what is left, or half of it where others follow, to whom a slow one would leave
    /// nothing.
    /// </summary>
    private TimeSpan Share(bool othersFollow)
    {
        TimeSpan left = Left();
        return IsFree || left == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan
            : left <= TimeSpan.Zero ? TimeSpan.Zero
            : othersFollow ? 0.5 * left
            : left;
    }

    private void Try(Learner learner, string name, bool othersFollow, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Share(othersFollow));

        // Processes whose clocks end a learner at different steps would wait for each other's sums.
        CancellationToken stop = all.Processes.Count > 1 ? CancellationToken.None : limit.Token;
        try
        {
            LearnerChoice choice = learner.Choose(compared, null, stop);
            Matrix<double> found = folds.Predict(Compared(learner, choice), stop);
            Add(choice, name, found, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested || tried.Count > 0)
        {
            table.Add(new ComparedLearner(
                name, name, cancellation.IsCancellationRequested ? "the comparison was stopped" : OutOfTime));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or DllNotFoundException)
        {
            table.Add(new ComparedLearner(name, name, e.Message));
        }
    }

    /// <summary>
    /// What learns each part of the comparison: the learner with its choice to make anew, since settings that held
    /// samples had a part in would flatter it; of many samples, with the settings that are chosen from all of them.
    /// </summary>
    private Learner Compared(Learner learner, LearnerChoice choice) =>
        compared.Inputs.RowCount > settings.MaxRepeatedSamples || learner.Equals(choice.Learner)
            ? choice.Learner
            : new ChoosingLearner { Inner = learner.Again(choice) };

    private void Add(LearnerChoice choice, string name, Matrix<double> found, double seconds)
    {
        double[] losses = folds.Losses(found);
        if (!losses.All(double.IsFinite))
        {
            table.Add(new ComparedLearner(name, name, "its predictions were not finite"));
            return;
        }

        ComparedLearner row = Scored(name, choice.Learner, losses, seconds);
        table.Add(row);
        var plain = new Tried(choice, row, found, losses);
        tried.Add(Tempered(plain) ?? plain);
    }

    private ComparedLearner Scored(string name, Learner learner, double[] losses, double seconds)
    {
        (double mean, double error) = Moments(losses);
        bool areNumbers = all.Classes is null;
        return new ComparedLearner(name, learner.ToString(), null)
        {
            Loss = InUnits(mean),

            // The error of a root, to first order.
            Error = areNumbers ? error / (2.0 * Math.Sqrt(Math.Max(mean, double.Epsilon))) : error,
            Seconds = seconds,
        };
    }

    /// <summary>A mean loss as it is told: of numbers, the root of the mean square.</summary>
    private double InUnits(double mean) => all.Classes is null ? Math.Sqrt(mean) : mean;

    private LearnerChoice Kept()
    {
        Tried kept = tried.MinBy(each => each.Losses.Average())!;
        if (tried.Count > 1 && Stack() is { } stack)
        {
            kept = Tempered(stack) ?? stack;
        }

        return kept.Choice with
        {
            Comparison = [.. table.Select(each => each with { IsKept = ReferenceEquals(each, kept.Row) })],
        };
    }

    /// <summary>
    /// What was tried, at the temperature of its predictions for samples that it has not seen, where that lowers the
    /// loss by more than its error, each part by the temperature of the others; null where it does not.
    /// </summary>
    private Tried? Tempered(Tried plain)
    {
        // Weights ask for other probabilities than those of the samples.
        if (compared.Classes is not { } classes || compared.ClassWeights is not null)
        {
            return null;
        }

        long begun = Stopwatch.GetTimestamp();
        double[][] rows = plain.Found.ToRowArrays();
        Matrix<double> found = TemperedByOtherParts(rows, classes);
        double[] losses = folds.Losses(found);
        (double gain, double error) = Moments([.. plain.Losses.Zip(losses, (one, other) => one - other)]);
        if (!(gain > error))
        {
            return null;
        }

        var learner = new TemperedLearner
        {
            Inner = plain.Choice.Learner,
            Temperature = TemperatureScaling.Fit(rows, [.. classes]).Temperature,
            Seed = settings.Seed,
        };
        ComparedLearner scored = Scored("temperature", learner, losses, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        table.Add(scored);
        return new Tried(plain.Choice with { Learner = learner }, scored, found, losses);
    }

    private Matrix<double> TemperedByOtherParts(double[][] rows, IReadOnlyList<int> classes)
    {
        double[][] tempered = new double[rows.Length][];
        for (int part = 0; part < folds.Count; part++)
        {
            int[] others = folds.Others(part);
            var scaling = TemperatureScaling.Fit(
                [.. others.Select(row => rows[row])], [.. others.Select(row => classes[row])]);
            foreach (int row in folds.Rows(part))
            {
                tempered[row] = scaling.Of(rows[row]);
            }
        }

        return Matrix<double>.Build.DenseOfRowArrays(tempered);
    }

    /// <summary>
    /// The stack of all; null where it is one learner alone, or the best loses less by more than the error.
    /// </summary>
    private Tried? Stack()
    {
        long begun = Stopwatch.GetTimestamp();
        Matrix<double>[] found = [.. tried.Select(each => each.Found)];
        (Matrix<double> predicted, double[] best) = ByOtherParts(found);
        double[] losses = folds.Losses(predicted);
        double[] weights = StackedLearner.WeightsOf(found, folds.Losses, [.. Enumerable.Range(0, folds.Samples)]);
        int[] used = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0.0)];
        var learner = new StackedLearner
        {
            Learners = [.. used.Select(i => tried[i].Choice.Learner)],
            Weights = [.. used.Select(i => weights[i])],
            Seed = settings.Seed,
        };
        ComparedLearner scored = Scored("stack", learner, losses, Stopwatch.GetElapsedTime(begun).TotalSeconds) with
        {
            BestLoss = InUnits(best.Average()),
        };
        table.Add(scored);
        (double loss, double error) = Moments([.. losses.Zip(best, (one, other) => one - other)]);
        return used.Length > 1 && loss <= error
            ? new Tried(new LearnerChoice(learner, null), scored, predicted, losses)
            : null;
    }

    /// <summary>
    /// Every sample as the stack of the other parts predicts it, and its loss by the best of the other parts:
    /// weights, and a choice, that had seen the sample would flatter. Where learners cannot be told apart the least of
    /// their losses is the least by chance; other parts prefer another one, which shows what a choice among them costs.
    /// </summary>
    private (Matrix<double> Stacked, double[] Best) ByOtherParts(Matrix<double>[] found)
    {
        Matrix<double> stacked = found[0].Clone();
        double[] best = new double[folds.Samples];
        for (int part = 0; part < folds.Count; part++)
        {
            int[] others = folds.Others(part);
            Tried first = tried.MinBy(each => others.Average(row => each.Losses[row]))!;
            Matrix<double> mean =
                StackedLearner.Mean(found, StackedLearner.WeightsOf(found, folds.Losses, others));
            foreach (int row in folds.Rows(part))
            {
                best[row] = first.Losses[row];
                stacked.SetRow(row, mean.Row(row));
            }
        }

        return (stacked, best);
    }

    /// <summary>The mean and its standard error.</summary>
    private static (double Mean, double Error) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean))) / values.Length);
    }

    /// <summary>What was tried: its row of the table, and its predictions of samples that it has not seen.</summary>
    private sealed record Tried(LearnerChoice Choice, ComparedLearner Row, Matrix<double> Found, double[] Losses);
}
