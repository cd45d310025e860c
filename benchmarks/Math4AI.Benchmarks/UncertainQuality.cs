using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Tables;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Networks that tell how sure they are on the published splits of four data sets, with the defaults, and the same
/// networks averaged with conformal intervals beside them: error, negative log likelihood, and how often intervals of
/// 90 % hold and how wide they are. The test parts choose nothing. <c>uncertain [DATA …] [WAY …] [SPLITS]</c>.
/// </summary>
internal static class UncertainQuality
{
    private const int Splits = 20;
    private const double Level = 0.9;

    public static int Run(string[] words)
    {
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        string? number = words.FirstOrDefault(word => char.IsAsciiDigit(word[0]));
        int splits = number is null ? Splits : int.Parse(number, CultureInfo.InvariantCulture);
        NetworkUncertainty[] ways = [.. words.Where(word => Enum.TryParse<NetworkUncertainty>(word, out _)
            && word != number).Select(Enum.Parse<NetworkUncertainty>)];
        string[] names = [.. words.Where(word => word != number && !ways.Any(way => way.ToString() == word))];
        Console.WriteLine("| data | networks | splits | RMSE | NLL | 90 % intervals cover | width | CPU s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (string name in (string[])["yacht", "energy", "concrete", "power-plant"])
        {
            if (names.Length > 0 && !names.Contains(name))
            {
                continue;
            }

            foreach (NetworkUncertainty way in ways.Length > 0 ? ways : Enum.GetValues<NetworkUncertainty>())
            {
                Report(name, way, Path.Combine(data, "uci", name), splits);
            }
        }

        return 0;
    }

    private static void Report(string name, NetworkUncertainty way, string folder, int splits)
    {
        double[][] rows = ProcessQuality.Read(Path.Combine(folder, "data.txt"));
        int[] features = ProcessQuality.Numbers(Path.Combine(folder, "index_features.txt"));
        int target = ProcessQuality.Numbers(Path.Combine(folder, "index_target.txt"))[0];
        Table table = Table.OfNumbers(
            [.. features.Append(target).Select((column, j) =>
                (j < features.Length ? $"c{j}" : "y", rows.Select(row => row[column]).ToArray()))]);
        var options = new TableTrainingOptions
        {
            Target = "y",
            Task = TableTask.Regression,
            Intervals = way == NetworkUncertainty.None ? IntervalSource.Conformal : IntervalSource.Model,
        };
        TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
        List<double> errors = [], losses = [], covered = [], widths = [];
        for (int split = 0; split < splits; split++)
        {
            Table train = table.Select(ProcessQuality.Numbers(Path.Combine(folder, $"index_train_{split}.txt")));
            Table test = table.Select(ProcessQuality.Numbers(Path.Combine(folder, $"index_test_{split}.txt")));
            Trained<LearnedTable> trained =
                LearnedTable.Train(train, test, options, new NetworkLearner { Uncertainty = way });
            errors.Add(trained.Test.Scores["rmse"]);
            losses.Add(trained.TestDistributions?.NegativeLogLikelihood ?? double.NaN);
            FilePredictions found = trained.Model.PredictTable(test, Level);
            widths.Add(found.Intervals.Average(each => each.Upper - each.Lower));
            covered.Add(trained.Coverage ?? double.NaN);
        }

        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {(way == NetworkUncertainty.None ? "averaged, conformal" : way)} | {splits} | "
            + $"{Text(errors)} | {(way == NetworkUncertainty.None ? "" : Text(losses))} | "
            + $"{100.0 * covered.Average():0.0} % | "
            + $"{widths.Average():0.00} | {seconds:0} |"));
    }

    // The mean with its standard error, of which a single split has none.
    private static string Text(List<double> values) => values.Count == 1
        ? values[0].ToString("0.000", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture,
            $"{values.Average():0.000} ± {values.StandardDeviation() / Math.Sqrt(values.Count):0.000}");
}
