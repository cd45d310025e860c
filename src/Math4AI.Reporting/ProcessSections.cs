using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>The sections of a report on a Gaussian process.</summary>
internal static class ProcessSections
{
    private const double Level = 0.95;

    private static readonly double Reach = Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + Level));

    /// <summary>Adds the function along its inputs, its parts, the importance of inputs, and the calibration.</summary>
    /// <param name="page">The page.</param>
    /// <param name="view">The process.</param>
    /// <param name="names">The names of the inputs.</param>
    /// <param name="response">The name of the response.</param>
    public static void Add(Html page, ProcessView view, IReadOnlyList<string> names, string response)
    {
        page.Charts("The function and its uncertainty", "grid wide", view.Slices.Select(
            slice => Function(slice, names, response)));
        ProcessSlice[] divided = [.. view.Slices.Any(HasParts) ? view.Slices : []];
        page.Charts("Its parts one by one", "grid", divided.SelectMany(slice => Parts(slice, names, response)))
            .Charts("Which inputs matter", "grid", view.Importance.Count > 1 ? [Importance(view, names)] : [])
            .Charts("Calibration", "grid", view.Calibration.Count > 0 ? [Calibration(view)] : []);
    }

    private static Chart Function(ProcessSlice slice, IReadOnlyList<string> names, string response)
    {
        double[] x = [.. slice.X];
        ChartLayer[] draws = [.. slice.Draws.Select((draw, i) => new LineLayer(x, draw)
        {
            Name = i == 0 ? "draws" : null,
            Color = ChartLayer.Quiet,
        })];
        return new Chart(
            $"{response} over {names[slice.Input]}", new ChartAxis(names[slice.Input], AxisScale.Linear),
            new ChartAxis(response, AxisScale.Linear),
            [
                Band("95 % of new observations", x, slice.Function.Mean, slice.Function.Deviation, 0.13),
                Band("95 % of the function", x, slice.Function.Mean, slice.Function.FunctionDeviation, 0.3),
                .. draws,
                .. Samples(slice),
                new LineLayer(x, [.. slice.Function.Mean]) { Name = "mean" },
            ])
        {
            Note = names.Count > 1 ? "The other inputs stand at their medians." : null,
        };
    }

    private static IEnumerable<ChartLayer> Samples(ProcessSlice slice) => slice.Samples.Count == 0
        ? []
        : [new PointsLayer([.. slice.Samples.Select(sample => sample.X)], [.. slice.Samples.Select(sample => sample.Y)])
        {
            Name = "samples",
            Color = ChartLayer.Quiet,
        }];

    /// <summary>Whether there is more than one part, a law that is no constant among them.</summary>
    private static bool HasParts(ProcessSlice slice) =>
        slice.Parts.Count > 1 || (slice.Parts.Count == 1 && IsLaw(slice));

    private static bool IsLaw(ProcessSlice slice) => Moves(slice.Law);

    private static bool Moves(IReadOnlyList<double> values) =>
        values.Max() - values.Min() > 1e-9 * values.Max(Math.Abs);

    /// <summary>The law and the parts that move along an input.</summary>
    private static IEnumerable<Chart> Parts(ProcessSlice slice, IReadOnlyList<string> names, string response)
    {
        double[] x = [.. slice.X];
        ChartAxis across = new(names[slice.Input], AxisScale.Linear), up = new(response, AxisScale.Linear);
        if (IsLaw(slice))
        {
            yield return new Chart("The law", across, up, new LineLayer(x, [.. slice.Law]) { Name = "law" });
        }

        foreach (ProcessPart part in slice.Parts.Where(part => Moves([.. part.Function.Mean])))
        {
            yield return new Chart(
                part.Kernel, across, up,
                Band("95 % band", x, part.Function.Mean, part.Function.FunctionDeviation, 0.3),
                new LineLayer(x, [.. part.Function.Mean]) { Name = "mean" });
        }
    }

    private static Chart Importance(ProcessView view, IReadOnlyList<string> names)
    {
        // The first name stands lowest on an axis of names: the most important comes last.
        int[] order = [.. Enumerable.Range(0, names.Count).OrderBy(input => view.Importance[input])];
        return new Chart(
            "Importance of the inputs", new ChartAxis("standard deviation over length scale", AxisScale.Linear),
            ChartAxis.OfNames("input", [.. order.Select(input => names[input])]),
            BarsLayer.OfNames([.. order.Select(input => view.Importance[input])]))
        {
            Note = "Over how many of its length scales an input spreads: with little, it does not move the function.",
        };
    }

    private static Chart Calibration(ProcessView view) => new(
        "Samples within their intervals", ChartAxis.OfShares("level of the interval"),
        ChartAxis.OfShares("share of the samples within"),
        RuleLayer.Of(0.0, 1.0) with { Name = "as promised" },
        new LineLayer(
            [.. view.Calibration.Select(point => point.Level)], [.. view.Calibration.Select(point => point.Share)])
        {
            Name = "this process",
            HasMarks = true,
        })
    {
        IsSquare = true,
        Note = "Of samples that the process had not seen. Below the line, intervals are too narrow.",
    };

    private static RangeLayer Band(
        string name, double[] x, Vector<double> mean, Vector<double> deviation, double opacity) => new(
        x, [.. mean - Reach * deviation], [.. mean + Reach * deviation])
        {
            Name = name,
            Opacity = opacity,
        };
}
