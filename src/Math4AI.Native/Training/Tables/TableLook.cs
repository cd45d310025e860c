using System.Globalization;
using Math4AI.Data.Tables;

namespace Math4AI.Training.Tables;

/// <summary>
/// A look at a table before anything is trained: what each column is, what is left out and why, and what to know before
/// a model of it is trusted.
/// </summary>
public sealed record TableLook
{
    // A column of texts is one of names or sentences if more than this share of them are different.
    private const double UniqueShare = 0.5;
    private const int MinUnique = 20;
    private const double WordsOfSentence = 3.0;
    private const int MaxClassNumbers = 10;
    private const int FewNumbers = 5;
    private const string IsText = "is text";
    private const string HasNoWord = "has no word of two letters or more";
    internal const string IsInBlocks = "is text, which a table that is read in blocks does not use,";
    internal const string UsesWords = "text, whose words are inputs";
    private const string UsualFeatures = "tfidf";

    // Words beside other columns: enough for what a note says, and a moderate part of the inputs, and of the memory.
    private const int MostWords = 1000;
    private const int LeastWords = 50;
    private const int MostNumbers = 1 << 26;

    private TableLook(string target, TableTask task, int rows, IReadOnlyList<ColumnLook> columns) =>
        (Target, Task, Rows, Columns) = (target, task, rows, columns);

    /// <summary>Gets the column to predict.</summary>
    public string Target { get; }

    /// <summary>Gets the task.</summary>
    public TableTask Task { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Rows { get; }

    /// <summary>Gets what each column is, in the order of the table.</summary>
    public IReadOnlyList<ColumnLook> Columns { get; }

    /// <summary>Gets what to know, one sentence each, with what to do about it.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>The columns that are predicted from.</summary>
    internal string[] Inputs { get; private init; } = [];

    /// <summary>How the columns that are used are read.</summary>
    internal IReadOnlyDictionary<string, ColumnForm> Forms { get; private init; } =
        new Dictionary<string, ColumnForm>();

    /// <summary>Looks at a table.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="options">The settings; those of the trainer are not used.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, none is left to predict from, or dates can be read in two ways.
    /// </exception>
    /// <exception cref="FormatException">There are no such features of texts.</exception>
    public static TableLook Of(Table table, TableTrainingOptions options) => Of(table, options, isWhole: true);

    /// <summary>
    /// Looks at a table and at the parts that a training would make of it: also warns of columns that tell the target
    /// alone, of rows that stand in two parts, of rare and of frequent classes, and says why a training would refuse
    /// the table.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The rows of the test part; null where it is taken from the table.</param>
    /// <param name="options">The settings; of those of the trainer only the seed is used.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, none is left to predict from, or dates can be read in two ways.
    /// </exception>
    /// <exception cref="FormatException">There are no such features of texts.</exception>
    public static TableLook OfParts(Table table, Table? test, TableTrainingOptions options)
    {
        var look = Of(table, options);
        List<string> more = [];
        foreach (Missing missing in (Missing[])[options.Missing, .. options.Missing == Missing.Refuse
            ? [Missing.Impute]
            : Array.Empty<Missing>()])
        {
            try
            {
                TableTrainingOptions asked = options.Resolved() with { Missing = missing };
                more.AddRange(TableWarnings.Of(PreparedTable.Of(table, test, asked, look)));
                break;
            }
            catch (ArgumentException e)
            {
                // What is known of the table is known whatever is done about missing values.
                more.AddRange(more.Count == 0 ? [$"A training would refuse this: {e.Message}"] : []);
            }
        }

        return look with { Warnings = [.. look.Warnings, .. more] };
    }

    /// <summary>Looks at a table, or at the first block of one that is read in blocks.</summary>
    internal static TableLook Of(Table table, TableTrainingOptions options, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        options = options.Resolved();
        string[] candidates = TableParts.Inputs(table, options);
        List<ColumnLook> columns = [.. table.Names.Select(name =>
            candidates.Contains(name) || name == options.Target || name == options.OrderBy
                ? LookAt(table, name, options)
                : ColumnLook.Of(table, name, new ColumnForm(ColumnType.Ignore), null) with
                {
                    LeftOut = name == options.GroupBy ? "makes the parts" : "ignored",
                })];
        ColumnLook target = columns.Single(column => column.Name == options.Target);
        RequireSomething(table, target);
        TableTask task = options.Task ?? TaskOf(table, target);
        columns = [.. columns.Select(column => column.Name == options.Target
            ? OfTarget(table, column, task, options)
            : column.Name == options.OrderBy ? column with { LeftOut = "makes the parts", Note = null }
            : candidates.Contains(column.Name) ? WithReason(table, column, options) : column)];
        columns = WithTexts(table.Rows, options, isWhole, candidates, columns);
        string[] inputs = [.. columns.Where(column => candidates.Contains(column.Name) && column.LeftOut is null)
            .Select(column => column.Name)];
        return new TableLook(options.Target, task, table.Rows, columns)
        {
            Inputs = columns.Exists(column => inputs.Contains(column.Name) && column.Distinct > 1)
                ? inputs
                : throw NoInputs(columns.Where(column => candidates.Contains(column.Name))),
            Forms = columns.Where(column => inputs.Contains(column.Name) || column.Name == options.Target
                || column.Name == options.OrderBy).ToDictionary(column => column.Name, column => column.Form),
            BlockTarget = options.Task == TableTask.Classification
                ? columns.Single(column => column.Name == options.Target).Form
                : target.Form,
            Warnings =
            [
                .. ColumnWarnings.OfComments(table.Comments),
                .. columns.SelectMany(column => ColumnWarnings.Of(table, column, options.Target)),
                .. isWhole ? ColumnWarnings.OfTotals(table, columns) : [],
            ],
        };
    }

    private static void RequireSomething(Table table, ColumnLook target)
    {
        if (target.Distinct == 0)
        {
            throw new ArgumentException($"Column '{target.Name}', which is to be predicted, has no value in any row.");
        }

        if (table.Rows == 1)
        {
            throw new ArgumentException("There is one row: 20 and more are needed to train, choose and test.");
        }
    }

    /// <summary>Reads a table of the same columns, or a block of it, in the forms that were found.</summary>
    internal Table Read(Table table) => table.InForms(Forms);

    /// <summary>
    /// Reads a block in the forms that the first one had. A target of numbers stays one: later blocks may have more of
    /// them than there are classes.
    /// </summary>
    /// <exception cref="ArgumentException">A cell does not fit, and missing values are refused.</exception>
    internal Table ReadBlock(Table block, Missing missing) => block.InForms(
        Forms.ToDictionary(pair => pair.Key, pair => pair.Key == Target ? BlockTarget : pair.Value),
        missing != Missing.Refuse ? null : (name, row) => throw new ArgumentException(
            $"Column '{name}', row {block.NumberOf(row)}: {CellFormat.Quote(block.TextsOrNull(name)![row]!)} is not a "
            + $"{Forms[name].Type.ToString().ToLowerInvariant()}, as the rows before have: --missing drop or impute "
            + $"takes such cells for missing, and --columns \"{name}=category\" takes all for classes."));

    /// <summary>How the target of a table in blocks is read.</summary>
    internal ColumnForm BlockTarget { get; private init; } = new(ColumnType.Number);

    /// <summary>Throws where a cell does not fit its column, and missing values are refused.</summary>
    internal void RequireForms(Missing missing)
    {
        if (missing == Missing.Refuse
            && Columns.FirstOrDefault(column => column.Odd > 0 && Forms.ContainsKey(column.Name)) is { } column)
        {
            int known = Rows - column.Missing;
            throw new ArgumentException(
                $"Column '{column.Name}', {string.Join(", ", column.OddCells)}{(column.Odd > column.OddCells.Count
                    ? ", …" : string.Empty)} {(column.Odd > 1 ? "are" : "is")} not a "
                + $"{column.Form.Kind}, and {known - column.Odd} of {known} values are: "
                + (column.Form.Unit is { } unit ? $"write all in {unit}; " : string.Empty)
                + "--missing drop or impute takes such cells for missing, and "
                + $"--columns \"{column.Name}=category\" takes all for classes.");
        }
    }

    private static ColumnLook LookAt(Table table, string name, TableTrainingOptions options)
    {
        if (options.Orders.TryGetValue(name, out IReadOnlyList<string>? order))
        {
            return ColumnLook.Of(table, name, new ColumnForm(ColumnType.Order)
            {
                Order = order,
                MissingTokens = options.MissingTokens,
            }, null);
        }

        if (options.Columns.TryGetValue(name, out ColumnForm? given))
        {
            _ = given.Features is { } features ? TextColumn.Parse(name, features) : null;
            return ColumnLook.Of(table, name, given with { MissingTokens = options.MissingTokens }, null);
        }

        (ColumnForm form, string? note) = ColumnInference.Of(table, name, options.MissingTokens);
        return ColumnLook.Of(table, name, form, note);
    }

    private static ArgumentException NoInputs(IEnumerable<ColumnLook> candidates) => new(
        "There is no column left to predict from: "
        + string.Join(", ", candidates.Select(column => $"'{column.Name}' {column.LeftOut ?? "never varies"}")) + ".");

    /// <summary>Texts, and up to ten different whole numbers or times, are classes.</summary>
    private static TableTask TaskOf(Table table, ColumnLook target)
    {
        if (!target.Form.IsNumeric)
        {
            return TableTask.Classification;
        }

        IEnumerable<double> values = table.InForms(new Dictionary<string, ColumnForm> { [target.Name] = target.Form })
            .Numbers(target.Name).Where(value => !double.IsNaN(value));
        return target.Distinct <= MaxClassNumbers && (target.Form.Type == ColumnType.Time
            || (target.Form.Type == ColumnType.Number && values.All(value => value == Math.Floor(value))))
            ? TableTask.Classification
            : TableTask.Regression;
    }

    /// <summary>Classes keep the names that the file gives them, even where all are numbers.</summary>
    private static ColumnLook OfTarget(
        Table table, ColumnLook column, TableTask task, TableTrainingOptions options)
    {
        bool areNumbers = task == TableTask.Classification && column.Form.IsNumeric;
        ColumnForm classes = new(ColumnType.Category) { MissingTokens = options.MissingTokens };
        if (options.MissingTokens is null && areNumbers && table.TextsOrNull(column.Name) is { } texts)
        {
            classes = classes with
            {
                MissingTokens = [.. texts.OfType<string>().Where(ColumnForm.IsUsualToken).Distinct()],
            };
        }

        return !areNumbers
            ? column with { Note = column.Note ?? OfNumbers(column, task, options) }
            : ColumnLook.Of(table, column.Name, classes, options.Task is not null || column.Distinct == 1 ? null
                : $"{column.Distinct} different {(column.Form.Type == ColumnType.Time ? "times" : "whole numbers")}: "
                    + "taken for classes (--task regression for numbers)");
    }

    /// <summary>What to know of a target of numbers; null for nothing.</summary>
    private static string? OfNumbers(ColumnLook column, TableTask task, TableTrainingOptions options) =>
        task != TableTask.Regression ? null
        : column.Form.Type == ColumnType.Date ? "its scores are in days"
        : column.Form.Type == ColumnType.Time ? "its scores are in hours"
        : column.Distinct is > 1 and <= FewNumbers && options.Task is null
            ? $"{column.Distinct} different numbers: taken for numbers (--task classification for classes)"
        : null;

    /// <summary>The column with the reason why it is left out, if it is.</summary>
    private static ColumnLook WithReason(Table table, ColumnLook column, TableTrainingOptions options)
    {
        int known = table.Rows - column.Missing - column.Odd;
        bool isNamed = options.Columns.ContainsKey(column.Name) || options.Orders.ContainsKey(column.Name);
        if (known == 0)
        {
            return column with { LeftOut = "has no value" };
        }

        if (column.Form.Type == ColumnType.Text)
        {
            return column.Form.Features is null ? OfText(table, column) : column;
        }

        if (isNamed)
        {
            return column;
        }

        if (column.Form.IsNumeric)
        {
            return Identifiers.AreNamed(column.Name) && Identifiers.Reason(column.Name, table.InForms(
                new Dictionary<string, ColumnForm> { [column.Name] = column.Form }).Numbers(column.Name)) is { } reason
                ? column with { LeftOut = reason }
                : column;
        }

        if (column.Distinct <= UniqueShare * known || column.Distinct <= MinUnique)
        {
            return column;
        }

        double words = table.Texts(column.Name).OfType<string>().Average(text => text.Split(' ').Length);
        return words >= WordsOfSentence
            ? OfText(table, column)
            : column with { LeftOut = $"names the rows ({column.Distinct} different texts in {known} rows)" };
    }

    private static ColumnLook OfText(Table table, ColumnLook column) => column with
    {
        Form = column.Form with { Type = ColumnType.Text },
        LeftOut = TextColumn.HasWords(table, column.Name) ? IsText : HasNoWord,
    };

    /// <summary>
    /// Of texts whose features nobody named, the weights of their words are inputs: beside other columns, of the most
    /// frequent words.
    /// </summary>
    private static List<ColumnLook> WithTexts(
        int rows, TableTrainingOptions options, bool isWhole, string[] candidates, List<ColumnLook> columns)
    {
        bool IsInput(ColumnLook column) => candidates.Contains(column.Name);
        bool AreWords(ColumnLook column) => IsInput(column) && column.LeftOut == IsText;
        bool areAlone = !columns.Exists(column => IsInput(column) && column is { LeftOut: null, Distinct: > 1 });
        int texts = Math.Max(1, columns.Count(AreWords));
        int words = Math.Max(LeastWords, Math.Min(MostWords, MostNumbers / Math.Max(1, rows)) / texts);
        return [.. columns.Select(column => !AreWords(column) ? column
            : areAlone ? column with { Form = column.Form with { Features = UsualFeatures }, LeftOut = null }
            : !isWhole && !options.Columns.ContainsKey(column.Name) ? column with { LeftOut = IsInBlocks }
            : column with
            {
                Form = column.Form with
                {
                    Features = string.Create(CultureInfo.InvariantCulture, $"{UsualFeatures}:1:{words}"),
                },
                LeftOut = null,
                Note = options.Columns.ContainsKey(column.Name) ? null : UsesWords,
            })];
    }
}
