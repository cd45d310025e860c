using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Samples;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>The settings of <see cref="Trainer"/>.</summary>
public sealed record TrainerOptions
{
    /// <summary>Gets the maximum number of passes over the training set.</summary>
    public int Epochs { get; init => field = Setting.AtLeast(value, 1); } = 200;

    /// <summary>
    /// Gets the maximum number of steps, which replaces <see cref="Epochs"/>; null for <see cref="Epochs"/>.
    /// </summary>
    public int? Steps { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>
    /// Gets the number of steps between evaluations of the validation loss; null for one after each pass.
    /// </summary>
    public int? EvaluateEvery { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Gets the number of samples of a step.</summary>
    public int BatchSize { get; init => field = Setting.AtLeast(value, 1); } = 32;

    /// <summary>
    /// Gets the number of pieces in which the gradient of a step is accumulated: more need less memory.
    /// </summary>
    public int Accumulate { get; init => field = Setting.AtLeast(value, 1); } = 1;

    /// <summary>
    /// Gets whether parts of a batch are worked on at once, one on each of <see cref="Runtime.Compute.Threads"/>
    /// threads. Right where the loss is a mean over the samples and no layer mixes them, as batch norms do; worth it
    /// for large models. (<see cref="Mlp"/> and <see cref="CharTransformer"/> use all threads anyway.)
    /// </summary>
    public bool SplitBatches { get; init; }

    /// <summary>Gets how a step is made of a gradient, with the settings of that method.</summary>
    public Optimizer Optimizer { get; init; } = new AdamW();

    /// <summary>Gets the maximum learning rate, more than 0.</summary>
    public double Rate { get; init => field = Setting.Above(value, 0.0); } = 3e-3;

    /// <summary>Gets the schedule of the learning rate.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>
    /// Gets the weight decay, 0 or more; it acts on the parameters that <see cref="DecayRule"/> names, by default
    /// matrices alone.
    /// </summary>
    public double WeightDecay { get; init => field = Setting.AtLeast(value, 0.0); } = 1e-2;

    /// <summary>
    /// Gets which parameters decay, by name and tensor: by default those of two dimensions or more, that is, no bias
    /// and no scale of a norm.
    /// </summary>
    public Func<string, Tensor, bool> DecayRule { get; init; } = (_, parameter) => parameter.Dimensions > 1;

    /// <summary>Gets groups of parameters with a rate, a decay, or a beginning of their own; none by default.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>Gets how the weights of the steps are averaged; null for no average.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>Gets the order in which samples are taken: shuffled by default.</summary>
    public Sampler Sampler { get; init; } = Sampler.Shuffled;

    /// <summary>Gets whether the last batch of a pass is left out where it has fewer samples than the others.</summary>
    public bool DropLast { get; init; }

    /// <summary>
    /// Gets metrics of the validation part, each the mean of outputs and targets of a batch, for a module from one
    /// tensor to another. Any other loss logs its own by <see cref="Batch.Log(string, double)"/>.
    /// </summary>
    public IReadOnlyDictionary<string, Func<Tensor, Tensor, Tensor>> Metrics { get; init; } =
        new Dictionary<string, Func<Tensor, Tensor, Tensor>>();

    /// <summary>
    /// Gets what chooses the best weights and stops the training: by default the lowest validation loss.
    /// </summary>
    public TrainingMonitor Monitor { get; init; } = TrainingMonitor.Loss;

    /// <summary>Gets what is called in the course of the training.</summary>
    public IReadOnlyList<TrainerCallback> Callbacks { get; init; } = [];

    /// <summary>
    /// Gets the largest norm of the gradient of all parameters together: a longer gradient is scaled down to it.
    /// Infinity for no limit.
    /// </summary>
    public double MaxGradientNorm { get; init => field = Setting.Limit(value); } = 1.0;

    /// <summary>
    /// Gets the largest absolute value of an element of the gradient: larger ones are clipped to it, before the norm is
    /// looked at. Infinity, the default, for no limit.
    /// </summary>
    public double MaxGradientValue { get; init => field = Setting.Limit(value); } = double.PositiveInfinity;

    /// <summary>
    /// Gets whether the weights that were best by <see cref="Monitor"/> are restored, and training stops where nothing
    /// improves; otherwise the weights are those of the end.
    /// </summary>
    public bool RestoreBest { get; init; } = true;

    /// <summary>
    /// Gets the number of evaluations without an improvement after which training stops, with
    /// <see cref="RestoreBest"/>.
    /// </summary>
    public int Patience { get; init => field = Setting.AtLeast(value, 1); } = 40;

    /// <summary>
    /// Gets the seed of the order of the samples, and of what the module draws in training. The weights that a module
    /// begins with were drawn when it was made: <see cref="Trainer.Create"/> makes one from a seed.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that train together, this one alone by default. Each calls <c>Fit</c> with the same samples
    /// and settings, computes the gradient of its share of every batch, and steps by the sum: the training is that of
    /// one process with the same batches, to rounding, but for what layers draw. The weights begin as those of the
    /// first process, which alone saves checkpoints. Callbacks run in every process and must decide alike.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Gets where checkpoints are saved; null for none.</summary>
    public CheckpointOptions? Checkpoint { get; init; }

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(DecayRule);
        ArgumentNullException.ThrowIfNull(Sampler);
        ArgumentNullException.ThrowIfNull(Monitor);
        ArgumentNullException.ThrowIfNull(Metrics);
        ArgumentNullException.ThrowIfNull(Callbacks);
        ArgumentNullException.ThrowIfNull(Processes);
        ArgumentNullException.ThrowIfNull(Groups);
        foreach (ParameterGroup group in Groups)
        {
            group.Check();
        }

        Optimizer.Check();
    }

    /// <summary>
    /// Gets what of these settings makes a training the one it is, by name: a checkpoint goes on only where they are
    /// the same. A setting that a checkpoint does not know had its default there.
    /// </summary>
    /// <param name="module">The module; null for none, whose parameters have no settings of their own.</param>
    internal IReadOnlyDictionary<string, string> Identity(nn.Module? module = null) =>
        new Dictionary<string, FormattableString>
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
            ["sampler"] = $"{Sampler}",
            ["dropLast"] = $"{DropLast}",
            ["average"] = $"{Average}",
            ["monitor"] = $"{Monitor}",
            ["groups"] = $"{(module is null ? string.Empty : Described(module))}",
        }.ToDictionary(setting => setting.Key, setting => FormattableString.Invariant(setting.Value));

    private string Described(nn.Module module) =>
        string.Join(
            "; ", ParameterSettings.Of(module, this).Select(one => one.Describe(this)).Where(text => text.Length > 0));
}
