using System.Globalization;
using Math4AI.Fitting.Posteriors;
using Spectre.Console;

namespace Math4AI.Cli.Fitting;

/// <summary>A distance ranked by the log density of left-out samples, in <c>result.json</c>.</summary>
internal sealed record FitPosteriorRank(
    string Distance,
    double? LeaveOneOut,
    double? StandardError,
    double? Difference,
    double? DifferenceError,
    double? Waic,
    double? EffectiveParameters,
    double? LargestShape,
    double? StackingWeight,
    double? LogEvidence,
    double? LogEvidenceError);

/// <summary>The distances of <c>--compare</c>, ranked by their posteriors.</summary>
internal sealed record FitPosteriorRanking(IReadOnlyList<FitPosteriorRank> Distances, IReadOnlyList<string> Notes)
{
    public static FitPosteriorRanking Of(PosteriorComparison comparison) => new(
        [
            .. comparison.Models.Select(model => new FitPosteriorRank(
                model.Name,
                Known(model.Accuracy.LogDensity),
                Known(model.Accuracy.StandardError),
                Known(model.Difference),
                Known(model.DifferenceError),
                Known(model.Accuracy.Waic),
                Known(model.Accuracy.EffectiveParameters),
                Known(model.Accuracy.Shapes.Max()),
                Known(model.Weight),
                model.LogEvidence is { } of ? Known(of.Value) : null,
                model.LogEvidence is { } its ? Known(its.StandardError) : null)),
        ],
        comparison.Notes);

    /// <summary>Prints a row for each distance, and what the ranking supports.</summary>
    public void Print()
    {
        bool hasEvidence = Distances.Any(each => each.LogEvidence is not null);
        var table = new Table().Border(TableBorder.Simple);
        string[] titles =
            ["left out by PSIS-LOO", "log density", "±", "difference", "±", "WAIC", "largest k̂", "stacking weight"];
        foreach (string title in hasEvidence ? [.. titles, "log evidence", "±"] : titles)
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach (FitPosteriorRank each in Distances)
        {
            string[] cells =
            [
                Markup.Escape(each.Distance), Text(each.LeaveOneOut, "F1"), Text(each.StandardError, "F1"),
                Text(each.Difference, "F1"), Text(each.DifferenceError, "F1"), Text(each.Waic, "F1"),
                Text(each.LargestShape, "F2"), Text(each.StackingWeight, "F3"),
            ];
            table.AddRow(hasEvidence
                ? [.. cells, Text(each.LogEvidence, "F2"), Text(each.LogEvidenceError, "F2")]
                : cells);
        }

        AnsiConsole.Write(table);
        foreach (string note in Notes)
        {
            Console.Out.WriteLine(note);
        }
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static string Text(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? string.Empty;
}
