using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Runtime;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Information;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// FastICA and the default method here, and FastICA in scikit-learn, one after the other on the same float64 samples,
/// several times: seconds, Amari errors, their ratios, and the memory that the separation takes beside its input.
/// </summary>
internal static class SeparationAgainstPeer
{
    private const double Tolerance = 1e-4;
    private const int Rounds = 5;

    // Beyond so many numbers a round takes minutes, most of them the peer's: one is made, without the default's search
    // over all pairs.
    private const long MaxOfManyRounds = 1 << 26;

    public static int Run(string[] words)
    {
        int channels = words.Length > 0 ? int.Parse(words[0], CultureInfo.InvariantCulture) : 3;
        int samples = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 4_800_000;
        string python = words.Length > 2 ? words[2] : "/usr/bin/python3";

        // The libraries are part of the process, not of the work.
        _ = Compute.HasMkl;
        double idle = Resident("VmRSS");
        Matrix<double> mixing = WellConditioned(channels);
        Matrix<double> mixture = Mixture(samples, mixing);
        double input = 8.0 * channels * samples / (1 << 20);
        Console.WriteLine($"{channels} x {samples} Laplace samples, float64, {input:0} MiB; {Compute.Processor}, "
            + $"{Compute.Threads} threads");

        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.npy");
        try
        {
            using (var writer = new NpyWriter(file, channels, samples, isDouble: true))
            {
                writer.Write(0, samples, mixture.AsColumnMajorArray());
            }

            Compare(mixture, mixing, python, file);
        }
        finally
        {
            File.Delete(file);
        }

        Console.WriteLine(
            $"peak memory above the idle process: {(Resident("VmHWM") - idle) / input:0.00} times the input");
        Iteration.Print(mixture);
        return 0;
    }

    private static void Compare(Matrix<double> mixture, Matrix<double> mixing, string python, string file)
    {
        Console.WriteLine("round   method       ours s  iter     Amari    peer s  iter     Amari   peer/ours");
        var ratios = new Dictionary<string, List<double>>();
        bool isLarge = (long)mixture.RowCount * mixture.ColumnCount > MaxOfManyRounds;
        for (int round = 1; round <= (isLarge ? 1 : Rounds); round++)
        {
            (double peerSeconds, int peerIterations, Matrix<double> peer) = Ask(python, file, round);
            double peerError = SeparationQuality.AmariError(peer * mixing);
            Separator[] methods =
            [
                Separator.FastIca(new FastIcaOptions { Seed = round, Tolerance = Tolerance }),
                Separator.MinimumMutualInformation(new MinimumMutualInformationOptions { Seed = round }),
            ];
            foreach (Separator method in isLarge ? methods[..1] : methods)
            {
                long start = Stopwatch.GetTimestamp();
                var ours = method.Separate(mixture);
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                double error = SeparationQuality.AmariError(ours.Unmixing.Matrix * mixing);
                ratios.TryAdd(method.Name, []);
                ratios[method.Name].Add(peerSeconds / seconds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{round,5}   {method.Name,-8} {seconds,10:0.000} {ours.Iterations,5} {error,9:0.000000} "
                    + $"{peerSeconds,9:0.000} {peerIterations,5} {peerError,9:0.000000} "
                    + $"{peerSeconds / seconds,11:0.0}"));
            }
        }

        foreach ((string method, List<double> times) in ratios)
        {
            Console.WriteLine($"{method}: median of the ratios {times.Order().ElementAt(times.Count / 2):0.0}");
        }
    }

    private static (double Seconds, int Iterations, Matrix<double> Unmixing) Ask(string python, string file, int seed)
    {
        string[] words =
            [file, Tolerance.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture)];
        using Process process = Peer.Start(python, "fastica.py", words);
        JsonElement result = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        process.WaitForExit();
        double[][] rows = result.GetProperty("unmixing").Deserialize<double[][]>()!;
        return (result.GetProperty("seconds").GetDouble(), result.GetProperty("iterations").GetInt32(),
            DenseMatrix.OfRowArrays(rows));
    }

    private static DenseMatrix Mixture(int samples, Matrix<double> mixing)
    {
        int channels = mixing.RowCount;
        double[] values = new double[(long)samples * channels];
        var random = new MersenneTwister(1, threadSafe: false);
        double[] source = new double[channels];
        for (int i = 0; i < samples; i++)
        {
            for (int k = 0; k < channels; k++)
            {
                double u = random.NextDouble() - 0.5;
                source[k] = -Math.Sign(u) * Math.Log(1.0 - 2.0 * Math.Abs(u));
            }

            for (int channel = 0; channel < channels; channel++)
            {
                double sum = 0.0;
                for (int k = 0; k < channels; k++)
                {
                    sum += mixing[channel, k] * source[k];
                }

                values[(long)channel * samples + i] = sum;
            }
        }

        return new DenseMatrix(samples, channels, values);
    }

    private static DenseMatrix WellConditioned(int order)
    {
        var random = new MersenneTwister(2, threadSafe: false);
        return DenseMatrix.Create(order, order, (i, j) => (i == j ? 1.0 : 0.0) + 0.5 * (random.NextDouble() - 0.5));
    }

    private static double Resident(string name)
    {
        string line =
            File.ReadLines("/proc/self/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture)
            / 1024;
    }

    public static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Math4AI.Native.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
