namespace Math4AI.Training.Images;

/// <summary>Settings of the training on images.</summary>
public sealed record ImageTrainingOptions
{
    /// <summary>What the classes are of.</summary>
    public string Target { get; init; } = "class";

    /// <summary>Of the first convolutions.</summary>
    public int Filters { get; init; } = 16;

    /// <summary>Whether images are moved by a pixel now and then.</summary>
    public bool Shift { get; init; } = true;

    /// <summary>The share of each target that is spread over all classes: the network does not grow too sure.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>The settings of the trainer.</summary>
    public TrainerOptions Trainer { get; init; } = new() { Epochs = 20, BatchSize = 64, Rate = 1e-2, WeightDecay = 1e-2 };
}
