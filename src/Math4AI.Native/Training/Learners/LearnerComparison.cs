using System.Diagnostics;
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

            Try(candidates[i], name, cancellation);
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
            : Left() <= TimeSpan.Zero ? "the time was up"
            : null;
    }

    private TimeSpan Left() => settings.Names is null
        ? settings.MaxTime - Stopwatch.GetElapsedTime(start)
        : Timeout.InfiniteTimeSpan;

    private void Try(Learner learner, string name, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Left());

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
                name, name, cancellation.IsCancellationRequested ? "the comparison was stopped" : "the time was up"));
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

        tried.Add(new Tried(choice, name, found, losses));
        table.Add(Scored(name, choice.Learner, losses, seconds));
    }

    private ComparedLearner Scored(string name, Learner learner, double[] losses, double seconds)
    {
        (double mean, double error) = Moments(losses);
        bool areNumbers = all.Classes is null;
        return new ComparedLearner(name, learner.ToString(), null)
        {
            Loss = areNumbers ? Math.Sqrt(mean) : mean,

            // The error of a root, to first order.
            Error = areNumbers ? error / (2.0 * Math.Sqrt(Math.Max(mean, double.Epsilon))) : error,
            Seconds = seconds,
        };
    }

    private LearnerChoice Kept()
    {
        Tried best = tried.MinBy(each => each.Losses.Average())!;
        (LearnerChoice kept, string name, Matrix<double> found) = (best.Choice, best.Name, best.Found);
        if (tried.Count > 1)
        {
            long begun = Stopwatch.GetTimestamp();
            (StackedLearner stack, double[] losses) = Stack();
            double[] gains = [.. best.Losses.Zip(losses, (one, other) => one - other)];
            (double gain, double error) = Moments(gains);
            table.Add(Scored("stack", stack, losses, Stopwatch.GetElapsedTime(begun).TotalSeconds));
            if (gain > error && stack.Learners.Count > 1)
            {
                (kept, name) = (new LearnerChoice(stack, null), "stack");
                found = StackedLearner.Mean(
                    [.. tried.Where(each => stack.Learners.Contains(each.Choice.Learner)).Select(each => each.Found)],
                    stack.Weights);
            }
        }

        if (Temperature(kept, found) is { } tempered)
        {
            (kept, name) = (tempered, "temperature");
        }

        return kept with { Comparison = [.. table.Select(each => each with { IsKept = each.Name == name })] };
    }

    /// <summary>
    /// What is kept, at the temperature of its predictions for samples that it has not seen, where that lowers the loss
    /// by more than its error, each part by the temperature of the others; null where it does not.
    /// </summary>
    private LearnerChoice? Temperature(LearnerChoice kept, Matrix<double> found)
    {
        // Weights ask for other probabilities than those of the samples.
        if (compared.Classes is not { } classes || compared.ClassWeights is not null)
        {
            return null;
        }

        long begun = Stopwatch.GetTimestamp();
        double[][] rows = found.ToRowArrays();
        double[][] tempered = new double[rows.Length][];
        for (int part = 0; part < folds.Count; part++)
        {
            var held = folds.Rows(part).ToHashSet();
            int[] others = [.. Enumerable.Range(0, rows.Length).Where(row => !held.Contains(row))];
            var scaling = TemperatureScaling.Fit(
                [.. others.Select(row => rows[row])], [.. others.Select(row => classes[row])]);
            foreach (int row in held)
            {
                tempered[row] = scaling.Of(rows[row]);
            }
        }

        double[] losses = folds.Losses(Matrix<double>.Build.DenseOfRowArrays(tempered));
        (double gain, double error) = Moments([.. folds.Losses(found).Zip(losses, (one, other) => one - other)]);
        if (!(gain > error))
        {
            return null;
        }

        var learner = new TemperedLearner
        {
            Inner = kept.Learner,
            Temperature = TemperatureScaling.Fit(rows, [.. classes]).Temperature,
            Seed = settings.Seed,
        };
        table.Add(Scored("temperature", learner, losses, Stopwatch.GetElapsedTime(begun).TotalSeconds));
        return kept with { Learner = learner };
    }

    /// <summary>
    /// The stack of all, and the loss of every sample by the weights that the other parts give: weights that had seen a
    /// sample would flatter the stack.
    /// </summary>
    private (StackedLearner Stack, double[] Losses) Stack()
    {
        Matrix<double>[] found = [.. tried.Select(each => each.Found)];
        double[] losses = new double[folds.Samples];
        for (int part = 0; part < folds.Count; part++)
        {
            var held = folds.Rows(part).ToHashSet();
            double[] weights = StackedLearner.WeightsOf(
                found, folds.Losses, [.. Enumerable.Range(0, folds.Samples).Where(row => !held.Contains(row))]);
            double[] each = folds.Losses(StackedLearner.Mean(found, weights));
            foreach (int row in held)
            {
                losses[row] = each[row];
            }
        }

        double[] last = StackedLearner.WeightsOf(found, folds.Losses, [.. Enumerable.Range(0, folds.Samples)]);
        int[] used = [.. Enumerable.Range(0, last.Length).Where(i => last[i] > 0.0)];
        return (
            new StackedLearner
            {
                Learners = [.. used.Select(i => tried[i].Choice.Learner)],
                Weights = [.. used.Select(i => last[i])],
                Seed = settings.Seed,
            },
            losses);
    }

    /// <summary>The mean and its standard error.</summary>
    private static (double Mean, double Error) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean))) / values.Length);
    }

    private sealed record Tried(LearnerChoice Choice, string Name, Matrix<double> Found, double[] Losses);
}
