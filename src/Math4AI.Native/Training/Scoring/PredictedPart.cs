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

    public ScoredPart Score(bool hasIntervals, CancellationToken cancellation) => HasClasses
        ? ScoredPart.OfClasses(Predictions, Classes, hasIntervals, cancellation)
        : ScoredPart.OfNumbers(Predictions, Numbers, hasIntervals, cancellation);
}
