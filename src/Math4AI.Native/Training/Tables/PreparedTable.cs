using Math4AI.Data.Tables;

namespace Math4AI.Training.Tables;

/// <summary>The rows and their parts.</summary>
internal sealed record PreparedTable(
    string[] Inputs, Table Rows, int[] Train, int[] Validation, Table Test, TableTask Task, string[] Classes,
    int Dropped)
{
    /// <summary>The number of models behind intervals by cross-validation.</summary>
    public const int CrossParts = 5;

    /// <summary>Whether the validation part is not learnt from in the end.</summary>
    public bool IsValidationKept { get; init; }

    /// <summary>Rows of which nothing learns but intervals and sets; empty where the validation part serves.</summary>
    public int[] Calibration { get; init; } = [];

    /// <summary>The training and the validation part, and the rows for intervals alone.</summary>
    public int[] Learned => [.. Train.Concat(Validation).Concat(Calibration).Order()];

    /// <summary>What each column is.</summary>
    public required TableLook Look { get; init; }

    public static PreparedTable Of(Table table, Table? test, TableTrainingOptions options) =>
        Of(table, test, options.Resolved(), TableLook.Of(table, options));

    /// <summary>The parts of a table that has been looked at.</summary>
    public static PreparedTable Of(Table table, Table? test, TableTrainingOptions options, TableLook look)
    {
        look.RequireForms(options.Missing);
        string[] inputs = look.Inputs;
        TableParts.RequireKeys(table, options);
        RequireUsualDates(look, table, test);
        table = Read(table, look, options);
        test = test is null ? null : Read(test, look, options);
        (Table rows, int dropped) = TableParts.Complete(table, options, inputs);
        (Table Rows, int Dropped)? given = test is null ? null : TableParts.Complete(test, options, inputs);
        TableTask task = look.Task;
        if (task == TableTask.Regression)
        {
            TableParts.RequireSpread(rows, options.Target);
        }

        string[] classes = task == TableTask.Classification
            ? [.. rows.Texts(options.Target).Select(text => text!).Distinct().Order(StringComparer.Ordinal)]
            : [];
        if (task == TableTask.Classification && classes.Length < 2)
        {
            throw new ArgumentException($"All rows have the same '{options.Target}': there is nothing to tell apart.");
        }

        int[][] parts = TableParts.Split(rows, options, task, given is null);
        RequireRows(given is null ? parts : parts[..2], rows, options);
        if (given is not null && task == TableTask.Classification)
        {
            _ = TableTraining.Observed(options.Target, classes, given.Value.Rows);
        }

        return given is { Rows.Rows: 0 }
            ? throw new ArgumentException("No row of the test part has all values: there is nothing to test on.")
            : new PreparedTable(
                inputs, rows, parts[0], parts[1], given?.Rows ?? rows.Select(parts[2]), task, classes,
                dropped + (given?.Dropped ?? 0))
            {
                Look = look,
            };
    }

    /// <summary>
    /// Refuses dates that count anything else than days since 1 January 2000, as the model will read those of other
    /// files.
    /// </summary>
    private static void RequireUsualDates(TableLook look, params Table?[] tables)
    {
        if (tables.Any(table => table is { HasUsualDates: false })
            && look.Columns.FirstOrDefault(column => column.Form.Type == ColumnType.Date && column.LeftOut is null)
                is { } dates)
        {
            throw new ArgumentException($"Column '{dates.Name}' holds dates, which a model counts in days since 1 "
                + "January 2000: read the table without another unit or origin.");
        }
    }

    private static Table Read(Table table, TableLook look, TableTrainingOptions options)
    {
        table = look.Read(table);
        TableParts.RequireValues(table, options, look.Inputs);
        TableParts.RequireSquares(table, [.. look.Inputs, options.Target]);
        return table;
    }

    private static void RequireRows(int[][] parts, Table rows, TableTrainingOptions options)
    {
        const int Few = 20;
        if (parts.Any(part => part.Length == 0))
        {
            throw new ArgumentException(options.GroupBy is { } column
                ? $"The groups of '{column}' are too few, or too large, to train, choose and test: each part needs one "
                    + "of its own."
                : rows.Rows < Few
                    ? $"{rows.Rows} rows are too few to train, choose and test; {Few} and more are needed."
                    : $"The {rows.Rows} rows have too few of each class of '{options.Target}' to train, choose and "
                        + "test: name another target.");
        }
    }

    /// <summary>
    /// Whether there are few rows, which do not follow each other in time, and enough of each class in every part of a
    /// cross-validation, which whole groups do not promise: a part that is held for intervals alone would be missed in
    /// learning.
    /// </summary>
    public bool CanCross(TableTrainingOptions options, int minClassSamples)
    {
        const int MaxRows = 500;
        int[] both = Learned;
        bool IsEnough(int count) => count - (count + CrossParts - 1) / CrossParts is var left
            && left >= Math.Max(1, minClassSamples);
        return both.Length is >= 2 * CrossParts and < MaxRows && options.OrderBy is null
            && (options.GroupBy is not { } key || Rows.Select(both).Texts(key).Distinct().Count() >= CrossParts)
            && (Task == TableTask.Regression || (options.GroupBy is null
                && Rows.Select(both).Texts(options.Target).CountBy(text => text!)
                    .All(pair => IsEnough(pair.Value))));
    }
}
