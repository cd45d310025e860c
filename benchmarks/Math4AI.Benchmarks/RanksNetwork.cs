using System.Diagnostics;
using System.Globalization;
using Math4AI.Processes;

namespace Math4AI.Benchmarks;

/// <summary>
/// The time of a sum over processes by its length: <c>mpirun -n P … ranks network</c>. With MATH4AI_MPI_DELAY every
/// message takes longer by so many microseconds; in a network namespace, <c>tc … tbf</c> makes it narrower.
/// </summary>
internal static class RanksNetwork
{
    private static readonly int[] Lengths = [1, 16, 256, 2_000, 4_096, 32_768, 262_144, 2_097_152, 4_194_304];

    public static int Run()
    {
        ProcessGroup group = ProcessGroup.Current;
        var measured = new List<(int Length, double Seconds)>();
        foreach (int length in Lengths)
        {
            double[] values = new double[length];
            int rounds = length < 10_000 ? 60 : 12;
            double[] seconds = new double[rounds];
            for (int round = -2; round < rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                group.Sum(values);
                seconds[Math.Max(0, round)] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }

            measured.Add((length, seconds.Order().ElementAt(rounds / 2)));
        }

        if (group.IsFirst)
        {
            Print(group, measured);
        }

        return 0;
    }

    private static void Print(ProcessGroup group, List<(int Length, double Seconds)> measured)
    {
        Console.WriteLine($"{group.Description}, {group.Count} processes");
        Console.WriteLine("| numbers | bytes | median of a sum | by the model |");
        Console.WriteLine("|---|---|---|---|");
        RanksModel.Network fitted = RanksModel.Network.Fit(group.Count, measured);
        foreach ((int length, double seconds) in measured)
        {
            double foretold = fitted.Sum(group.Count, 8.0 * length);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {length} | {8L * length} | {1e6 * seconds:0.0} µs | {1e6 * foretold:0.0} µs |"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"latency {1e6 * fitted.Latency:0.0} µs, {1e9 * fitted.SecondsPerByte:0.000} ns a byte "
            + $"({8e-9 / fitted.SecondsPerByte:0.00} Gbit/s)"));
    }
}
