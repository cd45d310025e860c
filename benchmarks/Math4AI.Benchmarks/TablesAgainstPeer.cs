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
/// cross-validation of the training rows, over splits of public tables. The test rows choose nothing.
/// </summary>
internal static class TablesAgainstPeer
{
    private const double TestShare = 0.2;

    private static readonly string[] Peers = ["boosting", "forest", "linear", "mlp", "svm"];

    private static readonly string[][] PeersAtOnce = [["boosting"], ["forest", "linear", "mlp", "svm"]];

    /// <summary>The names of tables, and a number of splits.</summary>
    public static int Run(string[] words)
    {
        const string Python = "/usr/bin/python3";
        int splits = words.Select(word => int.TryParse(word, out int number) ? number : 0).DefaultIfEmpty(0).Max();
        splits = splits > 0 ? splits : 20;
        string[] wanted = [.. words.Where(word => !int.TryParse(word, out _))];
        string folder = Directory.CreateTempSubdirectory("math4ai-tables-").FullName;
        try
        {
            using (Process export = Peer.Start(Python, "tables.py", ["--export", folder]))
            {
                export.WaitForExit();
            }

            Console.WriteLine($"| table | splits | ours | {string.Join(" | ", Peers)} | best peer | log ratio to it | "
                + "kept | CPU s, ours and theirs |");
            Console.WriteLine($"|---|---|---|{string.Concat(Peers.Select(_ => "---|"))}---|---|---|---|");
            List<double>[] ratios = [.. Peers.Select(_ => new List<double>())];
            foreach (PublicTable data in PublicTable.All(folder).Where(
                data => wanted.Length == 0 || wanted.Contains(data.Name)))
            {
                Report(data, Math.Min(splits, data.Splits), folder, Python, ratios);
            }

            Console.WriteLine("Mean log ratio to each peer over the tables: " + string.Join(", ", Peers.Zip(
                ratios, (peer, found) => string.Create(
                    CultureInfo.InvariantCulture, $"{peer} {found.DefaultIfEmpty().Average():0.000}"))));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(PublicTable data, int splits, string folder, string python, List<double>[] ratios)
    {
        List<double> ours = [], kept = [];
        List<double>[] theirs = [.. Peers.Select(_ => new List<double>())];
        var names = new List<string>();
        double seconds = 0.0, peerSeconds = 0.0;
        for (int split = 0; split < splits; split++)
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
                new AutoLearner { Seed = split + 1 });
            seconds += (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
            bool areClasses = trained.Classes.Count > 0;
            ours.Add(trained.Test.Scores[areClasses ? "logLoss" : "rmse"]);
            kept.Add(trained.Coverage ?? double.NaN);
            names.Add(trained.Model.Comparison.Single(each => each.IsKept).Name);
            Write(Path.Combine(folder, "train.npy"), train, train, data, trained.Classes);
            Write(Path.Combine(folder, "test.npy"), train, test, data, trained.Classes);
            Dictionary<string, JsonElement> found = AskPeers(python, folder, trained.Classes.Count);
            for (int i = 0; i < Peers.Length; i++)
            {
                theirs[i].Add(found[Peers[i]].GetProperty("loss").GetDouble());
                peerSeconds += found[Peers[i]].GetProperty("seconds").GetDouble();
            }

            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Name} {split}: {ours[^1]:G4} ({names[^1]}), {string.Join(", ", theirs.Select(
                    each => each[^1].ToString("G4", CultureInfo.InvariantCulture)))}, coverage {kept[^1]:0.000}"));
        }

        int best = Enumerable.Range(0, Peers.Length).MinBy(i => theirs[i].Average());
        for (int i = 0; i < Peers.Length; i++)
        {
            ratios[i].Add(Ratios(ours, theirs[i]).Average());
        }

        string chosen = string.Join(", ", names.CountBy(name => name).Select(pair => $"{pair.Key} {pair.Value}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {data.Name} | {splits} | {Text(ours)} | {string.Join(" | ", theirs.Select(Text))} | {Peers[best]} | "
            + $"{Text(Ratios(ours, theirs[best]))} | {chosen} | {seconds:0}, {peerSeconds:0} |"));
    }

    /// <summary>Asks the peers in two processes at once, each of one thread: they take the longest of all.</summary>
    private static Dictionary<string, JsonElement> AskPeers(string python, string folder, int classes)
    {
        Process[] processes = [.. PeersAtOnce.Select(models => Peer.Start(
            python, "tables.py", [folder, classes.ToString(CultureInfo.InvariantCulture), .. models]))];
        try
        {
            return processes.SelectMany(process => JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement
                .EnumerateObject()).ToDictionary(pair => pair.Name, pair => pair.Value);
        }
        finally
        {
            Array.ForEach(processes, process => process.Dispose());
        }
    }

    private static List<double> Ratios(List<double> ours, List<double> theirs) =>
        [.. ours.Zip(theirs, (one, other) => Math.Log(one / other))];

    private static string Text(List<double> values) => values.Count == 1
        ? values[0].ToString("G4", CultureInfo.InvariantCulture)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{values.Average():G4} ± {values.StandardDeviation() / Math.Sqrt(values.Count):G2}");

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

    /// <summary>A public table and its splits.</summary>
    private sealed record PublicTable(
        string Name, string Target, string[] Ignore, int Splits, Func<int, (Table Train, Table Test)> Split)
    {
        public static IEnumerable<PublicTable> All(string exported)
        {
            string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
                ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
            string tables = Path.Combine(data, "tables");
            yield return AtRandom("iris", Path.Combine(tables, "iris.csv"), "species");
            yield return AtRandom("penguins", Path.Combine(tables, "penguins.csv"), "species");
            yield return AtRandom("mpg", Path.Combine(tables, "mpg.csv"), "mpg", "name");
            yield return AtRandom("wine", Path.Combine(exported, "wine.csv"), "target");
            yield return AtRandom("breast_cancer", Path.Combine(exported, "breast_cancer.csv"), "target");
            yield return AtRandom("diabetes", Path.Combine(exported, "diabetes.csv"), "target");
            foreach (string name in new[] { "yacht", "energy", "concrete", "power-plant" })
            {
                string folder = Path.Combine(data, "uci", name);
                yield return new PublicTable(name, "y", [], 20, split => Published(folder, split));
            }

            yield return new PublicTable("digits", "digit", [], 1, _ => (
                Digits(Path.Combine(data, "digits", "optdigits.tra")),
                Digits(Path.Combine(data, "digits", "optdigits.tes"))));
            yield return AtRandom("spam", Path.Combine(tables, "spam.csv"), "type");
            yield return AtRandom("satellite", Path.Combine(tables, "satellite.csv"), "classes");
            yield return new PublicTable(
                "letter", "lettr", [], 1, _ => First(Path.Combine(tables, "letter.csv"), 16_000));
        }

        private static PublicTable AtRandom(string name, string path, string target, params string[] ignored) =>
            new(name, target, ignored, 20, split =>
            {
                Table table = Table.Read(path);
                table = table.Select([.. Enumerable.Range(0, table.Rows).Where(row => !table.Misses(row, [target]))]);
                int[] rows = [.. Enumerable.Range(0, table.Rows)];
                new Random(split).Shuffle(rows);
                int test = (int)(TestShare * rows.Length);
                return (table.Select([.. rows[test..].Order()]), table.Select([.. rows[..test].Order()]));
            });

        private static (Table Train, Table Test) First(string path, int count)
        {
            Table table = Table.Read(path);
            return (
                table.Select([.. Enumerable.Range(0, count)]),
                table.Select([.. Enumerable.Range(count, table.Rows - count)]));
        }

        private static Table Digits(string path)
        {
            Table table = Table.Read(path);
            string?[] digits =
                [.. table.Numbers(table.Names[^1]).Select(digit => string.Create(
                    CultureInfo.InvariantCulture, $"digit {digit}"))];
            return Table.OfTexts(
            [
                .. table.Names.SkipLast(1).Select(
                    name => (name, table.Texts(name).ToArray())),
                ("digit", digits),
            ]);
        }

        private static (Table Train, Table Test) Published(string folder, int split)
        {
            double[][] rows = ProcessQuality.Read(Path.Combine(folder, "data.txt"));
            int[] Numbers(string name) => ProcessQuality.Numbers(Path.Combine(folder, name));
            int[] features = Numbers("index_features.txt");
            int target = Numbers("index_target.txt")[0];
            Table Of(int[] which) => Table.OfNumbers(
            [
                .. features.Select((column, i) => ($"x{i + 1}", which.Select(row => rows[row][column]).ToArray())),
                ("y", which.Select(row => rows[row][target]).ToArray()),
            ]);
            return (Of(Numbers($"index_train_{split}.txt")), Of(Numbers($"index_test_{split}.txt")));
        }
    }
}
