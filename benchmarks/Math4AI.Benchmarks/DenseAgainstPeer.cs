using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Runtime;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Benchmarks;

/// <summary>
/// A user's ordinary Math.NET code: managed, on MKL, on MKL with its own dispatch, and the same work in NumPy and
/// SciPy, one after the other on the same machine. Prints the table of benchmarks/README.md.
/// </summary>
internal static class DenseAgainstPeer
{
    private const double SecondsPerFigure = 0.3;
    private const int MinRuns = 5;
    private static readonly int[] Orders = [4, 16, 64, 256, 1024];
    private static readonly string[] Products = ["product", "transposed"];
    private static readonly string[] Lapack =
        ["lu solve", "cholesky solve", "qr", "svd", "symmetric eigen", "general eigen"];

    public static int Run(string[] words)
    {
        (string Operation, int Size)[] rows = [.. Rows()];
        if (words is ["--native"])
        {
            _ = Compute.Provider;
            Console.WriteLine(JsonSerializer.Serialize(Measure(rows)));
            return 0;
        }

        if (words is ["--raw"])
        {
            RawCalls.Bind();
            Console.WriteLine(JsonSerializer.Serialize(Measure(rows, isRaw: true)));
            return 0;
        }

        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string self = Environment.ProcessPath!;
        double[] native = Child(self, ["dense", "--native"], string.Empty);
        double[] raw = Child(self, ["dense", "--raw"], string.Empty);
        double[] peer = Child(
            python,
            [Path.Combine(SeparationAgainstPeer.Root(), "benchmarks", "peers", "dense.py")],
            string.Join('\n', rows.Select(row => $"{row.Operation} {row.Size}")),
            (Peer.KernelVariable, Peer.Kernel));
        double[] vendor = Child(self, ["dense", "--native"], string.Empty, ("MATH4AI_MKL_DISPATCH", "vendor"));
        double[] managed = Child(self, ["dense", "--native"], string.Empty, ("MATH4AI_PROVIDER", "managed"));
        Print(rows, managed, native, raw, vendor, peer);
        return 0;
    }

    private static IEnumerable<(string Operation, int Size)> Rows()
    {
        foreach (string operation in Products.Concat(Lapack))
        {
            foreach (int order in Orders)
            {
                yield return (operation, order);
            }
        }

        yield return ("product", 2048);
        foreach (int length in new[] { 1 << 10, 1 << 20, 1_000_003 })
        {
            yield return ("fft", length);
        }
    }

    // Without raw calls of its own, a row's figure is 0.
    private static double[] Measure((string Operation, int Size)[] rows, bool isRaw = false) =>
        [.. rows.Select(row => Prepare(row.Operation, row.Size, isRaw) is { } action ? BestSeconds(action) : 0.0)];

    private static Action? Prepare(string operation, int size, bool isRaw)
    {
        if (operation == "fft")
        {
            if (isRaw)
            {
                return null;
            }

            var samples = new System.Numerics.Complex[size];
            var random = new Random(1);
            for (int i = 0; i < size; i++)
            {
                samples[i] = new System.Numerics.Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5);
            }

            return () => Fourier.Forward(samples, FourierOptions.Default);
        }

        Matrix<double> a = Matrix<double>.Build.Random(size, size, 1);
        Matrix<double> b = Matrix<double>.Build.Random(size, size, 2);
        Matrix<double> symmetric = a + a.Transpose();
        Matrix<double> definite = a * a.Transpose() + size * Matrix<double>.Build.DenseIdentity(size);
        Vector<double> vector = Vector<double>.Build.Random(size, 3);
        return isRaw ? RawCalls.Prepare(operation, a, b, symmetric, definite) : operation switch
        {
            "product" => () => _ = a * b,
            "transposed" => () => a.TransposeThisAndMultiply(b),
            "lu solve" => () => a.Solve(vector),
            "cholesky solve" => () => definite.Cholesky().Solve(vector),
            "qr" => () => a.QR(QRMethod.Thin),
            "svd" => () => a.Svd(),
            "symmetric eigen" => () => symmetric.Evd(Symmetricity.Symmetric),
            _ => () => a.Evd(Symmetricity.Asymmetric),
        };
    }

    private static double BestSeconds(Action action)
    {
        long begin = Stopwatch.GetTimestamp();
        action();
        double best = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        if (best > 2.0)
        {
            return best;
        }

        begin = Stopwatch.GetTimestamp();
        for (int run = 0; run < MinRuns || Stopwatch.GetElapsedTime(begin).TotalSeconds < SecondsPerFigure; run++)
        {
            long start = Stopwatch.GetTimestamp();
            int repetitions = 0;
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 2.0)
            {
                action();
                repetitions++;
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions);
        }

        return best;
    }

    private static double[] Child(
        string program, string[] words, string input, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return JsonSerializer.Deserialize<double[]>(output)!;
    }

    private static void Print(
        (string Operation, int Size)[] rows, double[] managed, double[] native, double[] raw, double[] vendor,
        double[] peer)
    {
        Console.WriteLine("| operation | size | managed µs | native µs | raw MKL µs | MKL's dispatch µs | NumPy/SciPy "
            + "µs | managed/native | raw/native | peer/native |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        for (int i = 0; i < rows.Length; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {rows[i].Operation} | {rows[i].Size} | {1e6 * managed[i]:0.0} | {1e6 * native[i]:0.0} | "
                + $"{1e6 * raw[i]:0.0} | {1e6 * vendor[i]:0.0} | {1e6 * peer[i]:0.0} | {managed[i] / native[i]:0.0} | "
                + $"{raw[i] / native[i]:0.00} | "
                + $"{peer[i] / native[i]:0.00} |"));
        }

        int[] large =
            [.. Enumerable.Range(0, rows.Length).Where(i => Lapack.Contains(rows[i].Operation) && rows[i].Size >= 256)];
        double Mean(double[] other) => Math.Exp(large.Average(i => Math.Log(other[i] / native[i])));
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Geometric mean over the LAPACK rows at 256 and 1024: {Mean(peer):0.00} times the peer's speed, "
            + $"{Mean(managed):0.0} times managed, {Mean(vendor):0.00} times MKL's own dispatch."));
    }
}
