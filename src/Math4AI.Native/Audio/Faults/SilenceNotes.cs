using System.Globalization;

namespace Math4AI.Audio.Faults;

/// <summary>Says where a channel is silent while others are not.</summary>
internal static class SilenceNotes
{
    private const int MaxTold = 3;
    private const double MostlySilent = 95.0;

    /// <summary>Returns one sentence for each channel.</summary>
    /// <param name="stretches">The stretches.</param>
    /// <param name="frameSeconds">The seconds of a frame.</param>
    /// <param name="seconds">The seconds of the sound.</param>
    public static IEnumerable<string> Of(
        IEnumerable<SilentStretch> stretches, double frameSeconds, double seconds) =>
        stretches.GroupBy(stretch => stretch.Channel).OrderBy(group => group.Key).Select(group =>
        {
            (double From, double To)[] times =
            [
                .. group.OrderBy(stretch => stretch.First).Select(stretch =>
                    (stretch.First * frameSeconds, Math.Min(seconds, stretch.End * frameSeconds))),
            ];
            string where = string.Join(" and ", times.Take(MaxTold).Select(time => string.Create(
                CultureInfo.InvariantCulture, $"from {time.From:0.00} to {time.To:0.00} s")));
            string more = times.Length > MaxTold ? $" and {times.Length - MaxTold} times more" : string.Empty;
            double share = 100.0 * times.Sum(time => time.To - time.From) / seconds;
            string remedy = share > MostlySilent
                ? $"leave channel {group.Key + 1} out."
                : "separate the part in which all "
                    + $"record, or leave channel {group.Key + 1} out.";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Channel {group.Key + 1} is silent {where}{more} ({share:0} % of the sound) while other channels are "
                + $"not. If its microphone was off or lost, the sources are wrong: {remedy}");
        });
}
