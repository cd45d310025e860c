using System.Runtime.ExceptionServices;
using Math4AI.Audio;
using Math4AI.Reporting.Charts;
using Math4AI.Runtime;

namespace Math4AI.Reporting;

/// <summary>Signals on a page.</summary>
internal static class SignalCards
{
    // More samples than these are drawn as the range that each part of them covers.
    private const int MaxSamples = 2000;
    private const int Parts = 1000;
    private const int WaveformHeight = 150;
    private const int SpectrogramHeight = 190;

    // Of more channels than these the spectrograms come last.
    private const int Many = 8;

    /// <summary>
    /// Adds a card for each channel, with its waveform and, for sound, a player; of a few channels, with its
    /// spectrogram.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="signals">The signals.</param>
    /// <param name="isSound">Whether they are sound.</param>
    /// <param name="remarks">What is known of each signal; null for nothing.</param>
    /// <param name="cancellation">Stops between pictures.</param>
    public static void Add(
        Html page, Recording signals, bool isSound, IReadOnlyList<string>? remarks, CancellationToken cancellation)
    {
        (Chart Waveform, Chart? Spectrogram, string Player)[] cards = Draw(signals, isSound, cancellation);
        page.Add("<div class=\"grid\">");
        for (int channel = 0; channel < cards.Length; channel++)
        {
            (Chart waveform, Chart? spectrogram, string player) = cards[channel];
            page.Add("<div class=\"card\">").Chart(waveform);
            if (spectrogram is not null)
            {
                page.Chart(spectrogram);
            }

            if (isSound)
            {
                page.Add(player);
            }

            if (remarks is not null)
            {
                page.Add($"<p class=\"quiet\">{Html.Escape(remarks[channel])}</p>");
            }

            page.Add("</div>");
        }

        page.Add("</div>");
        if (isSound)
        {
            page.Add("<p class=\"quiet\">A player goes on where the last one was"
                + (signals.Duration > AudioPlayer.Longest
                    ? $"; it holds the first {AudioPlayer.Longest.TotalSeconds:0} seconds.</p>"
                    : ".</p>"));
        }
    }

    /// <summary>Adds the spectrograms that <see cref="Add"/> leaves out of signals of many channels.</summary>
    public static void AddSpectrograms(
        Html page, string heading, Recording signals, bool isSound, CancellationToken cancellation)
    {
        if (signals.Channels <= Many)
        {
            return;
        }

        page.Charts(heading, "grid", Enumerable.Range(0, signals.Channels).Select(channel =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Spectrogram(signals, channel, isSound);
        }));
    }

    /// <summary>
    /// Returns the range of the samples in each of a number of equal parts, at the middle of the part.
    /// </summary>
    public static (double[] At, double[] Low, double[] High) Ranges(ReadOnlySpan<float> samples, int parts)
    {
        double[] at = new double[parts], low = new double[parts], high = new double[parts];
        for (int part = 0; part < parts; part++)
        {
            int from = (int)((long)samples.Length * part / parts),
                to = (int)((long)samples.Length * (part + 1) / parts);
            (float least, float most) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (float sample in samples[from..to])
            {
                (least, most) = (MathF.Min(least, sample), MathF.Max(most, sample));
            }

            (at[part], low[part], high[part]) = (0.5 * (from + to - 1), least, most);
        }

        return (at, low, high);
    }

    /// <summary>
    /// What the card of each channel shows: pictures and players take most of the time of a page, and are drawn on all
    /// of <see cref="Compute.Threads"/>.
    /// </summary>
    private static (Chart Waveform, Chart? Spectrogram, string Player)[] Draw(
        Recording signals, bool isSound, CancellationToken cancellation)
    {
        var cards = new (Chart Waveform, Chart? Spectrogram, string Player)[signals.Channels];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Compute.Threads,
            CancellationToken = cancellation,
        };
        try
        {
            Parallel.For(0, cards.Length, options, channel => cards[channel] = (
                Waveform(signals, channel, isSound),
                signals.Channels <= Many ? Spectrogram(signals, channel, isSound) : null,
                isSound ? AudioPlayer.Markup(signals, channel, signals.Names[channel]) : string.Empty));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return cards;
    }

    private static Chart Waveform(Recording signals, int channel, bool isSound)
    {
        ReadOnlySpan<float> samples = signals.Channel(channel);
        double rate = isSound ? signals.SampleRate : 1.0;
        ChartLayer layer;
        if (samples.Length <= MaxSamples)
        {
            double[] values = [.. samples.ToArray().Select(sample => (double)sample)];
            layer = new LineLayer([.. values.Select((_, i) => i / rate)], values);
        }
        else
        {
            (double[] at, double[] low, double[] high) = Ranges(samples, Parts);
            layer = new RangeLayer([.. at.Select(place => place / rate)], low, high) { Opacity = 0.9, Name = "range" };
        }

        return new Chart(
            signals.Names[channel], TimeAxis(signals, isSound), new ChartAxis("amplitude", AxisScale.Linear), layer)
        {
            Height = WaveformHeight,
        };
    }

    private static Chart Spectrogram(Recording signals, int channel, bool isSound)
    {
        double half = signals.SampleRate / 2.0;
        double highest = isSound ? Math.Min(SignalPictures.HighestFrequency, half) : half;
        double end = isSound ? signals.Duration.TotalSeconds : signals.Length;
        double top = isSound ? highest / 1000.0 : 0.5;
        byte[] png = SignalPictures.Spectrogram(signals.Channel(channel), highest / half);
        return new Chart(
            $"Spectrogram of {signals.Names[channel]}", TimeAxis(signals, isSound),
            new ChartAxis(isSound ? "frequency [kHz]" : "frequency [1/sample]", AxisScale.Linear)
            {
                Limits = (0.0, top),
            },
            new ImageLayer(png, 0.0, Math.Max(end, double.Epsilon), 0.0, top))
        {
            Height = SpectrogramHeight,
            Note = "Power over a range of 80 dB.",
        };
    }

    private static ChartAxis TimeAxis(Recording signals, bool isSound) => isSound
        ? new ChartAxis("time [s]", AxisScale.Linear) { Limits = (0.0, Math.Max(signals.Duration.TotalSeconds, 1e-6)) }
        : new ChartAxis("sample", AxisScale.Linear) { Limits = (0.0, Math.Max(signals.Length, 1)) };
}
