using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Tests.Fitting;

namespace Math4AI.Benchmarks;

/// <summary>
/// Problems that are given without a start: how many end in the least minimum, in how much processor time, here and by
/// SciPy's curve_fit from ones. <c>starts</c> takes the problems that the search may be tuned on, <c>starts
/// held-back</c> the others.
/// </summary>
internal static class Starts
{
    public static int Run(string[] words)
    {
        bool isHeldBack = words.Contains("held-back");
        string python = words.FirstOrDefault(word => word != "held-back") ?? "/usr/bin/python3";
        IReadOnlyList<StartProblem> problems = isHeldBack ? StartProblem.HeldBack()
            : StartProblem.Tuned(Folder("MATH4AI_DATA", "data"), Folder("MATH4AI_CASES", "cases"));
        double[] theirs = CurveFit(python, problems);
        int solved = 0, solvedThere = 0;
        double seconds = 0.0;
        Console.WriteLine(
            "| problem | here | RSS, share of the least | CPU s | curve_fit from ones |\n|---|---|---|---|---|");
        for (int i = 0; i < problems.Count; i++)
        {
            StartProblem problem = problems[i];
            double began = CpuSeconds();
            bool isSolved = false;
            string ratio;
            try
            {
                FitResult fit = problem.Problem.Fit();
                isSolved = problem.IsSolvedBy(fit);
                ratio = (fit.ResidualSumOfSquares / problem.Reference).ToString("G7", CultureInfo.InvariantCulture)
                    + (fit.IsConverged ? string.Empty : ", not converged");
            }
            catch (ArgumentException e)
            {
                ratio = e.Message;
            }

            double took = CpuSeconds() - began;
            bool isSolvedThere = problem.IsSolvedBy(theirs[i]);
            seconds += took;
            solved += isSolved ? 1 : 0;
            solvedThere += isSolvedThere ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {problem.Name} | {(isSolved ? "yes" : "no")} | {ratio} | {took:0.00} | "
                + $"{(isSolvedThere ? "yes" : "no")} |"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{problems.Count} problems: here {solved}, curve_fit from ones {solvedThere}; processor time here "
            + $"{seconds:0.0} s."));
        return 0;
    }

    private static string Folder(string variable, string name) =>
        Environment.GetEnvironmentVariable(variable) ?? Path.Combine(
            SeparationAgainstPeer.Root(), "..", "shared", name);

    private static double CpuSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>The residual sums of squares that SciPy ends with; NaN where it fails.</summary>
    private static double[] CurveFit(string python, IReadOnlyList<StartProblem> problems)
    {
        using Process process = Peer.Start(python, "starts.py", [], takesInput: true);
        process.StandardInput.WriteLine(JsonSerializer.Serialize(problems.Select(problem => new
        {
            formula = problem.Formula.Replace('[', '(').Replace(']', ')').Replace("^", "**", StringComparison.Ordinal),
            input = problem.Input,
            parameters = problem.Problem.Model.ParameterNames,
            x = problem.X,
            y = problem.Y,
        })));
        process.StandardInput.Close();
        return [.. JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement.EnumerateArray()
            .Select(value => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN)];
    }
}
