using System.IO.Compression;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Language.Words;

namespace Math4AI.Tests.Data;

public sealed class GzipFileTests : TemporaryFolder
{
    private static readonly byte[] First = [.. Enumerable.Range(0, 3000).Select(i => (byte)('a' + i * i % 23))];
    private static readonly byte[] Second = [.. "a second member, a shorter one\n"u8];

    [Fact]
    public void Members_are_read_one_after_the_other_and_a_file_that_was_cut_anywhere_is_refused()
    {
        byte[] one = Packed(First), both = [.. one, .. Packed(Second)];
        File.WriteAllBytes(In("one.gz"), one);
        Assert.Equal(First, Read(In("one.gz")));
        File.WriteAllBytes(In("both.gz"), both);
        Assert.Equal([.. First, .. Second], Read(In("both.gz")));
        File.WriteAllBytes(In("plain"), First);
        Assert.Equal(First, Read(In("plain")));
        for (int length = 2; length < both.Length; length++)
        {
            // The first member alone is a whole file.
            File.WriteAllBytes(In("cut"), both[..length]);
            if (length != one.Length)
            {
                Assert.Throws<InvalidDataException>(() => Read(In("cut")));
            }
        }
    }

    [Fact]
    public void Texts_and_corpora_come_compressed_and_vectors_are_told_to_be_unpacked()
    {
        byte[] text = [.. "the cat sat\nthe dog ran\n"u8];
        File.WriteAllBytes(In("t.gz"), Packed(text));
        Assert.Equal(text, System.Text.Encoding.UTF8.GetBytes(TextFile.Read(In("t.gz"))));
        File.WriteAllBytes(In("cut.gz"), Packed(text)[..^9]);
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(
            () => TextFile.Read(In("cut.gz"))).Message, StringComparison.Ordinal);
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(
            () => WordVectors.Train(In("cut.gz"), new() { MinCount = 1, Dimensions = 1 })).Message,
            StringComparison.Ordinal);
        Assert.Contains("gunzip", Assert.Throws<InvalidDataException>(
            () => WordVectors.Load(In("t.gz"))).Message, StringComparison.Ordinal);
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var target = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            target.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Read(string path)
    {
        using Stream stream = GzipFile.Open(path);
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
