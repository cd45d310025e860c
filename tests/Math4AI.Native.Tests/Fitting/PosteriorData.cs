using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>The recorded posteriors: their data, the models that are regressions, and the reference moments.</summary>
internal static class PosteriorData
{
    private static string Folder => Repository.Data("posteriors");

    /// <summary>The data of a file.</summary>
    public static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json"))).RootElement;

    /// <summary>A column of numbers.</summary>
    public static double[] Column(JsonElement data, string name) =>
        [.. data.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    /// <summary>Rows of numbers.</summary>
    public static double[][] Rows(JsonElement data, string name) =>
        [.. data.GetProperty(name).EnumerateArray().Select(
            row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray())];

    /// <summary>The problem of y ~ b1 + b2 c2 + …, with a column of ones where it has a constant.</summary>
    public static FitProblem Linear(double[] y, params double[][] columns)
    {
        string[] inputs = [.. columns.Select((_, j) => $"c{j + 1}")];
        string formula = string.Join(" + ", inputs.Select((name, j) => $"b{j + 1}*{name}"));
        return new FitProblem
        {
            Model = Model.FromFormula(formula, inputs),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(columns),
            Targets = Vector<double>.Build.Dense(y),
        };
    }

    public static double[] Ones(int count) => [.. Enumerable.Repeat(1.0, count)];

    /// <summary>
    /// Asserts that means agree within 4 combined Monte Carlo errors and deviations within 10 %, of parameters in the
    /// order of the reference.
    /// </summary>
    /// <param name="name">The posterior.</param>
    /// <param name="draws">The draws.</param>
    /// <param name="quantilesOnly">Parameters whose deviations are infinite: 5 and 95 % quantiles within 15 %.</param>
    public static void Agree(string name, IReadOnlyList<ParameterSummary> draws, params string[] quantilesOnly)
    {
        JsonProperty[] reference = [.. Read("reference").GetProperty(name).EnumerateObject()];
        Assert.Equal(reference.Length, draws.Count);
        foreach ((JsonProperty expected, ParameterSummary found) in reference.Zip(draws))
        {
            double Of(string key) => expected.Value.GetProperty(key).GetDouble();
            Assert.True(found.RHat <= 1.01, $"{name} {expected.Name}: R̂ {found.RHat}");
            if (quantilesOnly.Contains(expected.Name))
            {
                Assert.Equal(1.0, found.Lower / Of("q05"), 0.15);
                Assert.Equal(1.0, found.Upper / Of("q95"), 0.15);
                continue;
            }

            double ofReference = Math.Max(Of("chainMeanSpread"), Of("sd") / 100.0);
            double error = Math.Sqrt(found.MonteCarloError * found.MonteCarloError + ofReference * ofReference);
            Assert.True(
                Math.Abs(found.Mean - Of("mean")) <= 4.0 * error,
                $"{name} {expected.Name}: mean {found.Mean}, not {Of("mean")} ± {error}");
            Assert.True(
                Math.Abs(found.StandardDeviation / Of("sd") - 1.0) <= 0.1,
                $"{name} {expected.Name}: deviation {found.StandardDeviation}, not {Of("sd")}");
        }
    }
}
