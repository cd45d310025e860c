using System.Diagnostics;
using System.Globalization;
using Math4AI.Optimization;
using Math4AI.Tests.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// The problems of Moré, Garbow and Hillstrom from the standard start and ten times it: how many evaluations, of residuals and of
/// derivatives, the default minimiser takes to the first point whose cost is a known minimum's, and the best of SciPy's methods.
/// SciPy evaluates the same functions, through its standard input and output.
/// </summary>
internal static class ProblemsAgainstPeer
{
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string script = Path.Combine(SeparationAgainstPeer.Root(), "benchmarks", "peers", "problems.py");
        using Process peer = Process.Start(
            new ProcessStartInfo(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        (int ours, int theirs, int fewer, double ratio, int both) = (0, 0, 0, 0.0, 0);
        foreach (double scale in new[] { 1.0, 10.0 })
        {
            foreach (MoreGarbowHillstrom problem in MoreGarbowHillstrom.All)
            {
                double[] start = [.. problem.Start.Select(value => value * scale)];
                int? mine = Mine(problem, start);
                (string method, int? best) = Best(problem, start, peer);
                ours += mine is null ? 0 : 1;
                theirs += best is null ? 0 : 1;
                if (mine is { } m && best is { } b)
                {
                    both++;
                    fewer += m <= b ? 1 : 0;
                    ratio += Math.Log((double)b / m);
                }

                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{problem.Name,-42} {scale,3} × start: {mine?.ToString(CultureInfo.InvariantCulture) ?? "-",6}  SciPy {best?.ToString(CultureInfo.InvariantCulture) ?? "-",6} {method}"));
            }
        }

        peer.StandardInput.Close();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"solved: {ours} here, {theirs} by any of SciPy's methods; no more evaluations than the best of those in {fewer} of {both}, geometric mean of theirs over ours {Math.Exp(ratio / both):0.00}"));
        return 0;
    }

    private static int? Mine(MoreGarbowHillstrom problem, double[] start)
    {
        var counter = new Counter(problem);
        _ = Minimizer.Auto().Minimize(
            SquaresCost.Of(start.Length, counter.Rows, counter.Evaluate), Vector<double>.Build.Dense([.. start]));
        return counter.UntilSolved;
    }

    /// <summary>Serves the peer's evaluations until it is done.</summary>
    private static (string Method, int? Evaluations) Best(MoreGarbowHillstrom problem, double[] start, Process peer)
    {
        (string Name, int? Count) best = ("", null);
        (string name, Counter counter) = ("", new Counter(problem));
        double[] residuals = new double[counter.Rows], jacobian = new double[counter.Rows * start.Length];
        peer.StandardInput.WriteLine(Line(start));
        while (true)
        {
            string[] words = (peer.StandardOutput.ReadLine() ?? throw new EndOfStreamException("SciPy's process ended.")).Split(' ');
            if (words[0] is "method" or "done")
            {
                best = counter.UntilSolved is { } count && (best.Count is null || count < best.Count) ? (name, count) : best;
                if (words[0] == "done")
                {
                    return best;
                }

                (name, counter) = (words[1], new Counter(problem));
                continue;
            }

            double[] x = [.. words.Skip(1).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
            counter.Evaluate(x, residuals, words[0] == "r" ? [] : jacobian);
            peer.StandardInput.WriteLine(words[0] switch
            {
                "r" => Line(residuals),
                "j" => Line(Enumerable.Range(0, counter.Rows * x.Length).Select(i => jacobian[i % x.Length * counter.Rows + i / x.Length])),
                _ => Line(x.Select((_, j) => 2.0 * residuals.Select((r, i) => r * jacobian[j * counter.Rows + i]).Sum())),
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
