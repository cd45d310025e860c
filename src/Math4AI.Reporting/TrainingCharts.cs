using Math4AI.Reporting.Charts;
using Math4AI.Training;
using Math4AI.Training.Tables;

namespace Math4AI.Reporting;

/// <summary>The charts of a training: its losses, its scores over a setting, the classes over two inputs.</summary>
internal static class TrainingCharts
{
    private static readonly string[] Shares = ["accuracy", "balancedAccuracy", "f1", "rocAuc"];

    /// <summary>The losses over the evaluations.</summary>
    public static Chart Losses(TrainingResult training)
    {
        IReadOnlyList<TrainingEpoch> history = training.History;
        double[] evaluations = [.. history.Select(epoch => (double)epoch.Epoch)];
        return new Chart(
            "Loss", ChartAxis.OfCounts("evaluation"), new ChartAxis("loss"),
            RuleLayer.AtX(training.BestEpoch) with { Name = "best evaluation" },
            new LineLayer(evaluations, [.. history.Select(epoch => epoch.TrainLoss)])
            {
                Name = "training",
                HasMarks = true,
            },
            new LineLayer(evaluations, [.. history.Select(epoch => epoch.ValidationLoss)])
            {
                Name = "validation",
                Color = 1,
                HasMarks = true,
            });
    }

    /// <summary>Each score over a setting or the number of rows.</summary>
    public static IEnumerable<Chart> Scores(
        string across, string part, IReadOnlyList<(double At, IReadOnlyDictionary<string, double> Scores)> points)
    {
        if (points.Count == 0)
        {
            yield break;
        }

        double[] at = [.. points.Select(point => point.At)];
        foreach (string name in points[0].Scores.Keys.Where(
            name => points.All(point => point.Scores.ContainsKey(name))))
        {
            double[] scores = [.. points.Select(point => point.Scores[name])];
            yield return new Chart(
                $"{name}, {part}", new ChartAxis(across),
                new ChartAxis(name, AxisScale.Linear) { Limits = Shares.Contains(name) ? LimitsOf(scores) : null },
                new LineLayer(at, scores) { HasMarks = true });
        }
    }

    /// <summary>From a little below the least share up to 1, which none exceeds; from 0 where all are 1.</summary>
    private static (double From, double To)? LimitsOf(double[] shares)
    {
        double least = shares.Min();
        return !Array.TrueForAll(shares, double.IsFinite) ? null
            : least >= 1.0 ? (0.0, 1.0)
            : (Math.Max(0.0, least - 0.1 * (1.0 - least)), 1.0);
    }

    /// <summary>The likeliest class over the two inputs, and samples in the colors of theirs.</summary>
    public static Chart Plane(DecisionPlane plane, IReadOnlyList<string> classes) => new(
        "Decision regions",
        new ChartAxis(plane.Across, AxisScale.Linear) { Limits = (plane.Left, plane.Right) },
        new ChartAxis(plane.Up, AxisScale.Linear) { Limits = (plane.Bottom, plane.Top) },
        [
            new ImageLayer(PlanePicture.Png(plane), plane.Left, plane.Right, plane.Bottom, plane.Top),
            .. ByClass(
                [.. plane.Points.Select(point => point.X)], [.. plane.Points.Select(point => point.Y)],
                [.. plane.Points.Select(point => point.Class)], classes),
        ])
    {
        IsSquare = true,
    };

    /// <summary>Points in the colors of their classes; points without a class are left out.</summary>
    public static IEnumerable<PointsLayer> ByClass(
        double[] x, double[] y, IReadOnlyList<int> of, IReadOnlyList<string> classes)
    {
        foreach (int member in of.Distinct().Where(place => place >= 0).Order())
        {
            int[] members = [.. Enumerable.Range(0, of.Count).Where(i => of[i] == member)];
            yield return new PointsLayer([.. members.Select(i => x[i])], [.. members.Select(i => y[i])])
            {
                Name = classes[member],
                Color = member,
            };
        }
    }

    /// <summary>Predicted numbers over observed ones, and the differences over what was predicted.</summary>
    public static IEnumerable<Chart> Numbers(double[] predicted, double[] observed)
    {
        double[] samples = [.. Enumerable.Range(1, predicted.Length).Select(i => (double)i)];
        yield return new Chart(
            "Predicted over observed", new ChartAxis("observed"), new ChartAxis("predicted"),
            new PointsLayer(observed, predicted) { Samples = samples }, RuleLayer.Of(0.0, 1.0))
        {
            IsSquare = true,
        };
        double[] errors = [.. observed.Zip(predicted, (seen, said) => seen - said)];
        yield return new Chart(
            "Errors over predicted", new ChartAxis("predicted"),
            new ChartAxis("observed − predicted", AxisScale.Linear),
            new PointsLayer(predicted, errors) { Samples = samples }, RuleLayer.Of(0.0, 0.0));
        yield return new Chart(
            "Distribution of the errors", new ChartAxis("observed − predicted", AxisScale.Linear),
            ChartAxis.OfCounts("test samples"), BarsLayer.Histogram(errors));
    }
}
