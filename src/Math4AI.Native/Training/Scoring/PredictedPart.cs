namespace Math4AI.Training.Scoring;

/// <summary>The predictions for a part of the data, with its observed numbers or classes.</summary>
internal sealed class PredictedPart
{
    public PredictedPart(double[][] predictions, double[] numbers)
    {
        Predictions = predictions;
        Numbers = numbers;
    }

    /// <summary>Takes probabilities and classes, and what is answered; null for the likeliest class.</summary>
    public PredictedPart(double[][] predictions, int[] classes, int[]? decided = null)
    {
        Predictions = predictions;
        Classes = classes;
        Decided = decided ?? Scores.Likeliest(predictions);
        HasClasses = true;
    }

    public double[][] Predictions { get; }

    public int[] Classes { get; } = [];

    public double[] Numbers { get; } = [];

    /// <summary>The class that is answered for each sample.</summary>
    public int[] Decided { get; } = [];

    public bool HasClasses { get; }

    /// <summary>The rule that answered; null for the likeliest classes.</summary>
    public DecisionRule? Rule { get; private init; }

    /// <summary>The part with the answers of a rule; null for the likeliest classes.</summary>
    public PredictedPart DecidedBy(DecisionRule? rule) =>
        rule is null ? this : new PredictedPart(Predictions, Classes, Array.ConvertAll(Predictions, rule.Of))
        {
            Rule = rule,
        };

    /// <summary>Several parts of one kind as one.</summary>
    public static PredictedPart Joined(IReadOnlyList<PredictedPart> parts)
    {
        double[][] predictions = [.. parts.SelectMany(part => part.Predictions)];
        return parts[0].HasClasses
            ? new PredictedPart(
                predictions, [.. parts.SelectMany(part => part.Classes)], [.. parts.SelectMany(part => part.Decided)])
            : new PredictedPart(predictions, (double[])[.. parts.SelectMany(part => part.Numbers)]);
    }

    public ScoredPart Score(bool hasIntervals, CancellationToken cancellation) => HasClasses
        ? ScoredPart.OfClasses(Predictions, Classes, hasIntervals, Decided, Rule, cancellation)
        : ScoredPart.OfNumbers(Predictions, Numbers, hasIntervals, cancellation);
}
