using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Training.Explanations;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Spectre.Console;

namespace Math4AI.Cli.Training;

/// <summary>A point of a learning curve.</summary>
internal sealed record LearningPoint(int Samples, IReadOnlyDictionary<string, double> Test);

/// <summary>A point of a validation curve.</summary>
internal sealed record SettingPoint(
    double Value, IReadOnlyDictionary<string, double> Train, IReadOnlyDictionary<string, double> Validation,
    IReadOnlyDictionary<string, double> Test);

/// <summary>A score over several seeds.</summary>
internal sealed record SeedSpread(double Mean, double Deviation);

/// <summary>What <c>math4ai train</c> prints and writes.</summary>
internal sealed record TrainSummary(
    string Task,
    string Target,
    IReadOnlyList<string> Classes,
    int Parameters,
    int Steps,
    int Epochs,
    int BestEpoch,
    double Seconds,
    int DroppedRows,
    IReadOnlyDictionary<string, double> Train,
    IReadOnlyDictionary<string, double> Validation,
    IReadOnlyDictionary<string, double> Test,
    IReadOnlyDictionary<string, Interval> TestIntervals,
    int[][] Confusion,
    IReadOnlyList<LearningPoint> LearningCurve)
{
    /// <summary>Gets the setting of the validation curve.</summary>
    public string? Setting { get; init; }

    /// <summary>Gets the scores for each value of the setting; null without a validation curve.</summary>
    public IReadOnlyList<SettingPoint>? ValidationCurve { get; init; }

    /// <summary>Gets the test scores over all seeds; null for one seed.</summary>
    public IReadOnlyDictionary<string, SeedSpread>? Seeds { get; init; }

    /// <summary>Gets the learner and its settings; null for a network.</summary>
    public string? Learner { get; init; }

    /// <summary>Gets the formula of the features; null for the inputs themselves.</summary>
    public string? Features { get; init; }

    /// <summary>Gets what to know before the model is trusted, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets what each column of a table is; null for images and texts.</summary>
    public IReadOnlyList<ColumnSummary>? Columns { get; init; }

    /// <summary>Gets the number of features of the learner; null for a network.</summary>
    public int? FeatureCount { get; init; }

    /// <summary>Gets the share of test rows whose 90 % interval or set holds the truth; null without those.</summary>
    public double? Coverage { get; init; }

    /// <summary>Gets the scores of the test rows' predicted distributions; null where there are none.</summary>
    public DistributionScores? TestDistributions { get; init; }

    /// <summary>Gets how much the model needs each column, the most important first; empty for none.</summary>
    public IReadOnlyList<ColumnImportance> Importance { get; init; } = [];

    /// <summary>Gets the learners that were compared; empty for none.</summary>
    public IReadOnlyList<ComparedLearner> Comparison { get; init; } = [];

    /// <summary>Gets the words of the command line, which <c>--replay</c> reads.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>
    /// Gets the first step that a stopped training left out, intervals or learning curve; <c>--replay</c> leaves it out
    /// too. Null for a training that ended by itself.
    /// </summary>
    public string? StoppedBefore { get; init; }

    /// <summary>Gets how well each class of the test part is answered; empty without classes.</summary>
    public IReadOnlyList<ClassScore> ClassScores { get; init; } = [];

    /// <summary>Gets the temperature of a network's probabilities; null where they are as it gives them.</summary>
    public double? Temperature { get; init; }

    /// <summary>Gets how much an error of each class weighed; null where all weighed the same.</summary>
    public IReadOnlyDictionary<string, double>? ClassWeights { get; init; }

    /// <summary>Gets how probabilities become an answer; null where the likeliest class is answered.</summary>
    public DecisionRule? Decision { get; init; }

    /// <summary>Gets how the threshold of an aim was chosen, and how far it is reached; null without an aim.</summary>
    public string? DecisionText { get; init; }

    /// <summary>Gets how settings were chosen; null if none were.</summary>
    public SettingSearch? Search { get; init; }

    /// <summary>Prints it for a person.</summary>
    public void Print(TrainCommandOptions given)
    {
        PrintComparison();
        PrintScores();
        PrintCurves(given);
        string seconds = Seconds.ToString("0.00", CultureInfo.InvariantCulture);
        Console.Out.WriteLine(Learner is null
            ? $"{Task} of '{Target}': {Parameters} parameters, {Steps} steps in {seconds} s, best evaluation "
                + $"{BestEpoch} of {Epochs}."
            : $"{Task} of '{Target}' by {Learner}: {FeatureCount} feature{Plural(FeatureCount)}, "
                + $"{seconds} s.");
        PrintClasses();
        PrintDecision();
        PrintImportance();
        if (Search is { IsAtEdge: true } search)
        {
            Console.Out.WriteLine(
                $"The best {search.Across} and {search.Up} lie on the edge of the range searched, and better ones may "
                + "lie beyond it; the report shows the scores.");
        }

        if (DroppedRows > 0)
        {
            Console.Out.WriteLine($"{DroppedRows} rows were left out, because a value is missing.");
        }

        Console.Out.WriteLine(Task == "text"
            ? $"Written to {given.Output}; continue a text with: math4ai generate {given.Output} --prompt \"...\""
            : $"Written to {given.Output}; predict with: math4ai predict {given.Output} "
                + $"{(TrainChoiceOptions.IsOfImages(given.Data) ? "images/" : "rows.csv")}");
    }

    /// <summary>Prints the scores of each of a few classes, and what they weighed.</summary>
    private static string Plural(int? count) => count == 1 ? string.Empty : "s";

    private void PrintClasses()
    {
        const int Shown = 12;
        static string Known(double? value) => value is { } known ? Text(known) : "–";
        foreach (ClassScore score in ClassScores.Count <= Shown ? ClassScores : [])
        {
            Console.Out.WriteLine($"'{score.Name}', {score.Rows} test row{Plural(score.Rows)}: recall "
                + $"{Known(score.Recall)}, precision {Known(score.Precision)}, F1 {Known(score.F1)}.");
        }

        if (ClassWeights is { } weights)
        {
            Console.Out.WriteLine("Errors weighed "
                + string.Join(", ", weights.Take(Shown).Select(pair => $"{Text(pair.Value)} for '{pair.Key}'"))
                + "; probabilities are those of classes as frequent as that.");
        }
    }

    /// <summary>Prints from which probability on a class is answered, and how often sets and intervals hold.</summary>
    private void PrintDecision()
    {
        if (DecisionText is { } how)
        {
            Console.Out.WriteLine(how);
        }

        if (Coverage is { } share)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(Task == "regression" ? "Intervals" : "Sets of classes")} of 90 % hold the truth in "
                + $"{100.0 * share:0.0} % of the test rows."));
        }

        if (TestDistributions is { } scores)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The predicted distributions of the test rows: negative log likelihood "
                + $"{scores.NegativeLogLikelihood:G4} nats, continuous ranked probability score {scores.Crps:G4}."));
        }
    }

    private void PrintImportance()
    {
        if (Importance.Count == 0)
        {
            return;
        }

        const int Shown = 4;
        Console.Out.WriteLine(
            $"What matters most (how much the {(Task == "regression" ? "rmse" : "logLoss")} of the test grows "
            + "without it): "
            + string.Join(", ", Importance.Take(Shown).Select(
                each => $"{each.Name} {Text(each.Increase)} ± {Text(each.Error)}")) + ".");
    }

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Text(IReadOnlyDictionary<string, double> scores, string name) =>
        scores.TryGetValue(name, out double value) ? Text(value) : string.Empty;

    private void PrintComparison()
    {
        if (Comparison.Count == 0)
        {
            return;
        }

        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        string loss = Task == "regression" ? "rmse" : "logLoss";
        foreach (string title in (string[])["compared by cross-validation", loss, "± its error", "seconds"])
        {
            table.AddColumn(new TableColumn(title));
        }

        foreach (ComparedLearner each in Comparison)
        {
            table.AddRow([.. new[]
            {
                each.ToString(),
                each.Loss is { } value ? Text(value) : string.Empty,
                each.Error is { } error ? Text(error) : string.Empty,
                each.Seconds is { } seconds ? Text(seconds) : string.Empty,
            }.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    private void PrintScores()
    {
        bool hasIntervals = TestIntervals.Count > 0;
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (string title in (string[])[string.Empty, "training", "validation", "test", .. hasIntervals
            ? ["95 % from", "to"]
            : Array.Empty<string>()])
        {
            table.AddColumn(new TableColumn(title).NoWrap());
        }

        foreach ((string name, double value) in Test)
        {
            string[] interval = TestIntervals.TryGetValue(name, out Interval between)
                ? [Text(between.Lower), Text(between.Upper)]
                : [];
            table.AddRow([name, Text(Train, name), Text(Validation, name), Text(value), .. interval]);
        }

        AnsiConsole.Write(table);
    }

    private void PrintCurves(TrainCommandOptions given)
    {
        foreach (LearningPoint point in given.LearningCurve ? LearningCurve : [])
        {
            (string name, double value) = point.Test.First();
            Console.Out.WriteLine($"{point.Samples} rows: {name} {Text(value)}");
        }

        foreach (SettingPoint point in ValidationCurve ?? [])
        {
            string name = point.Validation.Keys.First();
            Console.Out.WriteLine(
                $"{Setting} {Text(point.Value)}: {name} {Text(point.Train[name])} in training, "
                + $"{Text(point.Validation[name])} in validation, "
                + $"{Text(point.Test[name])} in the test");
        }

        foreach ((string name, SeedSpread spread) in Seeds ?? new Dictionary<string, SeedSpread>())
        {
            Console.Out.WriteLine($"{given.Seeds} seeds, test: {name} {Text(spread.Mean)} ± {Text(spread.Deviation)}");
        }
    }
}
