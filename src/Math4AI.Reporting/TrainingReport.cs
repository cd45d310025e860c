using System.Globalization;
using Math4AI.Data.Images;
using Math4AI.Fitting;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using SkiaSharp;

namespace Math4AI.Reporting;

/// <summary>The report of a training: an HTML page with scores, losses, curves and errors.</summary>
public sealed record TrainingReport
{
    private const int MaxCurves = 10;
    private const int MaxMistakes = 24;
    private const int CalibrationBins = 10;

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

    /// <summary>Gets the images of the test set; null where the samples are not images.</summary>
    public ImageSet? Images { get; init; }

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

    /// <summary>Gets how the learner's settings were chosen; null where nothing was.</summary>
    public SettingSearch? Search { get; init; }

    /// <summary>Gets the samples in the plane of the inputs and in the feature space; null for none.</summary>
    public TwoSpaces? Spaces { get; init; }

    /// <summary>Gets a text that the model generated; null where it is not a language model.</summary>
    public string? Sample { get; init; }

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
        };
    }

    /// <summary>Returns the page: one HTML file that needs no network.</summary>
    public string ToHtml()
    {
        using var page = new Html();
        page.Add($"<h1>{Html.Escape(Title)}</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        Scores(page);
        if (Training.History.Count > 0)
        {
            Losses(page);
        }

        LearnerPart(page);
        Curve(page, "Learning curve", "training rows", "test", LearningCurve);
        Curve(page, "Validation curve", Setting ?? string.Empty, "validation", ValidationCurve);
        if (Plane is not null)
        {
            AddPlane(page, Plane);
        }

        if (Confusion.Count > 0)
        {
            AddConfusion(page);
        }

        if (Probabilities.Count > 0)
        {
            RocCurves(page);
            Calibration(page);
            Mistakes(page);
        }

        if (Sample is not null)
        {
            page.Heading("Generated text").Add($"<div class=\"card\"><pre>{Html.Escape(Sample)}</pre></div>");
        }

        return page.Page(Title);
    }

    private void LearnerPart(Html page)
    {
        if (FeatureProfiles.Count > 0)
        {
            LearnerSections.AddProfiles(page, FeatureProfiles, Classes, FeatureNames);
        }

        if (Search is not null)
        {
            LearnerSections.AddSearch(page, Search);
        }

        if (Spaces is not null)
        {
            LearnerSections.AddSpaces(page, Spaces, Classes);
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
        yield return ("seconds", Html.Number(Training.Seconds));
    }

    private void Scores(Html page)
    {
        page.Heading("Scores").Add("<div class=\"card "
            + "scroll\"><table><tr><th></th><th>training</th><th>validation</th><th>test</th><th>95 % interval "
            + "from</th><th>to</th></tr>");
        foreach ((string name, double value) in Test.Scores)
        {
            (string from, string to) = Test.Intervals.TryGetValue(name, out Interval interval)
                ? (Html.Number(interval.Lower), Html.Number(interval.Upper))
                : (string.Empty, string.Empty);
            page.Add($"<tr><th>{Html.Escape(name)}</th><td>{Html.Number(Train.Scores[name])}</td>"
                + $"<td>{Html.Number(Validation.Scores[name])}</td><td>{Html.Number(value)}</td>"
                + $"<td>{from}</td><td>{to}</td></tr>");
        }

        page.Add("</table></div>");
    }

    private void Losses(Html page)
    {
        IReadOnlyList<TrainingEpoch> history = Training.History;
        double[] epochs = [.. history.Select(epoch => (double)epoch.Epoch)];
        page.Heading("Loss").Add("<div class=\"grid\">");
        foreach ((string title, Func<TrainingEpoch, double> loss) in new (string, Func<TrainingEpoch, double>)[]
        {
            ("training loss", epoch => epoch.TrainLoss), ("validation loss", epoch => epoch.ValidationLoss),
        })
        {
            Picture picture = CurvePictures.Line(epochs, [.. history.Select(loss)]);
            page.Add($"<div class=\"card\"><h3>{title}</h3>").Image(picture.Png, title)
                .Scale("evaluation 1", $"evaluation {history.Count}")
                .Scale($"{Html.Number(history.Min(loss))} to {Html.Number(history.Max(loss))}", string.Empty)
                .Add("</div>");
        }

        page.Add("</div>");
    }

    private static void Curve(
        Html page, string title, string across, string part,
        IReadOnlyList<(double At, IReadOnlyDictionary<string, double> Scores)> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        page.Heading(title).Add("<div class=\"grid\">");
        foreach (string name in points[0].Scores.Keys)
        {
            Picture picture = CurvePictures.Line(
                [.. points.Select(point => point.At)], [.. points.Select(point => point.Scores[name])]);
            page.Add($"<div class=\"card\"><h3>{Html.Escape(name)}, {part}</h3>")
                .Image(picture.Png, $"{name} over {across}")
                .Scale($"{across}: {Html.Number(points.Min(point => point.At))}",
                    Html.Number(points.Max(point => point.At)))
                .Scale($"{Html.Number(points.Min(point => point.Scores[name]))} to "
                    + $"{Html.Number(points.Max(point => point.Scores[name]))}", string.Empty)
                .Add("</div>");
        }

        page.Add("</div>");
    }

    private void AddPlane(Html page, DecisionPlane plane)
    {
        page.Heading("Decision regions").Add("<div class=\"grid wide\"><div class=\"card\"><h3>")
            .Add(string.Join(
                " · ", Classes.Select((name, i) => $"{Html.Swatch(i)} {Html.Escape(name)}")))
            .Add("</h3>").Image(PlanePicture.Png(plane), "predicted class over the two inputs")
            .Scale($"{plane.Across}: {Html.Number(plane.Left)}", Html.Number(plane.Right))
            .Scale($"{plane.Up}: {Html.Number(plane.Bottom)} to {Html.Number(plane.Top)}", string.Empty)
            .Add("</div></div>");
    }

    private void AddConfusion(Html page)
    {
        double[,] counts = new double[Classes.Count, Classes.Count];
        for (int i = 0; i < Classes.Count; i++)
        {
            for (int j = 0; j < Classes.Count; j++)
            {
                counts[i, j] = Confusion[i][j];
            }
        }

        page.Heading("Confusion matrix").Add("<div class=\"grid wide\">")
            .HeatMap("Rows: observed class; columns: predicted class", counts, Classes, Classes).Add("</div>");
    }

    /// <summary>The true positive rate of each class over its false positive rate, as the threshold falls.</summary>
    private void RocCurves(Html page)
    {
        page.Heading("ROC curves").Add("<div class=\"grid\">");
        foreach (int of in Enumerable.Range(0, Classes.Count)
            .Where(of => Observed.Contains(of) && Observed.Any(label => label != of)).Take(MaxCurves))
        {
            List<double> x = [0.0], y = [0.0];
            double positives = Observed.Count(label => label == of), negatives = Observed.Count - positives;
            foreach (var tied in Enumerable.Range(0, Observed.Count).GroupBy(sample => Probabilities[sample][of])
                .OrderByDescending(group => group.Key))
            {
                // Samples that are given the same are found together: the curve goes straight over them.
                double found = tied.Count(sample => Observed[sample] == of);
                x.Add(x[^1] + (tied.Count() - found) / negatives);
                y.Add(y[^1] + found / positives);
            }

            Picture picture = CurvePictures.Fit([0.0, 1.0], [0.0, 1.0], [.. x], [.. y]);
            page.Add($"<div class=\"card\"><h3>{Html.Escape(Classes[of])}</h3>")
                .Image(picture.Png, $"ROC curve: {Classes[of]}")
                .Scale("false positive rate: 0", "1").Scale("true positive rate: 0 to 1", string.Empty).Add("</div>");
        }

        page.Add("</div>");
    }

    /// <summary>The accuracy of the predicted class, over its predicted probability.</summary>
    private void Calibration(Html page)
    {
        (double Said, double Right)[] bins =
        [
            .. Probabilities.Select(
                (row, i) => (Said: row.Max(), Right: Array.IndexOf(row, row.Max()) == Observed[i] ? 1.0 : 0.0))
                .GroupBy(pair => (int)Math.Min(CalibrationBins - 1, CalibrationBins * pair.Said))
                .OrderBy(group => group.Key)
                .Select(group => (group.Average(pair => pair.Said), group.Average(pair => pair.Right))),
        ];
        Picture picture = CurvePictures.Points(
            [.. bins.Select(bin => bin.Said)], [.. bins.Select(bin => bin.Right)], (0.0, 0.0, 1.0, 1.0));
        page.Heading("Calibration")
            .Add("<div class=\"card\"><h3>Accuracy of the predicted class, over its predicted probability</h3>")
            .Image(picture.Png, "calibration").Scale(Html.Number(picture.Left), Html.Number(picture.Right))
            .Add("</div>");
    }

    /// <summary>The wrong predictions with the highest probabilities.</summary>
    private void Mistakes(Html page)
    {
        int[] wrong =
        [
            .. Enumerable.Range(0, Observed.Count).Where(i => Chosen(i) != Observed[i])
                .OrderByDescending(i => Probabilities[i].Max()).Take(MaxMistakes),
        ];
        if (wrong.Length == 0)
        {
            return;
        }

        page.Heading("Most confident errors").Add("<div class=\"card "
            + "scroll\"><table><tr><th></th><th>observed</th><th>predicted</th><th>probability</th></tr>");
        foreach (int i in wrong)
        {
            page.Add("<tr><th>");
            if (Images is null)
            {
                page.Add($"test row {Text(i + 1)}");
            }
            else
            {
                page.Image(Png(Images, i), Images.Names[i]).Add(Html.Escape(Images.Names[i]));
            }

            page.Add($"</th><td>{Html.Escape(Classes[Observed[i]])}</td><td>{Html.Escape(Classes[Chosen(i)])}</td>"
                + $"<td>{Html.Number(Probabilities[i].Max())}</td></tr>");
        }

        page.Add("</table></div>");
    }

    private int Chosen(int sample) => Array.IndexOf(Probabilities[sample], Probabilities[sample].Max());

    private static byte[] Png(ImageSet images, int image)
    {
        const int Side = 64;
        int plane = images.Height * images.Width, at = image * images.Channels * plane;
        byte Level(int channel, int pixel) =>
            (byte)Math.Clamp(
                255.0f * images.Pixels[at + (images.Channels == 1 ? 0 : channel) * plane + pixel], 0.0f, 255.0f);
        using var bitmap = new SKBitmap(images.Width, images.Height);
        for (int pixel = 0; pixel < plane; pixel++)
        {
            bitmap.SetPixel(pixel % images.Width, pixel / images.Width,
                new SKColor(Level(0, pixel), Level(1, pixel), Level(2, pixel)));
        }

        using SKBitmap large = bitmap.Resize(new SKImageInfo(Side, Side), new SKSamplingOptions(SKFilterMode.Nearest));
        using SKData data = large.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
