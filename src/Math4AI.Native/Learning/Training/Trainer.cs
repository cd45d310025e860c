using System.Diagnostics;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>Settings of the training.</summary>
public sealed record TrainerOptions
{
    /// <summary>The most passes over the training part.</summary>
    public int Epochs { get; init; } = 200;

    /// <summary>Samples a step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The largest step size; it rises over the first twentieth of all steps and falls by a cosine.</summary>
    public double Rate { get; init; } = 3e-3;

    /// <summary>AdamW's weight decay, of matrices alone.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>The largest norm of the gradient; a longer one is shortened.</summary>
    public double MostGradientNorm { get; init; } = 1.0;

    /// <summary>Stop when the validation loss has not fallen for so many epochs; the best weights are restored.</summary>
    public int Patience { get; init; } = 40;

    /// <summary>Of the weights' start and the order of the data.</summary>
    public int Seed { get; init; } = 1;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience, 1);
        if (!(Rate > 0.0) || !(WeightDecay >= 0.0) || !(MostGradientNorm > 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(Rate), "Rate and gradient norm must be more than 0, the weight decay not negative.");
        }
    }
}

/// <summary>One epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="TrainLoss">The mean loss of its steps.</param>
/// <param name="ValidationLoss">The loss on the validation part after it.</param>
public sealed record TrainingEpoch(int Epoch, double TrainLoss, double ValidationLoss);

/// <summary>What a training did.</summary>
/// <param name="History">Every epoch.</param>
/// <param name="BestEpoch">The epoch whose weights the model has.</param>
/// <param name="Steps">The steps taken.</param>
/// <param name="Parameters">The number of parameters.</param>
/// <param name="Seconds">The seconds it took.</param>
public sealed record TrainingResult(
    IReadOnlyList<TrainingEpoch> History, int BestEpoch, int Steps, int Parameters, double Seconds);

/// <summary>
/// Trains a module by AdamW on mini-batches, with a warm start, a cosine schedule, clipped gradients and early stopping. Tensors of a
/// step are freed with it: memory stays as it is over any number of steps.
/// </summary>
public static class Trainer
{
    private const double WarmShare = 0.05;

    /// <summary>Trains; at the end the module has the weights of the best validation loss.</summary>
    /// <param name="module">float32, samples × inputs → samples × outputs.</param>
    /// <param name="loss">The mean loss of outputs and targets.</param>
    /// <param name="train">Inputs and targets of the training part.</param>
    /// <param name="validation">Of the validation part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every epoch.</param>
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
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loss);
        options ??= new TrainerOptions();
        options.Check();
        int samples = (int)train.Inputs.shape[0];
        if (samples == 0 || validation.Inputs.shape[0] == 0)
        {
            throw new ArgumentException("The training and the validation part need one sample or more each.");
        }

        long start = Stopwatch.GetTimestamp();
        var optimizer = new AdamWStep(module, options.WeightDecay);
        var random = new MersenneTwister(options.Seed, threadSafe: false);
        int stepsInEpoch = (samples + options.BatchSize - 1) / options.BatchSize;
        int all = options.Epochs * stepsInEpoch, step = 0;
        var history = new List<TrainingEpoch>();
        (double Loss, int Epoch, float[] Weights) best = (double.PositiveInfinity, 0, []);
        long[] order = [.. Enumerable.Range(0, samples).Select(i => (long)i)];
        for (int epoch = 1; epoch <= options.Epochs && epoch - best.Epoch <= options.Patience; epoch++)
        {
            module.train();
            random.Shuffle(order);
            double sum = 0.0;
            for (int first = 0; first < samples; first += options.BatchSize)
            {
                cancellation.ThrowIfCancellationRequested();
                sum += Step(module, loss, train, order.AsSpan(first, Math.Min(options.BatchSize, samples - first)), optimizer, Rate(options, step++, all), options);
            }

            double validationLoss = Evaluate(module, loss, validation);
            var done = new TrainingEpoch(epoch, sum / stepsInEpoch, validationLoss);
            history.Add(done);
            progress?.Report(done);
            if (!double.IsFinite(done.TrainLoss) || !double.IsFinite(validationLoss))
            {
                throw new InvalidOperationException($"The loss is not finite in epoch {epoch}: use a smaller rate.");
            }

            if (validationLoss < best.Loss)
            {
                best = (validationLoss, epoch, optimizer.Snapshot());
            }
        }

        optimizer.Restore(best.Weights);
        module.eval();
        return new TrainingResult(history, best.Epoch, step, optimizer.Count, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The loss of a part, without gradients.</summary>
    internal static double Evaluate(
        nn.Module<Tensor, Tensor> module, Func<Tensor, Tensor, Tensor> loss, (Tensor Inputs, Tensor Targets) part)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        module.eval();
        return loss(module.forward(part.Inputs), part.Targets).ToDouble();
    }

    private static double Step(
        nn.Module<Tensor, Tensor> module,
        Func<Tensor, Tensor, Tensor> loss,
        (Tensor Inputs, Tensor Targets) train,
        Span<long> batch,
        AdamWStep optimizer,
        double rate,
        TrainerOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor(batch.ToArray());
        Tensor value = loss(module.forward(train.Inputs.index_select(0, rows)), train.Targets.index_select(0, rows));
        value.backward();
        double norm = optimizer.GradientNorm();
        optimizer.Step(rate, norm > options.MostGradientNorm ? options.MostGradientNorm / norm : 1.0);
        return value.ToDouble();
    }

    private static double Rate(TrainerOptions options, int step, int all)
    {
        double warm = Math.Max(1.0, WarmShare * all);
        return step < warm
            ? options.Rate * (step + 1) / warm
            : options.Rate * 0.5 * (1.0 + Math.Cos(Math.PI * (step - warm) / Math.Max(1.0, all - warm)));
    }
}
