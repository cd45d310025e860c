using System.CommandLine;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Cli.Training;

/// <summary>The options of <c>math4ai train</c> that are settings of a table and its columns.</summary>
internal static class TableCommandOptions
{
    public static readonly Option<string?> TargetOption = new("--target", "-t")
    {
        Description = "The column of a table to predict.",
        HelpName = "COLUMN",
    };

    public static readonly Option<string[]?> IgnoreOption = CommonOptions.Columns("--ignore", "Columns to ignore.");

    public static readonly Option<string?> GroupOption = CommonOptions.Named<string?>(
        "--group", "COLUMN",
        "A column, such as a patient's name, whose equal values stay together in the training, "
            + "validation or test set. It is not an input.");

    public static readonly Option<string?> TimeOption = CommonOptions.Named<string?>(
        "--time-column", "COLUMN",
        "A column of numbers or dates. The validation set is later than the training set, and the test "
            + "set is later than both. It is not an input.");

    public static readonly Option<string?> MissingOption = CommonOptions.Named<string?>(
        "--missing", "WAY",
        "What to do with missing values: refuse, drop (the row), or impute (the median; a text becomes a "
            + "class of its own).",
        "refuse");

    public static readonly Option<string?> TaskOption = CommonOptions.Named<string?>(
        "--task", "TASK",
        "The task: classification, regression, or auto, which takes texts, and up to ten different whole "
            + "numbers, for classes.",
        "auto");

    public static readonly Option<string[]?> OrderOption = CommonOptions.Words(
        "--order", "COLUMN=FIRST|SECOND|…",
        "A column of text with an order, such as size=small|medium|large. It is one input, not one for each text.");

    public static readonly Option<string?> ColumnsOption = CommonOptions.Named<string?>(
        "--columns", "TYPES",
        "The types of columns that are not found right: number, date, time, category, order, text or ignore, "
            + "such as 'zip=category, when=date:dd/MM/yyyy, lap=time:m:ss, income=number:$1,234, size=order:S|M|L, "
            + "id=ignore'. Times become hours. Of text the weights of words are inputs, or other features that are "
            + "named: note=text:words:2:500, of "
            + $"{string.Join(", ", TextFeatures.Names.All)}.");

    public static readonly Option<string[]?> TokensOption = CommonOptions.Words(
        "--missing-tokens", "TEXT",
        "Texts that stand for a missing value, separated by commas. Default: NULL, None, N/A, unknown, ? and the like "
            + "in columns that are mostly numbers or dates; NA, NaN and an empty cell in every column.");

    public static readonly Option<string?> AimOption = CommonOptions.Named<string?>(
        "--aim", "AIM",
        "What the answers of a learner are to reach for one class, of two the rarer: f1, recall:0.9, precision:0.9, or "
            + "cost:10 where one that is missed costs ten false alarms; recall:0.9:yes names the class. The threshold "
            + "is chosen by validation, and predict obeys it. Default: the likeliest class is answered.");

    public static readonly Option<string?> ClassWeightsOption = CommonOptions.Named<string?>(
        "--class-weights", "WEIGHTS",
        "How much errors of each class weigh in learning: balanced, where all classes count the same, none, or weights "
            + "such as yes=10,no=1. Probabilities are then those of classes as frequent as that: where they should "
            + "stay as they are, use --aim.", "none");

    public static readonly Option<string[]?> MonotoneOption = CommonOptions.Words(
        "--monotone", "COLUMN=SIGN",
        "Columns with which the prediction of trees must not fall (+) or not rise (-), such as \"age=+, price=-\"; of "
            + "two classes, the probability of the second.");

    public static readonly Option<bool> LookOption = new("--look")
    {
        Description = "Show what each column of a table is, what is left out and why, and train nothing.",
    };

    public static readonly Option<bool> LearningCurveOption = new("--learning-curve")
    {
        Description = "Compute a learning curve of a table: the test scores over the number of training rows. The "
            + "report of a learner always shows one.",
    };

    public static readonly Option<bool> BlocksOption = new("--blocks")
    {
        Description = "Read a table in blocks and train from a temporary file. Files larger than 256 MB always are.",
    };

    private static readonly Dictionary<string, Missing> MissingWays = new()
    {
        ["refuse"] = Missing.Refuse,
        ["drop"] = Missing.Drop,
        ["impute"] = Missing.Impute,
    };

    private static readonly Dictionary<string, TableTask?> Tasks = new()
    {
        ["auto"] = null,
        ["classification"] = TableTask.Classification,
        ["regression"] = TableTask.Regression,
    };

    /// <summary>Returns the task; null if the column to predict decides.</summary>
    public static TableTask? ReadTask(ParseResult words) => Tasks[words.GetValue(TaskOption)!];

    /// <summary>Returns the columns of text that have an order, with the order.</summary>
    /// <exception cref="UsageException">A word is not NAME=FIRST|SECOND….</exception>
    public static Dictionary<string, IReadOnlyList<string>> ReadOrders(ParseResult words)
    {
        var orders = new Dictionary<string, IReadOnlyList<string>>();
        foreach (string word in (words.GetValue(OrderOption) ?? []).SelectMany(WordLists.Assignments))
        {
            string[] parts = word.Split('=', 2, StringSplitOptions.TrimEntries);
            string[] texts = parts.Length == 2 ? parts[1].Split('|', StringSplitOptions.TrimEntries) : [];
            if (texts.Length < 2 || texts.Distinct().Count() < texts.Length || !orders.TryAdd(parts[0], texts))
            {
                throw new UsageException("--order takes a column and its texts in order, such as "
                    + $"size=small|medium|large, and not '{word}'.");
            }
        }

        return orders;
    }

    /// <summary>Returns the types of the columns that are named.</summary>
    /// <exception cref="UsageException">They cannot be read.</exception>
    public static IReadOnlyDictionary<string, ColumnForm> ReadColumns(ParseResult words)
    {
        try
        {
            IReadOnlyDictionary<string, ColumnForm> forms =
                ColumnList.Parse(words.GetValue(ColumnsOption) ?? string.Empty);
            foreach (string formula in forms.Values.Select(form => form.Features).OfType<string>())
            {
                _ = TextFeatures.Names.Parse(formula);
            }

            return forms;
        }
        catch (FormatException e)
        {
            throw new UsageException($"--columns: {e.Message}");
        }
    }

    /// <summary>Returns the aim; null without one.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    private static DecisionAim? ReadAim(ParseResult words)
    {
        try
        {
            return words.GetValue(AimOption) is { } aim ? DecisionAim.Parse(aim) : null;
        }
        catch (FormatException e)
        {
            throw new UsageException($"--aim: {e.Message}");
        }
    }

    /// <summary>Returns the weights of classes; null without any.</summary>
    /// <exception cref="UsageException">They cannot be read.</exception>
    private static ClassWeights? ReadClassWeights(ParseResult words)
    {
        try
        {
            return ClassWeights.Parse(words.GetValue(ClassWeightsOption)!);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--class-weights: {e.Message}");
        }
    }

    /// <summary>Returns the directions of columns.</summary>
    /// <exception cref="UsageException">A word is not COLUMN=+ or COLUMN=-.</exception>
    private static Dictionary<string, int> ReadMonotone(ParseResult words)
    {
        const StringSplitOptions Trim = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var directions = new Dictionary<string, int>();
        foreach (string word in (words.GetValue(MonotoneOption) ?? []).SelectMany(text => text.Split(',', Trim)))
        {
            int at = word.LastIndexOf('=');
            int direction = at <= 0 ? 0 : word[(at + 1)..].Trim() switch { "+" => 1, "-" => -1, _ => 0 };
            if (direction == 0 || !directions.TryAdd(word[..at].Trim(), direction))
            {
                throw new UsageException(
                    $"--monotone takes columns with + or -, each once, such as \"age=+, price=-\", not '{word}'.");
            }
        }

        return directions;
    }

    /// <summary>
    /// Returns the settings of a table: the given options, and the defaults of the library for the others.
    /// </summary>
    /// <exception cref="UsageException">A word of the orders is not NAME=FIRST|SECOND….</exception>
    public static TableTrainingOptions Read(ParseResult words, string target) => new()
    {
        Target = target,
        Ignore = words.GetValue(IgnoreOption) ?? [],
        GroupBy = words.GetValue(GroupOption),
        OrderBy = words.GetValue(TimeOption),
        Orders = ReadOrders(words),
        Missing = MissingWays[words.GetValue(MissingOption)!],
        Aim = ReadAim(words),
        ClassWeights = ReadClassWeights(words),
        Monotone = ReadMonotone(words),
        Columns = ReadColumns(words),
        Encoding = words.GetValue(CommonOptions.Encoding),
        MissingTokens = words.GetValue(TokensOption) is { Length: > 0 } tokens
            ? [.. tokens.SelectMany(token => token.Split(',', StringSplitOptions.TrimEntries))]
            : null,
        Task = ReadTask(words),
    };

    /// <summary>Refuses values that these options do not have.</summary>
    /// <exception cref="UsageException">One is none.</exception>
    public static void Check(ParseResult words)
    {
        TrainOptionChecks.RequireChoice(words, "way with missing values", MissingWays.Keys, MissingOption);
        _ = ReadAim(words);
        _ = ReadColumns(words);
        _ = ReadClassWeights(words);
        _ = ReadMonotone(words);
        TrainOptionChecks.RequireChoice(words, "task", Tasks.Keys, TaskOption);
    }

    /// <summary>Refuses <c>--group</c> and <c>--time-column</c> together, or without a table.</summary>
    /// <exception cref="UsageException">There is no table, no column to predict, or both columns are given.</exception>
    public static void CheckSplit(ParseResult words, bool hasTable)
    {
        bool hasGroup = words.GetValue(GroupOption) is not null, hasTime = words.GetValue(TimeOption) is not null;
        if ((hasGroup || hasTime) && (!hasTable || words.GetValue(TargetOption) is null || (hasGroup && hasTime)))
        {
            throw new UsageException(
                "--group and --time-column make the parts of a table, with --target: give one of them.");
        }
    }
}
