using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Benchmarks;

/// <summary>
/// What the façade adds to a raw call of <c>dgemm_</c>, and what MKL's own dispatch takes away: products of order 1024,
/// the three ways in turn, in processes with either dispatch in turn, so that a machine that is busy at times is so for
/// all.
/// </summary>
internal static unsafe partial class ProductAgainstRaw
{
    private const int Order = 1024;
    private const int Turns = 40;
    private const int Rounds = 5;

    public static int Run(string[] words)
    {
        if (words is ["--once"])
        {
            Console.WriteLine(JsonSerializer.Serialize(Measure()));
            return 0;
        }

        var ours = new List<double[]>();
        var vendors = new List<double[]>();
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(Child("ours"));
            vendors.Add(Child("vendor"));
        }

        Console.WriteLine("| dispatch | raw dgemm_ ms | A * B ms | A.Multiply(B, C) ms |");
        Console.WriteLine("|---|---|---|---|");
        Print("ours", ours);
        Print("MKL's own", vendors);
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"A * B over raw: {Median(ours.Select(t => t[1] / t[0])):0.000}; A.Multiply over raw: "
            + $"{Median(ours.Select(t => t[2] / t[0])):0.000}; MKL's own dispatch over ours: "
            + $"{Median(ours.Zip(vendors, (o, v) => v[0] / o[0])):0.00}"));
        return 0;
    }

    /// <summary>Median seconds of the raw call, the operator and the method.</summary>
    private static double[] Measure()
    {
        _ = Compute.Provider;
        string mkl = Compute.Libraries.Single(library => library.Name == "MKL").Path;
        NativeLibrary.SetDllImportResolver(typeof(ProductAgainstRaw).Assembly, (_, _, _) => NativeLibrary.Load(mkl));
        Matrix<double> a = Matrix<double>.Build.Random(Order, Order, 1);
        Matrix<double> b = Matrix<double>.Build.Random(Order, Order, 2);
        Matrix<double> c = Matrix<double>.Build.Dense(Order, Order);
        Action[] ways = [() => Raw(a, b, c), () => _ = a * b, () => a.Multiply(b, c)];
        var seconds = new List<double>[] { [], [], [] };
        for (int turn = 0; turn < Turns + 5; turn++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                long start = Stopwatch.GetTimestamp();
                ways[way]();
                if (turn >= 5)
                {
                    seconds[way].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }
        }

        return [.. seconds.Select(Median)];
    }

    private static double[] Child(string dispatch)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["product", "--once"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["MATH4AI_MKL_DISPATCH"] = dispatch;
        using Process process = Process.Start(start)!;
        double[] result = JsonSerializer.Deserialize<double[]>(process.StandardOutput.ReadToEnd())!;
        process.WaitForExit();
        return result;
    }

    private static void Print(string name, List<double[]> rounds) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {1e3 * Median(rounds.Select(t => t[0])):0.0} | {1e3 * Median(rounds.Select(t => t[1])):0.0} | "
            + $"{1e3 * Median(rounds.Select(t => t[2])):0.0} |"));

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }

    private static void Raw(Matrix<double> a, Matrix<double> b, Matrix<double> c)
    {
        byte plain = (byte)'N';
        int n = Order;
        double one = 1.0, zero = 0.0;
        fixed (double* pa = ((DenseMatrix)a).Values, pb = ((DenseMatrix)b).Values, pc = ((DenseMatrix)c).Values)
        {
            Gemm(&plain, &plain, &n, &n, &n, &one, pa, &n, pb, &n, &zero, pc, &n);
        }
    }

    [LibraryImport("mkl", EntryPoint = "dgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, double* alpha, double* a, int* lda, double* b, int* ldb,
        double* beta, double* c, int* ldc);
}
