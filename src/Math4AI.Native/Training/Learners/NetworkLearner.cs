using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Training.Learners.Uncertain;
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
    private const int Averaged = 3;
    private const int Members = 5;

    private readonly int? networks;

    /// <summary>Gets whether torch is there, which trains networks.</summary>
    public static bool IsAvailable => Compute.HasTensors;

    /// <summary>Gets the widths of the hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init => field = Setting.AllAtLeast(value, 1); } = [64, 64];

    /// <summary>
    /// Gets what the hidden units make of their sums; null to choose it together with the steps where networks tell how
    /// sure they are, and otherwise rectifiers.
    /// </summary>
    public HiddenUnit? Unit { get; init; }

    /// <summary>Gets the number of steps; null to choose it.</summary>
    public int? Steps { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>
    /// Gets the weight decay; null to choose 0.01 or 1 together with the steps, and otherwise 0.01.
    /// </summary>
    public double? WeightDecay { get; init => field = Setting.AtLeast(value, 0.0); }

    /// <summary>Gets the learning rate.</summary>
    public double Rate { get; init => field = Setting.Above(value, 0.0); } = 3e-3;

    /// <summary>
    /// Gets the number of networks; by default 3, 5 for an ensemble that tells how sure it is, and 1 for dropout and
    /// Laplace's approximation, which take one alone.
    /// </summary>
    public int Networks
    {
        get => Uncertainty is NetworkUncertainty.Dropout or NetworkUncertainty.Laplace ? 1
            : networks ?? (Uncertainty == NetworkUncertainty.None ? Averaged : Members);
        init => networks = Setting.AtLeast(value, 1);
    }

    /// <summary>Gets how the networks tell how sure they are; by default they do not.</summary>
    public NetworkUncertainty Uncertainty { get; init; }

    /// <summary>
    /// Gets whether the variance of numbers is learned from the errors of samples that networks have not seen, as it is
    /// by default. If not, an ensemble and dropout learn it with the mean, by β-NLL, and Laplace's approximation has
    /// one variance of the noise. Source of β-NLL: M. Seitzer, A. Tavakoli, D. Antic and G. Martius, "On the pitfalls
    /// of heteroscedastic uncertainty estimation with probabilistic neural networks", ICLR (2022).
    /// </summary>
    public bool HoldsOut { get; init; } = true;

    /// <summary>
    /// Gets β of the loss σ^2β [½ ln σ² + (y − μ)²/(2σ²)], whose first factor is taken as a constant: 0 is the negative
    /// log likelihood, which can leave samples with a large variance unlearned, and 1 learns the mean as least squares
    /// do. It counts where <see cref="HoldsOut"/> is false.
    /// </summary>
    public double Beta { get; init => field = Setting.Within(value, 0.0, 1.0); } = 0.5;

    /// <summary>
    /// Gets the precision of the last layer's normal prior for Laplace's approximation; null to choose that by which
    /// the samples that networks have not seen are most probable, and without a choice the most probable one of all.
    /// </summary>
    public double? PriorPrecision { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>
    /// Gets σ² of numbers for Laplace's approximation, as a share of their variance; null to choose the mean squared
    /// error of samples that networks have not seen, and without a choice the most probable one.
    /// </summary>
    public double? NoiseVariance { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>
    /// Gets whether networks that tell how sure they are learn the logarithm of positive numbers; null to choose it
    /// where the largest is ten times the smallest: the errors of samples that networks have not seen must be more
    /// probable by it, by more than a standard error. They predict the numbers themselves either way.
    /// </summary>
    public bool? LearnsLogarithm { get; init; }

    /// <summary>Gets the share of hidden units that are left out at random by dropout.</summary>
    public double DropoutShare { get; init => field = Setting.Below(value, 0.0, 1.0); } = 0.1;

    /// <inheritdoc/>
    public override bool TellsHowSure => Uncertainty != NetworkUncertainty.None;

    /// <inheritdoc/>
    public override bool TakesWeights => Uncertainty != NetworkUncertainty.Laplace;

    /// <inheritdoc/>
    public override string ToString() => Steps is { } steps
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"network: {string.Join("-", Hidden)}{(Unit == HiddenUnit.Tanh ? " tanh" : string.Empty)}, {steps} steps, "
            + $"weight decay {WeightDecay ?? MinDecay:G3}{(IsOfLogarithm ? ", of the logarithm" : string.Empty)}, "
            + $"{Networks switch { 1 => "one network", var count => $"{count} averaged" }}{Told}")
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

        RequireScale(training);
        if (LearnsLogarithm is null && IsHeldOut(training) && Logarithm.IsWorthTrying(training))
        {
            return (this with { LearnsLogarithm = false }).ScaleBy(training, progress, cancellation);
        }

        return IsOfLogarithm
            ? OfLogarithm(training, progress, cancellation)
            : OfNumbers(training, progress, cancellation);
    }

    /// <summary>Numbers, or their logarithms where unseen samples are surely more probable by these.</summary>
    private LearnerChoice ScaleBy(
        LearnerSamples training, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        LearnerChoice plain = OfNumbers(training, progress, cancellation);
        LearnerChoice ofLogs = OfLogarithm(training, progress, cancellation);
        HeldOutVariance ErrorsOf(LearnerChoice choice) =>
            ((NetworkLearner)choice.Learner).VarianceOf(training, cancellation);
        return ErrorsOf(ofLogs).IsSurelyBetterThan(ErrorsOf(plain)) ? ofLogs : plain;
    }

    private LearnerChoice OfLogarithm(
        LearnerSamples training, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        LearnerChoice found = (this with { LearnsLogarithm = false })
            .OfNumbers(Logarithm.Of(training), progress, cancellation);
        return found with { Learner = (NetworkLearner)found.Learner with { LearnsLogarithm = true } };
    }

    private LearnerChoice OfNumbers(
        LearnerSamples training, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        var folds = new Folds(training, Seed);
        NetworkLearner[] tried = [.. Tried()];
        int most = MaxSteps(training.Inputs.RowCount), every = most / Evaluations, done = 0;
        double[][] curves = TrainingsAtOnce.Run(training.Processes, tried.Length * folds.Count, i =>
        {
            (NetworkLearner learner, int part) = (tried[i / folds.Count], i % folds.Count);
            TrainerOptions options = Options(folds.Training(part), most, learner.WeightDecay!.Value, Seed) with
            {
                EvaluateEvery = every,
                Patience = Patience,
            };
            double[] curve = learner.Train(folds.Training(part), folds.Held(part), options, cancellation).Curve;
            progress?.Report(new LearnerProgress(
                string.Empty, (double)Interlocked.Increment(ref done) / (tried.Length * folds.Count)));
            return curve;
        });
        (double Loss, int Place, NetworkLearner Learner) best = tried
            .Select((learner, i) => (Mean(curves[(i * folds.Count)..((i + 1) * folds.Count)], folds), learner))
            .Select(pair => (pair.Item1.Min(), Array.IndexOf(pair.Item1, pair.Item1.Min()), pair.learner))
            .MinBy(found => found.Item1);
        NetworkLearner chosen = best.Learner with { Steps = (best.Place + 1) * every };
        if (Uncertainty == NetworkUncertainty.Laplace && training.Targets is not null)
        {
            // The networks know the samples that they have learned too well to tell the noise.
            chosen = chosen with { NoiseVariance = NoiseVariance ?? best.Loss };
        }

        return new LearnerChoice(
            Uncertainty == NetworkUncertainty.Laplace && PriorPrecision is null
                ? chosen with { PriorPrecision = chosen.PrecisionBy(folds, training.Processes, cancellation) }
                : chosen,
            null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        RequireScale(training);
        LearnerSamples learned = IsOfLogarithm ? Logarithm.Of(training) : training;
        int steps = StepsFor(training);
        NetworkWeights[] weights =
        [
            .. TrainingsAtOnce.Run(
                training.Processes, Networks, i => FinalWeights(learned, steps, Seed + i, cancellation).ToArray())
                .Select(NetworkWeights.Of),
        ];
        if (Uncertainty == NetworkUncertainty.None)
        {
            return new NetworkFit(training.ClassCount, weights);
        }

        UncertainNetworkFit fit = Uncertain(learned, weights);
        return IsHeldOut(training) ? fit.With(VarianceOf(training, cancellation)) : fit;
    }

    private bool IsOfLogarithm => LearnsLogarithm == true;

    private int StepsFor(LearnerSamples training) => Steps ?? MaxSteps(training.Inputs.RowCount) / 2;

    private void RequireScale(LearnerSamples training)
    {
        if (IsOfLogarithm && !(IsHeldOut(training) && Logarithm.IsThere(training)))
        {
            throw new ArgumentException("The logarithm is learned of numbers that are all more than 0, by networks "
                + "that tell how sure they are by held-out errors.");
        }
    }

    private UncertainNetworkFit Uncertain(LearnerSamples training, NetworkWeights[] weights) =>
        Uncertainty == NetworkUncertainty.Laplace
            ? UncertainNetworkFit.WithLaplace(
                About(training, weights), weights[0], training, PriorPrecision, NoiseVariance)
            : new UncertainNetworkFit(About(training, weights), weights, null);

    /// <summary>Whether the variance comes from samples that networks have not seen.</summary>
    private bool IsHeldOut(LearnerSamples training) =>
        HoldsOut && training.Targets is not null && Uncertainty != NetworkUncertainty.None;

    /// <summary>The variance of the errors of samples that networks like these have not seen.</summary>
    private HeldOutVariance VarianceOf(LearnerSamples training, CancellationToken cancellation)
    {
        int steps = StepsFor(training);
        var folds = new Folds(IsOfLogarithm ? Logarithm.Of(training) : training, Seed);
        double[] means = new double[training.Inputs.RowCount], own = new double[means.Length];
        NetworkWeights[] weights = TrainingsAtOnce.Run(folds.Count * Networks, i =>
            FinalWeights(folds.Training(i / Networks), steps, Seed + i % Networks, cancellation));
        for (int part = 0; part < folds.Count; part++)
        {
            (double[] ofPart, double[] ownOfPart) = Uncertain(
                folds.Training(part), weights[(part * Networks)..((part + 1) * Networks)])
                .Moments(folds.Held(part).Inputs);
            for (int i = 0; i < ofPart.Length; i++)
            {
                (means[folds.Rows(part)[i]], own[folds.Rows(part)[i]]) = (ofPart[i], ownOfPart[i]);
            }
        }

        return HeldOutVariance.Of(training.Inputs, means, own, training.Targets!, Seed, IsOfLogarithm);
    }

    /// <summary>What is left open of weight decay and units, in every way.</summary>
    private IEnumerable<NetworkLearner> Tried()
    {
        double[] decays = WeightDecay is { } given ? [given] : [MinDecay, 1.0];
        HiddenUnit[] units = Unit is { } unit ? [unit]
            : Uncertainty == NetworkUncertainty.None ? [HiddenUnit.Rectifier]
            : [HiddenUnit.Rectifier, HiddenUnit.Tanh];
        return units.SelectMany(of => decays.Select(decay => this with { WeightDecay = decay, Unit = of }));
    }

    /// <summary>The precision for which the samples that networks have not seen are most probable.</summary>
    private double PrecisionBy(Folds folds, ProcessGroup processes, CancellationToken cancellation)
    {
        const int Points = 13, First = -4;
        double[] precisions = [.. Enumerable.Range(First, Points).Select(k => Math.Pow(10.0, 0.5 * k))];
        double[][] losses = TrainingsAtOnce.Run(processes, folds.Count, part =>
        {
            LearnerSamples seen = folds.Training(part), held = folds.Held(part);
            NetworkWeights[] network = [FinalWeights(seen, Steps!.Value, Seed, cancellation)];
            return Array.ConvertAll(precisions, precision => UncertainNetworkFit.WithLaplace(
                About(seen, network), network[0], seen, precision, NoiseVariance).TotalLoss(held));
        });
        return precisions[Enumerable.Range(0, Points).MinBy(k => losses.Sum(part => part[k]))];
    }

    private SavedUncertainNetworks About(LearnerSamples training, NetworkWeights[] weights) => new(
        Uncertainty, training.ClassCount, weights.Length, weights[0].Weights.Length, DropoutInUse, Seed,
        LearnsLogarithm: IsOfLogarithm);

    /// <summary>The weights after all steps; no samples are held.</summary>
    private NetworkWeights FinalWeights(LearnerSamples training, int steps, int seed, CancellationToken cancellation) =>
        Train(
            training, training.Some(1, 1, Seed),
            Options(training, steps, WeightDecay ?? MinDecay, seed) with
            {
                EvaluateEvery = steps,
                RestoreBest = false,
            },
            cancellation).Weights;

    private double DropoutInUse => Uncertainty == NetworkUncertainty.Dropout ? DropoutShare : 0.0;

    private string Told => Uncertainty switch
    {
        NetworkUncertainty.Ensemble => ", whose spread tells how sure they are",
        NetworkUncertainty.Dropout => string.Create(
            CultureInfo.InvariantCulture, $" with dropout of {DropoutShare:0.###} in predicting too"),
        NetworkUncertainty.Laplace => " with the posterior of its last layer",
        _ => string.Empty,
    };

    private Func<Tensor, Tensor, Tensor> Loss(Func<Tensor, Tensor, Tensor>? ofClasses) => ofClasses
        ?? ((outputs, seen) => outputs.shape[1] == 1
            ? nn.functional.mse_loss(outputs, seen)
            : VarianceLoss(outputs, seen));

    /// <summary>β-NLL of a mean and a variance in training, and NLL, which compares, in evaluation.</summary>
    private Tensor VarianceLoss(Tensor outputs, Tensor seen)
    {
        Tensor mean = outputs.narrow(1, 0, 1);
        Tensor variance = nn.functional.softplus(outputs.narrow(1, 1, 1)) + UncertainNetworkFit.MinVariance;
        Tensor losses = 0.5 * (variance.log() + (seen - mean).square() / variance);
        return (is_grad_enabled() ? losses * HeldScalar.With(Beta, variance.detach().pow) : losses).mean();
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
            options.Seed, () => new Mlp(
                training.Inputs.ColumnCount, Hidden,
                UncertainNetworkFit.OutputsOf(training.ClassCount, Uncertainty, IsHeldOut(training)),
                DropoutInUse, Unit ?? HiddenUnit.Rectifier));
        TrainingResult result = Trainer.Fit(
            network,
            Loss(areClasses ? WeightedLoss.Of(training.ClassWeights) : null),
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
