using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
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
    [InlineData("x.edf")]
    [InlineData("x.mat")]
    public void A_damaged_file_is_read_or_refused_in_one_sentence(string name) => Damage(name, seed: 1, Rounds);

    /// <summary>
    /// The same for minutes, with other damages each time; the seed that is shown repeats what was found.
    /// </summary>
    [Fact(Explicit = true)]
    [Trait("Check", "fuzz")]
    public void Damaged_files_of_every_format_for_minutes()
    {
        double seconds = double.Parse(
            Environment.GetEnvironmentVariable("MATH4AI_FUZZ_SECONDS") ?? "120", CultureInfo.InvariantCulture);
        long files = 0, start = Stopwatch.GetTimestamp();
        string[] names = ["x.npy", "stored.npz", "deflated.npz", "x.safetensors", "comma.csv", "blank.dat", "x.edf",
            "x.mat"];
        for (int seed = Environment.TickCount; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; seed++)
        {
            string name = names[(seed & int.MaxValue) % names.Length];
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}, seed {seed}");
            Damage(name, seed, Rounds);
            files += Rounds;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files");
    }

    private void Damage(string name, int seed, int rounds)
    {
        byte[] whole = Whole(name);
        var random = new Random(seed);
        for (int round = 0; round < rounds; round++)
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
            case "x.edf":
                return Edf();
            case "x.mat":
                return Mat();
            case "comma.csv":
                return "x,\"the y\",z\n1,0.5,2026-01-01\n2,,\"2026-01-02\"\n3,1e9,NA\n"u8.ToArray();
            case "blank.dat":
                return "x y  z\n1 0.5 7\n 2  1.5 8\n3 2.5 9\n"u8.ToArray();
            default:
                using (var archive = new ZipArchive(File.Create(In(name)), ZipArchiveMode.Create))
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

    /// <summary>One signal of two records, by the published layout.</summary>
    private static byte[] Edf()
    {
        var text = new StringBuilder();
        void Put(string value, int length) => text.Append(value.PadRight(length));
        Put("0", 8);
        Put("X", 80);
        Put("Startdate 09-MAR-2024", 80);
        Put("09.03.2417.05.59", 16);
        Put("512", 8);
        Put("EDF+C", 44);
        Put("2", 8);
        Put("1", 8);
        Put("1", 4);
        Put("EEG Cz", 16);
        Put(string.Empty, 80);
        foreach (string value in new[] { "uV", "-500", "500", "-32768", "32767" })
        {
            Put(value, 8);
        }

        Put(string.Empty, 80);
        Put("4", 8);
        Put(string.Empty, 32);
        return [.. Encoding.ASCII.GetBytes(text.ToString()), 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0];
    }

    /// <summary>An array x of 2 × 2 doubles in a file of MATLAB's level 5.</summary>
    private static byte[] Mat()
    {
        var data = new MemoryStream();
        using var writer = new BinaryWriter(data);
        writer.Write(Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)));
        writer.Write((short)0x0100);
        writer.Write("IM"u8);
        int[] words = [14, 88, 6, 8, 6, 0, 5, 8, 2, 2, 1, 1];
        Array.ForEach(words, writer.Write);
        writer.Write("x\0\0\0\0\0\0\0"u8);
        Array.ForEach([9, 32], writer.Write);
        Array.ForEach([1.0, 2.5, -3.0, 1e9], writer.Write);
        return data.ToArray();
    }
}
