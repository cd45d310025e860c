using System.Globalization;
using Math4AI.Audio;

namespace Math4AI.Reporting;

/// <summary>Signals on a page.</summary>
internal static class SignalCards
{
    /// <summary>Adds a card for each channel, with its waveform, its spectrogram and, for sound, a player.</summary>
    public static void Add(Html page, Recording signals, bool isSound, CancellationToken cancellation)
    {
        string end = isSound
            ? string.Create(CultureInfo.InvariantCulture, $"{signals.Duration.TotalSeconds:0.##} s")
            : $"sample {signals.Length}";
        double highest = isSound
            ? Math.Min(SignalPictures.HighestFrequency, signals.SampleRate / 2.0)
            : signals.SampleRate / 2.0;
        string frequencies = isSound
            ? string.Create(CultureInfo.InvariantCulture, $"0 to {highest / 1000.0:0.##} kHz")
            : "0 to half the sample rate";
        page.Add("<div class=\"grid\">");
        for (int channel = 0; channel < signals.Channels; channel++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<float> samples = signals.Channel(channel);
            double peak = Peak(samples);
            string name = signals.Names[channel];
            page.Add($"<div class=\"card\"><h3>{Html.Escape(name)}</h3>")
                .Image(SignalPictures.Waveform(samples, peak), $"waveform of {name}")
                .Scale("0", $"peak {Html.Number(peak)} · {end}")
                .Image(SignalPictures.Spectrogram(samples, 2.0 * highest / signals.SampleRate), "spectrogram of "
                    + $"{name}")
                .Scale($"spectrogram, {frequencies}, 80 dB", end);
            if (isSound)
            {
                page.Add(AudioPlayer.Markup(signals, channel, name));
            }

            page.Add("</div>");
        }

        page.Add("</div>");
        if (isSound && signals.Duration > AudioPlayer.Longest)
        {
            page.Add($"<p class=\"quiet\">The players hold the first {AudioPlayer.Longest.TotalSeconds:0} "
                + "seconds.</p>");
        }
    }

    private static double Peak(ReadOnlySpan<float> samples)
    {
        double peak = 0.0;
        foreach (float sample in samples)
        {
            peak = Math.Max(peak, Math.Abs(sample));
        }

        return peak;
    }
}
