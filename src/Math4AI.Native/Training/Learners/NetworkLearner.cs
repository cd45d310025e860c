using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Runtime;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Tables;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Learners;

/// <summary>
/// Multilayer perceptrons from several seeds, whose predictions are averaged. What is left open, the number of steps
/// and the weight decay, is chosen by 5-fold cross-validation: the steps by early stopping of the mean loss, so that no
/// samples are kept from the networks in the end. Weights are an exponential moving average over the steps.
/// </summary>
public sealed record NetworkLearner : Learner
{
    private const int Evaluations = 50;
    private const int Patience = 12;
    private const double Decay = 0.995;

    /// <summary>Gets whether torch is there, which trains networks.</summary>
    public static bool IsAvailable => Compute.HasTensors;

    /// <summary>Gets the widths of the hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [64, 64];

    /// <summary>Gets the number of steps; null to choose it.</summary>
    public int? Steps { get; init; }

    /// <summary>
    /// Gets the weight decay; null to choose 0.01 or 1 together with the steps, and otherwise 0.01.
    /// </summary>
    public double? WeightDecay { get; init; }

    /// <summary>Gets the learning rate.</summary>
    public double Rate { get; init; } = 3e-3;

    /// <summary>Gets the number of networks.</summary>
    public int Networks { get; init; } = 3;

    /// <inheritdoc/>
    public override string ToString() => Steps is { } steps
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"network: {string.Join("-", Hidden)}, {steps} steps, weight decay {WeightDecay ?? MinDecay:G3}, "
            + $"{Networks} averaged")
        : "network: steps to be chosen";

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training) => IsAvailable
        ? base.ReasonAgainst(training)
        : "torch does not load here";

    private static double MinDecay => 1e-2;

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (Steps is not null)
        {
            return new LearnerChoice(this, null);
        }

        var folds = new Folds(training, Seed);
        double[] decays = WeightDecay is { } given ? [given] : [MinDecay, 1.0];
        int most = MaxSteps(training.Inputs.RowCount), every = most / Evaluations, done = 0;
        var curves = TrainingsAtOnce.Run(decays.Length * folds.Count, i =>
        {
            int part = i % folds.Count;
            TrainerOptions options = Options(folds.Training(part), most, decays[i / folds.Count], Seed) with
            {
                EvaluateEvery = every,
                Patience = Patience,
            };
            double[] curve = Train(folds.Training(part), folds.Held(part), options, cancellation).Curve;
            progress?.Report(new LearnerProgress(
                string.Empty, (double)Interlocked.Increment(ref done) / (decays.Length * folds.Count)));
            return curve;
        });
        (double Loss, int Place, double Decay) best = decays
            .Select((decay, i) => (Mean(curves[(i * folds.Count)..((i + 1) * folds.Count)], folds), decay))
            .Select(pair => (pair.Item1.Min(), Array.IndexOf(pair.Item1, pair.Item1.Min()), pair.decay))
            .MinBy(found => found.Item1);
        return new LearnerChoice(this with { Steps = (best.Place + 1) * every, WeightDecay = best.Decay }, null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        int steps = Steps ?? MaxSteps(training.Inputs.RowCount) / 2;
        NetworkWeights[] networks = TrainingsAtOnce.Run(Networks, i => Train(
            training, training.Some(1, 1, Seed),
            Options(training, steps, WeightDecay ?? MinDecay, Seed + i) with
            {
                EvaluateEvery = steps,
                RestoreBest = false,
            },
            cancellation).Weights);
        return new NetworkFit(training.ClassCount, networks);
    }

    /// <summary>The mean of the curves over the samples, as far as all of them go.</summary>
    private static double[] Mean(double[][] curves, Folds folds)
    {
        int length = curves.Min(curve => curve.Length);
        return [.. Enumerable.Range(0, length).Select(
            at => curves.Select((curve, part) => folds.Rows(part).Count * curve[at]).Sum() / folds.Samples)];
    }

    private static int MaxSteps(int samples)
    {
        const int Passes = 200, Min = 2000, Max = 20_000;
        return Math.Clamp(Passes * samples / BatchOf(samples), Min, Max);
    }

    private static int BatchOf(int samples)
    {
        const int Small = 32, Large = 128, Many = 5000;
        return samples < Many ? Small : Large;
    }

    private TrainerOptions Options(LearnerSamples training, int steps, double decay, int seed) => new()
    {
        Steps = steps,
        BatchSize = Math.Min(BatchOf(training.Inputs.RowCount), training.Inputs.RowCount),
        Rate = Rate,
        Schedule = Schedule.WarmUp,
        WeightDecay = decay,
        Average = WeightAverage.Exponential(Decay),
        Seed = seed,
    };

    private (double[] Curve, NetworkWeights Weights) Train(
        LearnerSamples training, LearnerSamples held, TrainerOptions options, CancellationToken cancellation)
    {
        (double center, double scale) = training.Targets is { } targets ? Moments.Of(targets.ToArray()) : (0.0, 1.0);
        scale = scale > 0.0 ? scale : 1.0;
        bool areClasses = training.Classes is not null;
        using DisposeScope scope = NewDisposeScope();
        using Mlp network = TorchRandom.From(
            options.Seed, () => new Mlp(training.Inputs.ColumnCount, Hidden, Math.Max(1, training.ClassCount)));
        TrainingResult result = Trainer.Fit(
            network,
            (outputs, seen) => areClasses
                ? nn.functional.cross_entropy(outputs, seen)
                : nn.functional.mse_loss(outputs, seen),
            Tensors(training, center, scale),
            Tensors(held, center, scale),
            options,
            cancellation: cancellation);
        return (
            [.. result.History.Select(epoch => epoch.ValidationLoss)],
            NetworkWeights.Of(network, center, scale));
    }

    private static (Tensor Inputs, Tensor Targets) Tensors(LearnerSamples samples, double center, double scale)
    {
        int rows = samples.Inputs.RowCount;
        float[] inputs = Array.ConvertAll(samples.Inputs.ToRowMajorArray(), value => (float)value);
        return (
            tensor(inputs).reshape(rows, samples.Inputs.ColumnCount),
            samples.Classes is { } classes
                ? tensor(classes.Select(of => (long)of).ToArray())
                : tensor(samples.Targets!.Select(y => (float)((y - center) / scale)).ToArray()).reshape(rows, 1));
    }
}
