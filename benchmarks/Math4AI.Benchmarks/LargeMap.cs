using System.Diagnostics;
using System.Globalization;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// t-SNE of many samples: seconds, memory, and what the map is worth. Curved sheets of four directions in 20 channels,
/// in 30 groups.
/// </summary>
internal static class LargeMap
{
    private const int Groups = 30;
    private const int Channels = 20;
    private const int Directions = 4;

    /// <param name="words">The number of samples; or nothing.</param>
    public static int Run(string[] words)
    {
        int count = words.Length > 0 ? int.Parse(words[0], CultureInfo.InvariantCulture) : 100_000;
        Matrix<double> places = Matrix<double>.Build.Random(count, Directions, 1);
        Matrix<double> sheets = Matrix<double>.Build.Random(2 * Directions, Channels, 2);
        Matrix<double> centers = 4.0 * Matrix<double>.Build.Random(Groups, Channels, 3);
        Matrix<double> curved = places.Append(places.PointwisePower(2.0)) * sheets;
        Matrix<double> samples = curved.MapIndexed((i, j, value) => value + centers[i % Groups, j]);
        int[] groups = [.. Enumerable.Range(0, count).Select(i => i % Groups)];
        double before = Process.GetCurrentProcess().WorkingSet64 / 1e6;
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        TsneFit map = new Tsne().Fit(samples);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double all = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        double peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        MapQuality quality = map.Quality();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"t-SNE of {count} × {Channels}: {all:0} s of the processor, {wall:0} s of the wall; {before:0} MB before, "
            + $"at most {peak:0} MB; divergence {map.Divergence:0.000}, trustworthiness "
            + $"{quality.Trustworthiness:0.0000}, nearest point of the same group "
            + $"{MapQuality.NeighborHits(map.Positions, groups):0.0000}"));
        return 0;
    }
}
