using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// Two threads that multiply at the same time against one that does the work of both: seconds, in turn, medians.
/// </summary>
internal static class TwoCallers
{
    private const int Rounds = 9;

    public static int Run()
    {
        foreach (int order in new[] { 64, 256, 512, 1024 })
        {
            int repetitions = (int)Math.Max(4, 2e9 / Math.Pow(order, 3));
            Matrix<double>[] a =
                [.. Enumerable.Range(0, 2).Select(i => Matrix<double>.Build.Random(order, order, i + 1))];
            Matrix<double>[] c = [.. a.Select(matrix => matrix.Clone())];
            void Work(int caller)
            {
                for (int i = 0; i < repetitions; i++)
                {
                    a[caller].Multiply(a[caller], c[caller]);
                }
            }

            var ratios = new List<double>();
            for (int round = 0; round <= Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                Work(0);
                Work(1);
                double one = Stopwatch.GetElapsedTime(start).TotalSeconds;
                start = Stopwatch.GetTimestamp();
                Thread[] threads = [.. Enumerable.Range(0, 2).Select(caller => new Thread(() => Work(caller)))];
                Array.ForEach(threads, thread => thread.Start());
                Array.ForEach(threads, thread => thread.Join());
                ratios.Add(one / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"order {order}: two at once take {1.0 / ratios.Skip(1).Order().ElementAt(Rounds / 2):0.00} of the "
                + $"time of one after the other"));
        }

        return 0;
    }
}
