using System.Globalization;
using Math4AI.Data;

namespace Math4AI.Audio.Faults;

/// <summary>
/// Says where a channel is silent while others are not: a microphone that was off or lost, or one behind a noise gate,
/// which falls silent again and again, and each time after it has grown soft.
/// </summary>
internal static class SilenceNotes
{
    private const int MaxTold = 3;
    private const int FewestOfGate = 2;
    private const double MostlySilent = 95.0;

    /// <summary>Returns one sentence for each channel that has no gate.</summary>
    /// <param name="stretches">The stretches.</param>
    /// <param name="frameSeconds">The seconds of a frame.</param>
    /// <param name="seconds">The seconds of the sound.</param>
    public static IEnumerable<string> OfFaults(
        IEnumerable<SilentStretch> stretches, double frameSeconds, double seconds) =>
        ByChannel(stretches).Where(channel => !IsGate(channel)).Select(channel =>
        {
            int number = channel[0].Channel + 1;
            (double From, double To)[] times =
            [
                .. channel.Select(stretch =>
                    (stretch.First * frameSeconds, Math.Min(seconds, stretch.End * frameSeconds))),
            ];
            string where = string.Join(" and ", times.Take(MaxTold).Select(time => string.Create(
                CultureInfo.InvariantCulture, $"from {time.From:0.00} to {time.To:0.00} s")));
            string more = times.Length > MaxTold
                ? $" and {Counted.Of(times.Length - MaxTold, "time")} more"
                : string.Empty;
            double share = Share(channel, frameSeconds, seconds);
            string remedy = share > MostlySilent
                ? $"leave channel {number} out"
                : $"separate the part in which all record, or leave channel {number} out";
            string gate = times.Length >= FewestOfGate ? "; if a noise gate silenced it, leave it in" : string.Empty;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Channel {number} is silent {where}{more} ({share:0} % of the sound) while other channels are not. If "
                + $"its microphone was off or lost, the sources are wrong: {remedy}{gate}.");
        });

    /// <summary>Returns one sentence for all channels that are silent as noise gates leave them; or none.</summary>
    /// <inheritdoc cref="OfFaults"/>
    public static IEnumerable<string> OfGates(
        IEnumerable<SilentStretch> stretches, double frameSeconds, double seconds)
    {
        string[] gates =
        [
            .. ByChannel(stretches).Where(IsGate).Select(channel => string.Create(
                CultureInfo.InvariantCulture,
                $"channel {channel[0].Channel + 1} is silent {channel.Length} times "
                + $"({Share(channel, frameSeconds, seconds):0} % of the sound)")),
        ];
        if (gates.Length > 0)
        {
            yield return $"As behind a noise gate, {string.Join(", ", gates)}: what the sources hold there comes from "
                + "the other channels alone.";
        }
    }

    private static IEnumerable<SilentStretch[]> ByChannel(IEnumerable<SilentStretch> stretches) =>
        stretches.GroupBy(stretch => stretch.Channel).OrderBy(group => group.Key)
            .Select(group => group.OrderBy(stretch => stretch.First).ToArray());

    private static bool IsGate(SilentStretch[] channel) =>
        channel.Length >= FewestOfGate && channel.All(stretch => stretch.BeginsSoftly);

    private static double Share(SilentStretch[] channel, double frameSeconds, double seconds) =>
        100.0 / seconds * channel.Sum(
            stretch => Math.Min(seconds, stretch.End * frameSeconds) - stretch.First * frameSeconds);
}
