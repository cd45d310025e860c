using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Benchmarks;

/// <summary>
/// What the façade adds to a raw call of <c>dgemm_</c>, and what MKL's own dispatch takes away: products of six orders,
/// three ways in turn, in processes with either dispatch in turn, so that a machine that is busy at times is so for
/// all. Wall time and processor time; the figures are medians.
/// </summary>
internal static unsafe partial class ProductAgainstRaw
{
    private const int Turns = 25;
    private const int Rounds = 5;
    private static readonly int[] Orders = [64, 128, 256, 512, 1024, 2048];

    public static int Run(string[] words)
    {
        if (words is ["--once"])
        {
            Console.WriteLine(JsonSerializer.Serialize(Orders.Select(Measure)));
            return 0;
        }

        var ours = new List<double[][]>();
        var vendors = new List<double[][]>();
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(Child("ours"));
            vendors.Add(Child("vendor"));
        }

        Console.WriteLine("| order | raw dgemm_ µs | A * B over raw: wall, CPU | A.Multiply(B, C) over raw: wall, CPU "
            + "| MKL's own dispatch over ours |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int i = 0; i < Orders.Length; i++)
        {
            double Ratio(int way) => Median(ours.Select(round => round[i][way] / round[i][way % 2]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Orders[i]} | {1e6 * Median(ours.Select(round => round[i][0])):0.0} | {Ratio(2):0.000}, "
                + $"{Ratio(3):0.000} | {Ratio(4):0.000}, {Ratio(5):0.000} | "
                + $"{Median(ours.Zip(vendors, (o, v) => v[i][0] / o[i][0])):0.00} |"));
        }

        return 0;
    }

    /// <summary>
    /// Median wall and processor seconds of the raw call, then of the operator, then of the method.
    /// </summary>
    private static double[] Measure(int order)
    {
        _ = Compute.Provider;
        string mkl = Compute.Libraries.Single(library => library.Name == "MKL").Path;
        if (order == Orders[0])
        {
            NativeLibrary.SetDllImportResolver(
                typeof(ProductAgainstRaw).Assembly, (_, _, _) => NativeLibrary.Load(mkl));
        }

        Matrix<double> a = Matrix<double>.Build.Random(order, order, 1);
        Matrix<double> b = Matrix<double>.Build.Random(order, order, 2);
        Matrix<double> c = Matrix<double>.Build.Dense(order, order);
        Action[] ways = [() => Raw(a, b, c), () => _ = a * b, () => a.Multiply(b, c)];

        // Some milliseconds each, as the clock of a process needs them.
        int repetitions = (int)Math.Max(1.0, 5e8 / Math.Pow(order, 3.0));
        var seconds = Enumerable.Range(0, 2 * ways.Length).Select(_ => new List<double>()).ToArray();
        for (int turn = 0; turn < Turns + 3; turn++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                TimeSpan processor = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < repetitions; i++)
                {
                    ways[way]();
                }

                if (turn >= 3)
                {
                    seconds[2 * way].Add(Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions);
                    seconds[2 * way + 1].Add((Environment.CpuUsage.TotalTime - processor).TotalSeconds / repetitions);
                }
            }
        }

        return [.. seconds.Select(Median)];
    }

    private static double[][] Child(string dispatch)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["product", "--once"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["MATH4AI_MKL_DISPATCH"] = dispatch;
        using Process process = Process.Start(start)!;
        double[][] result = JsonSerializer.Deserialize<double[][]>(process.StandardOutput.ReadToEnd())!;
        process.WaitForExit();
        return result;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }

    private static void Raw(Matrix<double> a, Matrix<double> b, Matrix<double> c)
    {
        byte plain = (byte)'N';
        int n = a.RowCount;
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
