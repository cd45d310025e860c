using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// UMAP beside umap-learn: seconds, and the trustworthiness of both maps by one measure. Handwritten digits, letters,
/// and samples in many channels, which need the approximate search for neighbors.
/// </summary>
internal static class MapsAgainstPeer
{
    private const int Neighbors = 12;

    /// <param name="words">The Python of the peer, and one work; or nothing.</param>
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        (string Work, Func<Matrix<double>> Samples)[] works =
        [
            ("digits", () => Columns(Path.Combine(data, "digits", "optdigits.tes"), 64)),
            ("letter", () => Columns(Path.Combine(data, "tables", "letter.csv"), 16)),
            ("many-channels", ManyChannels),
        ];
        PeerTable.Begin("umap-learn");
        foreach ((string work, Func<Matrix<double>> samples) in
            works.Where(row => words.Length < 2 || row.Work == words[1]))
        {
            Compare(python, work, samples());
        }

        return 0;
    }

    private static void Compare(string python, string work, Matrix<double> samples)
    {
        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
        string points = file + ".points.npy";
        try
        {
            using (var writer = new NpyWriter(file, samples.ColumnCount, samples.RowCount, isDouble: true))
            {
                writer.Write(0, samples.RowCount, samples.ToColumnMajorArray());
            }

            // The first call of a process waits for its code to be compiled.
            UmapFit map = new Umap().Fit(samples.SubMatrix(0, Math.Min(500, samples.RowCount), 0, samples.ColumnCount));
            PeerTable.Compare(
                work, $"{samples.RowCount} × {samples.ColumnCount}",
                () =>
                {
                    map = new Umap().Fit(samples);
                    return [];
                },
                python, "maps.py", file,
                () =>
                [
                    map.Quality(Neighbors).Trustworthiness,
                    MapQuality.Of(samples, MatrixFile.Read(points).Transpose(), Neighbors).Trustworthiness,
                ]);
        }
        finally
        {
            File.Delete(file);
            File.Delete(points);
        }
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
