using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation.Rooms;

namespace Math4AI.Reporting;

/// <summary>The report of a separation in a room, as a page of HTML.</summary>
public sealed record RoomReport
{
    /// <summary>Gets the result of the separation.</summary>
    public required RoomSeparationResult Result { get; init; }

    /// <summary>Gets the name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Gets the mixture.</summary>
    public required Recording Mixture { get; init; }

    /// <summary>Gets the statistic of <see cref="RoomTest"/>; NaN if it was not computed.</summary>
    public required double Statistic { get; init; }

    /// <summary>Gets the command line that was run.</summary>
    public required string Command { get; init; }

    /// <summary>Makes the page, one file that needs no network.</summary>
    /// <param name="cancellation">Stops between pictures.</param>
    public string ToHtml(CancellationToken cancellation = default)
    {
        using var page = new Html();
        string title = Statistic <= RoomTest.Threshold ? "Separated sources" : "Sources in a room";
        page.Add($"<h1>{title}</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(
            [
                ("method", Method),
                ("sources", Result.Sources.Channels.ToString(CultureInfo.InvariantCulture)),
                ("iterations", Result.Iterations.ToString(CultureInfo.InvariantCulture)),
                ("windows, samples", string.Join(", ", Result.Windows)),
                ($"room statistic, a room above {Html.Number(RoomTest.Threshold)}", double.IsNaN(Statistic)
                    ? "not computed"
                    : Html.Number(Statistic)),
                ("length", string.Create(CultureInfo.InvariantCulture, $"{Mixture.Duration.TotalSeconds:0.##} s")),
            ]);
        foreach (string note in Result.Notes.Concat(Mixture.Notes))
        {
            page.Add($"<p class=\"note\">{Html.Escape(note)}</p>");
        }

        SignalCards.Add(
            page.Heading("Sources, after, the loudest first"), Result.Sources, isSound: true, Remarks(), cancellation);
        SignalCards.Add(page.Heading("Mixture, before"), Mixture, isSound: true, remarks: null, cancellation);
        return page.Page(title);
    }

    private string[] Remarks() =>
        [.. Enumerable.Range(0, Result.Sources.Channels).Select(k => $"{HowSure(k)}{WhereFrom(Result.Delays[k])}")];

    private string HowSure(int source) => Result.Sources.Channels == 1
        ? string.Empty
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Dependence {Result.Dependence[source]:0.00} on the source most like it: about 0 where they are apart, 1 "
            + $"where they are one. ");

    /// <summary>Tells by which way sound comes, at 343 m/s.</summary>
    private static string WhereFrom(IReadOnlyList<double> delays)
    {
        const double MetersPerSecond = 343.0;
        IEnumerable<string> ways = delays.Select((delay, channel) => string.Create(
            CultureInfo.InvariantCulture, $"channel {channel + 1} at {1e3 * delay:+0.00;−0.00;0} ms"));
        double farthest = 100.0 * MetersPerSecond * (delays.Max() - delays.Min());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"It reaches {string.Join(", ", ways)}: its ways differ by up to {farthest:0} cm.");
    }
}
