using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Math4AI.Data;
using Math4AI.Data.Tables;

namespace Math4AI.Tests.Data;

/// <summary>MATLAB's files of level 5, written here byte by byte by the published layout.</summary>
public sealed class MatFileTests : TemporaryFolder
{
    private const int Double = 6;
    private const int Int16 = 10;
    private const int Text = 4;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void An_array_is_read_in_either_byte_order_packed_or_not(bool isBig, bool isPacked)
    {
        double[] columns = [1.5, -2.0, 1e300, 4.0, 0.1, -6.25];
        byte[] bytes = [.. columns.SelectMany(x => Eight(isBig, x))];
        Write("a.mat", isBig, isPacked, Array(isBig, "eeg", Double, [2, 3], 9, bytes));
        using ISampleFile file = SampleFile.Open(In("a.mat"));
        Assert.Equal((2, 3L), (file.Channels, file.Length));
        double[] block = new double[6];
        file.Read(0, 3, block);
        Assert.Equal([1.5, 1e300, 0.1, -2.0, 4.0, -6.25], block);
        Assert.Equal(1e300, MatrixFile.Read(In("a.mat"))[0, 1]);
    }

    [Fact]
    public void Numbers_stored_smaller_than_their_class_rows_and_a_rate_beside_them_are_read()
    {
        // MATLAB stores doubles that are small whole numbers as bytes, in the short form of an element.
        Write(
            "a.mat", false, false,
            [
                .. Array(false, "x", Double, [1, 3], 2, [7, 0, 255]),
                .. Array(false, "fs", Double, [1, 1], 4, [0x80, 0x3E]),
                .. Array(false, "y", Int16, [3, 1], 3, [1, 0, 0xFF, 0xFF, 0x10, 0x27]),
                .. Array(false, "note", Text, [1, 2], 4, [65, 0, 66, 0]),
            ]);
        Table table = Table.Read(In("a.mat"), new TableOptions());
        Assert.Equal(["x", "y"], table.Names);
        Assert.Equal([7.0, 0.0, 255.0], table.Numbers("x"));
        Assert.Equal([1.0, -1.0, 10000.0], table.Numbers("y"));
        using ISampleFile file = SampleFile.Open(In("a.mat"));
        Assert.Equal((2, 3L), (file.Channels, file.Length));
    }

    [Fact]
    public void What_cannot_be_read_is_refused_with_the_reason()
    {
        Write("text.mat", false, false, Array(false, "note", Text, [1, 2], 4, [65, 0, 66, 0]));
        byte[] good = Array(false, "x", Double, [2, 2], 2, [1, 2, 3, 4]);
        Write("cut.mat", false, false, good[..^4]);
        byte[] bad = [.. good];
        BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(32), 1 << 30);
        Write("huge.mat", false, false, bad);
        Write("new.mat", false, false, good);
        byte[] bytes = File.ReadAllBytes(In("new.mat"));
        bytes[125] = 2;
        File.WriteAllBytes(In("new.mat"), bytes);
        bytes[126] ^= 4;
        File.WriteAllBytes(In("order.mat"), bytes);
        File.WriteAllBytes(In("head.mat"), bytes[..100]);
        foreach ((string name, string reason) in new[]
        {
            ("text.mat", "holds no array of real numbers with rows and columns, only note"),
            ("cut.mat", "a damaged MATLAB file"), ("order.mat", "a damaged MATLAB file"),
            ("head.mat", "a damaged MATLAB file"),
            ("huge.mat", "too many to hold"), ("new.mat", "save it with"),
        })
        {
            var refusal = Assert.Throws<InvalidDataException>(() => SampleFile.Open(In(name)));
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Four(bool isBig, int value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        return isBig == BitConverter.IsLittleEndian ? [.. bytes.Reverse()] : bytes;
    }

    private static byte[] Eight(bool isBig, double value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        return isBig == BitConverter.IsLittleEndian ? [.. bytes.Reverse()] : bytes;
    }

    /// <summary>An element: of up to four bytes in the short form, padded to a multiple of 8 otherwise.</summary>
    private static byte[] Element(bool isBig, int type, byte[] content) => content.Length <= 4 && type != 14
        ? [.. Four(isBig, content.Length << 16 | type), .. content, .. new byte[4 - content.Length]]
        : [
            .. Four(isBig, type), .. Four(isBig, content.Length), .. content,
            .. new byte[(8 - content.Length % 8) % 8],
        ];

    private static byte[] Array(bool isBig, string name, int kind, int[] shape, int type, byte[] content) => Element(
        isBig, 14,
        [
            .. Element(isBig, 6, [.. Four(isBig, kind), .. Four(isBig, 0)]),
            .. Element(isBig, 5, [.. shape.SelectMany(length => Four(isBig, length))]),
            .. Element(isBig, 1, Encoding.ASCII.GetBytes(name)), .. Element(isBig, type, content),
        ]);

    private void Write(string name, bool isBig, bool isPacked, byte[] elements)
    {
        using FileStream stream = File.Create(In(name));
        stream.Write(Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)));
        stream.Write(isBig ? [1, 0, (byte)'M', (byte)'I'] : [0, 1, (byte)'I', (byte)'M']);
        if (!isPacked)
        {
            stream.Write(elements);
            return;
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(elements);
        }

        stream.Write([.. Four(isBig, 15), .. Four(isBig, (int)packed.Length), .. packed.ToArray()]);
    }
}
