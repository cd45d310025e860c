using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Arrays;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// UMAP beside umap-learn: seconds, and the trustworthiness of both maps by one measure. Handwritten digits, letters,
/// and samples in many channels, which need the approximate search for neighbors; the 60,000 images of Fashion-MNIST
/// where their folder is given. With seeds, how both vary with them.
/// </summary>
internal static class MapsAgainstPeer
{
    private const int Neighbors = 12;

    /// <param name="words">
    /// The Python of the peer, one work, and the folder of Fashion-MNIST or a number of seeds; or nothing.
    /// </param>
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        (string Work, Func<Matrix<double>> Samples)[] works =
        [
            ("digits", () => Columns(Path.Combine(data, "digits", "optdigits.tes"), 64)),
            ("satellite", () => Columns(Path.Combine(data, "tables", "satellite.csv"), 36)),
            ("letter", () => Columns(Path.Combine(data, "tables", "letter.csv"), 16)),
            ("many-channels", ManyChannels),
            ("fashion", () => Images(words.ElementAtOrDefault(2) ?? "/usr/share/datasets/fashion-mnist")),
        ];
        if (words.Length > 2 && int.TryParse(words[2], CultureInfo.InvariantCulture, out int seeds))
        {
            Vary(python, works.First(row => row.Work == words[1]).Samples(), seeds);
            return 0;
        }

        PeerTable.Begin("umap-learn");
        foreach ((string work, Func<Matrix<double>> samples) in
            works.Where(row => words.Length < 2 ? row.Work != "fashion" : row.Work == words[1]))
        {
            Compare(python, work, samples());
        }

        return 0;
    }

    private static void Compare(string python, string work, Matrix<double> samples) => WithFile(samples, file =>
    {
        // The first call of a process waits for its code to be compiled.
        UmapFit map = new Umap().Fit(samples.SubMatrix(0, Math.Min(500, samples.RowCount), 0, samples.ColumnCount));
        PeerTable.Compare(
            work, $"{samples.RowCount} × {samples.ColumnCount}",
            () =>
            {
                map = new Umap().Fit(samples);
                return [];
            },
            python, "maps.py", file, () => [Trust(samples, map.Positions), Trust(samples, PeersPoints(file))]);
    });

    /// <summary>Trustworthiness by seed of ours, and of as many maps of the peer with seeds of its own.</summary>
    private static void Vary(string python, Matrix<double> samples, int seeds) => WithFile(samples, file =>
    {
        using (Process process = Peer.Start(python, "maps.py", [$"{seeds}", file]))
        {
            _ = process.StandardOutput.ReadToEnd();
        }

        for (int seed = 1; seed <= seeds; seed++)
        {
            UmapFit map = new Umap { Seed = seed }.Fit(samples);
            string points = $"{file}.{seed}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"seed {seed}: {Trust(samples, map.Positions):0.00000}, umap-learn "
                + $"{Trust(samples, PeersPoints(points)):0.00000}; cross entropy for each sample "
                + $"{map.CrossEntropy:0.000}"));
            File.Delete(PointsOf(points));
        }
    });

    private static void WithFile(Matrix<double> samples, Action<string> work)
    {
        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
        try
        {
            using (var writer = new NpyWriter(file, samples.ColumnCount, samples.RowCount, isDouble: true))
            {
                writer.Write(0, samples.RowCount, samples.ToColumnMajorArray());
            }

            work(file);
        }
        finally
        {
            File.Delete(file);
            File.Delete(PointsOf(file));
        }
    }

    private static string PointsOf(string file) => file + ".points.npy";

    private static Matrix<double> PeersPoints(string file) => MatrixFile.Read(PointsOf(file)).Transpose();

    private static double Trust(Matrix<double> samples, Matrix<double> positions) =>
        MapQuality.Of(samples, positions, Neighbors).Trustworthiness;

    private static Matrix<double> Images(string folder)
    {
        var images = ImageSet.Read(Path.Combine(folder, "train-images-idx3-ubyte.gz"));
        int pixels = images.Height * images.Width;
        return Matrix<double>.Build.Dense(images.Count, pixels, (i, j) => images.Pixels[i * pixels + j]);
    }

    private static Matrix<double> Columns(string path, int count)
    {
        Table table = Table.Read(path);
        return Matrix<double>.Build.DenseOfColumnArrays(
            [.. table.Names.Where(table.IsNumeric).Take(count).Select(table.Numbers)]);
    }

    /// <summary>Groups on curved sheets of four directions, in 256 channels.</summary>
    private static Matrix<double> ManyChannels()
    {
        const int Samples = 20_000, Groups = 10, Directions = 4, Channels = 256;
        Matrix<double> places = Matrix<double>.Build.Random(Samples, Directions, 1);
        Matrix<double> bent = places.Append(places.PointwisePower(2.0)).Append(places.PointwiseTanh());
        Matrix<double> sheets = Matrix<double>.Build.Random(3 * Directions, Channels, 2);
        Matrix<double> centers = 4.0 * Matrix<double>.Build.Random(Groups, Channels, 3);
        Matrix<double> noise = 0.1 * Matrix<double>.Build.Random(Samples, Channels, 4);
        Matrix<double> curved = bent * sheets;
        return curved.MapIndexed((i, j, value) => value + centers[i % Groups, j] + noise[i, j]);
    }
}
