using Math4AI.Training;

namespace Math4AI.Cli.Training;

/// <summary>Passes reports on to another, which is created when the number of rows is known.</summary>
internal sealed class LateProgress : IProgress<TrainingEpoch>
{
    public IProgress<TrainingEpoch>? To { get; set; }

    void IProgress<TrainingEpoch>.Report(TrainingEpoch value) => To?.Report(value);
}
