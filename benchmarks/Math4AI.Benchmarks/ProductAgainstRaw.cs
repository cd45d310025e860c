using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Benchmarks;

/// <summary>
/// What the façade adds to a raw call of <c>dgemm_</c>, and what MKL's own dispatch takes away: products of six orders,
/// four ways in turn, in processes with either dispatch in turn, so that a machine that is busy at times is so for
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
            RawCalls.Bind();
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
            + "| raw into new memory over raw: wall, CPU | MKL's own dispatch over ours |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (int i = 0; i < Orders.Length; i++)
        {
            double Ratio(int way) => Median(ours.Select(round => round[i][way] / round[i][way % 2]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Orders[i]} | {1e6 * Median(ours.Select(round => round[i][0])):0.0} | {Ratio(2):0.000}, "
                + $"{Ratio(3):0.000} | {Ratio(4):0.000}, {Ratio(5):0.000} | {Ratio(6):0.000}, {Ratio(7):0.000} | "
                + $"{Median(ours.Zip(vendors, (o, v) => v[i][0] / o[i][0])):0.00} |"));
        }

        return 0;
    }

    /// <summary>
    /// Median wall and processor seconds of the raw call, then of the operator, of the method, and of the raw call into
    /// new memory.
    /// </summary>
    private static double[] Measure(int order)
    {
        Matrix<double> a = Matrix<double>.Build.Random(order, order, 1);
        Matrix<double> b = Matrix<double>.Build.Random(order, order, 2);
        Matrix<double> c = Matrix<double>.Build.Dense(order, order);
        Action[] ways = [() => Raw(a, b, c), () => _ = a * b, () => a.Multiply(b, c), () => RawIntoNew(a, b)];

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

    private static void Raw(Matrix<double> a, Matrix<double> b, double* c)
    {
        fixed (double* pa = ((DenseMatrix)a).Values, pb = ((DenseMatrix)b).Values)
        {
            RawCalls.Multiply('N', a.RowCount, pa, pb, c);
        }
    }

    private static void Raw(Matrix<double> a, Matrix<double> b, Matrix<double> c)
    {
        fixed (double* pc = ((DenseMatrix)c).Values)
        {
            Raw(a, b, pc);
        }
    }

    /// <summary>
    /// The raw call into memory that is new from the system each time: what no caller can be faster than.
    /// </summary>
    private static void RawIntoNew(Matrix<double> a, Matrix<double> b)
    {
        const int readWrite = 3, privateAnonymous = 0x22, hugePages = 14;
        nuint bytes = (nuint)a.RowCount * (nuint)a.RowCount * sizeof(double);
        void* c = Map(null, bytes, readWrite, privateAnonymous, -1, 0);
        if (bytes >= 1 << 20)
        {
            _ = Advise(c, bytes, hugePages);
        }

        Raw(a, b, (double*)c);
        _ = Unmap(c, bytes);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* at, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* at, nuint length, int advice);
}
