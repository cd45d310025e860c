using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// What a pass over p machines costs: the pass over the samples of one machine, and a sum of n bytes, which takes
/// ⌈log₂ p⌉ (α + β n) up to 16 KB and 2 (α + (p − 1) o) + 2 β n (1 − 1/p) beyond. <c>ranks model</c> prints what it
/// foretells.
/// </summary>
internal static class RanksModel
{
    private const double FewBytes = 16_384.0;

    // What MPI does for each of the messages that a process sends at once.
    private const double Overhead = 1e-6;

    private static readonly int[] Machines = [16, 256, 4096];

    // Seconds of a pass of one process of one thread over half of the samples (benchmarks/README.md), and the bytes
    // that it adds (of the separations, rounded up). Of a perceptron's step, a tenth is the gradient of the first
    // layer, beside which the sums of the others go on.
    private static readonly (string Name, double Seconds, double Bytes, double Overlap)[] Passes =
    [
        ("FastICA, 3 × 2.4M", 1.97e-3, 8.0 * 14, 0.0),
        ("maximum likelihood, 3 × 2.4M", 23.9e-3, 8.0 * 40, 0.0),
        ("logistic regression, 500,000 × 100", 108e-3, 8.0 * 5252, 0.0),
        ("k-means, 500,000 × 16, 64 clusters", 24.9e-3, 8.0 * 1090, 0.0),
        ("mixture, 200,000 × 8, 16 components", 92.5e-3, 8.0 * 722, 0.0),
        ("perceptron 784-2048-2048-10, 256 samples", 90.1e-3, 4.0 * 5_824_522, 0.1),
    ];

    public static int Run()
    {
        (string Name, Network Network)[] networks =
            [("10 Gbit/s, 30 µs", new Network(30e-6, 8e-10)), ("100 Gbit/s, 3 µs", new Network(3e-6, 8e-11))];
        Console.WriteLine("| pass, of each machine | bytes added | network | 16 | 256 | 4096 |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach ((string name, double seconds, double bytes, double overlap) in Passes)
        {
            foreach ((string network, Network of) in networks)
            {
                string shares = string.Join(" | ", Machines.Select(
                    machines => Share(seconds, overlap, of.Sum(machines, bytes)).ToString(
                        "0.00", CultureInfo.InvariantCulture)));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {name} | {bytes:0} | {network} | {shares} |"));
            }
        }

        return 0;
    }

    /// <summary>The share of the time that is not waiting.</summary>
    private static double Share(double pass, double overlap, double sum) =>
        pass / (pass + Math.Max(0.0, sum - overlap * pass));

    /// <summary>A network.</summary>
    /// <param name="Latency">α, seconds.</param>
    /// <param name="SecondsPerByte">β.</param>
    internal sealed record Network(double Latency, double SecondsPerByte)
    {
        /// <summary>The seconds of a sum of so many bytes.</summary>
        public double Sum(int processes, double bytes)
        {
            (double latencies, double sent) = Counts(processes, bytes);
            return latencies * Latency + sent * SecondsPerByte
                + (bytes > FewBytes ? 2.0 * Overhead * (processes - 1) : 0.0);
        }

        /// <summary>The network whose times are nearest to those measured, by their shares.</summary>
        public static Network Fit(int processes, IReadOnlyList<(int Length, double Seconds)> measured)
        {
            var rows = Matrix<double>.Build.Dense(measured.Count, 2, (i, j) =>
            {
                (double latencies, double sent) = Counts(processes, 8.0 * measured[i].Length);
                return (j == 0 ? latencies * 1e-6 : sent * 1e-9) / measured[i].Seconds;
            });
            Vector<double> found = rows.QR().Solve(Vector<double>.Build.Dense(measured.Count, 1.0));
            return new Network(1e-6 * found[0], 1e-9 * found[1]);
        }

        private static (double Latencies, double Sent) Counts(int processes, double bytes)
        {
            double rounds = Math.Ceiling(Math.Log2(processes));
            return bytes <= FewBytes ? (rounds, rounds * bytes) : (2.0, 2.0 * bytes * (1.0 - 1.0 / processes));
        }
    }
}
