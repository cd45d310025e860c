using System.Globalization;
using Math4AI.Data.Images;
using Math4AI.Fitting;
using Math4AI.Training;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using SkiaSharp;

namespace Math4AI.Reporting;

/// <summary>What a report of a training shows.</summary>
public sealed record TrainingReport
{
    private const int MostCurves = 10;
    private const int MostMistakes = 24;
    private const int CalibrationBins = 10;

    /// <summary>What it is called.</summary>
    public required string Title { get; init; }

    /// <summary>What was learnt, in words.</summary>
    public required string Task { get; init; }

    /// <summary>What was run, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>What the trainer did.</summary>
    public required TrainingResult Training { get; init; }

    /// <summary>How well the training part is predicted.</summary>
    public required ScoredPart Train { get; init; }

    /// <summary>How well the validation part is.</summary>
    public required ScoredPart Validation { get; init; }

    /// <summary>How well the test part is.</summary>
    public required ScoredPart Test { get; init; }

    /// <summary>The classes; empty where there are none.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Rows of the observed class, columns of the predicted one, of the test part.</summary>
    public IReadOnlyList<int[]> Confusion { get; init; } = [];

    /// <summary>The probabilities of the classes for the test part.</summary>
    public IReadOnlyList<double[]> Probabilities { get; init; } = [];

    /// <summary>Its observed classes.</summary>
    public IReadOnlyList<int> Observed { get; init; } = [];

    /// <summary>Its images, where it has some.</summary>
    public ImageSet? Images { get; init; }

    /// <summary>The test scores over the rows that were trained on, where that was wanted.</summary>
    public IReadOnlyList<(double Rows, IReadOnlyDictionary<string, double> Scores)> LearningCurve { get; init; } = [];

    /// <summary>The setting that a curve was wanted over.</summary>
    public string? Setting { get; init; }

    /// <summary>The validation scores for its values.</summary>
    public IReadOnlyList<(double Value, IReadOnlyDictionary<string, double> Scores)> ValidationCurve { get; init; } = [];

    /// <summary>What is decided over the plane of two inputs, where there are two.</summary>
    public DecisionPlane? Plane { get; init; }

    /// <summary>A text that the model wrote.</summary>
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

    /// <summary>The page: one file that opens without a network.</summary>
    public string ToHtml()
    {
        var page = new Html();
        page.Add($"<h1>{Html.Escape(Title)}</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        Scores(page);
        Losses(page);
        Curve(page, "Learning curve", "rows that are trained on", "test", LearningCurve);
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
            page.Heading("What the model writes").Add($"<div class=\"card\"><pre>{Html.Escape(Sample)}</pre></div>");
        }

        return page.Page(Title);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("task", Task);
        yield return ("parameters", Text(Training.Parameters));
        yield return ("steps", Text(Training.Steps));
        yield return ("best evaluation", $"{Training.BestEpoch} of {Training.History.Count}");
        yield return ("training, validation, test", $"{Train.Rows}, {Validation.Rows}, {Test.Rows}");
        yield return ("seconds", Html.Number(Training.Seconds));
    }

    private void Scores(Html page)
    {
        page.Heading("Scores").Add("<div class=\"card scroll\"><table><tr><th></th><th>training</th><th>validation</th><th>test</th>"
            + "<th>95 % from</th><th>to</th></tr>");
        foreach ((string name, double value) in Test.Scores)
        {
            (string from, string to) = Test.Intervals.TryGetValue(name, out Interval interval)
                ? (Html.Number(interval.Lower), Html.Number(interval.Upper))
                : (string.Empty, string.Empty);
            page.Add($"<tr><th>{Html.Escape(name)}</th><td>{Html.Number(Train.Scores[name])}</td>"
                + $"<td>{Html.Number(Validation.Scores[name])}</td><td>{Html.Number(value)}</td><td>{from}</td><td>{to}</td></tr>");
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
                .Scale($"{Html.Number(history.Min(loss))} to {Html.Number(history.Max(loss))}", string.Empty).Add("</div>");
        }

        page.Add("</div>");
    }

    private static void Curve(
        Html page, string title, string across, string part, IReadOnlyList<(double At, IReadOnlyDictionary<string, double> Scores)> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        page.Heading(title).Add("<div class=\"grid\">");
        foreach (string name in points[0].Scores.Keys)
        {
            Picture picture = CurvePictures.Line([.. points.Select(point => point.At)], [.. points.Select(point => point.Scores[name])]);
            page.Add($"<div class=\"card\"><h3>{Html.Escape(name)}, {part}</h3>").Image(picture.Png, $"{name} over {across}")
                .Scale($"{across}: {Html.Number(points.Min(point => point.At))}", Html.Number(points.Max(point => point.At)))
                .Scale($"{Html.Number(points.Min(point => point.Scores[name]))} to {Html.Number(points.Max(point => point.Scores[name]))}", string.Empty)
                .Add("</div>");
        }

        page.Add("</div>");
    }

    private void AddPlane(Html page, DecisionPlane plane)
    {
        page.Heading("What is decided where").Add("<div class=\"grid wide\"><div class=\"card\"><h3>")
            .Add(string.Join(" · ", Classes.Select((name, i) => $"{Html.Swatch(CurvePictures.Colour(i))} {Html.Escape(name)}")))
            .Add("</h3>").Image(PlanePicture.Png(plane), "the class that is decided for, over the two inputs")
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

        page.Heading("Confusion").Add("<div class=\"grid wide\">")
            .HeatMap("Rows: what was observed; columns: what was predicted", counts, Classes, Classes).Add("</div>");
    }

    /// <summary>The share of a class that is found, over the share of the others that is taken for it, as its probability is lowered.</summary>
    private void RocCurves(Html page)
    {
        page.Heading("Found over falsely found").Add("<div class=\"grid\">");
        foreach (int of in Enumerable.Range(0, Classes.Count).Where(of => Observed.Contains(of) && Observed.Any(label => label != of)).Take(MostCurves))
        {
            List<double> x = [0.0], y = [0.0];
            double positives = Observed.Count(label => label == of), negatives = Observed.Count - positives;
            foreach (var tied in Enumerable.Range(0, Observed.Count).GroupBy(sample => Probabilities[sample][of]).OrderByDescending(group => group.Key))
            {
                // Samples that are given the same are found together: the curve goes straight over them.
                double found = tied.Count(sample => Observed[sample] == of);
                x.Add(x[^1] + (tied.Count() - found) / negatives);
                y.Add(y[^1] + found / positives);
            }

            Picture picture = CurvePictures.Fit([0.0, 1.0], [0.0, 1.0], [.. x], [.. y]);
            page.Add($"<div class=\"card\"><h3>{Html.Escape(Classes[of])}</h3>").Image(picture.Png, $"found over falsely found: {Classes[of]}")
                .Scale("0 falsely found", "all").Add("</div>");
        }

        page.Add("</div>");
    }

    /// <summary>How often the likeliest class was right, over how likely it was said to be.</summary>
    private void Calibration(Html page)
    {
        (double Said, double Right)[] bins =
        [
            .. Probabilities.Select((row, i) => (Said: row.Max(), Right: Array.IndexOf(row, row.Max()) == Observed[i] ? 1.0 : 0.0))
                .GroupBy(pair => (int)Math.Min(CalibrationBins - 1, CalibrationBins * pair.Said)).OrderBy(group => group.Key)
                .Select(group => (group.Average(pair => pair.Said), group.Average(pair => pair.Right))),
        ];
        Picture picture = CurvePictures.Points([.. bins.Select(bin => bin.Said)], [.. bins.Select(bin => bin.Right)], (0.0, 0.0, 1.0, 1.0));
        page.Heading("Calibration").Add("<div class=\"card\"><h3>How often the likeliest class was right, over how likely it was said to be</h3>")
            .Image(picture.Png, "calibration").Scale(Html.Number(picture.Left), Html.Number(picture.Right)).Add("</div>");
    }

    /// <summary>Where the model was surest and wrong.</summary>
    private void Mistakes(Html page)
    {
        int[] wrong =
        [
            .. Enumerable.Range(0, Observed.Count).Where(i => Chosen(i) != Observed[i])
                .OrderByDescending(i => Probabilities[i].Max()).Take(MostMistakes),
        ];
        if (wrong.Length == 0)
        {
            return;
        }

        page.Heading("Worst mistakes").Add("<div class=\"card scroll\"><table><tr><th></th><th>observed</th><th>predicted</th><th>probability</th></tr>");
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
            (byte)Math.Clamp(255.0f * images.Pixels[at + (images.Channels == 1 ? 0 : channel) * plane + pixel], 0.0f, 255.0f);
        using var bitmap = new SKBitmap(images.Width, images.Height);
        for (int pixel = 0; pixel < plane; pixel++)
        {
            bitmap.SetPixel(pixel % images.Width, pixel / images.Width, new SKColor(Level(0, pixel), Level(1, pixel), Level(2, pixel)));
        }

        using SKBitmap large = bitmap.Resize(new SKImageInfo(Side, Side), new SKSamplingOptions(SKFilterMode.Nearest));
        using SKData data = large.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
