using System.Globalization;
using Math4AI.Data.Tables;

namespace Math4AI.Benchmarks;

/// <summary>A public table and its splits.</summary>
internal sealed record PublicTable(
    string Name, string Target, string[] Ignore, int Splits, Func<int, (Table Train, Table Test)> Split)
{
    private const double TestShare = 0.2;

    // Of splits at random any number can be drawn; the first 20 are reported, the others are for development.
    private const int MostSplits = 1000;

    /// <summary>All of them; those of scikit-learn stand in a folder.</summary>
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
        new(name, target, ignored, MostSplits, split =>
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
