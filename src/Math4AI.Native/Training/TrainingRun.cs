using System.Diagnostics;
using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Training.Files;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// A training under way. All that is random is drawn from the seed and the number of the step or the pass, so that a
/// training that goes on from a checkpoint does what it would have done.
/// </summary>
internal sealed class TrainingRun
{
    private readonly TrainingTask task;
    private readonly TrainingData train;
    private readonly TrainingData validation;
    private readonly TrainerOptions options;
    private readonly OptimizerRun optimizer;
    private readonly BatchGradient gradient;
    private readonly bool isSmall;
    private readonly int batch;
    private readonly int stepsInEpoch;
    private readonly int steps;
    private readonly long[] order;
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly TrainingMoment moment;
    private readonly List<string> warnings = [];
    private readonly TrainingIdentity identity;

    private TrainingState state;
    private ModuleState? best;
    private long saved = Stopwatch.GetTimestamp();
    private (bool Stops, bool Saves) agreed;

    public TrainingRun(TrainingTask task, TrainingData train, TrainingData validation, TrainerOptions options)
    {
        (this.task, this.train, this.validation, this.options) = (task, train, validation, options);
        TrainingPlan.RequireTrainable(task.Module, train, options);
        identity = options.Checkpoint is null
            ? new TrainingIdentity()
            : Fingerprint.Of(task.Module, train, validation, options);
        optimizer = options.Optimizer.Begin(task.Module, options);
        batch = options.Optimizer.TakesWholePart ? train.Count : options.BatchSize;
        int pieces = options.Optimizer.TakesWholePart
            ? (train.Count + options.BatchSize - 1) / options.BatchSize
            : options.Accumulate;
        stepsInEpoch = options.DropLast ? train.Count / batch : (train.Count + batch - 1) / batch;
        using (NewDisposeScope())
        {
            Tensor inputs = train.Take([0L]).Inputs;
            double threads = TrainingPlan.ThreadsWorthwhile(optimizer.Parameters, options.BatchSize, inputs);
            isSmall = threads < 2.0;
            int team = (int)Math.Min(Team.Size, Math.Max(2.0, threads));
            TrainingPlan.Move(task, optimizer.Parameters, options, inputs, isSmall ? 1 : team, team);
            gradient = new BatchGradient(task, train, optimizer.Parameters, pieces, options.SplitBatches ? team : 1);
        }

        steps = options.Steps ?? (int)Math.Min(int.MaxValue, (long)options.Epochs * stepsInEpoch);
        order = new long[train.Count];
        moment = new TrainingMoment(task.Module);
        state = new TrainingState(identity, 0, 0.0, 0, [], 0, double.PositiveInfinity, 0.0);
    }

    private int EvaluateEvery => options.EvaluateEvery ?? stepsInEpoch;

    private double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    public TrainingResult Run(IProgress<TrainingEpoch>? progress, CancellationToken cancellation)
    {
        TrainingMemory.Keep();
        using IDisposable mode = enable_grad();
        using OneThread thread = OneThread.BeginIf(isSmall);
        using var freezing = new Freezing(task.Module, options);
        using var module = new Restored(this);
        SharedTraining.Begin(task.Module, train, validation, options, optimizer);
        double before = options.Processes.Agree(Resume);
        task.First = new FirstStep(optimizer.Parameters);
        if (batch == 1 || (train.Count % batch == 1 && !options.DropLast))
        {
            task.RequireOneSample(train);
        }

        if (state.Step % stepsInEpoch != 0)
        {
            // The checkpoint was saved within a pass.
            BeginEpoch(state.Step / stepsInEpoch, freezing);
        }

        while (state.Step < steps && !IsOver() && !moment.IsStopped)
        {
            // Processes stop after the same step, whichever of them was told to.
            if (options.Processes.Count == 1 ? cancellation.IsCancellationRequested : agreed.Stops)
            {
                Save(before);
                throw new OperationCanceledException(cancellation);
            }

            Advance(freezing, progress, cancellation);
            if (agreed.Saves)
            {
                Save(before);
            }
        }

        Save(before);
        return Finish(before);
    }

    /// <summary>One step, with the beginning or the end of a pass and the evaluation that fall on it.</summary>
    private void Advance(Freezing freezing, IProgress<TrainingEpoch>? progress, CancellationToken cancellation)
    {
        if (state.Step % stepsInEpoch == 0)
        {
            BeginEpoch(state.Step / stepsInEpoch, freezing);
        }

        TakeStep(cancellation);
        if (state.Step % EvaluateEvery == 0 || state.Step == steps)
        {
            Evaluate(progress);
        }

        if (state.Step % stepsInEpoch == 0)
        {
            Tell(callback => callback.OnEpoch(moment));
        }
    }

    private TrainingResult Finish(double before)
    {
        optimizer.ShowAccepted();
        if (!options.RestoreBest)
        {
            optimizer.ExchangeWithAverage();
            BatchStatistics.Renew(task, train, options, state.Step)?.Dispose();
        }
        else
        {
            best?.WriteTo(task.Module);
        }

        task.Module.eval();
        return new TrainingResult(
            state.History, options.RestoreBest ? state.BestEpoch : state.History.Count, state.Step,
            optimizer.Parameters.Count, before + Seconds)
        {
            Warnings = warnings,
        };
    }

    private bool IsOver() =>
        options.RestoreBest && state.History.Count > 0 && state.History.Count - state.BestEpoch >= options.Patience;

    private void BeginEpoch(int epoch, Freezing freezing)
    {
        options.Sampler.Draw(order, batch, epoch, options.Seed);
        train.BeginEpoch(epoch, options.Seed);
        freezing.Begin(epoch + 1, optimizer.Parameters);
        optimizer.Parameters.FindValues();
    }

    /// <summary>A step, and what is told of it; the first one is undone where it fails.</summary>
    private void TakeStep(CancellationToken cancellation)
    {
        int inEpoch = state.Step % stepsInEpoch, used = Math.Min(order.Length, stepsInEpoch * batch),
            first = inEpoch * batch;
        int count = Math.Min(batch, used - first);
        bool isLooked = task.First is not null;
        using ModuleState? buffers = isLooked ? ModuleState.OfBuffers(task.Module) : null;
        double value, rate = options.Rate * options.Schedule.Factor(state.Step, steps, state.History);
        task.Module.train();
        try
        {
            value = Step(
                order.AsSpan(first, count), order.AsSpan(first + count, Math.Min(batch, used - first - count)), rate,
                cancellation);
            task.First = null;
        }
        catch (Exception e) when (isLooked || e is ExternalException)
        {
            buffers?.WriteTo(task.Module);
            optimizer.Parameters.ReleaseGradients();
            if (e is ExternalException failure)
            {
                using DisposeScope scope = NewDisposeScope();
                throw FirstStep.Explain(
                    state.Step + 1, failure, train.Take(order.AsSpan(first, count)), optimizer.Parameters);
            }

            throw;
        }

        optimizer.Average();
        state = state with { Step = state.Step + 1, LossSum = state.LossSum + value, LossCount = state.LossCount + 1 };
        (moment.Step, moment.Epoch) = (state.Step, (state.Step - 1) / stepsInEpoch + 1);
        (moment.Loss, moment.Rate, moment.History) = (value, rate, state.History);
        Tell(callback => callback.OnStep(moment));
    }

    private void Tell(Action<TrainerCallback> call)
    {
        foreach (TrainerCallback callback in options.Callbacks)
        {
            call(callback);
        }
    }

    /// <summary>One step, and which samples the next one will want; none where another pass begins.</summary>
    private double Step(
        ReadOnlySpan<long> rows, ReadOnlySpan<long> next, double rate, CancellationToken cancellation)
    {
        ProcessGroup all = options.Processes;
        TorchRandom.Seed(unchecked(options.Seed * 1_000_003L + state.Step + all.Rank * 7_777_777_777L));
        ReadOnlySpan<long> own = Own(rows);
        if (all.Count > 1 && gradient.IsWhole)
        {
            optimizer.Parameters.SumAhead(all);
        }

        double sum = gradient.Add(own, rows.Length, Own(next));
        if (task is { First: { } look, Direct: null } && own.Length > 0)
        {
            warnings.AddRange(look.Unreached());
        }

        agreed = (cancellation.IsCancellationRequested, IsSaveDue());
        if (all.Count > 1)
        {
            optimizer.Parameters.SumGradients(all, own.Length > 0);
            Span<double> sums = [sum, agreed.Stops ? 1.0 : 0.0, agreed.Saves ? 1.0 : 0.0];
            all.Sum(sums);
            sum = sums[0];
            agreed = (sums[1] > 0.0, sums[2] > 0.0);
        }

        return optimizer.Step(rate, sum);
    }

    /// <summary>The samples of a batch that are this process's.</summary>
    private ReadOnlySpan<long> Own(ReadOnlySpan<long> rows)
    {
        (long first, long end) = options.Processes.Share(rows.Length);
        return rows[(int)first..(int)end];
    }

    private void Evaluate(IProgress<TrainingEpoch>? progress)
    {
        optimizer.ShowAccepted();
        optimizer.ExchangeWithAverage();
        using ModuleState? buffers = BatchStatistics.Renew(task, train, options, state.Step);
        int number = state.History.Count + 1;
        (double loss, IReadOnlyDictionary<string, double> metrics) = LossOfValidation(processes: options.Processes);
        var done = new TrainingEpoch(number, state.LossSum / state.LossCount, loss) { Metrics = metrics };
        if (!double.IsFinite(done.TrainLoss) || !double.IsFinite(done.ValidationLoss))
        {
            throw new InvalidOperationException(
                $"The loss is not finite in epoch {number}: {FirstStep.WhyNotFinite(train, validation)}.");
        }

        state = state with { History = [.. state.History, done], LossSum = 0.0, LossCount = 0 };
        if (options.Monitor.Cost(done) < state.BestLoss)
        {
            state = state with { BestLoss = options.Monitor.Cost(done), BestEpoch = number };
            best?.Dispose();
            best = ModuleState.Of(task.Module);
        }

        moment.History = state.History;
        Tell(callback => callback.OnValidation(moment));
        buffers?.WriteTo(task.Module);
        optimizer.ExchangeWithAverage();
        optimizer.ShowTrial();
        progress?.Report(done);
    }

    /// <summary>The validation loss of the weights of now: of the first samples alone, or of all.</summary>
    private (double Loss, IReadOnlyDictionary<string, double> Metrics) LossOfValidation(
        int count = int.MaxValue, ProcessGroup? processes = null)
    {
        TorchRandom.Seed(options.Seed);
        return task.Evaluate(validation, count, processes);
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

        Checkpoint.Saved found = Checkpoint.Load(checkpoint.Path, identity, checkpoint.Extend);
        found.Require(task.Module, optimizer);
        using (ModuleState before = ModuleState.Of(task.Module))
        {
            (found.Best ?? found.Model).WriteTo(task.Module);
            double? expected = found.Best is null
                ? found.State.FirstLoss
                : found.State.History[found.State.BestEpoch - 1].ValidationLoss;
            double loss = expected is null
                ? double.NaN
                : LossOfValidation(found.Best is null ? FirstSamples : int.MaxValue).Loss;
            if (expected is { } wanted
                && !(Math.Abs(loss - wanted)
                    <= TrainingPlan.Tolerance(task.Module) * Math.Max(Math.Abs(wanted), Math.Abs(loss))))
            {
                before.WriteTo(task.Module);
                throw new InvalidDataException(
                    $"{checkpoint.Path} is of another training: the validation loss of its weights was {wanted:R} and "
                    + $"is {loss:R} now. The loss function, a setting of a layer or the validation part is another.");
            }
        }

        found.Give(task.Module, optimizer);
        (state, best) = (found.State, found.Best);
        if (steps != state.Planned && state.Planned > 0)
        {
            warnings.Add(
                $"The training was extended from {state.Planned} to {steps} steps: from step {state.Step + 1} on its "
                + $"schedule, {options.Schedule}, is that of {steps} steps.");
        }

        return state.Seconds;
    }

    /// <summary>Whether the first process is to save the training after the step that is under way.</summary>
    private bool IsSaveDue() => options.Checkpoint is { } checkpoint && options.Processes.IsFirst
        && ((checkpoint.EverySteps is { } every && (state.Step + 1) % every == 0)
            || Stopwatch.GetElapsedTime(saved).TotalSeconds >= checkpoint.EverySeconds);

    /// <summary>Saves the training, where that is wanted; every process calls it, and the first one writes.</summary>
    private void Save(double before)
    {
        if (options.Checkpoint is not { } checkpoint)
        {
            return;
        }

        optimizer.GatherStates();

        // Whoever ends before the first has written would end it too.
        options.Processes.Agree(() => options.Processes.IsFirst && Write(checkpoint, before));
        saved = Stopwatch.GetTimestamp();
    }

    private bool Write(CheckpointOptions checkpoint, double before)
    {
        Checkpoint.Save(
            checkpoint,
            state with
            {
                Seconds = before + Seconds,
                Planned = steps,
                FirstLoss = state.History.Count == 0 ? FirstLoss() : null,
            },
            task.Module, optimizer, best);
        return true;
    }

    /// <summary>The loss by which a checkpoint is known that was saved before the first evaluation.</summary>
    private double? FirstLoss() =>
        LossOfValidation(FirstSamples).Loss is var loss && double.IsFinite(loss) ? loss : null;

    private const int FirstSamples = 256;

    /// <summary>Gives parameters their own memory back at the end, however it comes.</summary>
    private sealed class Restored(TrainingRun run) : IDisposable
    {
        public void Dispose()
        {
            run.optimizer.Parameters.Restore();
            run.best?.Dispose();
        }
    }
}
