using System.Globalization;
using System.Text.RegularExpressions;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// A nonlinear regression of NIST's Statistical Reference Datasets: the formula, data and certified values of its file.
/// </summary>
internal sealed record NistRegression(
    string Formula, IReadOnlyDictionary<string, double>[] Starts, double[] Certified, double[] Deviations,
    double SumOfSquares, double[][] Rows)
{
    public static readonly string[] Names =
    [
        "BoxBOD", "Chwirut2", "DanWood", "ENSO", "Gauss1", "Hahn1", "Kirby2", "Lanczos3", "MGH09", "MGH10",
        "MGH17", "Misra1a",
        "Misra1b", "Roszman1", "Thurber",
    ];

    public Model Model => Model.FromFormula(Formula, "x");

    public Matrix<double> Inputs => Matrix<double>.Build.Dense(Rows.Length, 1, (i, _) => Rows[i][1]);

    public Vector<double> Targets => Vector<double>.Build.Dense(Rows.Length, i => Rows[i][0]);

    public FitProblem Problem => new() { Model = Model, Inputs = Inputs, Targets = Targets };

    /// <summary>Reads a file of NIST's.</summary>
    public static NistRegression Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        int first = Array.FindIndex(lines, line => Regex.IsMatch(line, @"^\s+y\s*="));
        int last = Array.FindIndex(lines, first, line => Regex.IsMatch(line, @"\+\s*e\s*$"));
        string formula = string.Join(' ', lines[first..(last + 1)]);
        formula = Regex.Replace(formula, @"^\s*y\s*=|\+\s*e\s*$", string.Empty).Trim();
        double[][] values =
        [
            .. lines.Where(line => Regex.IsMatch(line, @"^\s+b\d+\s*="))
                .Select(line => Numbers(line.Split('=')[1])),
        ];
        int data = Array.FindLastIndex(lines, line => line.StartsWith("Data:", StringComparison.Ordinal));
        return new NistRegression(
            formula,
            [Start(values, 0), Start(values, 1)],
            [.. values.Select(row => row[2])],
            [.. values.Select(row => row[3])],
            Numbers(lines.Single(line => line.StartsWith("Residual Sum of Squares:", StringComparison.Ordinal))
                .Split(':')[1])[0],
            [.. lines[(data + 1)..].Select(Numbers).Where(row => row.Length > 1)]);
    }

    /// <summary>The correct digits: −log₁₀ of the relative error, at most 11, which is what is certified.</summary>
    public static double Digits(double found, double certified) =>
        found == certified ? 11.0 : Math.Min(11.0, -Math.Log10(Math.Abs(found - certified) / Math.Abs(certified)));

    public double ParameterDigits(FitResult fit) => Worst(fit, Certified, fit.Parameters);

    public double DeviationDigits(FitResult fit) => Worst(fit, Deviations, fit.StandardErrors);

    private static double Worst(FitResult fit, double[] certified, Vector<double> found) =>
        Enumerable.Range(0, certified.Length).Min(
            i => Digits(found[fit.Names.ToList().IndexOf($"b{i + 1}")], certified[i]));

    private static Dictionary<string, double> Start(double[][] values, int column) =>
        values.Select((row, i) => (Name: $"b{i + 1}", Value: row[column])).ToDictionary(
            pair => pair.Name, pair => pair.Value);

    private static double[] Numbers(string text) =>
        [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(
            word => double.Parse(word, CultureInfo.InvariantCulture))];
}
