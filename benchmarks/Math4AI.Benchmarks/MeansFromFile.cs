using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Math4AI.Data.Arrays;
using Math4AI.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Benchmarks;

/// <summary>
/// k-means from a file of rows × 16, float32: one pass of Lloyd's algorithm beside what cannot be avoided, which is
/// reading the file once, and the products of its rows with 64 centers.
/// </summary>
internal static class MeansFromFile
{
    private const int Columns = 16;
    private const int Clusters = 64;
    private const int Passes = 4;
    private const int Written = 1 << 20;
    private const int RowsOfProduct = 4096;
    private const int BytesOfRead = 1 << 20;

    /// <param name="words">The number of rows, and the folder of the file; or nothing.</param>
    public static int Run(string[] words)
    {
        long rows = words.Length > 0 ? long.Parse(words[0], CultureInfo.InvariantCulture) : 20_000_000;
        string folder = words.Length > 1 ? words[1] : Path.GetTempPath();
        string path = Path.Combine(folder, $"math4ai-{Guid.NewGuid():N}.npy");
        try
        {
            Matrix<double> start = Write(path, rows);

            // What is compiled at first use is no part of the comparison.
            _ = Lloyd(path, start, 1);
            long before = Process.GetCurrentProcess().WorkingSet64;
            (double reading, double products) = (Seconds(() => Read(path)), Seconds(() => Multiply(rows)));
            double one = Seconds(() => Lloyd(path, start, 1)), all = Seconds(() => Lloyd(path, start, 1 + Passes));
            double pass = (all - one) / Passes, limit = Math.Max(reading, products);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{rows} × {Columns}, k = {Clusters}: a pass {pass:0.00} s; reading {reading:0.00} s, products "
                + $"{products:0.00} s; {pass / limit:0.00} times the larger; memory {before / 1e6:0} MB before, at "
                + $"most {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB"));
            return 0;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Writes groups of rows again and again; returns the first ones as centers to start from.</summary>
    private static Matrix<double> Write(string path, long rows)
    {
        var random = new Random(1);
        float[] some = new float[Written * Columns];
        float[] centers = [.. Enumerable.Range(0, Clusters * Columns).Select(_ => 6.0f * random.NextSingle())];
        for (int i = 0; i < Written; i++)
        {
            int group = random.Next(Clusters);
            for (int j = 0; j < Columns; j++)
            {
                some[i * Columns + j] =
                    centers[group * Columns + j] + random.NextSingle() + random.NextSingle() + random.NextSingle();
            }
        }

        string header =
            $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {Columns}), }}".PadRight(117) + "\n";
        using FileStream file = File.Create(path);
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
        for (long left = rows; left > 0; left -= Written)
        {
            file.Write(MemoryMarshal.AsBytes(some.AsSpan(0, (int)Math.Min(left, Written) * Columns)));
        }

        return Matrix<double>.Build.Dense(Clusters, Columns, (i, j) => some[i * Columns + j]);
    }

    private static KMeansFit Lloyd(string path, Matrix<double> start, int iterations)
    {
        using var file = new NpySource(path, rowsAreSamples: true);
        return new KMeans(Clusters) { Start = start, MaxIterations = iterations, Tolerance = 0.0 }.Fit(file);
    }

    /// <summary>Reads every byte once, in as many parts as there are threads.</summary>
    private static long Read(string path)
    {
        long length = new FileInfo(path).Length, parts = Compute.Threads;
        Parallel.For(0, parts, part =>
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            byte[] bytes = new byte[BytesOfRead];
            for (long at = length * part / parts; at < length * (part + 1) / parts; at += BytesOfRead)
            {
                _ = RandomAccess.Read(file.SafeFileHandle, bytes, at);
            }
        });
        return length;
    }

    private static long Multiply(long rows)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Tensor block = rand([RowsOfProduct, Columns]), centers = rand([Columns, Clusters]);
        Tensor product = zeros([RowsOfProduct, Clusters]);
        long times = (rows + RowsOfProduct - 1) / RowsOfProduct;
        for (long i = 0; i < times; i++)
        {
            _ = product.addmm_(block, centers, beta: 0.0f, alpha: 1.0f);
        }

        return times;
    }

    private static double Seconds<T>(Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        _ = work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
