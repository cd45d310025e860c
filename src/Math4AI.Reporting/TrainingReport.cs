using System.Globalization;
using Math4AI.Data.Images;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Reporting;

/// <summary>The report of a training: an HTML page with scores, losses, curves and errors.</summary>
public sealed record TrainingReport
{
    private const int MaxMistakes = 24;

    /// <summary>Gets the title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>Gets what was learned, in words.</summary>
    public required string Task { get; init; }

    /// <summary>Gets the command line, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>Gets the losses, the steps and the time of the training.</summary>
    public required TrainingResult Training { get; init; }

    /// <summary>Gets the scores of the training set.</summary>
    public required ScoredPart Train { get; init; }

    /// <summary>Gets the scores of the validation set.</summary>
    public required ScoredPart Validation { get; init; }

    /// <summary>Gets the scores of the test set.</summary>
    public required ScoredPart Test { get; init; }

    /// <summary>Gets the names of the classes; empty without classes.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Gets the confusion matrix of the test set: counts, [observed class][predicted class].</summary>
    public IReadOnlyList<int[]> Confusion { get; init; } = [];

    /// <summary>Gets the predicted probabilities for the test set, samples × classes.</summary>
    public IReadOnlyList<double[]> Probabilities { get; init; } = [];

    /// <summary>Gets the observed classes of the test set, as places in <see cref="Classes"/>.</summary>
    public IReadOnlyList<int> Observed { get; init; } = [];

    /// <summary>
    /// Gets the answered classes of the test set, as places in <see cref="Classes"/>; empty for the likeliest ones.
    /// </summary>
    public IReadOnlyList<int> Answers { get; init; } = [];

    /// <summary>
    /// Gets the share of the test set whose interval, or set of classes, of 90 % holds the truth; null without those.
    /// </summary>
    public double? Coverage { get; init; }

    /// <summary>Gets the scores of the test set's predicted distributions; null where there are none.</summary>
    public DistributionScores? TestDistributions { get; init; }

    /// <summary>Gets how the threshold of an aim was chosen; null without an aim.</summary>
    public string? DecisionText { get; init; }

    /// <summary>Gets the predicted numbers for the test set; empty with classes.</summary>
    public IReadOnlyList<double> PredictedNumbers { get; init; } = [];

    /// <summary>Gets the observed numbers of the test set; empty with classes.</summary>
    public IReadOnlyList<double> ObservedNumbers { get; init; } = [];

    /// <summary>Gets the number of each row of the test set in its file; empty where they have none.</summary>
    public IReadOnlyList<long> RowNumbers { get; init; } = [];

    /// <summary>Gets the images of the test set; null where the samples are not images.</summary>
    public ImageSet? Images { get; init; }

    /// <summary>
    /// Gets where the model looks in images of the test set, by their places in it, for the class that it answers.
    /// </summary>
    public IReadOnlyDictionary<int, OcclusionMap> Looks { get; init; } = new Dictionary<int, OcclusionMap>();

    /// <summary>Gets the places of the wrong predictions with the highest probabilities, at most 24.</summary>
    public IReadOnlyList<int> Mistakes =>
    [
        .. Enumerable.Range(0, Observed.Count).Where(i => Chosen(i) != Observed[i])
            .OrderByDescending(i => Probabilities[i][Chosen(i)]).Take(MaxMistakes),
    ];

    /// <summary>Gets the place of the surest right prediction of each class, where there is one.</summary>
    public IReadOnlyList<int> Surest =>
    [
        .. Enumerable.Range(0, Observed.Count).Where(i => Chosen(i) == Observed[i]).GroupBy(i => Observed[i])
            .OrderBy(group => group.Key).Select(group => group.MaxBy(i => Probabilities[i][Observed[i]])),
    ];

    /// <summary>Gets the learning curve: the test scores over the number of training rows; empty for none.</summary>
    public IReadOnlyList<(double Rows, IReadOnlyDictionary<string, double> Scores)> LearningCurve { get; init; } = [];

    /// <summary>Gets the name of the setting of <see cref="ValidationCurve"/>; null for none.</summary>
    public string? Setting { get; init; }

    /// <summary>
    /// Gets the validation curve: the validation scores over the values of <see cref="Setting"/>; empty for none.
    /// </summary>
    public IReadOnlyList<(double Value,
        IReadOnlyDictionary<string, double> Scores)> ValidationCurve
    { get; init; } = [];

    /// <summary>Gets the decision regions of a classifier of two inputs; null for any other model.</summary>
    public DecisionPlane? Plane { get; init; }

    /// <summary>Gets the learner and its settings, in words; null for a network.</summary>
    public string? Learner { get; init; }

    /// <summary>Gets the names of the features that the learner sees.</summary>
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    /// <summary>Gets the mean of every feature, for each class; empty for none.</summary>
    public IReadOnlyList<double[]> FeatureProfiles { get; init; } = [];

    /// <summary>Gets the learners that were compared; empty for none.</summary>
    public IReadOnlyList<ComparedLearner> Comparison { get; init; } = [];

    /// <summary>Gets how much the model needs each column, the most important first; empty for none.</summary>
    public IReadOnlyList<ColumnImportance> Importance { get; init; } = [];

    /// <summary>Gets how the mean prediction depends on columns; empty for none.</summary>
    public IReadOnlyList<PartialDependence> Dependence { get; init; } = [];

    /// <summary>Gets what each column of the table is; null for images and texts.</summary>
    public TableLook? Look { get; init; }

    /// <summary>Gets what to know before the model is trusted, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets how the learner's settings were chosen; null where nothing was.</summary>
    public SettingSearch? Search { get; init; }

    /// <summary>Gets the samples in the plane of the inputs and in the feature space; null for none.</summary>
    public TwoSpaces? Spaces { get; init; }

    /// <summary>Gets the Gaussian process of the target as it is shown; null for any other model.</summary>
    public ProcessView? Process { get; init; }

    /// <summary>Gets a text that the model generated; null where it is not a language model.</summary>
    public string? Sample { get; init; }

    /// <summary>Gets what a language model wrote in the course of its training; empty for others.</summary>
    public IReadOnlyList<TextSample> Samples { get; init; } = [];

    /// <summary>Makes the report of a trained model.</summary>
    /// <typeparam name="TModel">The kind of model.</typeparam>
    /// <param name="trained">The model and its training.</param>
    /// <param name="title">The title of the page.</param>
    /// <param name="task">What was learned, in words.</param>
    /// <param name="command">The command line, as the user typed it.</param>
    public static TrainingReport Of<TModel>(Trained<TModel> trained, string title, string task, string command)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return new TrainingReport
        {
            Samples = trained.Samples,
            Title = title,
            Task = task,
            Command = command,
            Training = trained.Training,
            Train = trained.Train,
            Validation = trained.Validation,
            Test = trained.Test,
            Classes = trained.Classes,
            Confusion = trained.Confusion,
            Probabilities = trained.Classes.Count > 0 ? trained.TestPredictions : [],
            Observed = trained.TestClasses,
            Answers = trained.TestAnswers,
            PredictedNumbers = trained.Classes.Count > 0 ? [] : [.. trained.TestPredictions.Select(row => row[0])],
            ObservedNumbers = trained.TestNumbers,
            RowNumbers = trained.TestRows is { } rows
                ? [.. Enumerable.Range(0, rows.Rows).Select(rows.NumberOf)]
                : [],
            Coverage = trained.Coverage,
            TestDistributions = trained.TestDistributions,
            DecisionText = trained.DecisionText,
            Look = trained.Look,
            Warnings = trained.Warnings,
        };
    }

    /// <summary>Returns the page: one HTML file that needs no network.</summary>
    public string ToHtml()
    {
        using var page = new Html();
        page.Add($"<h1>{Html.Escape(Title)}</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        TableSections.AddWarnings(page, Warnings);
        TableSections.AddColumns(page, Look);
        TableSections.AddComparison(page, Comparison);
        TableSections.AddScores(page, Train, Validation, Test, DecisionText);
        ColumnSections.Add(page, Importance, Dependence, Classes, Look);
        page.Charts("Loss", "grid wide", Training.History.Count > 0 ? [TrainingCharts.Losses(Training)] : []);
        LearnerPart(page);
        page.Charts("Learning curve", "grid", TrainingCharts.Scores(
                "training rows", "test", LearningCurve.Count > 1 ? LearningCurve : []))
            .Charts("Validation curve", "grid", TrainingCharts.Scores(
                Setting ?? "setting", "validation", ValidationCurve))
            .Charts("Decision regions", "grid wide", Plane is null ? [] : [TrainingCharts.Plane(Plane, Classes)]);
        ClassPart(page);
        if (ObservedNumbers.Count > 0 && ObservedNumbers.Count == PredictedNumbers.Count)
        {
            page.Charts(
                "Predictions of the test part", "grid",
                TrainingCharts.Numbers([.. PredictedNumbers], [.. ObservedNumbers]));
        }

        TextPart(page);

        return page.Page(Title);
    }

    private void TextPart(Html page)
    {
        if (Samples.Count > 0)
        {
            page.Heading("What it writes in the course of the training");
            foreach (TextSample sample in Samples)
            {
                page.Add(
                    $"<div class=\"card\"><p>After {sample.Step} steps</p><pre>{Html.Escape(sample.Text)}</pre></div>");
            }
        }

        if (Sample is not null)
        {
            page.Heading("Generated text").Add($"<div class=\"card\"><pre>{Html.Escape(Sample)}</pre></div>");
        }
    }

    private void LearnerPart(Html page)
    {
        if (FeatureProfiles.Count > 0)
        {
            page.Charts(
                "Features", "grid wide", [LearnerSections.Profiles(FeatureProfiles, Classes, FeatureNames)]);
        }

        if (Search is not null)
        {
            LearnerSections.AddSearch(page, Search);
        }

        if (Spaces is not null)
        {
            page.Charts("The two spaces", "grid wide", LearnerSections.Spaces(Spaces, Classes));
        }

        if (Process is not null)
        {
            ProcessSections.Add(page, Process, FeatureNames, Title);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("task", Task);
        if (Learner is not null)
        {
            yield return ("learner", Learner);
            yield return ("features", Text(FeatureNames.Count));
        }
        else
        {
            yield return ("parameters", Text(Training.Parameters));
            yield return ("steps", Text(Training.Steps));
            yield return ("best evaluation", $"{Training.BestEpoch} of {Training.History.Count}");
        }

        yield return ("samples for training, validation, test", $"{Train.Rows}, {Validation.Rows}, {Test.Rows}");
        if (Coverage is { } share)
        {
            yield return (
                $"test {(Images is null ? "rows" : "images")} whose {(Classes.Count > 0 ? "set" : "interval")} of 90 % "
                    + "holds the truth",
                $"{Html.Number(100.0 * share)} %");
        }

        if (TestDistributions is { } scores)
        {
            yield return ("negative log likelihood of the test rows, nats", Html.Number(scores.NegativeLogLikelihood));
            yield return ("continuous ranked probability score", Html.Number(scores.Crps));
        }

        yield return ("seconds", Html.Number(Training.Seconds));
    }

    private void ClassPart(Html page)
    {
        var charts = new ClassCharts(Classes, Probabilities, Observed);
        if (Confusion.Count > 0)
        {
            charts.AddConfusion(page.Heading("Confusion matrix"), Confusion);
        }

        if (Probabilities.Count > 0 && Observed.Count > 0)
        {
            page.Charts("How well classes are told apart", "grid wide", charts.Curves())
                .Charts("Calibration", "grid wide", charts.Reliability());
            AddLooks(page);
            AddMistakes(page);
        }
    }

    private void AddMistakes(Html page)
    {
        IReadOnlyList<int> wrong = Mistakes;
        if (wrong.Count == 0)
        {
            return;
        }

        bool hasLooks = wrong.Any(Looks.ContainsKey);
        page.Heading("Most confident errors").Add("<div class=\"card "
            + "scroll\"><table><tr><th></th><th>observed</th><th>predicted</th><th>probability</th>"
            + (hasLooks ? "<th>where the model looks</th>" : string.Empty) + "</tr>");
        foreach (int i in wrong)
        {
            page.Add("<tr><th>");
            if (Images is null)
            {
                page.Add(i < RowNumbers.Count ? $"row {RowNumbers[i]}" : $"test row {Text(i + 1)}");
            }
            else
            {
                page.Image(SamplePicture.Png(Images, i), Images.Names[i]).Add(Html.Escape(Images.Names[i]));
            }

            page.Add($"</th><td>{Html.Escape(Classes[Observed[i]])}</td><td>{Html.Escape(Classes[Chosen(i)])}</td>"
                + $"<td>{Html.Number(Probabilities[i][Chosen(i)])}</td>");
            if (hasLooks)
            {
                page.Add("<td>");
                AddLook(page, i);
                page.Add("</td>");
            }

            page.Add("</tr>");
        }

        page.Add("</table></div>");
    }

    /// <summary>The surest image of each class, and where the model looks in it.</summary>
    private void AddLooks(Html page)
    {
        int[] shown = [.. Surest.Where(Looks.ContainsKey)];
        if (Images is null || shown.Length == 0)
        {
            return;
        }

        page.Heading("Where the model looks").Add("<div class=\"card scroll\"><table><tr><th></th><th>image</th>"
            + "<th>where the model looks</th><th>probability</th></tr>");
        foreach (int i in shown)
        {
            page.Add($"<tr><th>{Html.Escape(Classes[Observed[i]])}</th><td>")
                .Image(SamplePicture.Png(Images, i), Images.Names[i]).Add("</td><td>");
            AddLook(page, i);
            page.Add($"</td><td>{Html.Number(Probabilities[i][Chosen(i)])}</td></tr>");
        }

        page.Add("</table></div><p class=\"quiet\">Of each class the test image that is told most surely. Orange: "
            + "where a covered square of a quarter of the image makes the answer less probable; blue: more.</p>");
    }

    private void AddLook(Html page, int i)
    {
        if (Images is not null && Looks.TryGetValue(i, out OcclusionMap? map))
        {
            page.Image(SamplePicture.Png(Images, i, map), $"where the model looks in {Images.Names[i]}");
        }
    }

    private int Chosen(int sample) => Answers.Count > 0
        ? Answers[sample]
        : Array.IndexOf(Probabilities[sample], Probabilities[sample].Max());
}
