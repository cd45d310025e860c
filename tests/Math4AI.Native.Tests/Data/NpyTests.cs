using System.IO.Compression;
using System.Text;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Data;

public class NpyTests : TemporaryFolder
{
    private string Write(string type, string order, string shape, byte[] data)
    {
        string text = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}";
        text = text.PadRight(117) + "\n";
        File.WriteAllBytes(
            In("x.npy"), [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.ASCII.GetBytes(text), .. data]);
        return In("x.npy");
    }

    private static byte[] Doubles(params double[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Singles(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    [Theory]
    [InlineData("<f8", "False")]
    [InlineData("<f8", "True")]
    [InlineData("<f4", "False")]
    [InlineData("<f4", "True")]
    public void Every_type_and_order_gives_channels_of_samples(string type, string order)
    {
        double[] rows = [1, 2, 3, 4, 5, 6];
        double[] columns = [1, 4, 2, 5, 3, 6];
        double[] stored = order == "True" ? columns : rows;
        byte[] data = type == "<f8" ? Doubles(stored) : Singles([.. stored.Select(x => (float)x)]);
        using var source = new NpySource(Write(type, order, "(2, 3)", data));
        double[] block = new double[4];
        source.Read(1, 2, block);
        Assert.Equal([2.0, 3.0, 5.0, 6.0], block);
        Assert.Equal(Math.ScaleB(1.0, type == "<f8" ? -52 : -23), source.Epsilon);

        Matrix<double> matrix = MatrixFile.Read(In("x.npy"));
        Assert.Equal(Matrix<double>.Build.DenseOfRowMajor(2, 3, rows), matrix);
    }

    [Theory]
    [InlineData("<f4", "False", false)]
    [InlineData("<f4", "True", false)]
    [InlineData("<f4", "False", true)]
    [InlineData(">f4", "False", true)]
    [InlineData("<f8", "False", true)]
    public void Samples_in_float32_are_those_in_float64_centered_scaled_and_rounded(
        string type, string order, bool rowsAreSamples)
    {
        // Far from zero, the mean must be taken away before anything is rounded.
        const int Channels = 7, Length = 83;
        float[] numbers = [.. Enumerable.Range(0, Channels * Length).Select(i => 1e6f + 3.25f * (i % 101))];
        byte[] data = type == "<f8" ? Doubles([.. numbers.Select(x => (double)x)]) : Singles(numbers);
        if (type[0] == '>')
        {
            data = [.. data.Chunk(sizeof(float)).SelectMany(number => number.Reverse())];
        }

        string shape = rowsAreSamples ? $"({Length}, {Channels})" : $"({Channels}, {Length})";
        using var source = new NpySource(Write(type, order, shape, data), rowsAreSamples);
        double[] shift = [.. Enumerable.Range(0, Channels).Select(c => 1e6 + c / 3.0)];
        double[] scale = [.. Enumerable.Range(0, Channels).Select(c => 0.1 * (c + 1))];
        const int Start = 5, Count = 70;
        double[] exact = new double[Channels * Count];
        float[] narrow = new float[Channels * Count];
        source.Read(Start, Count, exact);
        source.Read(Start, Count, shift, scale, narrow);
        Assert.Equal(
            exact.Select((x, i) => (float)((x - shift[i / Count]) * scale[i / Count])), narrow);
    }

    [Fact]
    public void What_is_written_reads_back_to_the_bit()
    {
        Matrix<double> matrix = Matrix<double>.Build.Random(3, 5, 1);
        NpyWriter.Write(In("m.npy"), matrix);
        Assert.Equal(matrix, MatrixFile.Read(In("m.npy")));
        Assert.Equal(0, (new FileInfo(In("m.npy")).Length - 15 * 8) % 64);

        NpyWriter.Write(In("v.npy"), Vector<double>.Build.Dense([1.0, 2.0]));
        Assert.Equal(Matrix<double>.Build.DenseOfRowMajor(2, 1, [1.0, 2.0]), MatrixFile.Read(In("v.npy")));

        using (var writer = new NpyWriter(In("s.npy"), 2, 4, isDouble: false))
        {
            writer.Write(2, 2, [3, 4, 7, 8]);
            writer.Write(0, 2, [1, 2, 5, 6]);
        }

        Assert.Equal(
            Matrix<double>.Build.DenseOfRowMajor(2, 4, [1, 2, 3, 4, 5, 6, 7, 8]), MatrixFile.Read(In("s.npy")));
    }

    [Theory]
    [InlineData("|O", "(2, 3)", "type")]
    [InlineData("<c16", "(2, 3)", "type")]
    [InlineData("<U8", "(2, 3)", "type")]
    [InlineData("<f16", "(2, 3)", "type")]
    [InlineData("<i3", "(2, 3)", "type")]
    [InlineData("<f8", "(2, 4)", "damaged")]
    [InlineData("<f8", "(9223372036854775807, 9223372036854775807)", "damaged")]
    [InlineData("<f8", "(99999999999999999999, 2)", "length")]
    [InlineData("<f8", "(6,)", "channels × samples is needed: reshape it")]
    [InlineData("<f8", "(6, 1)", "6 channels of 1 sample: transpose it to channels × samples, or record longer")]
    [InlineData("<f8", "(-2, -3)", "header")]
    public void Arrays_that_are_something_else_are_refused_with_the_reason(string type, string shape, string reason)
    {
        string path = Write(type, "False", shape, Doubles(1, 2, 3, 4, 5, 6));
        var refusal = Assert.Throws<InvalidDataException>(() => new NpySource(path));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("x.npy", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        byte[] whole = File.ReadAllBytes(Write("<f8", "False", "(2, 3)", Doubles(1, 2, 3, 4, 5, 6)));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(In("cut.npy"), whole[..length]);
            Assert.Throws<InvalidDataException>(() => new NpySource(In("cut.npy")));
        }
    }

    [Fact]
    public void A_shape_whose_product_wraps_around_is_refused()
    {
        // 2¹²⁵ + 20733043 elements: eight times that, in 128 bits, are 8 · 20733043.
        byte[] header =
            NpyHeader.Write(isDouble: true, isFortranOrder: false, 6521907795794020251, 6521910029538953225);
        using (FileStream file = File.Create(In("wraps.npy")))
        {
            file.Write(header);
            file.SetLength(header.Length + 8L * 20733043);
        }

        Assert.Contains("is damaged", Assert.Throws<InvalidDataException>(() => Table.Read(In("wraps.npy"))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new NpySource(In("wraps.npy")).Dispose());
    }

    [Fact]
    public void Infinity_is_no_number_of_a_table_and_more_cells_than_fit_are_refused()
    {
        File.Move(Write("<f8", "False", "(3, 2)", Doubles(1.0, 2.0, 3.0, double.PositiveInfinity, 5.0, 6.0)),
            In("i.npy"));
        Assert.Contains("column 'c2', row 2",
            Assert.Throws<InvalidDataException>(() => Table.Read(In("i.npy"))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => Table.ReadBlocks(In("i.npy"), 2).ToList());

        // A small archive that unpacks to as many zeros as it likes.
        byte[] header = NpyHeader.Write(isDouble: false, isFortranOrder: false, 1L << 27);
        string text = Encoding.Latin1.GetString(header).Replace("'<f4'", "'|u1'", StringComparison.Ordinal);
        using (ZipArchive archive = ZipFile.Open(In("bomb.npz"), ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("x.npy").Open();
            entry.Write(Encoding.Latin1.GetBytes(text));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 128; i++)
            {
                entry.Write(zeros);
            }
        }

        Assert.Contains("cells", Assert.Throws<InvalidDataException>(() => Table.Read(In("bomb.npz"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_claims_gigabytes_is_refused()
    {
        byte[] bytes = [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0x7F, .. new byte[100]];
        File.WriteAllBytes(In("x.npy"), bytes);
        Assert.Throws<InvalidDataException>(() => new NpySource(In("x.npy")));
    }

    [Fact]
    public void Python_reads_what_is_written_here_and_the_other_way_round()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(
            File.Exists(Python) && Repository.Run(Python, ["-c", "import numpy"]).Code == 0, "NumPy is not installed.");
        NpyWriter.Write(In("m.npy"), Matrix<double>.Build.DenseOfRowMajor(2, 3, [1, 2, 3, 4, 5, 6]));
        Finished python = Repository.Run(
            Python,
            ["-c", "import numpy as n; a=n.load('m.npy'); print(a.tolist()); n.save('f.npy', "
                + "n.asfortranarray(a.astype('f4')))"],
            Folder);
        Assert.Equal("[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]", python.Output.Trim());
        Assert.Equal(MatrixFile.Read(In("m.npy")), MatrixFile.Read(In("f.npy")));
    }
}
