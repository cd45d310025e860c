using System.Diagnostics;
using Math4AI.Data.Models;

namespace Math4AI.Training.Learners;

/// <summary>
/// Compares learners by 5-fold cross-validation inside the training samples, the cheapest first, and keeps the one of
/// the smallest loss: −ln p of classes, the squared error of numbers.
/// </summary>
public sealed record AutoLearner : Learner
{
    /// <summary>
    /// Gets the learners to compare, the cheapest first; null for a constant, a linear model, trees, a support vector
    /// machine and a Gaussian process, or of numbers kernel ridge regression in its place.
    /// </summary>
    public IReadOnlyList<Learner>? Candidates { get; init; }

    /// <summary>Gets the time after which no further learner is begun or finished; 5 minutes by default.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string ToString() => "auto";

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        long start = Stopwatch.GetTimestamp();
        var folds = new Folds(training, Seed);
        var compared = new List<ComparedLearner>();
        (LearnerChoice Choice, double Loss)? best = null;
        Learner[] candidates = [.. Candidates ?? Usual(training)];
        for (int i = 0; i < candidates.Length; i++)
        {
            TimeSpan left = MaxTime - Stopwatch.GetElapsedTime(start);
            (LearnerChoice? choice, ComparedLearner found) = Try(candidates[i], training, folds, left, cancellation);
            compared.Add(found);
            if (choice is not null && (best is null || found.Loss < best.Value.Loss))
            {
                best = (choice, found.Loss!.Value);
            }

            progress?.Report((i + 1.0) / candidates.Length);
        }

        return best is { } kept
            ? kept.Choice with { Comparison = compared }
            : throw new ArgumentException(
                $"No learner could be fitted: {string.Join("; ", compared.Select(each => each.LeftOut))}.");
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
        Choose(training, null, cancellation).Learner.Fit(training, cancellation);

    private static (LearnerChoice? Choice, ComparedLearner Found) Try(
        Learner learner, LearnerSamples training, Folds folds, TimeSpan left, CancellationToken cancellation)
    {
        string name = learner.ToString().Split(':')[0];
        if (ReasonAgainst(learner, training) is { } reason)
        {
            return (null, new ComparedLearner(name, reason));
        }

        if (left <= TimeSpan.Zero)
        {
            return (null, new ComparedLearner(name, "the time was up"));
        }

        long start = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(left);
        try
        {
            LearnerChoice choice = learner.Choose(training, null, limit.Token);
            double[] losses = folds.Losses(choice.Learner, limit.Token);
            double mean = losses.Average();
            double error = Math.Sqrt(losses.Sum(loss => (loss - mean) * (loss - mean)) / losses.Length / losses.Length);
            return double.IsFinite(mean)
                ? (choice, new ComparedLearner(choice.Learner.ToString(), null)
                {
                    Loss = training.Classes is null ? Math.Sqrt(mean) : mean,
                    Error = training.Classes is null
                        ? error / (2.0 * Math.Sqrt(Math.Max(mean, double.Epsilon)))
                        : error,
                    Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
                })
                : (null, new ComparedLearner(name, "its predictions were not finite"));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, new ComparedLearner(name, "the time was up"));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or DllNotFoundException)
        {
            return (null, new ComparedLearner(name, e.Message));
        }
    }

    private static string? ReasonAgainst(Learner learner, LearnerSamples training)
    {
        if (training.Classes is null ? !learner.TakesNumbers : !learner.TakesClasses)
        {
            return training.Classes is null ? "it takes no numbers" : "it takes no classes";
        }

        int fewest = training.Classes is { } classes ? classes.CountBy(of => of).Min(pair => pair.Value) : int.MaxValue;

        // Of the samples of a class, a fifth may be in the part that is held.
        return fewest <= learner.MinClassSamples && learner.MinClassSamples > 1
            ? $"a class has only {fewest} samples"
            : null;
    }

    private IEnumerable<Learner> Usual(LearnerSamples training)
    {
        const int MaxKernelSamples = 20_000, MaxProcessSamples = 2000;
        int samples = training.Inputs.RowCount;
        yield return new LinearLearner { IsConstant = true, Seed = Seed };
        yield return new LinearLearner { Seed = Seed };
        if (TreesLearner.IsAvailable)
        {
            yield return new TreesLearner { Seed = Seed };
        }

        if (samples <= MaxKernelSamples)
        {
            yield return training.Classes is null
                ? new RidgeLearner { Seed = Seed }
                : new SupportVectorLearner { Seed = Seed };
        }

        if (samples <= MaxProcessSamples && training.Classes is null)
        {
            yield return new ProcessLearner { Seed = Seed };
        }
    }
}

/// <summary>A learner in a comparison.</summary>
/// <param name="Learner">The learner, with the settings that it has chosen.</param>
/// <param name="LeftOut">Why it has no loss; null where it has one.</param>
public sealed record ComparedLearner(string Learner, string? LeftOut)
{
    /// <summary>Gets its loss: the mean of −ln p of classes, or the root mean square error of numbers.</summary>
    public double? Loss { get; init; }

    /// <summary>Gets the standard error of the loss over the samples.</summary>
    public double? Error { get; init; }

    /// <summary>Gets the seconds that it took.</summary>
    public double? Seconds { get; init; }
}
