using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Networks;
using Math4AI.Training.Tables;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Settings of networks that tell how sure they are, compared on data that no other benchmark reports: Friedman's three
/// functions with much and with little noise, smooth functions with hardly any, fuel consumption of cars, and tables of
/// your own.
/// <c>uncertain settings [SPLITS] [hidden=64-64] [networks=5] [way=Ensemble] [FILE.csv:TARGET …]</c>.
/// </summary>
internal static class UncertainSettings
{
    private static readonly double[] Noises = [0.2, 0.01];

    public static int Run(string[] words)
    {
        int splits =
            words.Length > 0 && int.TryParse(words[0], CultureInfo.InvariantCulture, out int given) ? given : 3;
        Dictionary<string, string> settings = words.Select(word => word.Split('=')).Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1]);
        Console.WriteLine("| data | networks | RMSE | NLL | 90 % intervals cover | CPU s |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach ((string name, Table table, string target) in Sets(words))
        {
            foreach (NetworkUncertainty way in Enum.GetValues<NetworkUncertainty>().Where(way => way != default))
            {
                if (settings.TryGetValue("way", out string? only) && only != way.ToString())
                {
                    continue;
                }

                Report($"| {name} | {way} |", table, target, Learner(way, settings), splits);
            }
        }

        return 0;
    }

    private static NetworkLearner Learner(NetworkUncertainty way, Dictionary<string, string> settings)
    {
        var learner = new NetworkLearner { Uncertainty = way };
        foreach ((string name, string value) in settings)
        {
            double Number() => double.Parse(value, CultureInfo.InvariantCulture);
            learner = name switch
            {
                "hidden" => learner with
                {
                    Hidden = [.. value.Split('-').Select(width => int.Parse(width, CultureInfo.InvariantCulture))],
                },
                "networks" => learner with { Networks = (int)Number() },
                "steps" => learner with { Steps = (int)Number() },
                "decay" => learner with { WeightDecay = Number() },
                "rate" => learner with { Rate = Number() },
                "unit" => learner with { Unit = Enum.Parse<HiddenUnit>(value) },
                "log" => learner with { LearnsLogarithm = bool.Parse(value) },
                "held" => learner with { HoldsOut = bool.Parse(value) },
                "way" or "set" => learner,
                _ => throw new ArgumentException($"There is no setting '{name}'."),
            };
        }

        return learner;
    }

    private static IEnumerable<(string Name, Table Table, string Target)> Sets(string[] words)
    {
        string cars = Path.Combine(Environment.GetEnvironmentVariable("MATH4AI_DATA") ?? ".", "tables", "mpg.csv");
        (string Name, Table Table, string Target)[] sets =
        [
            .. Enumerable.Range(1, 3).SelectMany(kind => Noises.Select(noise => (
                $"Friedman {kind}, noise {noise.ToString(CultureInfo.InvariantCulture)}",
                SimulatedTables.Friedman(kind, noise), "y"))),
            .. SimulatedTables.Smooth.Select(smooth => (smooth.Name, smooth.Table, "y")),
            .. File.Exists(cars) ? new[] { ("mpg", Table.Read(cars), "mpg") } : [],
            .. words.Where(word => word.Contains(':', StringComparison.Ordinal)).Select(word => (
                Path.GetFileNameWithoutExtension(word.Split(':')[0]), Table.Read(word.Split(':')[0]),
                word.Split(':')[1])),
        ];
        string[] wanted = [.. words.Where(word => word.StartsWith("set=", StringComparison.Ordinal))];
        return sets.Where(set => wanted.Length == 0 || wanted.Any(
            word => set.Name.Contains(word[4..], StringComparison.OrdinalIgnoreCase)));
    }

    private static void Report(string start, Table table, string target, NetworkLearner learner, int splits)
    {
        var options = new TableTrainingOptions
        {
            Target = target,
            Task = TableTask.Regression,
            Intervals = IntervalSource.Model,
            Missing = Missing.Impute,
            Ignore = [.. table.Names.Where(column => column == "name")],
        };
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        List<double> errors = [], losses = [], covered = [];
        for (int split = 0; split < splits; split++)
        {
            int[] order = [.. Enumerable.Range(0, table.Rows)];
            new MersenneTwister(100 + split, threadSafe: false).Shuffle(order);
            int held = Math.Max(30, table.Rows / 10);
            Trained<LearnedTable> trained = LearnedTable.Train(
                table.Select([.. order.Skip(held).Order()]), table.Select([.. order.Take(held).Order()]), options,
                learner);
            errors.Add(trained.Test.Scores["rmse"]);
            losses.Add(trained.TestDistributions!.NegativeLogLikelihood);
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{start} {split}: {errors[^1]:0.0000} {losses[^1]:0.000} {trained.Model.About.Learner}"));
            covered.Add(trained.Coverage ?? double.NaN);
        }

        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(start + string.Create(
            CultureInfo.InvariantCulture,
            $" {errors.Average():0.000} | {losses.Average():0.000} ± "
            + $"{losses.StandardDeviation() / Math.Sqrt(losses.Count):0.000} | {100.0 * covered.Average():0.0} % | "
            + $"{seconds:0} |"));
    }
}
