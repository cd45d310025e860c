using System.IO.Compression;
using System.Text;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Data;

public class DataFormatTests : TemporaryFolder
{
    private static readonly Matrix<double> Channels = Matrix<double>.Build.DenseOfRowMajor(2, 3, [1, 2, 3, 4, 5, 6]);

    private string Text(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private string Npz(string name, CompressionLevel level, params (string Name, byte[] Bytes)[] arrays)
    {
        using ZipArchive archive = ZipFile.Open(In(name), ZipArchiveMode.Create);
        foreach ((string entry, byte[] bytes) in arrays)
        {
            using Stream stream = archive.CreateEntry(entry + ".npy", level).Open();
            stream.Write(bytes);
        }

        return In(name);
    }

    [Fact]
    public void A_folder_is_refused_in_one_sentence()
    {
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => DataFormat.Of(In(".")));
        Assert.Equal($"{In(".")} is a folder, and a file is needed.", refusal.Message);
    }

    [Fact]
    public void Numbers_with_commas_between_semicolons_are_samples()
    {
        File.WriteAllText(In("names.csv"), "left;right\n0,5;1,25\n-2,0;3,5\n1,5;0,25\n");
        File.WriteAllText(In("plain.csv"), "0,5;1,25\n-2,0;3,5\n1,5;0,25\n");
        Assert.Equal([0.5, -2.0, 1.5, 1.25, 3.5, 0.25], Samples(In("names.csv")));
        Assert.Equal([0.5, -2.0, 1.5, 1.25, 3.5, 0.25], Samples(In("plain.csv")));

        // A semicolon within text between commas separates nothing.
        File.WriteAllText(In("text.csv"), "x,y\n1,a;b\n2,c;d\n");
        Assert.Equal(["x", "y"], Table.Read(In("text.csv")).Names);
    }

    [Fact]
    public void Text_with_more_channels_than_samples_is_to_be_transposed()
    {
        File.WriteAllText(In("wide.csv"), "1,2,3\n4,5,7\n");
        Assert.Equal(
            $"{In("wide.csv")} has 3 channels of 2 samples: transpose it to a column for each channel, "
                + "or record longer.",
            Assert.Throws<InvalidDataException>(() => SampleFile.Open(In("wide.csv"))).Message);
    }

    private static double[] Samples(string path)
    {
        using ISampleFile file = SampleFile.Open(path);
        double[] block = new double[file.Channels * file.Length];
        file.Read(0, (int)file.Length, block);
        return block;
    }

    [Fact]
    public void A_file_is_opened_by_what_it_holds_and_not_by_its_name()
    {
        NpyWriter.Write(In("array.txt"), Channels);
        string npz = Npz("archive.csv", CompressionLevel.NoCompression,
            ("x", NumberTypeTests.Bytes("<i2", false, [2, 3], [1, 2, 3, 4, 5, 6])));
        string csv = Text("text.npy", "a,b\n1,4\n2,5\n3,6\n");
        new Recording([[1, 2, 3], [4, 5, 6]], 8000).Save(In("sound.npz"), AudioFormat.WavFloat32);
        foreach (string path in new[] { In("array.txt"), npz, csv, In("sound.npz") })
        {
            Assert.Equal([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Samples(path));
        }

        Assert.Equal(Channels, MatrixFile.Read(In("array.txt")));
        Assert.Equal(Channels, MatrixFile.Read(npz));
        Assert.Equal(Channels.Transpose(), MatrixFile.Read(csv));
        Assert.Equal([4.0, 5.0, 6.0], Table.Read(In("sound.npz")).Numbers("c2"));
        Assert.True(Recording.IsSound(In("sound.npz")));
        Assert.False(Recording.IsSound(csv));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void An_archive_gives_columns_by_name_and_channels_in_the_order_of_their_names(CompressionLevel level)
    {
        string path = Npz(
            "x.npz", level, ("y", NumberTypeTests.Bytes(">f8", false, [3], [4, 5, 6])),
            ("x", NumberTypeTests.Bytes("|u1", false, [3], [1, 2, 3])));
        Assert.Equal(["x", "y"], Table.Read(path).Names);
        Assert.Equal([4.0, 5.0, 6.0], Table.Read(path).Numbers("y"));
        Assert.Equal([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Samples(path));
        Assert.Equal([2, 1], Table.ReadBlocks(path, 2).Select(block => block.Rows));
        Assert.Contains("x (3)", Assert.Throws<InvalidDataException>(() => MatrixFile.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_whose_bytes_have_changed_is_refused()
    {
        byte[] array = NumberTypeTests.Bytes("<f8", false, [20], [.. Enumerable.Range(0, 20).Select(i => i + 0.1)]);
        string path = Npz("x.npz", CompressionLevel.NoCompression, ("x", array));
        byte[] bytes = File.ReadAllBytes(path);
        int place = bytes.AsSpan().IndexOf(array.AsSpan(^16));
        bytes[place + 3] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("x.npy is damaged", Assert.Throws<InvalidDataException>(() => Table.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_format_knows_is_refused_with_the_formats_that_there_are()
    {
        File.WriteAllBytes(In("x.bin"), [0, 1, 2, 3, 0, 255]);
        string message = Assert.Throws<InvalidDataException>(() => SampleFile.Open(In("x.bin"))).Message;
        Assert.Contains("x.bin", message, StringComparison.Ordinal);
        Assert.All([".npy", ".npz", ".csv", ".wav"], ending =>
            Assert.Contains(ending, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_format_of_ones_own_is_read_by_every_door()
    {
        DataFormat.Register(new HexFormat());
        string path = Text("x.hex", "HEX1 01 02 03 ff");
        Assert.Equal("numbers in base 16 (.hex)", DataFormat.Of(path).Name);
        Assert.Equal([1.0, 2.0, 3.0, 255.0], Table.Read(path).Numbers("value"));
        Assert.Equal([1.0, 2.0, 3.0, 255.0], Samples(path));
        Assert.Equal(255.0, MatrixFile.Read(path)[3, 0]);
        Assert.Equal(4, NumberTable.Read(path, names => names).Rows);
    }

    [Theory]
    [InlineData("x,y\n1,0.5\n2,1.5\n")]
    [InlineData("x;y\n1;0.5\n2;1.5\n")]
    [InlineData("x;y\n1;0,5\n2;1,5\n")]
    [InlineData("x\ty\n1\t0.5\n2\t1.5\n")]
    [InlineData("x\ty\n1\t0,5\n2\t1,5\n")]
    [InlineData("x y\n1 0.5\n2 1.5\n")]
    [InlineData("  x   y  \r\n 1     0.5\r\n2 \t 1.5 \r\n")]
    [InlineData("\"x\" 'y\n1 0.5\n2 1.5")]
    public void Separators_and_decimal_commas_are_found(string text)
    {
        Table table = Table.Read(Text("t.csv", text));
        Assert.Equal([1.0, 2.0], table.Numbers("x"));
        Assert.Equal([0.5, 1.5], table.Numbers(table.Names[1]));
        Assert.Equal([1.0, 2.0, 0.5, 1.5], Samples(In("t.csv")));
    }

    [Theory]
    [InlineData("name\nJohn Smith\nJane Doe\n")]
    [InlineData("when\n2026-01-01 10:00\n2026-01-02 11:00\n")]
    [InlineData("day time\n2026-01-01 10:00\n2026-01-02 11:00\n")]
    [InlineData("a note\n1\n2\n")]
    public void Blanks_within_one_column_separate_nothing(string text) =>
        Assert.Single(Table.Read(Text("t.csv", text)).Names);

    [Fact]
    public void Blanks_are_joined_across_the_blocks_that_a_text_is_read_in()
    {
        var text = new StringBuilder("x y\n");
        for (int i = 0; i < 20_000; i++)
        {
            text.Append(i).Append(' ', 1 + i % 7).Append(i + 0.5).Append(' ', i % 3).Append('\n');
        }

        Table table = Table.Read(Text("t.dat", text.ToString()));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => (double)i), table.Numbers("x"));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => i + 0.5), table.Numbers("y"));
    }

    /// <summary>A format that is written with the public members alone.</summary>
    private sealed class HexFormat : DataFormat
    {
        public override string Name => "numbers in base 16 (.hex)";

        public override bool Matches(ReadOnlySpan<byte> start) => start.StartsWith("HEX1"u8);

        public override IEnumerable<Table> ReadBlocks(string path, int rows, TableOptions options)
        {
            double[] values =
                [.. File.ReadAllText(path).Split(' ').Skip(1).Select(word => (double)Convert.ToInt32(word, 16))];
            for (int first = 0; first < values.Length; first += Math.Min(rows, values.Length - first))
            {
                yield return Table.OfNumbers(
                    [("value", values[first..Math.Min(values.Length, first + Math.Min(rows, values.Length))])], first);
            }
        }
    }

    [Fact]
    public void A_message_lists_twenty_columns_and_the_number_of_the_others()
    {
        File.WriteAllText(
            In("wide.csv"), string.Join(',', Enumerable.Range(1, 1000).Select(i => $"x{i}")) + "\n"
                + string.Join(',', Enumerable.Repeat("1", 1000)) + "\n");
        Table table = Table.Read(In("wide.csv"));
        string message = Assert.Throws<ArgumentException>(() => table.Numbers("y")).Message;
        Assert.EndsWith("x19, x20 and 980 more.", message, StringComparison.Ordinal);
    }
}
