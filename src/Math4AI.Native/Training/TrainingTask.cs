using System.Runtime.InteropServices;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using Math4AI.Training.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>A module and the loss of a batch of samples.</summary>
internal abstract class TrainingTask
{
    protected TrainingTask(nn.Module module) => Module = ModuleFinalizers.Suppress(module);

    /// <summary>Gets what is trained.</summary>
    public nn.Module Module { get; }

    /// <summary>Gets or sets what looks at the first step; null after it.</summary>
    public FirstStep? First { get; set; }

    /// <summary>
    /// Gets or sets the way through the module without autograd, in training; null for the module's own.
    /// </summary>
    public IDirectPass? Direct { get; set; }

    /// <summary>Returns the mean loss of the samples of a batch, in training.</summary>
    public abstract Tensor Loss(Batch batch);

    /// <summary>Returns the same in evaluation; metrics are logged.</summary>
    protected abstract Tensor Evaluated(Batch batch);

    /// <summary>
    /// Checks that a batch of one sample, as the last of a pass will be, does not spoil the module: a batch norm has no
    /// variance of one number.
    /// </summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public void RequireOneSample(TrainingData train)
    {
        if (!Module.named_buffers().Any())
        {
            return;
        }

        using ModuleState buffers = ModuleState.OfBuffers(Module);
        bool wasFinite = FirstStep.AreBuffersFinite(Module), isSpoilt;
        using (no_grad())
        using (NewDisposeScope())
        {
            Module.train();
            try
            {
                Loss(train.Take([0L]));
                isSpoilt = wasFinite && !FirstStep.AreBuffersFinite(Module);
            }
            catch (ExternalException e)
            {
                isSpoilt = e.Message.Contains("more than 1 value per channel", StringComparison.Ordinal);
            }
        }

        buffers.WriteTo(Module);
        if (isSpoilt)
        {
            throw new ArgumentException(
                "The last batch of a pass has one sample, of which a batch norm cannot take the variance: set "
                + "DropLast, or another BatchSize.");
        }
    }

    /// <summary>Returns the mean loss over samples, or the first of them, and of what was logged.</summary>
    /// <param name="part">The samples.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="processes">Those that share the batches; null for this one alone.</param>
    public (double Loss, IReadOnlyDictionary<string, double> Metrics) Evaluate(
        TrainingData part, int count = int.MaxValue, ProcessGroup? processes = null)
    {
        processes ??= ProcessGroup.Single;
        using IDisposable mode = no_grad();
        Module.eval();
        double sum = 0.0;
        var metrics = new Dictionary<string, double>();
        count = Math.Min(count, part.Count);
        int together = part.EvaluatedAtOnce;
        for (int first = together * processes.Rank; first < count; first += together * processes.Count)
        {
            using DisposeScope scope = NewDisposeScope();
            int some = Math.Min(together, count - first);
            Batch batch = part.Take([.. Enumerable.Range(first, some).Select(i => (long)i)]);
            sum += some * FirstStep.Number(Evaluated(batch));
            foreach ((string name, double value) in batch.Logged)
            {
                metrics[name] = metrics.GetValueOrDefault(name) + some * value / count;
            }
        }

        sum = SumOver(processes, sum, ref metrics);
        return (sum / count, metrics.Count > 0 ? metrics : TrainingEpoch.NoMetrics);
    }

    /// <summary>Adds up over processes; which metrics there are is known to the first, which has a batch.</summary>
    private static double SumOver(ProcessGroup processes, double sum, ref Dictionary<string, double> metrics)
    {
        if (processes.Count == 1)
        {
            return sum;
        }

        Dictionary<string, double> mine = metrics;
        string[] names =
            processes.Broadcast(string.Join('\n', mine.Keys)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] values = [sum, .. names.Select(name => mine.GetValueOrDefault(name))];
        processes.Sum(values);
        metrics = names.Zip(values.Skip(1)).ToDictionary();
        return values[0];
    }
}

/// <summary>A module from one tensor to another, and a loss of outputs and targets.</summary>
internal sealed class OutputsTask : TrainingTask
{
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly Func<Tensor, Tensor, Tensor> loss;
    private readonly IReadOnlyDictionary<string, Func<Tensor, Tensor, Tensor>> metrics;

    public OutputsTask(
        nn.Module<Tensor, Tensor> module,
        Func<Tensor, Tensor, Tensor> loss,
        IReadOnlyDictionary<string, Func<Tensor, Tensor, Tensor>> metrics)
        : base(module) => (this.module, this.loss, this.metrics) = (module, loss, metrics);

    /// <summary>Gets the module with its types.</summary>
    public nn.Module<Tensor, Tensor> Simple => module;

    /// <inheritdoc/>
    public override Tensor Loss(Batch batch) =>
        LossOf(Direct?.Forward(batch.Inputs) ?? module.forward(batch.Inputs), batch.Targets);

    /// <summary>Returns the loss of outputs and targets.</summary>
    public Tensor LossOf(Tensor outputs, Tensor targets)
    {
        if (First is not null)
        {
            FirstStep.CheckOutputs(outputs, targets, loss);
        }

        return loss(outputs, targets);
    }

    /// <inheritdoc/>
    protected override Tensor Evaluated(Batch batch)
    {
        Tensor outputs = Direct is { IsSameInEvaluation: true } direct
            ? direct.Forward(batch.Inputs) : module.forward(batch.Inputs);
        foreach ((string name, Func<Tensor, Tensor, Tensor> metric) in metrics)
        {
            batch.Log(name, metric(outputs, batch.Targets));
        }

        return loss(outputs, batch.Targets);
    }
}

/// <summary>Any module, and a loss that takes a batch through it.</summary>
internal sealed class BatchTask : TrainingTask
{
    private readonly Func<Batch, Tensor> loss;

    public BatchTask(nn.Module module, Func<Batch, Tensor> loss)
        : base(module) => this.loss = loss;

    /// <inheritdoc/>
    public override Tensor Loss(Batch batch) => loss(batch);

    /// <inheritdoc/>
    protected override Tensor Evaluated(Batch batch) => loss(batch);
}
