using Math4AI.Runtime;

namespace Math4AI.Training.Images;

/// <summary>The settings of a training on images.</summary>
public sealed record ImageTrainingOptions
{
    /// <summary>Gets the name of what is predicted, as it heads the predictions.</summary>
    public string Target { get; init; } = "class";

    /// <summary>Gets the number of filters of the first convolutions.</summary>
    public int Filters { get; init => field = Setting.AtLeast(value, 1); } = 16;

    /// <summary>Gets whether training images are shifted at random by up to one pixel.</summary>
    public bool Shift { get; init; } = true;

    /// <summary>
    /// Gets whether training images are mirrored at random, left for right: for things that look alike both ways, and
    /// not for writing. It comes with <see cref="Shift"/>.
    /// </summary>
    public bool Flip { get; init; }

    /// <summary>Gets the label smoothing: the share of each target that is spread evenly over all classes.</summary>
    public double LabelSmoothing { get; init => field = Setting.Below(value, 0.0, 1.0); } = 0.1;

    /// <summary>Gets the settings of the trainer.</summary>
    public TrainerOptions Trainer { get; init; } = new()
    {
        Epochs = 20,
        BatchSize = 64,
        Rate = 1e-2,
        WeightDecay = 1e-2,
    };
}
