using System.Globalization;
using System.Text;

namespace Math4AI.Data.Recorders;

/// <summary>
/// The header of a file in the European Data Format (EDF, EDF+), or in BioSemi's variant with samples of 24 bits (BDF):
/// 256 bytes of ASCII about the recording, 256 about each signal. Sources: B. Kemp, A. Värri, A. Rosa, K. Nielsen, J.
/// Gade, Electroencephalography and Clinical Neurophysiology 82 (1992); B. Kemp and J. Olivan, Clinical Neurophysiology
/// 114 (2003), for EDF+.
/// </summary>
internal sealed class EdfHeader
{
    private const int Unit = 256;
    private const int MaxSignals = 10_000;

    private readonly string path;

    private EdfHeader(string path) => this.path = path;

    /// <summary>Gets whether samples have 24 bits.</summary>
    public bool IsBdf { get; private init; }

    /// <summary>Gets the bytes of a sample.</summary>
    public int SampleBytes => IsBdf ? 3 : 2;

    /// <summary>Gets the bytes before the first data record.</summary>
    public int Length => Unit * (1 + Signals.Length);

    /// <summary>Gets what the header says of the number of data records; −1 where it was not known.</summary>
    public long Records { get; private init; }

    /// <summary>Gets the seconds of a data record; 0 for one that holds annotations alone.</summary>
    public double RecordSeconds { get; private init; }

    /// <summary>Gets when the recording began, in local time; null where that is no date.</summary>
    public DateTime? Start { get; private init; }

    /// <summary>Gets whether data records may be apart in time.</summary>
    public bool IsInterrupted { get; private init; }

    /// <summary>Gets the signals, those for annotations included.</summary>
    public EdfSignal[] Signals { get; private set; } = [];

    /// <summary>Gets the bytes of a data record.</summary>
    public int RecordBytes => SampleBytes * Signals.Sum(signal => signal.SamplesInRecord);

    /// <summary>
    /// Returns whether a file begins like one: its version, and then a date and a time where they belong, or two
    /// numbers that agree. So a damaged header is still known for one.
    /// </summary>
    public static bool IsMagic(ReadOnlySpan<byte> start) =>
        (start.Length > 0 && start[0] == 0xFF && start[1..].StartsWith("BIOSEMI"u8))
        || (start.StartsWith("0       "u8) && (HasDate(start) || (start.Length >= Unit && HeaderBytes(start)
            == Unit * (1L + Whole(start[252..256])))));

    // The date and the time of the recording: 02.08.51 and 09.30.00, with no line's end before them.
    private static bool HasDate(ReadOnlySpan<byte> start)
    {
        const int At = 168, Length = 16;
        if (start.Length < At + Length || start[..(At + Length)].Contains((byte)'\n'))
        {
            return false;
        }

        for (int i = 0; i < Length; i++)
        {
            byte value = start[At + i];
            if (i % 8 is 2 or 5 ? value != '.' : !char.IsAsciiDigit((char)value))
            {
                return false;
            }
        }

        return true;
    }

    private static long HeaderBytes(ReadOnlySpan<byte> start) => Whole(start[184..192]) ?? 0;

    private static int? Whole(ReadOnlySpan<byte> digits) =>
        int.TryParse(Encoding.Latin1.GetString(digits), CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>Reads a header.</summary>
    /// <param name="stream">Stands at the beginning.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="InvalidDataException">A number in it makes no sense; the message names it.</exception>
    public static EdfHeader Read(Stream stream, string path)
    {
        byte[] bytes = new byte[Unit];
        Fill(stream, bytes, path);
        string text = Encoding.Latin1.GetString(bytes);
        var header = new EdfHeader(path)
        {
            IsBdf = bytes[0] == 0xFF,
            Start = Date(text.Substring(168, 16)),
            IsInterrupted = text.Substring(192, 5) is "EDF+D" or "BDF+D",
            Records = (long)Number(path, "the number of data records", text.Substring(236, 8)),
            RecordSeconds = Number(path, "the duration of a data record", text.Substring(244, 8)),
        };
        int count = (int)Number(path, "the number of signals", text.Substring(252, 4));
        if (count is < 1 or > MaxSignals || header.RecordSeconds < 0.0)
        {
            throw new InvalidDataException(
                $"{path} is a damaged EDF file: its header has {count} signals in data records of "
                + $"{header.RecordSeconds} s.");
        }

        if (HeaderBytes(bytes) != Unit * (1L + count))
        {
            throw new InvalidDataException(
                $"{path} is a damaged EDF file: its header has {Unit * (1L + count)} bytes for {count} signals, and "
                + $"says '{text.Substring(184, 8).Trim()}'.");
        }

        byte[] rest = new byte[Unit * count];
        Fill(stream, rest, path);
        header.Signals = header.ReadSignals(Encoding.Latin1.GetString(rest), count);
        return header.RecordBytes > 0
            ? header
            : throw new InvalidDataException($"{path}: its data records are empty.");
    }

    private EdfSignal[] ReadSignals(string text, int count)
    {
        // Field after field, each for all signals.
        string Field(int before, int length, int signal) => text.Substring(before * count + length * signal, length);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                string label = Field(0, 16, i).Trim();
                double Value(string what, int before) => Number(path, $"{what} of '{label}'", Field(before, 8, i));
                double samples = Value("the samples in a data record", 216);
                var signal = new EdfSignal(
                    label, Field(96, 8, i).Trim(), Value("the physical minimum", 104),
                    Value("the physical maximum", 112), Value("the digital minimum", 120),
                    Value("the digital maximum", 128), (int)samples);
                return samples is >= 0 and <= 1 << 24
                    ? signal
                    : throw new InvalidDataException(
                        $"{path} is a damaged EDF file: '{label}' has {samples} samples in a data record.");
            }),
        ];
    }

    private static void Fill(Stream stream, byte[] bytes, string path)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException($"{path} is a damaged EDF file: it ends within its header.");
        }
    }

    private static double Number(string path, string what, string text) =>
        double.TryParse(text.Trim().Trim('\0'), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
            ? value
            : throw new InvalidDataException($"{path}: {what} is '{text.Trim()}', and no number.");

    /// <summary>Reads dd.mm.yyhh.mm.ss; the years 85 to 99 are those of the last century.</summary>
    private static DateTime? Date(string text)
    {
        int[] parts =
        [
            .. Enumerable.Range(0, 6).Select(i => int.TryParse(
                text.AsSpan(i < 3 ? 3 * i : 3 * i - 1, 2), NumberStyles.None, CultureInfo.InvariantCulture,
                out int part) ? part : -1),
        ];
        int year = parts[2] + (parts[2] < 85 ? 2000 : 1900);
        return parts.All(part => part >= 0) && parts[1] is >= 1 and <= 12
            && parts[0] >= 1 && parts[0] <= DateTime.DaysInMonth(year, parts[1])
            && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
            ? new DateTime(year, parts[1], parts[0], parts[3], parts[4], parts[5], DateTimeKind.Unspecified)
            : null;
    }
}

/// <summary>
/// One signal of a file: digital values d are physical ones, p = minimum + (d − d_min) (range/digital range).
/// </summary>
internal sealed record EdfSignal(
    string Label,
    string Unit,
    double PhysicalMinimum,
    double PhysicalMaximum,
    double DigitalMinimum,
    double DigitalMaximum,
    int SamplesInRecord)
{
    /// <summary>Gets whether it holds text instead of samples.</summary>
    public bool IsAnnotations => Label is "EDF Annotations" or "BDF Annotations";

    /// <summary>Gets whether it holds the codes of events, as BioSemi's last channel.</summary>
    public bool IsStatus => Label == "Status";

    public double Gain => (PhysicalMaximum - PhysicalMinimum) / (DigitalMaximum - DigitalMinimum);

    public double Offset => PhysicalMinimum - Gain * DigitalMinimum;
}
