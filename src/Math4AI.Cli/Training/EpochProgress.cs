using System.Diagnostics;
using System.Globalization;
using Math4AI.Training;

namespace Math4AI.Cli.Training;

/// <summary>Shows each evaluation of a training on the progress line, and how long the rest may take.</summary>
internal sealed class EpochProgress(ProgressLine line, TrainerOptions options) : IProgress<TrainingEpoch>
{
    private readonly long start = Stopwatch.GetTimestamp();

    void IProgress<TrainingEpoch>.Report(TrainingEpoch value)
    {
        int all = options.Steps is { } steps
            ? (int)Math.Ceiling((double)steps / (options.EvaluateEvery ?? steps))
            : options.Epochs;
        double left = Stopwatch.GetElapsedTime(start).TotalSeconds / value.Epoch * (all - value.Epoch);
        line.Show(string.Create(
            CultureInfo.InvariantCulture,
            $"{value.Epoch} of {all}, loss {value.TrainLoss:0.0000}, validation {value.ValidationLoss:0.0000}, at "
            + $"most {Math.Max(0.0, left):0} s left"));
    }
}
