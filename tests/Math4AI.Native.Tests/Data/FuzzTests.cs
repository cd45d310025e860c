using System.IO.Compression;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;

namespace Math4AI.Tests.Data;

/// <summary>
/// Damaged files of every format end in a sentence, and not in a crash or in memory that is not there.
/// </summary>
public class FuzzTests : TemporaryFolder
{
    private const int Rounds = 400;
    private const long MaxAllocation = 64L << 20;

    [Theory]
    [InlineData("x.npy")]
    [InlineData("stored.npz")]
    [InlineData("deflated.npz")]
    [InlineData("x.safetensors")]
    [InlineData("comma.csv")]
    [InlineData("blank.dat")]
    public void A_damaged_file_is_read_or_refused_in_one_sentence(string name)
    {
        byte[] whole = Whole(name);
        var random = new Random(1);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = round % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int flip = 0; flip < round % 4 && damaged.Length > 0; flip++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(In("damaged"), damaged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Try(() => Table.Read(In("damaged")));
            Try(() => Assert.All(Table.ReadBlocks(In("damaged"), 3), block => Assert.InRange(block.Rows, 1, 3)));
            Try(() => MatrixFile.Read(In("damaged")));
            Try(() => SampleFile.Open(In("damaged")).Dispose());
            Try(() => NumberTable.Read(In("damaged"), names => names));
            Try(() => Safetensors.Read(In("damaged")));
            Try(() => ImageSet.Read(In("damaged")));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocation);
        }
    }

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException)
        {
            Assert.DoesNotContain('\n', e.Message.Trim());
            Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        }
    }

    private byte[] Whole(string name)
    {
        byte[] array = NumberTypeTests.Bytes("<f4", false, [5, 2], [.. Enumerable.Range(0, 10).Select(i => i / 7.0)]);
        switch (name)
        {
            case "x.npy":
                return array;
            case "x.safetensors":
                Safetensors.Write(In(name), new Dictionary<string, NamedArray>
                {
                    ["x"] = new([3], [1, 2, 3]),
                    ["y"] = new([3, 2], [1, 2, 3, 4, 5, 6]),
                });
                return File.ReadAllBytes(In(name));
            case "comma.csv":
                return "x,\"the y\",z\n1,0.5,2026-01-01\n2,,\"2026-01-02\"\n3,1e9,NA\n"u8.ToArray();
            case "blank.dat":
                return "x y  z\n1 0.5 7\n 2  1.5 8\n3 2.5 9\n"u8.ToArray();
            default:
                using (ZipArchive archive = ZipFile.Open(In(name), ZipArchiveMode.Create))
                {
                    foreach (string entry in new[] { "x.npy", "y.npy" })
                    {
                        using Stream stream = archive.CreateEntry(
                            entry, name == "stored.npz" ? CompressionLevel.NoCompression : CompressionLevel.Optimal)
                            .Open();
                        stream.Write(array);
                    }
                }

                return File.ReadAllBytes(In(name));
        }
    }
}
