using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Tests.Fitting;

namespace Math4AI.Benchmarks;

/// <summary>
/// NIST's 15 nonlinear regressions from both starts: digits and seconds, here and by SciPy's leastsq, in one run.
/// </summary>
internal static class FitAgainstPeer
{
    private const int Repetitions = 20;

    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string root = SeparationAgainstPeer.Root();
        string folder = Path.Combine(
            Environment.GetEnvironmentVariable("MATH4AI_DATA") ?? Path.Combine(root, "..", "shared", "data"), "nist");
        NistRegression[] sets =
            [.. NistRegression.Names.Select(name => NistRegression.Read(Path.Combine(folder, name + ".dat")))];
        FitProblem[] problems = [.. sets.Select(set => set.Problem)];
        double best = double.PositiveInfinity;
        double[] digits = [];
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            long begin = Stopwatch.GetTimestamp();
            FitResult[] results = [.. sets.SelectMany((set, i) => set.Starts.Select(start => problems[i].Fit(start)))];
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
            digits = [.. results.Select((result, i) => sets[i / 2].ParameterDigits(result))];
        }

        using Process process =
            Peer.Start(python, "fit.py", [folder, Repetitions.ToString(CultureInfo.InvariantCulture)]);
        JsonElement peer = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        double[] peerDigits = [.. peer.GetProperty("digits").EnumerateArray().Select(value => value.GetDouble())];
        double peerSeconds = peer.GetProperty("seconds").GetDouble();
        Console.WriteLine("| set | start | ours, digits | leastsq, digits |\n|---|---|---|---|");
        for (int i = 0; i < digits.Length; i++)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"| {NistRegression.Names[i / 2]} | {i % 2 + 1} | {digits[i]:0.0} | {peerDigits[i]:0.0} |"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n8 digits: ours {digits.Count(d => d >= 8)} of 30, leastsq {peerDigits.Count(d => d >= 8)}. All 30 "
            + $"fits: ours {1e3 * best:0.0} ms, leastsq {1e3 * peerSeconds:0.0} ms, {peerSeconds / best:0.0} times."));
        return 0;
    }
}
