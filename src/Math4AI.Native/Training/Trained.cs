using Math4AI.Data.Tables;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training;

/// <summary>
/// A trained model, how it was trained, and how well it predicts the parts of its data. Every training of a model
/// returns one: of a table, of a table in blocks, of images and of a text.
/// </summary>
/// <typeparam name="TModel">The kind of model.</typeparam>
public sealed record Trained<TModel>
{
    /// <summary>Gets the model, with its best weights.</summary>
    public required TModel Model { get; init; }

    /// <summary>Gets what the trainer did: the losses, the steps and the time.</summary>
    public required TrainingResult Training { get; init; }

    /// <summary>Gets the scores of the training part.</summary>
    public required ScoredPart Train { get; init; }

    /// <summary>Gets the scores of the validation part, which chose the best weights.</summary>
    public required ScoredPart Validation { get; init; }

    /// <summary>
    /// Gets the scores of the test part, by which nothing was chosen, with 95 % intervals unless the data is a text.
    /// </summary>
    public required ScoredPart Test { get; init; }

    /// <summary>
    /// Gets the names of the classes, in the order of the columns of <see cref="TestPredictions"/>; empty without
    /// classes.
    /// </summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Gets the counts of the test part: [observed class][predicted class]; empty without classes.</summary>
    public int[][] Confusion { get; init; } = [];

    /// <summary>Gets how well each class of the test part is answered; empty without classes.</summary>
    public IReadOnlyList<ClassScore> ClassScores => Confusion.Length > 0 ? ClassScore.Of(Classes, Confusion) : [];

    /// <summary>
    /// Gets the class that is answered for each sample of the test part, as a place in <see cref="Classes"/>; empty
    /// without classes.
    /// </summary>
    public int[] TestAnswers { get; init; } = [];

    /// <summary>
    /// Gets the predictions for the test part: samples × classes probabilities, or samples × 1 numbers; empty for a
    /// text.
    /// </summary>
    public double[][] TestPredictions { get; init; } = [];

    /// <summary>
    /// Gets the observed classes of the test part, as places in <see cref="Classes"/>; empty without classes.
    /// </summary>
    public int[] TestClasses { get; init; } = [];

    /// <summary>Gets the observed numbers of the test part; empty with classes and for a text.</summary>
    public double[] TestNumbers { get; init; } = [];

    /// <summary>Gets the rows of the test part of a table that is in memory; null for others.</summary>
    public Table? TestRows { get; init; }

    /// <summary>Gets what a language model wrote after some of its evaluations; empty for others.</summary>
    public IReadOnlyList<TextSample> Samples { get; init; } = [];

    /// <summary>Gets the number of rows that were left out because a value is missing.</summary>
    public int DroppedRows { get; init; }

    /// <summary>
    /// Gets the share of the test rows whose interval, or set of classes, of 90 % holds the truth; null where the model
    /// gives none.
    /// </summary>
    public double? Coverage { get; init; }

    /// <summary>
    /// Gets the scores of the distributions that a learner predicts of the test rows' numbers; null where it predicts
    /// none.
    /// </summary>
    public DistributionScores? TestDistributions { get; init; }

    /// <summary>Gets what each column of a table is; null for images and texts.</summary>
    public TableLook? Look { get; init; }

    /// <summary>Gets what to know of the data, of its columns and of its parts, a sentence each.</summary>
    public IReadOnlyList<string> DataWarnings { get; init; } = [];

    /// <summary>
    /// Gets what to know before the model is trusted, a sentence each: of the columns, of the parts, and that it
    /// predicts no better than the mean of the numbers, than the most frequent class or than the shares of the classes,
    /// or far better in training than elsewhere.
    /// </summary>
    public IReadOnlyList<string> Warnings =>
    [
        .. Look?.Warnings ?? [],
        .. DataWarnings,
        .. IsWorseThanMean
            ? ["The validation rows are predicted worse than by the mean of the target: do not trust the model."
                + (TestNumbers.Length > 0 && LogLearner.Suits(Vector<double>.Build.Dense(TestNumbers))
                    ? " Targets with a few very large values are better learned as their logarithms."
                    : string.Empty)]
            : WhyNoBetter is { } why
                ? [why]
            : IsTooSure
                ? [FormattableString.Invariant(
                    $"The probabilities of the test rows are worse than the shares of the classes: a log loss of ")
                    + FormattableString.Invariant($"{Test.Scores["logLoss"]:0.00}, and {LossOfShares:0.00}: do not ")
                    + "trust the probabilities; more rows or a simpler model may help."]
                : IsOverfit
                    ? [FormattableString.Invariant($"The training rows are predicted far better than the test rows, ")
                        + FormattableString.Invariant(
                            $"{Score} {Train.Scores[Score]:0.00} and {Test.Scores[Score]:0.00}: ")
                        + "the model knows rows by heart; fewer columns, more rows or a simpler model may help."]
                    : Array.Empty<string>(),
    ];

    /// <summary>Gets how probabilities become an answer; null where the likeliest class is answered.</summary>
    public DecisionRule? Decision { get; init; }

    /// <summary>
    /// Gets how the threshold of an aim was chosen, and how far the aim is reached; null without an aim.
    /// </summary>
    public string? DecisionText => Decision?.Describe(Classes, Validation, Test);

    private string Score => Test.Scores.ContainsKey("rSquared") ? "rSquared" : "accuracy";

    private bool IsOverfit
    {
        get
        {
            const double Gap = 0.2;
            return Train.Scores.TryGetValue(Score, out double trained)
                && Validation.Scores.TryGetValue(Score, out double validated)
                && Test.Scores.TryGetValue(Score, out double tested)
                && trained - Math.Max(validated, tested) > Gap;
        }
    }

    /// <summary>The log loss of who knows how frequent each class is, and nothing else.</summary>
    private double LossOfShares => -TestClasses.CountBy(observed => observed)
        .Select(pair => (double)pair.Value / TestClasses.Length).Sum(share => share * Math.Log(share));

    private bool IsTooSure
    {
        get
        {
            const double Gap = 0.1;
            return TestClasses.Length > 0 && Test.Scores.TryGetValue("logLoss", out double loss)
                && loss > LossOfShares + Gap;
        }
    }

    private bool IsWorseThanMean =>
        Validation.Scores.TryGetValue("rSquared", out double validated) && validated < 0.0;

    /// <summary>
    /// That one answer for all rows does as well, by the aim where there is one; null where it does not.
    /// </summary>
    private string? WhyNoBetter => Decision is { } rule
        ? IsNoBetterThanOneAnswer(rule)
            ? $"For the aim {rule.Aim} the test rows are answered no better than by one answer for all: do not trust "
                + "the answers; more rows, other columns or another aim may help."
            : null
        : IsNoBetterThanOneClass
            ? "The test rows are classified no better than by always answering the most frequent class: do not trust "
                + "the classes; more rows, other columns or another model may help."
            : null;

    private bool IsNoBetterThanOneAnswer(DecisionRule rule) => rule.Goal?.IsReachedByOneAnswer(
        TestAnswers.Zip(TestClasses).Count(pair => pair == (rule.Class, rule.Class)),
        TestAnswers.Count(answer => answer == rule.Class),
        TestClasses.Count(observed => observed == rule.Class),
        TestClasses.Length) == true;

    private bool IsNoBetterThanOneClass
    {
        get
        {
            int[] sizes = [.. TestClasses.CountBy(observed => observed).Select(pair => pair.Value)];
            if (sizes.Length < 2)
            {
                return false;
            }

            // Of whoever answers one class always, the accuracies of the classes have the mean 1/k.
            int[] predicted = Scores.Likeliest(TestPredictions);
            return Scores.Accuracy(predicted, TestClasses) <= sizes.Max() / (double)TestClasses.Length
                && Scores.BalancedAccuracy(predicted, TestClasses) <= 1.0 / sizes.Length + 1e-12;
        }
    }

    /// <summary>Scores the test part of a model of rows or images.</summary>
    internal static Trained<TModel> Of(
        TModel model,
        TrainingResult training,
        ScoredPart train,
        ScoredPart validation,
        PredictedPart test,
        IReadOnlyList<string> classes,
        CancellationToken cancellation) => new()
        {
            Model = model,
            Training = training,
            Train = train,
            Validation = validation,
            Test = test.Score(hasIntervals: true, cancellation),
            Classes = classes,
            Confusion = test.HasClasses ? Scores.Confusion(test.Predictions, test.Classes, test.Decided) : [],
            TestPredictions = test.Predictions,
            TestClasses = test.Classes,
            TestAnswers = test.Decided,
            Decision = test.Rule,
            TestNumbers = test.Numbers,
        };
}
