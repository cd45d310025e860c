using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Audio;
using Math4AI.Data.Arrays;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// BSS Eval here and in mir_eval, on voices of the built-in party and noisy mixtures of them: seconds, and the largest
/// difference.
/// </summary>
internal static class BssEvalAgainstPeer
{
    private const int Rounds = 5;

    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        Console.WriteLine(
            "sources  seconds of sound  ours s (first, median)  mir_eval s  peer/ours  largest difference dB");
        foreach ((int sources, int seconds) in new[] { (2, 10), (3, 10), (3, 30) })
        {
            (double[][] references, double[][] estimates) = Signals(sources, seconds);
            var times = new List<double>();
            BssEvalResult ours = BssEval.Compare(references[..1], estimates[..1]);
            for (int round = 0; round < Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                ours = BssEval.Compare(references, estimates);
                times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            JsonElement peer = Ask(python, references, estimates);
            double median = times.Order().ElementAt(Rounds / 2), theirs = peer.GetProperty("seconds").GetDouble();
            double difference = new[] { ("sdr", ours.Sdr), ("sir", ours.Sir), ("sar", ours.Sar) }
                .Max(pair =>
                    peer.GetProperty(pair.Item1).Deserialize<double[]>()!.Zip(pair.Item2, (a, b) => Math.Abs(a - b))
                        .Max());
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sources,7} {seconds,17} {times[0],13:0.000} {median,9:0.000} {theirs,11:0.000} "
                + $"{theirs / median,10:0.0} {difference,14:0.0e0}"));
        }

        return 0;
    }

    /// <summary>
    /// Sources at 16 kHz, and estimates in which the others are heard, delayed, 20 dB below, and a noise, 40 dB below.
    /// </summary>
    private static (double[][] References, double[][] Estimates) Signals(int sources, int seconds)
    {
        const int Rate = 16_000;
        Recording[] parties =
            [.. Enumerable.Range(1, (seconds + 9) / 10).Select(seed => CocktailParty.Sources(seed).Resample(Rate))];
        double[][] references =
        [
            .. Enumerable.Range(0, sources).Select(k =>
                parties.SelectMany(party => party.Channel(k).ToArray()).Select(x => (double)x).Take(seconds * Rate)
                    .ToArray()),
        ];
        var random = new Random(1);
        double[][] estimates =
        [
            .. references.Select((own, k) => own.Select((x, t) =>
                x + 0.1 * references.Where((_, j) => j != k).Sum(other => t >= 7 ? other[t - 7] : 0.0)
                    + 0.001 * (random.NextDouble() - 0.5)).ToArray()),
        ];
        return (references, estimates);
    }

    private static JsonElement Ask(string python, double[][] references, double[][] estimates)
    {
        string folder = Directory.CreateTempSubdirectory("math4ai-").FullName;
        try
        {
            string[] files = [Path.Combine(folder, "references.npy"), Path.Combine(folder, "estimates.npy")];
            NpyWriter.Write(files[0], Matrix<double>.Build.DenseOfRowArrays(references));
            NpyWriter.Write(files[1], Matrix<double>.Build.DenseOfRowArrays(estimates));
            using Process process = Peer.Start(python, "bss_eval.py", files);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return JsonDocument.Parse(output).RootElement;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
