using Math4AI.Training.Files;
using Math4AI.Training.Optimizers;

namespace Math4AI.Training;

/// <summary>What a range test of rates found.</summary>
/// <param name="Rates">The rates, rising.</param>
/// <param name="Losses">The loss of the step at each rate, before it.</param>
/// <param name="Suggested">The rate at which the smoothed loss falls most steeply.</param>
public sealed record RateSearch(IReadOnlyList<double> Rates, IReadOnlyList<double> Losses, double Suggested)
{
    internal static RateSearch Run(
        TrainingTask task, TrainingData train, TrainerOptions options, double minRate, double maxRate, int steps)
    {
        Check(train, minRate, maxRate, steps);
        var watch = new Watch(steps);
        TrainerOptions settings = options with
        {
            Steps = steps + 1,
            EvaluateEvery = int.MaxValue,
            Rate = maxRate,
            Schedule = new Rising(minRate / maxRate, steps),
            RestoreBest = false,
            Average = null,
            Checkpoint = null,
            Callbacks = [watch],
        };
        settings.Check();
        bool wasTraining = task.Module.training;
        using ModuleState before = ModuleState.Of(task.Module);
        try
        {
            new TrainingRun(task, train, train, settings).Run(null, CancellationToken.None);
        }
        finally
        {
            before.WriteTo(task.Module);
            task.Module.train(wasTraining);
        }

        return new RateSearch(watch.Rates, watch.Losses, Steepest(watch.Rates, watch.Losses));
    }

    private static void Check(TrainingData train, double minRate, double maxRate, int steps)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 10);
        if (!(minRate > 0.0) || !(maxRate > minRate) || !double.IsFinite(maxRate))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minRate), "The first rate is more than 0, and the last more than the first.");
        }

        if (train.Count == 0)
        {
            throw new ArgumentException("The training part needs one sample or more.");
        }
    }

    /// <summary>The rate in whose neighborhood the exponentially smoothed loss falls most.</summary>
    private static double Steepest(List<double> rates, List<double> losses)
    {
        const double Kept = 0.8;
        double[] smooth = new double[losses.Count];
        double mean = 0.0;
        for (int i = 0; i < smooth.Length; i++)
        {
            mean = Kept * mean + (1.0 - Kept) * losses[i];
            smooth[i] = mean / (1.0 - Math.Pow(Kept, i + 1));
        }

        int least = Array.IndexOf(smooth, smooth.Min());
        int best = Enumerable.Range(1, Math.Max(1, least)).MinBy(
            i => i < smooth.Length ? smooth[i] - smooth[i - 1] : 0.0);
        return rates[Math.Min(best, rates.Count - 1)];
    }

    private sealed record Rising(double From, int Steps) : Schedule
    {
        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) =>
            Math.Pow(From, 1.0 - Math.Min(1.0, done / (Steps - 1.0)));
    }

    /// <summary>Notes rates and losses, and ends the test before the loss is nonsense.</summary>
    private sealed class Watch(int steps) : TrainerCallback
    {
        private const double Diverged = 4.0;

        public List<double> Rates { get; } = [];

        public List<double> Losses { get; } = [];

        public override void OnStep(TrainingMoment moment)
        {
            bool isSound = double.IsFinite(moment.Loss);
            if (isSound)
            {
                Rates.Add(moment.Rate);
                Losses.Add(moment.Loss);
            }

            if (!isSound || moment.Step >= steps || moment.Loss > Diverged * Math.Abs(Losses.Min()))
            {
                moment.Stop();
            }
        }
    }
}
