using System.Globalization;
using Math4AI.Data;
using Math4AI.Reporting.Charts;
using Math4AI.Separation.Live;

namespace Math4AI.Reporting;

/// <summary>The report of a live separation, as a page of HTML: the latency, and what was lost.</summary>
public sealed record StreamReport
{
    /// <summary>Gets the times from the arrival of the last frame of a block to the output of its sources.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>Gets the times spent on a block.</summary>
    public required LatencyHistogram Processing { get; init; }

    /// <summary>Gets the number of frames in a block.</summary>
    public required int Block { get; init; }

    /// <summary>Gets the number of samples per second in each channel.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Gets the latency of the algorithm itself, block and window, in seconds.</summary>
    public required double AlgorithmicLatency { get; init; }

    /// <summary>Gets other figures by name.</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>Gets the command line that was run.</summary>
    public required string Command { get; init; }

    /// <summary>Writes the page as one file, which needs no network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public void Write(string path, bool replace = false) =>
        FileTransaction.WriteOne(path, replace, partial => File.WriteAllText(partial, ToHtml()));

    /// <summary>Makes the page.</summary>
    public string ToHtml()
    {
        using var page = new Html();
        page.Add("<h1>Separated stream</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts);
        page.Heading("Latency")
            .Add("<div class=\"card scroll\"><table><tr><th></th><th>median</th><th>99 %</th><th>99.99 "
                + "%</th><th>worst</th></tr>");
        Row(page, "push to pull", Latency);
        Row(page, "processing of a block", Processing);
        page.Add("</table><p class=\"quiet\">"
            + $"A block of {Block} frames lasts {Time((double)Block / SampleRate)}; the latency of the algorithm "
            + $"itself, block and window, is {Time(AlgorithmicLatency)}.</p></div>");
        page.Charts(
            null, "grid wide", [.. Tail("push to pull", Latency), .. Tail("processing of a block", Processing)]);
        return page.Page("Separated stream");
    }

    private static void Row(Html page, string name, LatencyHistogram times)
    {
        double[] values = [times.Quantile(0.5), times.Quantile(0.99), times.Quantile(0.9999), times.Count == 0
            ? double.NaN
            : times.Worst];
        page.Add($"<tr><th>{name}</th>{string.Concat(values.Select(value => $"<td>{Time(value)}</td>"))}</tr>");
    }

    /// <summary>The share of blocks that take longer, against the time, both logarithmic.</summary>
    private static IEnumerable<Chart> Tail(string name, LatencyHistogram times)
    {
        (double Seconds, double ShareLonger)[] tail = [.. times.Tail().Where(point => point.ShareLonger > 0.0)];
        if (tail.Length > 0)
        {
            yield return new Chart(
                $"Share of blocks whose {name} takes longer", new ChartAxis("time [ms]", AxisScale.Logarithmic),
                new ChartAxis("share of blocks that take longer", AxisScale.Logarithmic),
                new LineLayer(
                    [.. tail.Select(point => 1e3 * point.Seconds)], [.. tail.Select(point => point.ShareLonger)])
                {
                    HasMarks = true,
                });
        }
    }

    private static string Time(double seconds) => seconds switch
    {
        double.NaN => "–",
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{1e6 * seconds:0.0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.00} ms"),
    };
}
