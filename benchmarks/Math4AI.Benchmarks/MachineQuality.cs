using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Kernels.Machines;
using Math4AI.Training.Learners;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// The accuracy of support vector machines on test sets that nothing was chosen by, beside scikit-learn's SVC with the
/// same search over γ and C.
/// </summary>
internal static class MachineQuality
{
    // Without a search a round is so short that code is still being compiled in the first: the median is taken.
    private const int Rounds = 7;

    public static int Run(string[] words)
    {
        string python = "/usr/bin/python3";
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        Console.WriteLine(
            "| data | train, test × inputs | ours: γ, C, accuracy, CPU s | SVC, same search: γ, C, accuracy, CPU s |");
        Console.WriteLine("|---|---|---|---|");
        foreach ((string name, Func<Parts> read) in new (string, Func<Parts>)[]
        {
            ("digits, γ 0.001, C 10, raw", () => Digits(data) with { Gamma = 0.001, Penalty = 10.0 }),
            ("digits", () => Digits(data).Standardized()),
            ("satellite", () => FirstRows(Path.Combine(data, "tables", "satellite.csv"), 4435).Standardized()),
            ("spam", () => EveryThird(Path.Combine(data, "tables", "spam.csv")).Standardized()),
            ("letter", () => FirstRows(Path.Combine(data, "tables", "letter.csv"), 16_000).Standardized()),
        })
        {
            if (words.Length == 0 || words.Contains(name.Split(',')[0]))
            {
                Compare(name, read(), python);
            }
        }

        return 0;
    }

    private static (SupportVectorLearner Chosen, SupportVectorClassifierFit Fit, int[] Predicted, double Seconds) Once(
        SupportVectorLearner learner, LearnerSamples training, Parts parts)
    {
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        var chosen = (SupportVectorLearner)learner.Choose(training).Learner;
        var fit = (SupportVectorClassifierFit)chosen.Fit(training);
        int[] predicted = fit.Predict(parts.TestX);
        return (chosen, fit, predicted, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds);
    }

    private static void Compare(string name, Parts parts, string python)
    {
        var learner = new SupportVectorLearner
        {
            Gamma = parts.Gamma,
            Penalty = parts.Penalty,
            HasProbabilities = false,
        };
        LearnerSamples training = LearnerSamples.Of(parts.TrainX, parts.TrainY, parts.Classes);

        // The first call of a process waits for its code to be compiled.
        _ = (learner with { Gamma = 0.01, Penalty = 1.0 }).Fit(training);
        (SupportVectorLearner chosen, SupportVectorClassifierFit fit, int[] predicted, double seconds) =
            Enumerable.Range(0, parts.Gamma is null ? 1 : Rounds).Select(_ => Once(learner, training, parts))
                .OrderBy(round => round.Seconds).ElementAt(parts.Gamma is null ? 0 : Rounds / 2);
        double right = predicted.Where((of, i) => of == parts.TestY[i]).Count() / (double)predicted.Length;
        JsonElement peer = Ask(python, parts);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {parts.TrainX.RowCount}, {parts.TestX.RowCount} × {parts.TrainX.ColumnCount} | "
            + $"{chosen.Gamma:G3}, {chosen.Penalty:G3}, {right:0.0000} ({fit.SupportVectors.Count} vectors), "
            + $"{seconds:0.0} | {peer.GetProperty("gamma").GetDouble():G3}, "
            + $"{peer.GetProperty("penalty").GetDouble():G3}, {peer.GetProperty("accuracy").GetDouble():0.0000} "
            + $"({peer.GetProperty("vectors").GetInt32()} vectors), {peer.GetProperty("seconds").GetDouble():0.0} |"));
    }

    private static JsonElement Ask(string python, Parts parts)
    {
        string folder = Directory.CreateTempSubdirectory("math4ai-quality-").FullName;
        try
        {
            foreach ((string name, Matrix<double> x, int[] y)
                in new[] { ("train", parts.TrainX, parts.TrainY), ("test", parts.TestX, parts.TestY) })
            {
                using var writer =
                    new NpyWriter(Path.Combine(folder, name + ".npy"), x.ColumnCount + 1, x.RowCount, isDouble: true);
                writer.Write(0, x.RowCount, [.. x.ToColumnMajorArray(), .. y.Select(of => (double)of)]);
            }

            string[] words = parts.Gamma is { } gamma && parts.Penalty is { } penalty
                ? [folder, gamma.ToString("R", CultureInfo.InvariantCulture),
                    penalty.ToString("R", CultureInfo.InvariantCulture)]
                : [folder];
            using Process process = Peer.Start(python, "machines.py", words);
            return JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement.Clone();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Parts Digits(string data)
    {
        (Matrix<double> X, int[] Y) Read(string name)
        {
            // The last column is the digit.
            Table table = Table.Read(Path.Combine(data, "digits", name));
            return (
                Matrix<double>.Build.DenseOfColumnArrays(table.Names.SkipLast(1).Select(table.Numbers)),
                Array.ConvertAll(table.Numbers(table.Names[^1]), digit => (int)digit));
        }

        ((Matrix<double> x, int[] y), (Matrix<double> testX, int[] testY)) =
            (Read("optdigits.tra"), Read("optdigits.tes"));
        return new Parts(x, y, testX, testY, 10);
    }

    private static Parts FirstRows(string path, int train)
    {
        Table table = Table.Read(path);
        return Split(table, [.. Enumerable.Range(0, train)], [.. Enumerable.Range(train, table.Rows - train)]);
    }

    private static Parts EveryThird(string path)
    {
        Table table = Table.Read(path);
        int[] rows = [.. Enumerable.Range(0, table.Rows)];
        return Split(table, [.. rows.Where(row => row % 3 != 0)], [.. rows.Where(row => row % 3 == 0)]);
    }

    private static Parts Split(Table table, int[] train, int[] test)
    {
        string target = table.Names.First(name => !table.IsNumeric(name));
        string[] classes = [.. table.Texts(target).Select(text => text!).Distinct().Order(StringComparer.Ordinal)];
        Matrix<double> all =
            Matrix<double>.Build.DenseOfColumnArrays(table.Names.Where(name => name != target).Select(table.Numbers));
        int[] labels = [.. table.Texts(target).Select(text => Array.IndexOf(classes, text))];
        (Matrix<double> X, int[] Y) Rows(int[] rows) =>
            (Matrix<double>.Build.DenseOfRowVectors(rows.Select(all.Row)), [.. rows.Select(row => labels[row])]);
        ((Matrix<double> x, int[] y), (Matrix<double> testX, int[] testY)) = (Rows(train), Rows(test));
        return new Parts(x, y, testX, testY, classes.Length);
    }

    private sealed record Parts(Matrix<double> TrainX, int[] TrainY, Matrix<double> TestX, int[] TestY, int Classes)
    {
        public double? Gamma { get; init; }

        public double? Penalty { get; init; }

        public Parts Standardized()
        {
            FittedFeatures<Matrix<double>> scale = FeatureMap.Standardize().Fit(TrainX);
            return this with { TrainX = scale.Apply(TrainX), TestX = scale.Apply(TestX) };
        }
    }
}
