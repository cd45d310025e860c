using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>One evaluation; by default after each pass over the training part.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="TrainLoss">The mean loss of the steps before it.</param>
/// <param name="ValidationLoss">The loss on the validation part after it.</param>
public sealed record TrainingEpoch(int Epoch, double TrainLoss, double ValidationLoss)
{
    /// <summary>Gets the means of the metrics over the validation part, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = NoMetrics;

    internal static IReadOnlyDictionary<string, double> NoMetrics { get; } = new Dictionary<string, double>();
}

/// <summary>The course of a training.</summary>
/// <param name="History">The evaluations, in order.</param>
/// <param name="BestEpoch">The number of the evaluation whose weights the model has, from 1.</param>
/// <param name="Steps">The number of steps taken.</param>
/// <param name="Parameters">The number of parameters.</param>
/// <param name="Seconds">The duration in seconds.</param>
public sealed record TrainingResult(
    IReadOnlyList<TrainingEpoch> History, int BestEpoch, int Steps, int Parameters, double Seconds)
{
    /// <summary>
    /// Gets what should be known of the training, each a sentence, such as the parameters that no gradient reached.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>
/// Trains a module on mini-batches, with a schedule, clipped gradients, early stopping and checkpoints. Tensors of a
/// step are freed with it: memory stays as it is over any number of steps. The same seed and number of threads give the
/// same bits, unless something else in the process draws from torch's generator, which is one for all, at the same
/// time.
/// <para>
/// Parameters of float32 and float64, real and complex, are stepped in their type; those of bfloat16 and float16 have
/// float32 master copies. All keep their shape, strides, type and memory. State that a module keeps outside of
/// parameters and buffers, such as a field that counts, is not in checkpoints.
/// </para>
/// </summary>
public static class Trainer
{
    /// <summary>
    /// Makes a module whose initial weights are drawn from a seed: the same seed gives the same weights.
    /// </summary>
    /// <typeparam name="TModule">The kind of module.</typeparam>
    /// <param name="make">Makes the module, such as <c>() => new Net()</c>.</param>
    /// <param name="seed">The seed.</param>
    public static TModule Create<TModule>(Func<TModule> make, int seed = 1)
        where TModule : nn.Module
    {
        ArgumentNullException.ThrowIfNull(make);
        return TorchRandom.From(seed, make);
    }

    /// <summary>
    /// Trains a module. At the end it has the weights of the best validation loss, unless
    /// <see cref="TrainerOptions.RestoreBest"/> is false.
    /// </summary>
    /// <param name="module">samples × … → samples × ….</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="train">Inputs and targets of the training part.</param>
    /// <param name="validation">Of the validation part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// A part is empty, a number in it is not finite, outputs and targets do not fit, or a setting makes no sense.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Torch refused a step, or the loss has no gradient or is not finite; the message says why.
    /// </exception>
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

    /// <summary>Trains a module from one tensor to another on samples of any kind.</summary>
    /// <param name="module">samples × … → samples × ….</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="train">The training part.</param>
    /// <param name="validation">The validation part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// A part is empty, a number in it is not finite, outputs and targets do not fit, or a setting makes no sense.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Torch refused a step, or the loss has no gradient or is not finite; the message says why.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The checkpoint to go on from is damaged, or of another training.
    /// </exception>
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
        options ??= new TrainerOptions();
        return Fit(new OutputsTask(module, loss, options.Metrics), train, validation, options, progress, cancellation);
    }

    /// <summary>
    /// Trains any module, with any number of inputs and outputs, by a loss that takes a batch through it:
    /// <c>batch => cross_entropy(net.forward(batch["ids"], batch["x"]), batch["y"])</c>.
    /// </summary>
    /// <param name="module">Any module; its parameters are trained.</param>
    /// <param name="loss">The mean loss of the samples of a batch; it calls the module, and can log metrics.</param>
    /// <param name="train">The training part.</param>
    /// <param name="validation">The validation part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// A part is empty, a number in it is not finite, or a setting makes no sense.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Torch refused a step, or the loss has no gradient or is not finite; the message says why.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The checkpoint to go on from is damaged, or of another training.
    /// </exception>
    public static TrainingResult Fit(
        nn.Module module,
        Func<Batch, Tensor> loss,
        TrainingData train,
        TrainingData validation,
        TrainerOptions? options = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        options ??= new TrainerOptions();
        return options.Metrics?.Count > 0
            ? throw new ArgumentException("A loss of a batch has its metrics logged by batch.Log; "
                + "TrainerOptions.Metrics are for losses of outputs and targets.")
            : Fit(new BatchTask(module, loss), train, validation, options, progress, cancellation);
    }

    /// <summary>Returns the mean loss over a set of samples; the module is in evaluation mode after it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="part">The samples.</param>
    public static double Evaluate(
        nn.Module<Tensor, Tensor> module, Func<Tensor, Tensor, Tensor> loss, TrainingData part)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(part);
        return new OutputsTask(module, loss, new TrainerOptions().Metrics).Evaluate(part).Loss;
    }

    /// <summary>
    /// Returns the mean loss over a set of samples, and the means of what the loss logs; the module is in evaluation
    /// mode after it.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="loss">The mean loss of the samples of a batch.</param>
    /// <param name="part">The samples.</param>
    public static (double Loss, IReadOnlyDictionary<string, double> Metrics) Evaluate(
        nn.Module module, Func<Batch, Tensor> loss, TrainingData part)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(part);
        return new BatchTask(module, loss).Evaluate(part);
    }

    /// <summary>
    /// Finds a rate by a range test: the rate grows from step to step by a constant factor until the loss is four times
    /// its least; the rate that is suggested is where the smoothed loss falls most steeply. The module is left as it
    /// was. Source: L. Smith, WACV (2017).
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="train">The training part.</param>
    /// <param name="options">The settings; rate, schedule and checkpoints are not used.</param>
    /// <param name="minRate">The first rate.</param>
    /// <param name="maxRate">The last rate.</param>
    /// <param name="steps">The number of steps between them, 10 or more.</param>
    public static RateSearch FindRate(
        nn.Module<Tensor, Tensor> module,
        Func<Tensor, Tensor, Tensor> loss,
        TrainingData train,
        TrainerOptions? options = null,
        double minRate = 1e-7,
        double maxRate = 10.0,
        int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        return RateSearch.Run(
            new OutputsTask(module, loss, new TrainerOptions().Metrics), train, options ?? new TrainerOptions(),
            minRate, maxRate, steps);
    }

    /// <summary>Finds a rate for any module, with a loss that takes a batch through it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="loss">The mean loss of a batch.</param>
    /// <param name="train">The training part.</param>
    /// <param name="options">The settings; rate, schedule and checkpoints are not used.</param>
    /// <param name="minRate">The first rate.</param>
    /// <param name="maxRate">The last rate.</param>
    /// <param name="steps">The number of steps between them, 10 or more.</param>
    public static RateSearch FindRate(
        nn.Module module,
        Func<Batch, Tensor> loss,
        TrainingData train,
        TrainerOptions? options = null,
        double minRate = 1e-7,
        double maxRate = 10.0,
        int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        return RateSearch.Run(
            new BatchTask(module, loss), train, options ?? new TrainerOptions(), minRate, maxRate, steps);
    }

    private static TrainingResult Fit(
        TrainingTask task,
        TrainingData train,
        TrainingData validation,
        TrainerOptions options,
        IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        options.Check();
        if (train.Count == 0 || validation.Count == 0)
        {
            throw new ArgumentException("The training and the validation part need one sample or more each.");
        }

        return new TrainingRun(task, train, validation, options).Run(progress, cancellation);
    }
}
