using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// Threads that compute at the same time against one that does the work of all: wall and processor time, in turn, the
/// medians of the ratios.
/// </summary>
internal static class Callers
{
    private const int Rounds = 5;
    private static readonly int[] Counts = [2, 8];
    private static readonly int[] Orders = [64, 256, 1000];

    /// <param name="words">The name of one operation, and one order; or nothing.</param>
    public static int Run(string[] words)
    {
        int[] orders = words.Length > 1 ? [int.Parse(words[1], CultureInfo.InvariantCulture)] : Orders;
        Console.WriteLine("| operation | order | callers | wall, at once over in turn | CPU, at once over in turn |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach ((string name, Func<Matrix<double>, object> operation, double cost) in
            Operations().Where(operation => words.Length == 0 || operation.Name == words[0]))
        {
            foreach (int order in orders)
            {
                foreach (int callers in Counts)
                {
                    (double wall, double processor) = Compare(operation, order, callers, cost);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {name} | {order} | {callers} | {wall:0.00} | {processor:0.00} |"));
                }
            }
        }

        return 0;
    }

    // With the floating-point operations of each, over n³.
    private static IEnumerable<(string Name, Func<Matrix<double>, object> Operation, double Cost)> Operations()
    {
        yield return ("product", a => a * a, 2.0);
        yield return ("LU", a => a.LU(), 2.0 / 3.0);
        yield return ("Cholesky", a => a.Cholesky(), 1.0 / 3.0);
        yield return ("QR", a => a.QR(), 10.0 / 3.0);
        yield return ("symmetric eigen", a => a.Evd(Symmetricity.Symmetric), 20.0);
    }

    private static (double Wall, double Processor) Compare(
        Func<Matrix<double>, object> operation, int order, int callers, double cost)
    {
        int repetitions = (int)Math.Max(1.0, 2e9 / (callers * cost * Math.Pow(order, 3.0)));
        Matrix<double>[] matrices = [.. Enumerable.Range(0, callers).Select(caller => Definite(order, caller))];
        void Work(int caller)
        {
            for (int i = 0; i < repetitions; i++)
            {
                _ = operation(matrices[caller]);
            }
        }

        var walls = new List<double>();
        var processors = new List<double>();
        for (int round = 0; round <= Rounds; round++)
        {
            (double wall, double processor) inTurn = Measure(() =>
            {
                for (int caller = 0; caller < callers; caller++)
                {
                    Work(caller);
                }
            });
            (double wall, double processor) atOnce = Measure(() =>
            {
                Thread[] threads =
                    [.. Enumerable.Range(0, callers).Select(caller => new Thread(() => Work(caller)))];
                Array.ForEach(threads, thread => thread.Start());
                Array.ForEach(threads, thread => thread.Join());
            });
            walls.Add(atOnce.wall / inTurn.wall);
            processors.Add(atOnce.processor / inTurn.processor);
        }

        return (Median(walls), Median(processors));
    }

    private static Matrix<double> Definite(int order, int seed)
    {
        Matrix<double> any = Matrix<double>.Build.Random(order, order, seed + 1);
        return any.TransposeAndMultiply(any) / order + Matrix<double>.Build.DenseIdentity(order);
    }

    private static (double Wall, double Processor) Measure(Action work)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        work();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    // The first round compiles.
    private static double Median(List<double> ratios) => ratios.Skip(1).Order().ElementAt(Rounds / 2);
}
