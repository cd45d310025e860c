using System.Globalization;
using System.Text;
using System.Text.Json;
using Math4AI.Data;
using Math4AI.Data.Recorders;
using Math4AI.Data.Tables;

namespace Math4AI.Tests.Data;

/// <summary>Recordings in EDF and BDF, written here byte by byte by the published layout.</summary>
public sealed class EdfFileTests : TemporaryFolder
{
    private static readonly (string Label, string Unit, int Low, int High, int Samples)[] Two =
        [("EEG Fpz", "uV", -500, 500, 4), ("EEG Cz", "mV", 0, 10, 4)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Samples_are_physical_values_of_every_record(bool isBdf)
    {
        int[][] digital = [[-3, 0, 7, 100, -2000, 5, 6, 7], [1, 2, 3, 4, 32767, -32768, 0, -1]];
        Write("a.edf", isBdf, Two, records: 2, digital, []);
        using var file = new EdfFile(In("a.edf"));
        double half = isBdf ? 1 << 23 : 1 << 15;
        Assert.Equal((2, 8L, 8.0), (file.Channels, file.Length, file.SampleRate));
        Assert.Equal(["EEG Fpz", "EEG Cz"], file.Labels);
        Assert.Equal(["uV", "mV"], file.Units);
        Assert.Equal(new DateTime(2024, 3, 9, 17, 5, 59), file.Start);
        double[] block = new double[2 * 5];
        file.Read(2, 5, block);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(-500.0 + 1000.0 * (digital[0][i + 2] + half) / (2.0 * half - 1.0), block[i], 1e-9);
            Assert.Equal(10.0 * (digital[1][i + 2] + half) / (2.0 * half - 1.0), block[5 + i], 1e-9);
        }

        Assert.Equal(["EEG Fpz", "EEG Cz"], Table.Read(In("a.edf"), new TableOptions()).Names);
        using ISampleFile opened = SampleFile.Open(In("a.edf"));
        Assert.IsType<EdfFile>(opened);
    }

    [Fact]
    public void Annotations_are_kept_with_their_times_and_those_that_keep_time_are_left_out()
    {
        Write(
            "a.edf", false, [.. Two, ("EDF Annotations", "", -1, 1, 32)], records: 2, [new int[8], new int[8]],
            ["+0\x14\x14\0+0.125\x15" + "2.5\x14" + "blink\x14" + "left\x14\0", "+0.5\x14\x14\0+0.75\x14Ünruhe\x14\0"]);
        using var file = new EdfFile(In("a.edf"));
        Assert.Equal(2, file.Channels);
        Assert.Equal(
            [new(0.125, 2.5, "blink"), new(0.125, 2.5, "left"), new EdfAnnotation(0.75, null, "Ünruhe")],
            file.Annotations);
    }

    [Fact]
    public void Codes_of_events_are_annotations_and_no_signal()
    {
        Write(
            "a.bdf", true, [.. Two, ("Status", "Boolean", -8388608, 8388607, 4)], records: 2,
            [new int[8], new int[8], [0, 0x10000 + 5, 5, 0, 0, 0, 7, 7]], []);
        using var file = new EdfFile(In("a.bdf"));
        Assert.Equal(["EEG Fpz", "EEG Cz"], file.Labels);
        Assert.Equal([new(0.125, null, "code 5"), new EdfAnnotation(0.75, null, "code 7")], file.Annotations);
    }

    [Fact]
    public void Signals_of_another_rate_and_records_that_are_missing_are_said()
    {
        Write("a.edf", false, [.. Two, ("Resp", "V", 0, 1, 1)], records: 3, [new int[12], new int[12], new int[3]], []);
        byte[] bytes = File.ReadAllBytes(In("a.edf"));
        File.WriteAllBytes(In("cut.edf"), bytes[..^5]);
        using var file = new EdfFile(In("cut.edf"));
        Assert.Equal((2, 8L), (file.Channels, file.Length));
        Assert.Collection(
            file.Notes,
            note => Assert.Contains("Resp of other rates are left out", note, StringComparison.Ordinal),
            note => Assert.Contains("2 of the 3 data records", note, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(236, "many", "the number of data records")]
    [InlineData(244, "-1", "damaged EDF file: its header has 2 signals in data records of -1 s")]
    [InlineData(184, "512", "damaged EDF file: its header has 768 bytes for 2 signals, and says '512'")]
    [InlineData(244, "0", "lasts 0 s")]
    [InlineData(256 + 2 * (16 + 80 + 8), "500", "has no scale")]
    [InlineData(256 + 2 * 216, "nine", "the samples in a data record")]
    public void A_header_that_makes_no_sense_is_refused_with_the_reason(int at, string text, string reason)
    {
        Write("a.edf", false, Two, records: 1, [new int[4], new int[4]], []);
        byte[] bytes = File.ReadAllBytes(In("a.edf"));
        Encoding.ASCII.GetBytes(text.PadRight(8)).CopyTo(bytes, at);
        File.WriteAllBytes(In("b.edf"), bytes);
        var refusal = Assert.Throws<InvalidDataException>(() => SampleFile.Open(In("b.edf")));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_ends_within_its_header_is_called_an_EDF_file()
    {
        Write("a.edf", false, Two, records: 1, [new int[4], new int[4]], []);
        File.WriteAllBytes(In("b.edf"), File.ReadAllBytes(In("a.edf"))[..200]);
        var refusal = Assert.Throws<InvalidDataException>(() => Table.Read(In("b.edf")));
        Assert.Contains("a damaged EDF file: it ends within its header", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_separates_one_and_keeps_its_annotations()
    {
        const int Records = 250;
        var random = new Random(1);
        int[] one = [.. Enumerable.Range(0, 4 * Records).Select(_ => random.Next(-3000, 3001))];
        int[] two = [.. Enumerable.Range(0, 4 * Records).Select(i => i % 37 < 18 ? 2000 : -2100)];
        Write(
            "a.edf", false, [.. Two, ("EDF Annotations", "", -1, 1, 16)], Records,
            [[.. one.Zip(two, (x, y) => 2 * x + y)], [.. one.Zip(two, (x, y) => x - 2 * y)]],
            [.. Enumerable.Range(0, Records).Select(r => r == 3 ? "+1.5\x14\x14\0+1.6\x14start\x14\0" : "\0")]);
        Finished done = Repository.Ask(["separate", "a.edf", "-o", "out", "--json", "--no-report"], Folder);
        Assert.True(done.Code == 0, done.Errors);
        JsonElement result = JsonDocument.Parse(done.Output).RootElement;
        Assert.Equal(8, result.GetProperty("sampleRate").GetInt32());
        Assert.Equal("EEG Cz", result.GetProperty("labels")[1].GetString());
        JsonElement note = result.GetProperty("annotations")[0];
        Assert.Equal((1.6, "start"), (note.GetProperty("onset").GetDouble(), note.GetProperty("text").GetString()));
    }

    /// <summary>Writes data records of half a second.</summary>
    private void Write(
        string name,
        bool isBdf,
        (string Label, string Unit, int Low, int High, int Samples)[] signals,
        int records,
        int[][] digital,
        string[] texts)
    {
        using FileStream stream = File.Create(In(name));
        void Put(string text, int length) => stream.Write(Encoding.Latin1.GetBytes(text.PadRight(length)));
        void All(Func<(string Label, string Unit, int Low, int High, int Samples), string> field, int length)
        {
            foreach ((string, string, int, int, int) signal in signals)
            {
                Put(field(signal), length);
            }
        }

        string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
        Put(isBdf ? "\u00FFBIOSEMI" : "0", 8);
        Put("X X X X", 80);
        Put("Startdate 09-MAR-2024", 80);
        Put("09.03.2417.05.59", 16);
        Put(Text(256 * (1 + signals.Length)), 8);
        Put(isBdf ? "24BIT" : texts.Length > 0 ? "EDF+C" : "", 44);
        Put(Text(records), 8);
        Put("0.5", 8);
        Put(Text(signals.Length), 4);
        int half = isBdf ? 1 << 23 : 1 << 15;
        All(signal => signal.Label, 16);
        All(_ => "AgAgCl electrode", 80);
        All(signal => signal.Unit, 8);
        All(signal => Text(signal.Low), 8);
        All(signal => Text(signal.High), 8);
        All(_ => Text(-half), 8);
        All(_ => Text(half - 1), 8);
        All(_ => "HP:0.1Hz LP:75Hz", 80);
        All(signal => Text(signal.Samples), 8);
        All(_ => "", 32);
        for (int record = 0; record < records; record++)
        {
            for (int s = 0; s < signals.Length; s++)
            {
                int bytes = isBdf ? 3 : 2, count = signals[s].Samples;
                if (s >= digital.Length)
                {
                    byte[] text = new byte[bytes * count];
                    Encoding.UTF8.GetBytes(texts[record]).CopyTo(text, 0);
                    stream.Write(text);
                    continue;
                }

                foreach (int value in digital[s].AsSpan(record * count, count))
                {
                    stream.Write(BitConverter.GetBytes(value), 0, bytes);
                }
            }
        }
    }
}
