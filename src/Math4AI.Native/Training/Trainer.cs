using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>The settings of <see cref="Trainer"/>.</summary>
public sealed record TrainerOptions
{
    /// <summary>Gets the maximum number of passes over the training set.</summary>
    public int Epochs { get; init; } = 200;

    /// <summary>
    /// Gets the maximum number of steps, which replaces <see cref="Epochs"/>; null for <see cref="Epochs"/>.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>
    /// Gets the number of steps between evaluations of the validation loss; null for one after each pass.
    /// </summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Gets the number of samples of a step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// Gets the number of pieces in which the gradient of a step is accumulated: more need less memory.
    /// </summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>
    /// Gets whether parts of a batch are worked on at once, one on each of <see cref="Runtime.Compute.Threads"/> threads. Right where the loss
    /// is a mean over the samples and no layer mixes them, as batch norms do; worth it for large models. (<see cref="Mlp"/> and
    /// <see cref="CharTransformer"/> use all threads anyway.)
    /// </summary>
    public bool SplitBatches { get; init; }

    /// <summary>Gets how a step is made of a gradient, with the settings of that method.</summary>
    public Optimizer Optimizer { get; init; } = new AdamW();

    /// <summary>Gets the maximum learning rate, more than 0.</summary>
    public double Rate { get; init; } = 3e-3;

    /// <summary>Gets the schedule of the learning rate.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>Gets the weight decay, which acts on matrices alone, 0 or more.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>
    /// Gets the largest norm of the gradient of all parameters together: a longer gradient is scaled down to it.
    /// Infinity for no limit.
    /// </summary>
    public double MaxGradientNorm { get; init; } = 1.0;

    /// <summary>
    /// Gets the largest absolute value of an element of the gradient: larger ones are clipped to it, before the norm is looked at.
    /// Infinity, the default, for no limit.
    /// </summary>
    public double MaxGradientValue { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// Gets whether the weights of the best validation loss are restored, and training stops where it no longer falls; otherwise the weights
    /// are those of the end.
    /// </summary>
    public bool RestoreBest { get; init; } = true;

    /// <summary>
    /// Gets the number of evaluations without a lower validation loss after which training stops, with
    /// <see cref="RestoreBest"/>.
    /// </summary>
    public int Patience { get; init; } = 40;

    /// <summary>Gets the seed of the initial weights and of the order of the samples.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets where checkpoints are saved; null for none.</summary>
    public CheckpointOptions? Checkpoint { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps ?? 1, 1, nameof(Steps));
        ArgumentOutOfRangeException.ThrowIfLessThan(EvaluateEvery ?? 1, 1, nameof(EvaluateEvery));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Accumulate, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Checkpoint?.EverySteps ?? 1, 1, nameof(Checkpoint));
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(Schedule);
        Optimizer.Check();
        if (!(Rate > 0.0) || !(WeightDecay >= 0.0) || !(MaxGradientNorm > 0.0) || !(MaxGradientValue > 0.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Rate), "The rate and the limits of the gradient must be more than 0, and the weight decay not negative.");
        }
    }

    /// <summary>
    /// Gets what of these settings makes a training the one it is, by name: a checkpoint goes on only where they are the same. A setting
    /// that a checkpoint does not know had its default there.
    /// </summary>
    internal IReadOnlyDictionary<string, string> Identity() => new Dictionary<string, FormattableString>
    {
        ["epochs"] = $"{(Steps is null ? Epochs : (int?)null)}",
        ["steps"] = $"{Steps}",
        ["evaluateEvery"] = $"{EvaluateEvery}",
        ["batchSize"] = $"{BatchSize}",
        ["accumulate"] = $"{Accumulate}",
        ["splitBatches"] = $"{SplitBatches}",
        ["optimizer"] = $"{Optimizer}",
        ["rate"] = $"{Rate:R}",
        ["schedule"] = $"{Schedule}",
        ["weightDecay"] = $"{WeightDecay:R}",
        ["maxGradientNorm"] = $"{MaxGradientNorm:R}",
        ["maxGradientValue"] = $"{MaxGradientValue:R}",
        ["restoreBest"] = $"{RestoreBest}",
        ["patience"] = $"{(RestoreBest ? Patience : (int?)null)}",
        ["seed"] = $"{Seed}",
    }.ToDictionary(setting => setting.Key, setting => FormattableString.Invariant(setting.Value));
}

/// <summary>One evaluation; by default after each pass over the training part.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="TrainLoss">The mean loss of the steps before it.</param>
/// <param name="ValidationLoss">The loss on the validation part after it.</param>
public sealed record TrainingEpoch(int Epoch, double TrainLoss, double ValidationLoss);

/// <summary>The course of a training.</summary>
/// <param name="History">The evaluations, in order.</param>
/// <param name="BestEpoch">The number of the evaluation whose weights the model has, from 1.</param>
/// <param name="Steps">The number of steps taken.</param>
/// <param name="Parameters">The number of parameters.</param>
/// <param name="Seconds">The duration in seconds.</param>
public sealed record TrainingResult(
    IReadOnlyList<TrainingEpoch> History, int BestEpoch, int Steps, int Parameters, double Seconds);

/// <summary>
/// Trains a module on mini-batches, with a schedule, clipped gradients, early stopping and checkpoints. Tensors of a step are freed
/// with it: memory stays as it is over any number of steps. The same seed and number of threads give the same bits, unless something
/// else in the process draws from torch's generator, which is one for all, at the same time.
/// </summary>
public static class Trainer
{
    private const int EvaluatedAtOnce = 256;

    /// <summary>
    /// Trains a module. At the end it has the weights of the best validation loss, unless
    /// <see cref="TrainerOptions.RestoreBest"/> is false.
    /// </summary>
    /// <param name="module">float32, samples × … → samples × ….</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="train">Inputs and targets of the training part.</param>
    /// <param name="validation">Of the validation part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">A part is empty, or a setting makes no sense.</exception>
    /// <exception cref="InvalidOperationException">The loss is not finite: a smaller rate is needed.</exception>
    public static TrainingResult Fit(
        nn.Module<Tensor, Tensor> module,
        Func<Tensor, Tensor, Tensor> loss,
        (Tensor Inputs, Tensor Targets) train,
        (Tensor Inputs, Tensor Targets) validation,
        TrainerOptions? options = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default) =>
        Fit(
            module,
            loss,
            new TensorData(train.Inputs, train.Targets),
            new TensorData(validation.Inputs, validation.Targets),
            options,
            progress,
            cancellation);

    /// <summary>Trains a module on samples of any kind.</summary>
    /// <param name="module">float32, samples × … → samples × ….</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="train">The training part.</param>
    /// <param name="validation">The validation part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">A part is empty, or a setting makes no sense.</exception>
    /// <exception cref="InvalidOperationException">The loss is not finite: a smaller rate is needed.</exception>
    /// <exception cref="InvalidDataException">The checkpoint to go on from is damaged, or of another training.</exception>
    public static TrainingResult Fit(
        nn.Module<Tensor, Tensor> module,
        Func<Tensor, Tensor, Tensor> loss,
        TrainingData train,
        TrainingData validation,
        TrainerOptions? options = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        options ??= new TrainerOptions();
        options.Check();
        if (train.Count == 0 || validation.Count == 0)
        {
            throw new ArgumentException("The training and the validation part need one sample or more each.");
        }

        return new TrainingRun(module, loss, train, validation, options).Run(progress, cancellation);
    }

    /// <summary>Returns the mean loss over a set of samples.</summary>
    /// <param name="module">The module.</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="part">The samples.</param>
    public static double Evaluate(nn.Module<Tensor, Tensor> module, Func<Tensor, Tensor, Tensor> loss, TrainingData part)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(part);
        using IDisposable mode = no_grad();
        module.eval();
        double sum = 0.0;
        for (int first = 0; first < part.Count; first += EvaluatedAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(EvaluatedAtOnce, part.Count - first);
            (Tensor inputs, Tensor targets) = part.Take([.. Enumerable.Range(first, count).Select(i => (long)i)]);
            sum += count * loss(module.forward(inputs), targets).ToDouble();
        }

        return sum / part.Count;
    }
}
