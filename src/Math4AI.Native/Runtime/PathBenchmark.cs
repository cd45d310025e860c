using System.Diagnostics;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Runtime;

/// <summary>Holds the time that one operation of one size takes on the managed and on the native path.</summary>
/// <param name="Operation">Its name, one of <see cref="PathBenchmark.Operations"/>.</param>
/// <param name="Size">The order of the matrices, or the length of the transform.</param>
/// <param name="ManagedSeconds">The best of several runs on Math.NET's own code.</param>
/// <param name="NativeSeconds">The best of several runs on MKL.</param>
/// <param name="Speedup">Managed over native.</param>
/// <param name="NativeGflops">10⁹ floating-point operations per second on the native path, by the usual counts.</param>
/// <param name="PeakGflops">
/// The speed of matrix products, the fastest in the same run: see <see cref="PeakSpeed.MeasureGflops{T}"/>.
/// </param>
/// <param name="ShareOfPeak"><paramref name="NativeGflops"/> over <paramref name="PeakGflops"/>.</param>
public sealed record PathBenchmarkResult(
    string Operation,
    int Size,
    double ManagedSeconds,
    double NativeSeconds,
    double Speedup,
    double NativeGflops,
    double PeakGflops,
    double ShareOfPeak);

/// <summary>Measures the speedup of the native path on this machine.</summary>
public static class PathBenchmark
{
    private const double SecondsPerFigure = 0.1;
    private const double WarmUpSeconds = 0.4;
    private const double SmallSeconds = 1e-3;

    private static readonly Dictionary<string,
        (int[] Sizes, Func<double, double> Operations, Func<int, Action> Prepare)> Known =
        new()
        {
            ["gemm"] = ([16, 64, 256, 1024], n => 2 * n * n * n, PrepareProduct),
            ["solve"] = ([16, 64, 256, 1024], n => 2.0 / 3.0 * n * n * n, PrepareSolve),
            ["svd"] = ([16, 64, 256], n => 22 * n * n * n, PrepareSvd),
            ["eigen"] = ([16, 64, 256], n => 9 * n * n * n, PrepareEigen),
            ["fft"] = ([1024, 65536, 100_003], n => 5 * n * Math.Log2(n), PrepareFourier),
        };

    /// <summary>Gets the names of the operations.</summary>
    public static IReadOnlyList<string> Operations => [.. Known.Keys];

    /// <summary>Measures an operation at each size, lazily as the results are enumerated.</summary>
    /// <param name="operation">One of <see cref="Operations"/>.</param>
    /// <param name="sizes">The sizes; null for a representative few.</param>
    /// <exception cref="ArgumentException">There is no such operation, or a size is under 1.</exception>
    public static IEnumerable<PathBenchmarkResult> Run(string operation, IReadOnlyList<int>? sizes = null)
    {
        if (!Known.TryGetValue(operation, out var known))
        {
            throw new ArgumentException(
                $"There is no operation '{operation}'; there are {string.Join(", ", Operations)}.");
        }

        if (sizes?.Any(size => size < 1) == true)
        {
            throw new ArgumentException("A size is a whole number from 1 on.");
        }

        return Measure(operation, sizes ?? known.Sizes, known.Operations, known.Prepare);
    }

    private static IEnumerable<PathBenchmarkResult> Measure(
        string operation, IReadOnlyList<int> sizes, Func<double, double> operations, Func<int, Action> prepare)
    {
        double peak = PeakSpeed.MeasureGflops<double>();
        LinearAlgebraBackend before = Compute.Provider;
        foreach (int size in sizes)
        {
            Action action = prepare(size);
            double managed, native;
            try
            {
                Compute.Provider = LinearAlgebraBackend.Managed;
                managed = BestSeconds(action);
            }
            finally
            {
                Compute.Provider = before;
            }

            native = BestSeconds(action);
            double speed = operations(size) / native / 1e9;
            // On a shared machine, a row may be faster than the measurement of the peak.
            peak = Math.Max(peak, speed);
            yield return new PathBenchmarkResult(
                operation, size, managed, native, managed / native, speed, peak, speed / peak);
        }
    }

    private static double BestSeconds(Action action)
    {
        // The JIT recompiles hot code in the background; small work is measured after that.
        long warm = Stopwatch.GetTimestamp();
        double quickest = double.PositiveInfinity;
        for (int calls = 0; calls < 2
            || (quickest < SmallSeconds && Stopwatch.GetElapsedTime(warm).TotalSeconds < WarmUpSeconds); calls++)
        {
            long call = Stopwatch.GetTimestamp();
            action();
            quickest = Math.Min(quickest, Stopwatch.GetElapsedTime(call).TotalSeconds);
        }

        double best = double.PositiveInfinity;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            // Small work is repeated until the clock resolves it.
            long start = Stopwatch.GetTimestamp();
            int repetitions = 0;
            do
            {
                action();
                repetitions++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 2.0);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < SecondsPerFigure);
        return best;
    }

    private static Action PrepareProduct(int size)
    {
        Matrix<double> a = Matrix<double>.Build.Random(size, size, 1);
        Matrix<double> result = Matrix<double>.Build.Dense(size, size);
        return () => a.Multiply(a, result);
    }

    private static Action PrepareSolve(int size)
    {
        Matrix<double> a = Matrix<double>.Build.Random(size, size, 1);
        Vector<double> b = Vector<double>.Build.Random(size, 2);
        return () => a.Solve(b);
    }

    private static Action PrepareSvd(int size)
    {
        Matrix<double> a = Matrix<double>.Build.Random(size, size, 1);
        return () => a.Svd();
    }

    private static Action PrepareEigen(int size)
    {
        Matrix<double> a = Matrix<double>.Build.Random(size, size, 1);
        Matrix<double> symmetric = a + a.Transpose();
        return () => symmetric.Evd(Symmetricity.Symmetric);
    }

    private static Action PrepareFourier(int size)
    {
        var samples = new System.Numerics.Complex[size];
        for (int i = 0; i < size; i++)
        {
            samples[i] = Math.Sin(i);
        }

        return () => Fourier.Forward(samples, FourierOptions.Default);
    }
}
