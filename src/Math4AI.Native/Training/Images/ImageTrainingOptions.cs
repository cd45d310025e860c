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

    /// <summary>Gets the settings of the trainer; null for those of <see cref="TrainerFor"/>.</summary>
    public TrainerOptions? Trainer { get; init; }

    /// <summary>
    /// Returns the usual settings of the trainer: 20 passes in batches of 64; of few images, smaller batches, down to
    /// 16, and as many passes as make 800 steps.
    /// </summary>
    /// <param name="images">The number of images, with those that choose and test.</param>
    public static TrainerOptions TrainerFor(int images)
    {
        const int Epochs = 20, LargeBatch = 64, SmallBatch = 16, StepsInEpoch = 20, MinSteps = 800;
        int batch = LargeBatch;
        while (batch > SmallBatch && images < batch * StepsInEpoch)
        {
            batch /= 2;
        }

        return new TrainerOptions
        {
            Epochs = Epochs,
            Steps = (long)Epochs * images < (long)MinSteps * batch ? MinSteps : null,
            BatchSize = batch,
            Rate = 1e-2,
            WeightDecay = 1e-2,
        };
    }
}
