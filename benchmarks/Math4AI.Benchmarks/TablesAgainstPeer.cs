using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// The model that is chosen for a table beside scikit-learn's, each of which chooses its settings by the same
/// cross-validation of the training rows, over splits of public tables. The test rows choose nothing. Every split is a
/// line of a file, so that the work can be done in pieces: what the file has is not done again.
/// </summary>
internal static class TablesAgainstPeer
{
    private const string Python = "/usr/bin/python3";

    private static readonly string[] Peers = ["boosting", "forest", "linear", "mlp", "svm"];

    private static readonly string[][] PeersAtOnce = [["boosting"], ["forest", "linear", "mlp", "svm"]];

    /// <summary>What a split gave: losses, and seconds of the processor.</summary>
    private sealed record SplitResult(
        string Table, int Split, double Ours, string Kept, double? Coverage, double Seconds,
        Dictionary<string, PeerResult> Peers);

    /// <summary>What a peer gave.</summary>
    private sealed record PeerResult(double Loss, double Seconds);

    /// <summary>What is asked for: see the usage in benchmarks/README.md.</summary>
    private sealed record Wanted(
        string[] Tables, int First, int Last, string File, double Minutes, double PeerMinutes, TimeSpan Time)
    {
        /// <summary>Gets what an earlier run gave, whose peers are taken where it has the split.</summary>
        public IReadOnlyList<SplitResult> Earlier { get; init; } = [];
    }

    /// <summary>
    /// Names of tables, then --splits N or A-B, --file FILE of the results, --minutes M after which no split begins,
    /// --peers FILE of an earlier run, whose peers are not run again, --peer-minutes M for one peer on one split,
    /// --time M minutes for a comparison of ours (5, as everywhere; more where the machine is busy).
    /// </summary>
    public static int Run(string[] words)
    {
        Wanted wanted = Read(words);
        List<SplitResult> known = File.Exists(wanted.File) ? ReadResults(wanted.File) : [];
        long start = Stopwatch.GetTimestamp();
        string folder = Directory.CreateTempSubdirectory("math4ai-tables-").FullName;
        try
        {
            using (Process export = Peer.Start(Python, "tables.py", ["--export", folder]))
            {
                export.WaitForExit();
            }

            foreach (PublicTable data in PublicTable.All(folder).Where(
                data => wanted.Tables.Length == 0 || wanted.Tables.Contains(data.Name)))
            {
                for (int split = wanted.First; split <= Math.Min(wanted.Last, data.Splits - 1); split++)
                {
                    if (!known.Any(each => each.Table == data.Name && each.Split == split)
                        && Stopwatch.GetElapsedTime(start).TotalMinutes < wanted.Minutes)
                    {
                        SplitResult found = Measure(data, split, folder, wanted);
                        File.AppendAllText(wanted.File, JsonSerializer.Serialize(found) + "\n");
                        known.Add(found);
                    }
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Report(known);
        return 0;
    }

    private static List<SplitResult> ReadResults(string file) =>
        [.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize<SplitResult>(line)!)];

    private static Wanted Read(string[] words)
    {
        var wanted = new Wanted([], 0, 19, "tables.jsonl", double.PositiveInfinity, 20.0, new AutoLearner().MaxTime);
        for (int i = 0; i < words.Length; i++)
        {
            double Number() => double.Parse(words[++i], CultureInfo.InvariantCulture);
            wanted = words[i] switch
            {
                "--splits" => WithSplits(wanted, words[++i]),
                "--file" => wanted with { File = words[++i] },
                "--minutes" => wanted with { Minutes = Number() },
                "--peers" => wanted with { Earlier = ReadResults(words[++i]) },
                "--peer-minutes" => wanted with { PeerMinutes = Number() },
                "--time" => wanted with { Time = TimeSpan.FromMinutes(Number()) },
                var name => wanted with { Tables = [.. wanted.Tables, name] },
            };
        }

        return wanted;
    }

    private static Wanted WithSplits(Wanted wanted, string text)
    {
        int[] ends = [.. text.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
        return ends.Length == 1
            ? wanted with { First = 0, Last = ends[0] - 1 }
            : wanted with { First = ends[0], Last = ends[1] };
    }

    private static SplitResult Measure(PublicTable data, int split, string folder, Wanted wanted)
    {
        (Table train, Table test) = data.Split(split);
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        Trained<LearnedTable> trained = LearnedTable.Train(
            train, test,
            new TableTrainingOptions
            {
                Target = data.Target,
                Ignore = data.Ignore,
                Missing = Missing.Impute,
                Trainer = new TrainerOptions { Seed = split + 1 },
            },
            new AutoLearner { Seed = split + 1, MaxTime = wanted.Time });
        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        Write(Path.Combine(folder, "train.npy"), train, train, data, trained.Classes);
        Write(Path.Combine(folder, "test.npy"), train, test, data, trained.Classes);
        var found = new SplitResult(
            data.Name, split, trained.Test.Scores[trained.Classes.Count > 0 ? "logLoss" : "rmse"],
            trained.Model.Comparison.Single(each => each.IsKept).Name, trained.Coverage, seconds,
            wanted.Earlier.FirstOrDefault(each => each.Table == data.Name && each.Split == split)?.Peers
                ?? AskPeers(folder, trained.Classes.Count, TimeSpan.FromMinutes(wanted.PeerMinutes)));
        Console.Error.WriteLine(JsonSerializer.Serialize(found));
        return found;
    }

    /// <summary>
    /// Asks the peers in two processes at once, each of one thread: they take the longest of all. What is not done in
    /// its time is left out.
    /// </summary>
    private static Dictionary<string, PeerResult> AskPeers(string folder, int classes, TimeSpan most)
    {
        var found = new Dictionary<string, PeerResult>();
        Parallel.ForEach(PeersAtOnce, models =>
        {
            using Process process = Peer.Start(
                Python, "tables.py", [folder, classes.ToString(CultureInfo.InvariantCulture), .. models]);
            using var limit = new Timer(_ => process.Kill(entireProcessTree: true), null, most * models.Length,
                Timeout.InfiniteTimeSpan);
            while (process.StandardOutput.ReadLine() is { } line)
            {
                JsonElement each = JsonDocument.Parse(line).RootElement;
                lock (found)
                {
                    found[each.GetProperty("name").GetString()!] = new PeerResult(
                        each.GetProperty("loss").GetDouble(), each.GetProperty("seconds").GetDouble());
                }
            }

            process.WaitForExit();
        });
        return found;
    }

    /// <summary>A row for each table, over the splits that are there.</summary>
    private static void Report(List<SplitResult> known)
    {
        Console.WriteLine($"| table | splits | ours | {string.Join(" | ", Peers)} | log ratio to the best | worse by "
            + "more than two errors and 1 % | coverage of 90 % | kept | CPU s a split, ours and theirs |");
        Console.WriteLine($"|---|---|---|{string.Concat(Peers.Select(_ => "---|"))}---|---|---|---|---|");
        List<double>[] ratios = [.. Peers.Select(_ => new List<double>())];
        foreach (IGrouping<string, SplitResult> table in known.GroupBy(each => each.Table))
        {
            SplitResult[] splits = [.. table.OrderBy(each => each.Split)];
            double[][] logs = [.. Peers.Select(peer => splits.Where(each => each.Peers.ContainsKey(peer))
                .Select(each => Math.Log(each.Ours / each.Peers[peer].Loss)).ToArray())];
            for (int i = 0; i < Peers.Length; i++)
            {
                ratios[i].AddRange(logs[i].Length > 0 ? [logs[i].Average()] : Array.Empty<double>());
            }

            int best = Enumerable.Range(0, Peers.Length).Where(i => logs[i].Length == splits.Length).DefaultIfEmpty(0)
                .MinBy(i => splits.Average(each => LossOf(each, Peers[i])));
            (double mean, double error) = (logs[best].DefaultIfEmpty(double.NaN).Average(), ErrorOf(logs[best]));
            bool isWorse = mean > Math.Max(2.0 * error, Math.Log(1.01));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {table.Key} | {splits.Length} | {Text([.. splits.Select(each => each.Ours)])} | "
                + $"{string.Join(" | ", Peers.Select(peer => Text([.. splits.Select(each => LossOf(each, peer))])))} | "
                + $"{Peers[best]} {Text(logs[best])} | {(splits.Length < 2 ? "–" : isWorse ? "yes" : "no")} | "
                + $"{splits.Average(each => each.Coverage):0.000} | "
                + $"{string.Join(", ", splits.CountBy(each => each.Kept).Select(
                    pair => $"{pair.Key} {pair.Value}"))} | "
                + $"{splits.Average(each => each.Seconds):0}, "
                + $"{splits.Average(each => each.Peers.Values.Sum(peer => peer.Seconds)):0} |"));
        }

        Console.WriteLine("Mean log ratio to each peer over the tables: " + string.Join(", ", Peers.Zip(
            ratios, (peer, found) => string.Create(
                CultureInfo.InvariantCulture,
                $"{peer} {found.DefaultIfEmpty(double.NaN).Average():0.000} of {found.Count}"))));
    }

    private static double LossOf(SplitResult split, string peer) =>
        split.Peers.TryGetValue(peer, out PeerResult? found) ? found.Loss : double.NaN;

    private static double ErrorOf(double[] values) =>
        values.Length < 2 ? double.PositiveInfinity : values.StandardDeviation() / Math.Sqrt(values.Length);

    private static string Text(double[] values) => values.Length == 0 || values.Any(double.IsNaN) ? "–"
        : values.Length == 1 ? values[0].ToString("G4", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{values.Average():G4} ± {ErrorOf(values):G2}");

    /// <summary>Inputs as our encoder makes them of the training rows, then the target, for the peers.</summary>
    private static void Write(string path, Table train, Table rows, PublicTable data, IReadOnlyList<string> classes)
    {
        string[] inputs = [.. train.Names.Where(name => name != data.Target && !data.Ignore.Contains(name))];
        TableEncoder encoder = TableEncoder.Learn(train, inputs, Missing.Impute);
        float[] encoded = encoder.Encode(rows);
        double[] values = new double[rows.Rows * (encoder.Inputs + 1)];
        for (int row = 0; row < rows.Rows; row++)
        {
            for (int column = 0; column < encoder.Inputs; column++)
            {
                values[column * rows.Rows + row] = encoded[row * encoder.Inputs + column];
            }
        }

        double[] target = classes.Count == 0
            ? rows.Numbers(data.Target)
            : [.. rows.Texts(data.Target).Select(text => (double)classes.ToList().IndexOf(text!))];
        target.CopyTo(values, rows.Rows * encoder.Inputs);
        using var writer = new NpyWriter(path, encoder.Inputs + 1, rows.Rows, isDouble: true);
        writer.Write(0, rows.Rows, values);
    }
}
