using System.Globalization;
using Math4AI.Learning;

namespace Math4AI.Reporting;

/// <summary>What a report of a training on a table shows.</summary>
public sealed record TrainingReport
{
    /// <summary>What was trained.</summary>
    public required TableTraining Training { get; init; }

    /// <summary>What was run, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>The page: one file that opens without a network.</summary>
    public string ToHtml()
    {
        TableModelDescription about = Training.Model.About;
        var page = new Html();
        page.Add($"<h1>{Html.Escape(about.Target)}</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts(about));
        Scores(page);
        Curves(page);
        if (Training.Confusion.Length > 0)
        {
            Confusion(page, about.Classes);
        }

        return page.Page(about.Target);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<(string Name, string Value)> Facts(TableModelDescription about)
    {
        yield return ("task", about.Task == TableTask.Classification ? "classification" : "regression");
        yield return ("parameters", Text(Training.Training.Parameters));
        yield return ("steps", Text(Training.Training.Steps));
        yield return ("best epoch", $"{Training.Training.BestEpoch} of {Training.Training.History.Count}");
        yield return ("rows: training, validation, test", $"{Training.Train.Rows}, {Training.Validation.Rows}, {Training.Test.Rows}");
        yield return ("seconds", Html.Number(Training.Training.Seconds));
    }

    private void Scores(Html page)
    {
        page.Heading("Scores").Add("<div class=\"card scroll\"><table><tr><th></th><th>training</th><th>validation</th><th>test</th>"
            + "<th>95 % from</th><th>to</th></tr>");
        foreach ((string name, double value) in Training.Test.Scores)
        {
            Interval interval = Training.Test.Intervals[name];
            page.Add($"<tr><th>{Html.Escape(name)}</th><td>{Html.Number(Training.Train.Scores[name])}</td>"
                + $"<td>{Html.Number(Training.Validation.Scores[name])}</td><td>{Html.Number(value)}</td>"
                + $"<td>{Html.Number(interval.Lower)}</td><td>{Html.Number(interval.Upper)}</td></tr>");
        }

        page.Add("</table></div>");
    }

    private void Curves(Html page)
    {
        IReadOnlyList<TrainingEpoch> history = Training.Training.History;
        double[] epochs = [.. history.Select(epoch => (double)epoch.Epoch)];
        page.Heading("Loss").Add("<div class=\"grid\">");
        foreach ((string title, Func<TrainingEpoch, double> loss) in new (string, Func<TrainingEpoch, double>)[]
        {
            ("training loss", epoch => epoch.TrainLoss), ("validation loss", epoch => epoch.ValidationLoss),
        })
        {
            Picture picture = CurvePictures.Line(epochs, [.. history.Select(loss)]);
            page.Add($"<div class=\"card\"><h3>{title}</h3>").Image(picture.Png, title)
                .Scale("epoch 1", $"epoch {history.Count}")
                .Scale($"{Html.Number(history.Min(loss))} to {Html.Number(history.Max(loss))}", string.Empty).Add("</div>");
        }

        page.Add("</div>");
    }

    private void Confusion(Html page, IReadOnlyList<string> classes)
    {
        double[,] counts = new double[classes.Count, classes.Count];
        for (int i = 0; i < classes.Count; i++)
        {
            for (int j = 0; j < classes.Count; j++)
            {
                counts[i, j] = Training.Confusion[i][j];
            }
        }

        page.Heading("Confusion").Add("<div class=\"grid wide\">")
            .HeatMap("Rows: what was observed; columns: what was predicted", counts, classes, classes).Add("</div>");
    }
}
