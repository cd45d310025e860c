using System.Globalization;
using System.Text;

namespace Math4AI.Data.Recorders;

/// <summary>What someone, or a device, noted in a recording.</summary>
/// <param name="Onset">The seconds from the beginning of the recording.</param>
/// <param name="Duration">The seconds that it lasts; null where it is not said.</param>
/// <param name="Text">What was noted.</param>
public sealed record EdfAnnotation(double Onset, double? Duration, string Text)
{
    private const char EndOfText = '\x14';
    private const char BeforeDuration = '\x15';

    /// <summary>
    /// Reads the lists of one data record, +ONSET[␕DURATION]␔TEXT␔TEXT…␔, each with a zero at its end. An empty text
    /// tells when the record began.
    /// </summary>
    internal static IEnumerable<EdfAnnotation> Read(ReadOnlySpan<byte> bytes)
    {
        var found = new List<EdfAnnotation>();
        foreach (string list in Encoding.UTF8.GetString(bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = list.Split(EndOfText);
            string[] times = parts[0].Split(BeforeDuration);
            if (Seconds(times[0]) is not { } onset)
            {
                continue;
            }

            double? duration = times.Length > 1 ? Seconds(times[1]) : null;
            found.AddRange(parts.Skip(1).Where((text, i) => text.Length > 0 || i == 0)
                .Select(text => new EdfAnnotation(onset, duration, text)));
        }

        return found;
    }

    private static double? Seconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
            ? value
            : null;
}
