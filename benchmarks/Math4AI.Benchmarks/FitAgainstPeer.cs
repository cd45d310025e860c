using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Math4AI.Learning;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>NIST's 14 nonlinear regressions from both starts: digits and seconds, here and by SciPy's leastsq, in one run.</summary>
internal static class FitAgainstPeer
{
    private const int Repetitions = 20;

    private static readonly string[] Names =
    [
        "BoxBOD", "Chwirut2", "DanWood", "ENSO", "Gauss1", "Hahn1", "Kirby2", "Lanczos3", "MGH09", "MGH17", "Misra1a",
        "Misra1b", "Roszman1", "Thurber",
    ];

    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string root = SeparationAgainstPeer.Root();
        string folder = Path.Combine(
            Environment.GetEnvironmentVariable("MATH4AI_DATA") ?? Path.Combine(root, "..", "shared", "data"), "nist");
        NistSet[] sets = [.. Names.Select(name => NistSet.Load(Path.Combine(folder, name + ".dat")))];
        double best = double.PositiveInfinity;
        double[] digits = [];
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            long begin = Stopwatch.GetTimestamp();
            FitResult[] results = [.. sets.SelectMany(set => set.Starts.Select(start => set.Problem.Fit(start)))];
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
            digits = [.. results.Select((result, i) => sets[i / 2].Digits(result))];
        }

        var start = new ProcessStartInfo(
            python, [Path.Combine(root, "benchmarks", "peers", "fit.py"), folder, Repetitions.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        JsonElement peer = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        double[] peerDigits = [.. peer.GetProperty("digits").EnumerateArray().Select(value => value.GetDouble())];
        double peerSeconds = peer.GetProperty("seconds").GetDouble();
        Console.WriteLine("| set | start | ours, digits | leastsq, digits |\n|---|---|---|---|");
        for (int i = 0; i < digits.Length; i++)
        {
            Console.WriteLine(FormattableString.Invariant($"| {Names[i / 2]} | {i % 2 + 1} | {digits[i]:0.0} | {peerDigits[i]:0.0} |"));
        }

        Console.WriteLine(FormattableString.Invariant(
            $"\n8 digits: ours {digits.Count(d => d >= 8)} of 28, leastsq {peerDigits.Count(d => d >= 8)}. All 28 fits: ours {1e3 * best:0.0} ms, leastsq {1e3 * peerSeconds:0.0} ms, {peerSeconds / best:0.0} times."));
        return 0;
    }

    private sealed record NistSet(FitProblem Problem, IReadOnlyDictionary<string, double>[] Starts, double[] Certified)
    {
        public static NistSet Load(string path)
        {
            string[] lines = File.ReadAllLines(path);
            int first = Array.FindIndex(lines, line => Regex.IsMatch(line, @"^\s+y\s*="));
            int last = Array.FindIndex(lines, first, line => Regex.IsMatch(line, @"\+\s*e\s*$"));
            string formula = Regex.Replace(string.Join(' ', lines[first..(last + 1)]), @"^\s*y\s*=|\+\s*e\s*$", string.Empty);
            double[][] values = [.. lines.Where(line => Regex.IsMatch(line, @"^\s+b\d+\s*=")).Select(line => Numbers(line.Split('=')[1]))];
            int data = Array.FindLastIndex(lines, line => line.StartsWith("Data:", StringComparison.Ordinal));
            double[][] rows = [.. lines[(data + 1)..].Select(Numbers).Where(row => row.Length > 1)];
            var problem = new FitProblem
            {
                Model = Model.FromFormula(formula, "x"),
                Inputs = Matrix<double>.Build.Dense(rows.Length, 1, (i, _) => rows[i][1]),
                Targets = Vector<double>.Build.Dense(rows.Length, i => rows[i][0]),
            };
            return new NistSet(
                problem,
                [.. Enumerable.Range(0, 2).Select(start => values.Select((row, i) => (Name: $"b{i + 1}", Value: row[start]))
                    .ToDictionary(pair => pair.Name, pair => pair.Value))],
                [.. values.Select(row => row[2])]);
        }

        public double Digits(FitResult result) =>
            Math.Min(11.0, Enumerable.Range(0, Certified.Length).Min(i => -Math.Log10(Math.Abs(
                result.Parameters[result.Names.ToList().IndexOf($"b{i + 1}")] / Certified[i] - 1.0))));

        private static double[] Numbers(string text) =>
            [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }
}
