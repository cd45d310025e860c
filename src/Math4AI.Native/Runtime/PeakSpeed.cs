using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Runtime;

/// <summary>
/// Measures the peak speed of this machine: that of large matrix products, to which other speeds are compared.
/// </summary>
public static class PeakSpeed
{
    private const int Order = 1024;
    private const double WarmUpSeconds = 0.3;
    private const double Seconds = 1.0;
    private const int MinProducts = 5;

    /// <summary>
    /// Measures the speed of C = A · B, 1024 × 1024, in 10⁹ floating-point operations per second: the best of all
    /// products of one second, after a warm-up of the threads and of the processor's clock.
    /// </summary>
    /// <typeparam name="T">double or float.</typeparam>
    public static double MeasureGflops<T>()
        where T : struct, IEquatable<T>, IFormattable
    {
        Matrix<T> a = Matrix<T>.Build.Random(Order, Order, 1);
        Matrix<T> result = Matrix<T>.Build.Dense(Order, Order);
        BestSeconds(() => a.Multiply(a, result), WarmUpSeconds, 1);
        return 2.0 * Order * Order * Order / BestSeconds(() => a.Multiply(a, result), Seconds, MinProducts) / 1e9;
    }

    /// <summary>
    /// Gets a bound on the speed in float64, in 10⁹ operations per second: cores in use × clock × 2 vector units ×
    /// numbers in a vector × 2, by the clock that the system reports. A processor with narrower units stays below it,
    /// and one whose clock rises beyond what is reported may exceed it. Null where the clock or the vectors are not
    /// known.
    /// </summary>
    public static double? BoundGflops => BoundOf(
        File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : [],
        Compute.Threads,
        Avx512F.IsSupported ? 8 : Fma.IsSupported ? 4 : 0);

    /// <summary>Computes <see cref="BoundGflops"/> for any machine.</summary>
    /// <param name="description">The lines of <c>/proc/cpuinfo</c>.</param>
    /// <param name="threads">The threads in use.</param>
    /// <param name="width">The float64 numbers in a vector; 0 if that is not known.</param>
    internal static double? BoundOf(IEnumerable<string> description, int threads, int width)
    {
        var cores = new HashSet<(string Package, string Core)>();
        string package = string.Empty;
        double megahertz = 0.0;
        foreach (string[] field in description.Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(field => field.Length == 2))
        {
            switch (field[0])
            {
                case "physical id":
                    package = field[1];
                    break;
                case "core id":
                    cores.Add((package, field[1]));
                    break;
                case "cpu MHz" when double.TryParse(field[1], NumberStyles.Float, CultureInfo.InvariantCulture,
                    out double clock):
                    megahertz = Math.Max(megahertz, clock);
                    break;
            }
        }

        const int Units = 2, OperationsOfMultiplyAdd = 2;
        return cores.Count == 0 || megahertz == 0.0 || width == 0
            ? null
            : Math.Min(cores.Count, threads) * megahertz / 1e3 * Units * width * OperationsOfMultiplyAdd;
    }

    private static double BestSeconds(Action action, double seconds, int minRuns)
    {
        double best = double.PositiveInfinity;
        long begin = Stopwatch.GetTimestamp();
        for (int run = 0; run < minRuns || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
