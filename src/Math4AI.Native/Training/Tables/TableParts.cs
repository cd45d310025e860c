using Math4AI.Data.Tables;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Tables;

/// <summary>Which rows of a table are for training, for validation and for the test.</summary>
internal static class TableParts
{
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.15;

    /// <summary>The columns that are predicted from.</summary>
    public static string[] Inputs(Table table, TableTrainingOptions options)
    {
        if (options.GroupBy is not null && options.OrderBy is not null)
        {
            throw new ArgumentException("The parts are made by groups or by time, not by both.");
        }

        string[] aside =
            [.. new[] { options.Target, options.GroupBy, options.OrderBy }.OfType<string>(), .. options.Ignore];
        string? unknown = aside.Concat(options.Columns.Keys).FirstOrDefault(name => !table.Names.Contains(name));
        if (unknown is not null)
        {
            throw new ArgumentException(ColumnNames.NoColumn(unknown, table.Names));
        }

        if (options.Ignore.Contains(options.Target)
            || options.Columns.GetValueOrDefault(options.Target)?.Type is ColumnType.Ignore or ColumnType.Text)
        {
            throw new ArgumentException(
                $"'{options.Target}' is what is predicted: it cannot be ignored, or be a text.");
        }

        string[] inputs = [.. table.Names.Where(name => !aside.Contains(name))];
        if (options.Orders.Keys.FirstOrDefault(name => !inputs.Contains(name)) is { } noInput)
        {
            throw new ArgumentException(
                $"'{noInput}' is no input, and cannot have an order; the inputs are {string.Join(", ", inputs)}.");
        }

        return inputs.Length > 0 ? inputs : throw new ArgumentException("There is no column left to predict from.");
    }

    /// <summary>Every row has the value by which the parts are made.</summary>
    public static void RequireKeys(Table table, TableTrainingOptions options)
    {
        foreach (string key in new[] { options.GroupBy, options.OrderBy }.OfType<string>())
        {
            int missing = table.FirstMissing(key);
            if (missing >= 0)
            {
                throw new ArgumentException($"Column '{key}', row {table.NumberOf(missing)}: the value is missing, and "
                    + "the parts are made by it.");
            }
        }
    }

    /// <summary>Where missing values are refused, there are none.</summary>
    public static void RequireValues(Table table, TableTrainingOptions options, string[] inputs)
    {
        foreach (string name in inputs.Append(options.Target).Where(name => table.Names.Contains(name)))
        {
            int missing = options.Missing == Missing.Refuse ? table.FirstMissing(name) : -1;
            if (missing >= 0)
            {
                throw new ArgumentException(
                    $"Column '{name}', row {table.NumberOf(missing)}: the value is missing; --missing drop leaves such "
                    + "rows out, --missing impute fills those of inputs.");
            }
        }
    }

    /// <summary>No number is so large that its square overflows: means, scales and errors would be infinite.</summary>
    /// <exception cref="ArgumentException">One is; the message names column and row.</exception>
    public static void RequireSquares(Table table, IEnumerable<string> columns)
    {
        if (columns.Where(name => table.Names.Contains(name)).Select(table.OverflowIn)
            .FirstOrDefault(found => found is not null) is { } problem)
        {
            throw new ArgumentException(problem);
        }
    }

    /// <summary>
    /// Numbers to predict do not lie so close together that the squares of errors vanish: every score would be 0.
    /// </summary>
    /// <exception cref="ArgumentException">They do.</exception>
    public static void RequireSpread(Table table, string target)
    {
        // The root of the smallest square that keeps all its digits.
        const double Least = 1e-146;
        double[] known = [.. table.Numbers(target).Where(value => !double.IsNaN(value))];
        if (known.Length > 0 && known.Max() - known.Min() is > 0.0 and < Least)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Column '{target}' has values from {known.Min():G6} to {known.Max():G6}, so close together that the ")
                + "squares of errors vanish: multiply it by a power of 10.");
        }
    }

    /// <summary>The rows whose target is known and, where asked for, that miss nothing.</summary>
    public static (Table Rows, int Dropped) Complete(Table table, TableTrainingOptions options, string[] inputs)
    {
        string[] needed = [.. options.Missing == Missing.Drop ? inputs : [], options.Target];
        int[] kept = [.. Enumerable.Range(0, table.Rows).Where(i => !table.Misses(i, needed))];
        return (kept.Length == table.Rows ? table : table.Select(kept), table.Rows - kept.Length);
    }

    /// <summary>Rows for training, validation and test, as the options say.</summary>
    public static int[][] Split(Table table, TableTrainingOptions options, TableTask task, bool hasTest) =>
        options.OrderBy is { } time ? InOrder(table, time, hasTest)
        : options.GroupBy is { } group ? ByGroups(table, group, options.Seed, hasTest)
        : AtRandom(table, options, task, hasTest);

    /// <summary>The last rows are the test part, those before them the validation part.</summary>
    private static int[][] InOrder(Table table, string column, bool hasTest)
    {
        double[] times = table.Numbers(column);
        int[] order = [.. Enumerable.Range(0, table.Rows).OrderBy(row => times[row])];
        int test = hasTest ? (int)Math.Round(TestShare * order.Length) : 0,
            validation = (int)Math.Round(ValidationShare * order.Length);
        int train = order.Length - validation - test;
        return [[.. order[..train].Order()], [.. order[train..(train + validation)].Order()],
            [.. order[(train + validation)..].Order()]];
    }

    /// <summary>
    /// Whole groups in random order, into the test part until it has its share, then into the validation part.
    /// </summary>
    private static int[][] ByGroups(Table table, string column, int seed, bool hasTest)
    {
        int[][] groups =
        [
            .. table.Texts(column).Select((text, row) => (text, row)).GroupBy(pair => pair.text, pair => pair.row)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToArray()),
        ];
        new MersenneTwister(seed, threadSafe: false).Shuffle(groups);
        List<int>[] parts = [[], [], []];
        foreach (int[] group in groups)
        {
            int part = hasTest && parts[2].Count < TestShare * table.Rows
                ? 2
                : parts[1].Count < ValidationShare * table.Rows ? 1 : 0;
            parts[part].AddRange(group);
        }

        return [.. parts.Select(part => part.Order().ToArray())];
    }

    /// <summary>Rows at random; of every class the same share.</summary>
    private static int[][] AtRandom(Table table, TableTrainingOptions options, TableTask task, bool hasTest)
    {
        var generator = new MersenneTwister(options.Seed, threadSafe: false);
        IEnumerable<int[]> groups = task == TableTask.Classification
            ? table.Texts(options.Target).Select((text, row) => (text, row))
                .GroupBy(pair => pair.text, pair => pair.row)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToArray())
            : [[.. Enumerable.Range(0, table.Rows)]];
        List<int>[] parts = [[], [], []];
        foreach (int[] group in groups)
        {
            generator.Shuffle(group);
            int validation = (int)Math.Round(ValidationShare * group.Length);
            int test = hasTest ? (int)Math.Round(TestShare * group.Length) : 0;
            parts[1].AddRange(group[..validation]);
            parts[2].AddRange(group[validation..(validation + test)]);
            parts[0].AddRange(group[(validation + test)..]);
        }

        return [.. parts.Select(part => part.Order().ToArray())];
    }

    /// <summary>
    /// Numbers of the rows, of which equal ones stay together in cross-validation: those of a group, or of a tenth of
    /// the time; null where rows are independent.
    /// </summary>
    public static int[]? GroupsOf(Table table, TableTrainingOptions options)
    {
        const int Spans = 10;
        if (options.GroupBy is { } group)
        {
            var numbers = new Dictionary<string, int>();
            return [.. table.Texts(group).Select(text =>
                numbers.TryGetValue(text!, out int number) ? number : numbers[text!] = numbers.Count)];
        }

        if (options.OrderBy is not { } time)
        {
            return null;
        }

        double[] times = table.Numbers(time);
        int[] order = [.. Enumerable.Range(0, times.Length).OrderBy(row => times[row])], spans = new int[times.Length];
        for (int i = 0; i < order.Length; i++)
        {
            spans[order[i]] = Spans * i / order.Length;
        }

        return spans;
    }

    /// <summary>
    /// So many of the rows, chosen as the parts are: whole groups, the last ones in time, or any. Of fewer rows, all
    /// are among more.
    /// </summary>
    public static int[] Some(Table table, int[] rows, TableTrainingOptions options, int count)
    {
        if (options.OrderBy is { } time)
        {
            double[] times = table.Numbers(time);
            return [.. rows.OrderBy(row => times[row]).TakeLast(count).Order()];
        }

        IReadOnlyList<string?> names = options.GroupBy is { } column ? table.Texts(column) : [];
        int[][] groups =
            [.. rows.GroupBy(row => names.Count > 0 ? names[row] : $"{row}").Select(group => group.ToArray())];
        new MersenneTwister(options.Seed, threadSafe: false).Shuffle(groups);
        var some = new List<int>();
        foreach (int[] group in groups.TakeWhile(_ => some.Count < count))
        {
            some.AddRange(group);
        }

        return [.. some.Order()];
    }
}
