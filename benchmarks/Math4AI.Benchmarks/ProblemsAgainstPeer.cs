using System.Diagnostics;
using System.Globalization;
using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using Math4AI.Tests.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// The problems of Moré, Garbow and Hillstrom from the standard start and ten times it: how many evaluations, of
/// residuals and of derivatives, the default minimiser takes to the first point whose cost is a known minimum's, and
/// the best of SciPy's methods. SciPy evaluates the same functions, through its standard input and output.
/// </summary>
internal static class ProblemsAgainstPeer
{
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        using Process peer = Peer.Start(python, "problems.py", [], takesInput: true);
        var runs = new List<(int? Ours, Dictionary<string, int?> Theirs)>();
        foreach (double scale in new[] { 1.0, 10.0 })
        {
            foreach (MoreGarbowHillstrom problem in MoreGarbowHillstrom.All)
            {
                double[] start = [.. problem.Start.Select(value => value * scale)];
                (int? Ours, Dictionary<string, int?> Theirs) run = (Mine(problem, start), Serve(problem, start, peer));
                runs.Add(run);
                (string method, int? best) = Best(run.Theirs);
                Console.WriteLine(
                    $"{problem.Name,-42} {scale,3} × start: {Text(run.Ours),6}  SciPy {Text(best),6} {method}");
            }
        }

        peer.StandardInput.Close();
        Console.WriteLine($"\nsolved here: {runs.Count(run => run.Ours is not null)} of {runs.Count}; SciPy's, and how "
            + "many times our evaluations:");
        foreach (string method in runs[0].Theirs.Keys)
        {
            Compare(method, runs.Select(run => (run.Ours, run.Theirs[method])));
        }

        Compare("the best of these for each problem", runs.Select(run => (run.Ours, Best(run.Theirs).Evaluations)));
        return 0;
    }

    private static void Compare(string method, IEnumerable<(int? Ours, int? Theirs)> runs)
    {
        double[] ratios = [.. runs.Where(run => run is { Ours: not null, Theirs: not null })
            .Select(run => (double)run.Theirs!.Value / run.Ours!.Value)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{method}: {runs.Count(run => run.Theirs is not null)} solved, {Math.Exp(ratios.Average(Math.Log)):0.00} "
            + $"times (geometric mean)"));
    }

    private static string Text(int? evaluations) => evaluations?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static (string Method, int? Evaluations) Best(Dictionary<string, int?> counts)
    {
        KeyValuePair<string, int?> best = counts.MinBy(pair => pair.Value ?? int.MaxValue);
        return (best.Key, best.Value);
    }

    private static int? Mine(MoreGarbowHillstrom problem, double[] start)
    {
        var counter = new Counter(problem);
        _ = Minimizer.Auto().Minimize(
            SquaresCost.Of(start.Length, counter.Rows, counter.Evaluate), Vector<double>.Build.Dense([.. start]));
        return counter.UntilSolved;
    }

    /// <summary>Serves the peer's evaluations until it is done; how many each of its methods took.</summary>
    private static Dictionary<string, int?> Serve(MoreGarbowHillstrom problem, double[] start, Process peer)
    {
        var counts = new Dictionary<string, int?>();
        (string name, Counter counter) = ("", new Counter(problem));
        double[] residuals = new double[counter.Rows], jacobian = new double[counter.Rows * start.Length];
        peer.StandardInput.WriteLine(Line(start));
        while (true)
        {
            string[] words =
                (peer.StandardOutput.ReadLine() ?? throw new EndOfStreamException("SciPy's process ended.")).Split(' ');
            if (words[0] is "method" or "done")
            {
                if (name.Length > 0)
                {
                    counts[name] = counter.UntilSolved;
                }

                if (words[0] == "done")
                {
                    return counts;
                }

                (name, counter) = (words[1], new Counter(problem));
                continue;
            }

            double[] x = [.. words.Skip(1).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
            counter.Evaluate(x, residuals, words[0] == "r" ? [] : jacobian);
            peer.StandardInput.WriteLine(words[0] switch
            {
                "r" => Line(residuals),
                "j" => Line(Enumerable.Range(0, counter.Rows * x.Length).Select(
                    i => jacobian[i % x.Length * counter.Rows + i / x.Length])),
                _ => Line(x.Select(
                    (_, j) => 2.0 * residuals.Select((r, i) => r * jacobian[j * counter.Rows + i]).Sum())),
            });
        }
    }

    private static string Line(IEnumerable<double> values) =>
        string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Evaluates a problem, and counts.</summary>
    private sealed class Counter(MoreGarbowHillstrom problem)
    {
        private readonly SquaresCost cost = problem.Cost();

        public int Rows => cost.Residuals;

        /// <summary>Evaluations of residuals and of derivatives, each counted as one.</summary>
        public int Evaluations { get; private set; }

        /// <summary>The evaluations up to the first point at which the cost is a known minimum's.</summary>
        public int? UntilSolved { get; private set; }

        public void Evaluate(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
        {
            Evaluations++;
            double value = cost.Linearize(parameters, residuals, jacobian);
            if (UntilSolved is null && problem.IsMinimum(value))
            {
                UntilSolved = Evaluations;
            }
        }
    }
}
