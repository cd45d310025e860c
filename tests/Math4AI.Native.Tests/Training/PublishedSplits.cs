using System.Globalization;
using Math4AI.Data.Tables;

namespace Math4AI.Tests.Training;

/// <summary>
/// The UCI tables with the splits of J. M. Hernández-Lobato and R. P. Adams (2015), as Y. Gal published them.
/// </summary>
internal static class PublishedSplits
{
    /// <summary>The rows of a table: its inputs, and y.</summary>
    public static Table Rows(string name)
    {
        double[][] rows =
            [.. File.ReadLines(Repository.Data("uci", name, "data.txt")).Where(line => line.Trim().Length > 0)
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray())];
        int target = Numbers(name, "index_target.txt")[0];
        return Table.OfNumbers(
        [
            .. Numbers(name, "index_features.txt").Select(
                column => ($"c{column}", rows.Select(row => row[column]).ToArray())),
            ("y", [.. rows.Select(row => row[target])]),
        ]);
    }

    /// <summary>The rows of a split for training and for the test.</summary>
    public static (Table Train, Table Test) Of(Table rows, string name, int split)
    {
        int[] test = Numbers(name, $"index_test_{split}.txt");
        return (rows.Select([.. Enumerable.Range(0, rows.Rows).Except(test)]), rows.Select(test));
    }

    private static int[] Numbers(string name, string file) =>
    [
        .. File.ReadLines(Repository.Data("uci", name, file)).Where(line => line.Trim().Length > 0)
            .Select(line => (int)double.Parse(line, CultureInfo.InvariantCulture)),
    ];
}
