using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Tables;

namespace Math4AI.Training.Tables;

/// <summary>What makes the scores of a table's parts say more than a model is worth.</summary>
internal static class TableWarnings
{
    private const int MaxRows = 20_000;
    private const int MinRows = 30;

    // Of fewer, a fifth that is held out is a row or three.
    private const int MinRowsOfScores = 20;
    private const int MinTestRows = 3;

    // What one column alone tells of the target, of all there is to tell, before it is a leak.
    private const double LeakShare = 0.99;
    private const double Imbalance = 0.9;

    /// <summary>The warnings about a table and its parts, one sentence each.</summary>
    public static IReadOnlyList<string> Of(PreparedTable all)
    {
        int stride = Math.Max(1, all.Rows.Rows / MaxRows);
        Table rows = stride == 1
            ? all.Rows
            : all.Rows.Select([.. Enumerable.Range(0, all.Rows.Rows / stride).Select(i => i * stride)]);
        Table different = WithoutRepeated(rows, all.Inputs, all.Look.Target);
        return
        [
            .. all.Inputs.Where(_ => all.Inputs.Length > 1)
                .Select(name => OfLeak(different, name, all.Look.Target, all.Task)).OfType<string>(),
            .. OfFewRows(all),
            .. OfFarTargets(all),
            .. OfDuplicates(all),
            .. OfClasses(all),
        ];
    }

    /// <summary>
    /// The rows without repetitions of whole rows, where these are records that stand there twice: then a row is its
    /// own neighbor, and any column would tell the target. Rows of few classes and numbers repeat by themselves.
    /// </summary>
    private static Table WithoutRepeated(Table rows, string[] inputs, string target)
    {
        string[] names = [.. inputs, target];
        int[] different = [.. Rows(rows, Enumerable.Range(0, rows.Rows), names).Select((row, i) => (row, i))
            .DistinctBy(pair => pair.row).Select(pair => pair.i)];
        if (different.Length == rows.Rows || inputs.Length < 2)
        {
            return rows;
        }

        Table others = rows.Select(different);
        return inputs.Any(name => others.Texts(name).Distinct().Count() > 0.5 * different.Length) ? others : rows;
    }

    /// <summary>Parts that are so small that their scores are chance.</summary>
    private static IEnumerable<string> OfFewRows(PreparedTable all)
    {
        int rows = all.Learned.Length + all.Test.Rows;
        if (rows < MinRowsOfScores)
        {
            yield return $"There are only {rows} rows, {all.Test.Rows} of them for the test: what is chosen and scored "
                + $"by so few may be chance; have {MinRowsOfScores} rows or more before you trust the model.";
        }
        else if (all.Test.Rows < MinTestRows)
        {
            yield return $"The test has {Counted.Of(all.Test.Rows, "row")}: its scores may be chance; have "
                + $"{MinTestRows} rows or more for it before you trust them.";
        }
    }

    /// <summary>
    /// A row of the test whose target lies so far from all others that the scores are about it alone.
    /// </summary>
    private static IEnumerable<string> OfFarTargets(PreparedTable all)
    {
        // Of the range that nine of ten targets of the training lie in: tails as heavy as those of the logarithmic
        // normal distribution with σ = 2 stay within.
        const double Far = 100.0, Tail = 0.05;
        if (all.Task != TableTask.Regression)
        {
            yield break;
        }

        string target = all.Look.Target;
        double[] learned = [.. all.Rows.Select(all.Learned).Numbers(target).Where(double.IsFinite).Order()];
        if (learned.Length < MinRows)
        {
            yield break;
        }

        double lower = learned[(int)(Tail * learned.Length)], upper = learned[^(1 + (int)(Tail * learned.Length))];
        double[] tested = all.Test.Numbers(target);
        int[] far = [.. Enumerable.Range(0, tested.Length).Where(
            row => Math.Max(lower - tested[row], tested[row] - upper) > Far * (upper - lower) && upper > lower)];
        if (far.Length > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Row {all.Test.NumberOf(far[0])}, in the test part, has {target} = {tested[far[0]]:G6}, while nine of "
                + $"ten rows of the training have {lower:G4} to {upper:G4}"
                + $"{(far.Length > 1 ? $", and {far.Length - 1} more are as far off" : string.Empty)}: the scores of "
                + $"the test tell of that alone. Correct it, or leave it out.");
        }
    }

    /// <summary>A column that tells the target alone.</summary>
    private static string? OfLeak(Table rows, string name, string target, TableTask task)
    {
        if (rows.Rows < MinRows)
        {
            return null;
        }

        double told = task == TableTask.Regression ? Explained(rows, name, target) : Determined(rows, name, target);
        return told > LeakShare
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Column '{name}' tells '{target}' alone ({(task == TableTask.Regression ? "R²" : "accuracy")} "
                + $"{told:0.000} "
                + $"by its neighbors): if it is not known before '{target}' is, leave it out, --ignore \"{name}\".")
            : null;
    }

    /// <summary>R² of the mean of the neighbors in the order of a column, or of the other rows of its class.</summary>
    private static double Explained(Table rows, string name, string target)
    {
        double[] y = rows.Numbers(target);
        double[] predicted = new double[y.Length];
        if (rows.IsNumeric(name))
        {
            double[] x = rows.Numbers(name);
            int[] order = [.. Enumerable.Range(0, x.Length).OrderBy(i => x[i])];
            for (int i = 0; i < order.Length; i++)
            {
                int left = order[Math.Max(0, i - 1)], right = order[Math.Min(order.Length - 1, i + 1)];
                double width = x[right] - x[left];
                double share = width > 0.0 ? (x[order[i]] - x[left]) / width : 0.5;
                predicted[order[i]] = i == 0 ? y[right] : i == order.Length - 1 ? y[left]
                    : (1.0 - share) * y[left] + share * y[right];
            }
        }
        else
        {
            IReadOnlyList<string?> texts = rows.Texts(name);
            double mean = y.Average();
            foreach (var group in Enumerable.Range(0, y.Length).GroupBy(i => texts[i] ?? string.Empty))
            {
                int[] members = [.. group];
                double sum = members.Sum(i => y[i]);
                Array.ForEach(
                    members, i => predicted[i] = members.Length > 1 ? (sum - y[i]) / (members.Length - 1) : mean);
            }
        }

        return Scoring.Scores.RSquared(predicted, y);
    }

    /// <summary>How often a row has the class of its neighbors, or of most other rows of its text.</summary>
    private static double Determined(Table rows, string name, string target)
    {
        IReadOnlyList<string?> classes = rows.Texts(target);
        if (rows.IsNumeric(name))
        {
            double[] x = rows.Numbers(name);

            // Ties would stand in an order that tells nothing, so that rows of one value are a group.
            var groups = Enumerable.Range(0, x.Length).GroupBy(i => x[i]).OrderBy(group => group.Key).ToArray();
            if (groups.Length < x.Length / 2)
            {
                return Repeated(groups.Select(group => group.ToArray()), classes);
            }

            int[] order = [.. groups.SelectMany(group => group)];
            int changes = Enumerable.Range(1, order.Length - 1).Count(i => classes[order[i]] != classes[order[i - 1]]);
            return 1.0 - (double)changes / order.Length;
        }

        IReadOnlyList<string?> texts = rows.Texts(name);
        return Repeated(
            Enumerable.Range(0, texts.Count).GroupBy(i => texts[i] ?? string.Empty).Select(group => group.ToArray()),
            classes);
    }

    private static double Repeated(IEnumerable<int[]> groups, IReadOnlyList<string?> classes)
    {
        int right = 0;
        foreach (int[] members in groups)
        {
            // One class is named for the group, even where several are equally frequent; alone, a row tells nothing.
            int most = members.CountBy(i => classes[i] ?? string.Empty).Max(each => each.Value);
            right += most > 1 ? most : 0;
        }

        return (double)right / classes.Count;
    }

    /// <summary>Rows of the test that are among the others.</summary>
    private static IEnumerable<string> OfDuplicates(PreparedTable all)
    {
        string[] names = [.. all.Inputs, all.Look.Target];
        HashSet<string> known = [.. Rows(all.Rows, all.Train.Concat(all.Validation), names)];
        int repeated = Rows(all.Test, Enumerable.Range(0, all.Test.Rows), names).Count(known.Contains);
        if (names.Length > 2 && repeated > Math.Max(2, 0.01 * all.Test.Rows))
        {
            yield return $"{repeated} of {all.Test.Rows} test rows stand among the training rows too, so that the "
                + "scores are too good: remove repeated rows, or keep them together with --group.";
        }
    }

    private static IEnumerable<string> Rows(Table table, IEnumerable<int> rows, string[] names)
    {
        IReadOnlyList<string?>[] columns = [.. names.Select(table.Texts)];
        return rows.Select(row => string.Join('\u001F', columns.Select(column => column[row])));
    }

    private static IEnumerable<string> OfClasses(PreparedTable all)
    {
        if (all.Task != TableTask.Classification)
        {
            yield break;
        }

        var counts = all.Rows.Texts(all.Look.Target).CountBy(text => text!).ToDictionary();
        string[] single = [.. counts.Where(pair => pair.Value == 1).Select(pair => pair.Key).Order()];
        if (single.Length > 0)
        {
            yield return $"{(single.Length == 1 ? "The class" : $"{single.Length} classes, such as")} '{single[0]}' "
                + $"{(single.Length == 1 ? "has" : "have")} a single row, so that it cannot be learned and tested: add "
                + "rows, or leave it out.";
        }

        foreach (string token in counts.Keys.Where(ColumnForm.IsUsualToken).Order(StringComparer.Ordinal))
        {
            yield return $"'{token}' is taken for a class, of {counts[token]} {(counts[token] == 1 ? "row" : "rows")}: "
                + "if it stands for a missing value, leave such rows out, "
                + $"--missing-tokens \"{token}\" --missing drop.";
        }

        (string largest, int count) = counts.MaxBy(pair => pair.Value);
        double share = (double)count / all.Rows.Rows;
        if (share > Imbalance)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{share:0.0 %} of the rows are '{largest}', and who always answers that has the accuracy "
                + $"{share:0.000}: "
                + $"look at balancedAccuracy and rocAuc instead.");
        }
    }
}
