using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// Support vector machines beside LIBSVM's <c>svm-train</c> on ten problems: the dual objective, the number of support
/// vectors, and the decision values of all samples, which are computed from the model file that LIBSVM writes.
/// </summary>
internal static class MachinesAgainstLibsvm
{
    private const double Tolerance = 1e-6;

    // What the requirement asks for: support vectors within 1 %, decision values to 1e-3 of the scale of the values.
    private const double Limit = 1e-3;

    private sealed record Problem(string Name, Matrix<double> X, double[] Y, Kernel Kernel, string PeerKernel,
        double Penalty, double? Width = null);

    public static int Run(string[] words)
    {
        string program = words.Length > 0 ? words[0] : "/usr/bin/svm-train";
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        Console.WriteLine("| problem | samples × inputs | objective: ours, LIBSVM | relative difference | support "
            + "vectors: ours, LIBSVM | largest difference of decision values |");
        Console.WriteLine("|---|---|---|---|---|---|");
        int failures = 0;
        foreach (Problem problem in Problems(data))
        {
            failures += Compare(problem, program) ? 0 : 1;
        }

        Console.WriteLine(
            $"{failures} problems differ by more than 1 % of the support vectors or {Limit} of the decision values.");
        return failures == 0 ? 0 : 1;
    }

    private static bool Compare(Problem problem, string program)
    {
        (double[] values, double objective, int vectors) = Ours(problem);
        string folder = Directory.CreateTempSubdirectory("math4ai-libsvm-").FullName;
        try
        {
            string samples = Path.Combine(folder, "samples"), model = Path.Combine(folder, "model");
            File.WriteAllLines(samples, problem.X.EnumerateRows().Select(
                (row, i) => string.Create(CultureInfo.InvariantCulture, $"{problem.Y[i]:R} ")
                + string.Join(
                    ' ', row.Select((value, j) => string.Create(CultureInfo.InvariantCulture, $"{j + 1}:{value:R}")))));
            string kind = problem.Width is { } width
                ? string.Create(CultureInfo.InvariantCulture, $"-s 3 -p {width:R}")
                : "-s 0";
            string output = Execute(program, string.Create(
                CultureInfo.InvariantCulture,
                $"{kind} {problem.PeerKernel} -c {problem.Penalty:R} -e {Tolerance:R} -m 500 {samples} {model}"));
            double theirs = Number(output, "obj = ");
            int theirVectors = (int)Number(output, "nSV = ");
            double[] theirValues = Decisions(model, problem);

            double difference = values.Zip(theirValues, (a, b) => Math.Abs(a - b)).Max();
            double scale = Math.Max(1.0, values.Max(Math.Abs));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {problem.Name} | {problem.X.RowCount} × {problem.X.ColumnCount} | {objective:G9}, {theirs:G9} | "
                + $"{Math.Abs(objective / theirs - 1.0):E1} | {vectors}, {theirVectors} | {difference:E1} of "
                + $"{scale:G3} |"));
            return Math.Abs(vectors - theirVectors) <= Math.Max(1.0, 0.01 * theirVectors)
                && difference <= Limit * scale;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (double[] Values, double Objective, int Vectors) Ours(Problem problem)
    {
        SupportVectorFit fit = problem.Width is { } width
            ? new SupportVectorRegressor
            {
                Kernel = problem.Kernel,
                Penalty = problem.Penalty,
                Width = width,
                Tolerance = Tolerance,
                Standardize = false,
            }
                .Fit(problem.X, Vector<double>.Build.Dense(problem.Y))
            : new SupportVectorClassifier
            {
                Kernel = problem.Kernel,
                Penalty = problem.Penalty,
                Tolerance = Tolerance,
                Standardize = false,
            }
                .Fit(problem.X, [.. problem.Y.Select(y => y > 0.0 ? 0 : 1)]).Machines[0];
        return ([.. fit.Predict(problem.X)], fit.DualObjective, fit.SupportVectors.Count);
    }

    /// <summary>f(x) = Σ coefficient k(vector, x) − rho of the model file.</summary>
    private static double[] Decisions(string model, Problem problem)
    {
        string[] lines = File.ReadAllLines(model);
        int start = Array.IndexOf(lines, "SV") + 1;
        double rho = double.Parse(
            lines.First(line => line.StartsWith("rho ", StringComparison.Ordinal))[4..], CultureInfo.InvariantCulture);
        string[][] parts = [.. lines[start..].Where(line => line.Length > 0).Select(
            line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Matrix<double> vectors = Matrix<double>.Build.Dense(parts.Length, problem.X.ColumnCount);
        for (int i = 0; i < parts.Length; i++)
        {
            foreach (string[] pair in parts[i].Skip(1).Select(part => part.Split(':')))
            {
                vectors[i, int.Parse(pair[0], CultureInfo.InvariantCulture) - 1] = double.Parse(
                    pair[1], CultureInfo.InvariantCulture);
            }
        }

        Vector<double> coefficients =
            Vector<double>.Build.Dense(parts.Length, i => double.Parse(parts[i][0], CultureInfo.InvariantCulture));
        return [.. (problem.Kernel.Gram(problem.X, vectors) * coefficients).Select(value => value - rho)];
    }

    private static IEnumerable<Problem> Problems(string data)
    {
        Kernel Rbf(double gamma) => Kernel.Rbf(1.0 / Math.Sqrt(2.0 * gamma));
        string PeerRbf(double gamma) => string.Create(CultureInfo.InvariantCulture, $"-t 2 -g {gamma:R}");

        // LIBSVM's linear and polynomial kernels: (γ x·x′ + c)^p with γ = 1.
        (Matrix<double> spam, double[] isSpam) = Classes(
            Path.Combine(data, "tables", "spam.csv"), "type", "spam", 1500);
        yield return new Problem("spam, rbf", spam, isSpam, Rbf(0.02), PeerRbf(0.02), 1.0);
        yield return new Problem("spam, rbf, C 100", spam, isSpam, Rbf(0.02), PeerRbf(0.02), 100.0);
        yield return new Problem("spam, linear", spam, isSpam, Kernel.Polynomial(1, 1.0), "-t 1 -d 1 -g 1 -r 1", 0.1);
        (Matrix<double> letters, double[] isA) = Classes(
            Path.Combine(data, "tables", "letter.csv"), "lettr", "B", 3000);
        yield return new Problem("letter B, rbf", letters, isA, Rbf(0.1), PeerRbf(0.1), 10.0);
        (Matrix<double> flowers, double[] isVersicolor) = Classes(
            Path.Combine(data, "tables", "iris.csv"), "species", "versicolor", 150);
        yield return new Problem("iris, rbf", flowers, isVersicolor, Rbf(0.25), PeerRbf(0.25), 1.0);
        yield return new Problem(
            "iris, cubic", flowers, isVersicolor, Kernel.Polynomial(3, 1.0), "-t 1 -d 3 -g 1 -r 1", 1.0);
        (Matrix<double> soils, double[] isGrey) = Classes(
            Path.Combine(data, "tables", "satellite.csv"), "classes", "grey soil", 2000);
        yield return new Problem("satellite grey soil, rbf", soils, isGrey, Rbf(0.03), PeerRbf(0.03), 1.0);
        foreach ((string name, double gamma, double penalty)
            in new[] { ("yacht", 0.2, 10.0), ("energy", 0.1, 10.0), ("concrete", 0.1, 10.0) })
        {
            (Matrix<double> x, double[] y) = Numbers(Path.Combine(data, "uci", name, "data.txt"));
            yield return new Problem(name + ", rbf", x, y, Rbf(gamma), PeerRbf(gamma), penalty, 0.1);
        }
    }

    /// <summary>The first rows that are evenly taken, standardized; 1 for a class and −1 for all others.</summary>
    private static (Matrix<double> X, double[] Y) Classes(string path, string target, string positive, int most)
    {
        Table table = Table.Read(path);
        string column = table.Names.Contains(target) ? target : table.Names[^1];
        int stride = Math.Max(1, table.Rows / most);
        IEnumerable<int> rows = Enumerable.Range(0, Math.Min(most, table.Rows)).Select(i => i * stride);
        string[] inputs = [.. table.Names.Where(name => name != column)];
        double[][] values = [.. inputs.Select(table.Numbers)];

        // Of rows that repeat, one: how their weights are shared out among them is not unique.
        Table some = table.Select([.. rows.DistinctBy(row => string.Join(' ', values.Select(of => of[row])))]);
        return (
            Standardized(Matrix<double>.Build.DenseOfColumnArrays(
                inputs.Select(some.Numbers))),
            [.. some.Texts(column).Select(text => text == positive ? 1.0 : -1.0)]);
    }

    private static (Matrix<double> X, double[] Y) Numbers(string path)
    {
        double[][] rows = [.. File.ReadLines(path).Where(line => line.Trim().Length > 0).Select(line => line
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray())];
        Matrix<double> all = Standardized(Matrix<double>.Build.DenseOfRowArrays(rows));
        int inputs = Path.GetFileName(Path.GetDirectoryName(path)) == "energy" ? 8 : all.ColumnCount - 1;
        return (all.SubMatrix(0, all.RowCount, 0, inputs), all.Column(inputs).ToArray());
    }

    private static Matrix<double> Standardized(Matrix<double> x) =>
        Math4AI.Features.FeatureMap.Standardize().Fit(x).Apply(x);

    private static double Number(string output, string name)
    {
        int at = output.IndexOf(name, StringComparison.Ordinal) + name.Length;
        int end = at;
        while (end < output.Length && output[end] is not (',' or '\n' or ' '))
        {
            end++;
        }

        return double.Parse(output.AsSpan(at, end - at), CultureInfo.InvariantCulture);
    }

    private static string Execute(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments} failed.");
    }
}
