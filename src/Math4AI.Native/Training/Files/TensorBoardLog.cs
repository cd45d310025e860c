using TorchSharp;

namespace Math4AI.Training.Files;

/// <summary>
/// Writes the losses of a training to an event file of TensorBoard, as they come: give it to <see cref="Trainer"/> as
/// the progress. The files are TorchSharp's own; <c>tensorboard --logdir FOLDER</c> shows them.
/// </summary>
public sealed class TensorBoardLog : IProgress<TrainingEpoch>
{
    private readonly TorchSharp.Modules.SummaryWriter writer;
    private readonly IProgress<TrainingEpoch>? next;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">The folder; it is made where it is not there.</param>
    /// <param name="next">Told too, where it is not null.</param>
    /// <exception cref="IOException">The folder is a file, or cannot be written to.</exception>
    public TensorBoardLog(string folder, IProgress<TrainingEpoch>? next = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (File.Exists(folder))
        {
            throw new IOException($"{folder} is a file; event files of TensorBoard need a folder.");
        }

        Directory.CreateDirectory(folder);
        writer = torch.utils.tensorboard.SummaryWriter(folder);
        this.next = next;
    }

    void IProgress<TrainingEpoch>.Report(TrainingEpoch value)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.add_scalar("loss/training", (float)value.TrainLoss, value.Epoch);
        writer.add_scalar("loss/validation", (float)value.ValidationLoss, value.Epoch);
        next?.Report(value);
    }
}
