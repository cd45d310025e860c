using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation.Rooms;

namespace Math4AI.Reporting;

/// <summary>What a report of a separation in a room shows.</summary>
public sealed record RoomReport
{
    /// <summary>What the separation found.</summary>
    public required RoomSeparationResult Result { get; init; }

    /// <summary>The method's name.</summary>
    public required string Method { get; init; }

    /// <summary>The mixture.</summary>
    public required Recording Mixture { get; init; }

    /// <summary>The statistic of <see cref="RoomTest"/>; NaN where it was not asked.</summary>
    public required double Statistic { get; init; }

    /// <summary>What was run, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>The page: one file that opens without a network.</summary>
    /// <param name="cancellation">Stops between pictures.</param>
    public string ToHtml(CancellationToken cancellation = default)
    {
        var page = new Html();
        page.Add("<h1>Sources in a room</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(
            [
                ("method", Method),
                ("sources", Result.Sources.Channels.ToString(CultureInfo.InvariantCulture)),
                ("iterations", Result.Iterations.ToString(CultureInfo.InvariantCulture)),
                ("windows, samples", string.Join(", ", Result.Windows)),
                ($"room statistic, a room above {Html.Number(RoomTest.Threshold)}", double.IsNaN(Statistic) ? "not asked" : Html.Number(Statistic)),
                ("length", string.Create(CultureInfo.InvariantCulture, $"{Mixture.Duration.TotalSeconds:0.##} s")),
            ]);
        foreach (string note in Result.Notes.Concat(Mixture.Notes))
        {
            page.Add($"<p class=\"note\">{Html.Escape(note)}</p>");
        }

        SignalCards.Add(page.Heading("Sources, after"), Result.Sources, isSound: true, cancellation);
        SignalCards.Add(page.Heading("Mixture, before"), Mixture, isSound: true, cancellation);
        return page.Page("Sources in a room");
    }
}
