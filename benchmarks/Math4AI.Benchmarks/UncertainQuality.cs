using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Conformal;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Tables;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Networks that tell how sure they are on the published splits of four data sets, with the defaults, and the same
/// networks averaged with conformal intervals beside them: error, negative log likelihood, and how often intervals of
/// 90 % hold and how wide they are. Averaged networks have the intervals that training gives them, of split conformal
/// prediction or of few rows by CV+; <c>Split</c> is split conformal prediction whatever the rows. The test parts
/// choose nothing. <c>uncertain [DATA …] [WAY …] [SPLITS]</c>, such as 5, or 5-9 for
/// those with these numbers, from 0; each split is told on standard error.
/// </summary>
internal static class UncertainQuality
{
    private const int Splits = 20;
    private const double Level = 0.9;
    private const string Split = "Split";

    // Of split conformal prediction whatever the rows: what is kept from the networks.
    private const double CalibrationShare = 0.2;

    private static readonly string[] Ways = [.. Enum.GetNames<NetworkUncertainty>(), Split];

    private sealed record Found(
        double Error, double Loss, double Covered, double Width, string Intervals, string Learner);

    public static int Run(string[] words)
    {
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        string? number = words.FirstOrDefault(word => char.IsAsciiDigit(word[0]));
        int[] ends =
        [
            .. (number ?? $"{Splits}").Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)),
        ];
        int[] splits = ends.Length == 1 ? [.. Enumerable.Range(0, ends[0])]
            : [.. Enumerable.Range(ends[0], ends[1] - ends[0] + 1)];
        string[] ways = [.. words.Where(Ways.Contains)];
        string[] names = [.. words.Where(word => word != number && !Ways.Contains(word))];
        Console.WriteLine("| data | networks | splits | RMSE | NLL | 90 % intervals cover | width | CPU s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (string name in (string[])["yacht", "energy", "concrete", "power-plant"])
        {
            if (names.Length > 0 && !names.Contains(name))
            {
                continue;
            }

            foreach (string way in ways.Length > 0 ? ways : Ways)
            {
                Report(name, way, Path.Combine(data, "uci", name), splits);
            }
        }

        return 0;
    }

    private static void Report(string name, string way, string folder, int[] splits)
    {
        Table table = Read(folder);
        TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
        var all = new List<Found>();
        foreach (int split in splits)
        {
            Table train = table.Select(ProcessQuality.Numbers(Path.Combine(folder, $"index_train_{split}.txt")));
            Table test = table.Select(ProcessQuality.Numbers(Path.Combine(folder, $"index_test_{split}.txt")));
            Found found = way == Split
                ? BySplit(train, test, split)
                : By(Enum.Parse<NetworkUncertainty>(way), train, test);
            all.Add(found);
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} {way} {split}: {found.Error:0.0000} {found.Loss:0.0000} {found.Covered:0.0000} "
                + $"{found.Width:0.0000} {found.Learner}"));
        }

        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {all[0].Intervals} | {splits.Length} | {Text(all, each => each.Error)} | "
            + $"{(double.IsNaN(all[0].Loss) ? "" : Text(all, each => each.Loss))} | "
            + $"{100.0 * all.Average(each => each.Covered):0.0} % | "
            + $"{all.Average(each => each.Width):0.00} | {seconds:0} |"));
    }

    private static Found By(NetworkUncertainty way, Table train, Table test)
    {
        bool isConformal = way == NetworkUncertainty.None;
        Trained<LearnedTable> trained = LearnedTable.Train(
            train, test, Options(isConformal ? IntervalSource.Conformal : IntervalSource.Model),
            new NetworkLearner { Uncertainty = way });
        FilePredictions found = trained.Model.PredictTable(test, Level);
        return new Found(
            trained.Test.Scores["rmse"], trained.TestDistributions?.NegativeLogLikelihood ?? double.NaN,
            trained.Coverage ?? double.NaN, found.Intervals.Average(each => each.Upper - each.Lower),
            !isConformal ? $"{way}"
            : trained.Model.CalibrationModels > 1 ? "averaged, CV+" : "averaged, split conformal",
            trained.Model.About.Learner);
    }

    private static Found BySplit(Table train, Table test, int seed)
    {
        int[] order = [.. Enumerable.Range(0, train.Rows)];
        new MersenneTwister(seed, threadSafe: false).Shuffle(order);
        int held = (int)Math.Round(CalibrationShare * order.Length);
        Table calibration = train.Select([.. order.Take(held).Order()]);
        Trained<LearnedTable> trained = LearnedTable.Train(
            train.Select([.. order.Skip(held).Order()]), test, Options(IntervalSource.None), new NetworkLearner());
        double most = new SplitConformal(Errors(trained.Model, calibration)).Quantile(Level);
        double[] errors = Errors(trained.Model, test);
        return new Found(
            Math.Sqrt(errors.Average(error => error * error)), double.NaN,
            errors.Average(error => error <= most ? 1.0 : 0.0), 2.0 * most, "averaged, split conformal",
            trained.Model.About.Learner);
    }

    private static double[] Errors(LearnedTable model, Table rows) =>
    [
        .. rows.Numbers(model.Target).Zip(model.Predict(rows).Values.Column(0), (y, found) => Math.Abs(y - found)),
    ];

    private static TableTrainingOptions Options(IntervalSource intervals) =>
        new() { Target = "y", Task = TableTask.Regression, Intervals = intervals };

    private static Table Read(string folder)
    {
        double[][] rows = ProcessQuality.Read(Path.Combine(folder, "data.txt"));
        int[] features = ProcessQuality.Numbers(Path.Combine(folder, "index_features.txt"));
        int target = ProcessQuality.Numbers(Path.Combine(folder, "index_target.txt"))[0];
        return Table.OfNumbers(
            [.. features.Append(target).Select((column, j) =>
                (j < features.Length ? $"c{j}" : "y", rows.Select(row => row[column]).ToArray()))]);
    }

    // The mean with its standard error, of which a single split has none.
    private static string Text(List<Found> all, Func<Found, double> of)
    {
        double[] values = [.. all.Select(of)];
        return values.Length == 1
            ? values[0].ToString("0.000", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture,
                $"{values.Average():0.000} ± {values.StandardDeviation() / Math.Sqrt(values.Length):0.000}");
    }
}
