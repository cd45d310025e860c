namespace Math4AI.Training.Scoring;

/// <summary>The predictions for a part of the data, with its observed numbers or classes.</summary>
internal sealed class PredictedPart
{
    public PredictedPart(double[][] predictions, double[] numbers)
    {
        Predictions = predictions;
        Numbers = numbers;
    }

    public PredictedPart(double[][] predictions, int[] classes)
    {
        Predictions = predictions;
        Classes = classes;
        HasClasses = true;
    }

    public double[][] Predictions { get; }

    public int[] Classes { get; } = [];

    public double[] Numbers { get; } = [];

    public bool HasClasses { get; }

    /// <summary>Several parts of one kind as one.</summary>
    public static PredictedPart Joined(IReadOnlyList<PredictedPart> parts)
    {
        double[][] predictions = [.. parts.SelectMany(part => part.Predictions)];
        return parts[0].HasClasses
            ? new PredictedPart(predictions, (int[])[.. parts.SelectMany(part => part.Classes)])
            : new PredictedPart(predictions, (double[])[.. parts.SelectMany(part => part.Numbers)]);
    }

    public ScoredPart Score(bool hasIntervals, CancellationToken cancellation) => HasClasses
        ? ScoredPart.OfClasses(Predictions, Classes, hasIntervals, cancellation)
        : ScoredPart.OfNumbers(Predictions, Numbers, hasIntervals, cancellation);
}
