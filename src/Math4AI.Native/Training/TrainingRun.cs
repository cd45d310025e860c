using System.Diagnostics;
using System.Security.Cryptography;
using Math4AI.Data.Arrays;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using Math4AI.Training.Files;
using Math4AI.Training.Optimizers;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// A training under way. All that is random is drawn from the seed and the number of the step or the pass, so that a training that
/// goes on from a checkpoint does what it would have done.
/// </summary>
internal sealed class TrainingRun
{
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly Func<Tensor, Tensor, Tensor> loss;
    private readonly TrainingData train;
    private readonly TrainingData validation;
    private readonly TrainerOptions options;
    private readonly OptimizerRun optimizer;
    private readonly IDirectPass? direct;
    private readonly bool isSmall;
    private readonly int batch;
    private readonly int pieces;
    private readonly int stepsInEpoch;
    private readonly int steps;
    private readonly long[] order;
    private readonly int team;
    private readonly long start = Stopwatch.GetTimestamp();

    private readonly TrainingIdentity identity;
    private TrainingState state;
    private IReadOnlyDictionary<string, NamedArray> best = new Dictionary<string, NamedArray>();
    private long saved = Stopwatch.GetTimestamp();
    private Task<(Tensor Inputs, Tensor Targets)>? ahead;

    public TrainingRun(
        nn.Module<Tensor, Tensor> module,
        Func<Tensor, Tensor, Tensor> loss,
        TrainingData train,
        TrainingData validation,
        TrainerOptions options)
    {
        (this.module, this.loss, this.train, this.validation, this.options) = (module, loss, train, validation, options);
        optimizer = options.Optimizer.Begin(module, options);
        batch = options.Optimizer.TakesWholePart ? train.Count : options.BatchSize;
        pieces = options.Optimizer.TakesWholePart
            ? (train.Count + options.BatchSize - 1) / options.BatchSize
            : options.Accumulate;
        stepsInEpoch = (train.Count + batch - 1) / batch;
        using (NewDisposeScope())
        {
            Tensor inputs = train.Take([0L]).Inputs;
            double threads = ThreadsWorthwhile(inputs);
            isSmall = threads < 2.0;
            team = (int)Math.Min(Team.Size, Math.Max(2.0, threads));
            direct = (IDirectPass?)MlpPass.For(module, optimizer.Parameters, inputs, isSmall ? 1 : team)
                ?? TransformerPass.For(module, optimizer.Parameters, inputs, options.BatchSize, team);
        }

        steps = options.Steps ?? (int)Math.Min(int.MaxValue, (long)options.Epochs * stepsInEpoch);
        order = new long[train.Count];
        identity = options.Checkpoint is null ? new TrainingIdentity() : Identify();
        state = new TrainingState(identity, 0, 0.0, 0, [], 0, double.PositiveInfinity, 0.0);
    }

    private int EvaluateEvery => options.EvaluateEvery ?? stepsInEpoch;

    private double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    public TrainingResult Run(IProgress<TrainingEpoch>? progress, CancellationToken cancellation)
    {
        TrainingMemory.Keep();
        using OneThread thread = OneThread.BeginIf(isSmall);
        double before = Resume();
        bool isFirst = true;
        while (state.Step < steps && !IsOver())
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(before, isLast: true);
                cancellation.ThrowIfCancellationRequested();
            }

            int epoch = state.Step / stepsInEpoch, inEpoch = state.Step % stepsInEpoch;
            if (inEpoch == 0 || isFirst)
            {
                BeginEpoch(epoch);
                isFirst = false;
            }

            module.train();
            int first = inEpoch * batch;
            int count = Math.Min(batch, order.Length - first);
            double value = Step(order.AsSpan(first, count), order.AsSpan(first + count, Math.Min(batch, order.Length - first - count)));
            state = state with { Step = state.Step + 1, LossSum = state.LossSum + value, LossCount = state.LossCount + 1 };
            if (state.Step % EvaluateEvery == 0 || state.Step == steps)
            {
                Evaluate(progress);
            }

            Save(before);
        }

        Save(before, isLast: true);
        optimizer.ShowAccepted();
        if (options.RestoreBest)
        {
            ModuleWeights.Write(module, best, string.Empty, "the best state");
        }

        module.eval();
        return new TrainingResult(
            state.History, options.RestoreBest ? state.BestEpoch : state.History.Count, state.Step, optimizer.Parameters.Count, before + Seconds);
    }

    /// <summary>
    /// How many threads a step has enough work for, by the operations of its products, about 6 a sample and weight. The pieces of a
    /// convolutional network are many: where another program wants a core, each can wait for its turn, and a step takes fifty times
    /// as long. Not by the clock: a training would not come out the same in every run.
    /// </summary>
    private double ThreadsWorthwhile(Tensor inputs)
    {
        const double WorthAThread = 2.5e7, WorthAThreadOfFilters = 1e9;
        bool hasFilters = inputs.Dimensions == 4;

        // Filters work on every pixel, and models of texts on every symbol.
        double places = hasFilters ? inputs.shape[2] * inputs.shape[3] : inputs.dtype == ScalarType.Int64 ? inputs.shape[1] : 1.0;
        double weights = optimizer.Parameters.Segments.Where(segment => segment.IsMatrix).Sum(segment => (double)segment.Count);
        return 6.0 * options.BatchSize * places * weights / (hasFilters ? WorthAThreadOfFilters : WorthAThread);
    }

    private bool IsOver() => options.RestoreBest && state.History.Count > 0 && state.History.Count - state.BestEpoch >= options.Patience;

    private void BeginEpoch(int epoch)
    {
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new MersenneTwister(unchecked(options.Seed * 1_000_003 + epoch), threadSafe: false).Shuffle(order);
        train.BeginEpoch(epoch, options.Seed);
    }

    /// <summary>One step, and which samples the next one will want; none where another pass begins.</summary>
    private double Step(ReadOnlySpan<long> rows, ReadOnlySpan<long> next)
    {
        TorchRandom.Seed(unchecked(options.Seed * 1_000_003L + state.Step));
        double sum = 0.0;
        for (int piece = 0; piece < pieces; piece++)
        {
            int from = (int)((long)rows.Length * piece / pieces), to = (int)((long)rows.Length * (piece + 1) / pieces);
            sum += from < to ? Gradient(rows[from..to], rows.Length, next, isFirst: from == 0) : 0.0;
        }

        return optimizer.Step(options.Rate * options.Schedule.Factor(state.Step, steps, state.History), sum);
    }

    /// <summary>Adds the gradient of some of a batch's samples; parts of them at once where that is wanted.</summary>
    private double Gradient(ReadOnlySpan<long> rows, int batch, ReadOnlySpan<long> next, bool isFirst)
    {
        int parts = Math.Min(team, rows.Length);
        if (direct is not null || !options.SplitBatches || parts < 2)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = Loss(scope, rows, batch, pieces == 1 ? next : []);
            value.backward();
            direct?.Backward(isFirst);
            return value.ToDouble();
        }

        // Sums of gradients depend on the order: each part's own are kept until all are there.
        long[] all = rows.ToArray();
        double[] losses = new double[parts];
        var gradients = new Tensor?[parts][];
        Team.Run(parts, part =>
        {
            using DisposeScope scope = NewDisposeScope();
            (int first, int count) = Team.Part(all.Length, part, parts);
            Tensor value = Loss(scope, all.AsSpan(first, count), batch, []);
            gradients[part] = optimizer.Parameters.GradientsOf(value);
            losses[part] = value.ToDouble();
        });
        optimizer.Parameters.AddGradients(gradients);
        return losses.Sum();
    }

    /// <summary>The share that some samples have in the loss of a batch.</summary>
    private Tensor Loss(DisposeScope scope, ReadOnlySpan<long> rows, int batch, ReadOnlySpan<long> next)
    {
        (Tensor outputs, Tensor targets) = Outputs(scope, rows, next);
        Tensor value = loss(outputs, targets);
        return rows.Length == batch ? value : value * ((double)rows.Length / batch);
    }

    /// <summary>
    /// The outputs for some samples, and their targets; the next ones are taken meanwhile where they are slow to come
    /// by.
    /// </summary>
    private unsafe (Tensor Outputs, Tensor Targets) Outputs(DisposeScope scope, ReadOnlySpan<long> rows, ReadOnlySpan<long> next)
    {
        if (direct is MlpPass perceptron && train is TensorData lines)
        {
            float* address = lines.Lines(perceptron.Inputs);
            if (address != null)
            {
                return (perceptron.Forward(address, rows), lines.TakeTargets(rows));
            }
        }

        (Tensor inputs, Tensor targets) = ahead is null ? train.Take(rows) : ahead.GetAwaiter().GetResult();
        if (ahead is not null)
        {
            scope.Attach(inputs, targets);
            ahead = null;
        }

        if (train.IsSlow && next.Length > 0)
        {
            long[] wanted = next.ToArray();
            ahead = Task.Run(() => train.Take(wanted));
        }

        return (direct?.Forward(inputs) ?? module.forward(inputs), targets);
    }

    private void Evaluate(IProgress<TrainingEpoch>? progress)
    {
        optimizer.ShowAccepted();
        int number = state.History.Count + 1;
        var done = new TrainingEpoch(number, state.LossSum / state.LossCount, Trainer.Evaluate(module, loss, validation));
        if (!double.IsFinite(done.TrainLoss) || !double.IsFinite(done.ValidationLoss))
        {
            throw new InvalidOperationException($"The loss is not finite in epoch {number}: use a smaller rate.");
        }

        state = state with { History = [.. state.History, done], LossSum = 0.0, LossCount = 0 };
        if (done.ValidationLoss < state.BestLoss)
        {
            state = state with { BestLoss = done.ValidationLoss, BestEpoch = number };
            best = ModuleWeights.Read(module);
        }

        optimizer.ShowTrial();
        progress?.Report(done);
    }

    /// <summary>
    /// Goes on from the checkpoint, where that is wanted and there is one; returns the seconds that were used before.
    /// </summary>
    private double Resume()
    {
        if (options.Checkpoint is not { Resume: true } checkpoint || !File.Exists(checkpoint.Path))
        {
            return 0.0;
        }

        (state, best) = Checkpoint.Load(checkpoint.Path, identity, module, optimizer);
        return state.Seconds;
    }

    private void Save(double before, bool isLast = false)
    {
        if (options.Checkpoint is not { } checkpoint)
        {
            return;
        }

        bool isDue = isLast || (checkpoint.EverySteps is { } every && state.Step % every == 0)
            || Stopwatch.GetElapsedTime(saved).TotalSeconds >= checkpoint.EverySeconds;
        if (isDue)
        {
            Checkpoint.Save(checkpoint, state with { Seconds = before + Seconds }, module, optimizer, best);
            saved = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>What makes a training this one: it goes on only from its own checkpoints.</summary>
    private TrainingIdentity Identify() => new()
    {
        Model = module.GetName(),
        Parameters = optimizer.Parameters.Count,
        Samples = train.Count,
        ValidationSamples = validation.Count,
        Data = Fingerprint(),
        Settings = options.Identity(),
    };

    /// <summary>Of samples spread over the training part.</summary>
    private string Fingerprint()
    {
        const int Samples = 1024;
        using DisposeScope scope = NewDisposeScope();
        int count = Math.Min(Samples, train.Count);
        (Tensor inputs, Tensor targets) = train.Take([.. Enumerable.Range(0, count).Select(i => (long)train.Count * i / count)]);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(inputs.contiguous().bytes);
        hash.AppendData(targets.contiguous().bytes);
        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
