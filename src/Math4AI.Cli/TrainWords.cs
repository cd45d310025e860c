using System.Globalization;
using System.Text.Json;
using Math4AI.Language.Texts;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Tables;

namespace Math4AI.Cli;

/// <summary>The words of <c>math4ai train</c>. They are saved with every checkpoint: a training goes on with its own.</summary>
internal sealed record TrainWords
{
    public const string CheckpointName = "checkpoint.safetensors";

    public static readonly string[] Models = ["mlp", "linear", "convnet"];

    public static readonly Dictionary<string, TextUnit> Units = new()
    {
        ["character"] = TextUnit.Character,
        ["bytepair"] = TextUnit.BytePair,
    };

    /// <summary>The settings that a validation curve can be over.</summary>
    public static readonly string[] Settings = ["rate", "weight-decay", "hidden", "batch", "epochs", "steps"];

    public static readonly Dictionary<string, Training.Tables.Missing> MissingWays = new()
    {
        ["refuse"] = Training.Tables.Missing.Refuse,
        ["drop"] = Training.Tables.Missing.Drop,
        ["impute"] = Training.Tables.Missing.Impute,
    };

    public static readonly Dictionary<string, TableTask?> Tasks = new()
    {
        ["auto"] = null,
        ["classification"] = TableTask.Classification,
        ["regression"] = TableTask.Regression,
    };

    /// <summary>A table, a folder of images, or an IDX file.</summary>
    public string? Data { get; init; }

    public string? Text { get; init; }

    /// <summary>What a text is cut into.</summary>
    public string Unit { get; init; } = "character";

    public string? Target { get; init; }

    public string Model { get; init; } = "mlp";

    public int[] Hidden { get; init; } = [];

    public string? Test { get; init; }

    public string[] Ignore { get; init; } = [];

    public string? Group { get; init; }

    public string? Time { get; init; }

    public string Missing { get; init; } = "refuse";

    public string Task { get; init; } = "auto";

    public int? Epochs { get; init; }

    public int? Steps { get; init; }

    public int? Batch { get; init; }

    public double? Rate { get; init; }

    public double? WeightDecay { get; init; }

    public string Optimizer { get; init; } = "adamw";

    public string? Schedule { get; init; }

    /// <summary>size=small|medium|large: texts with an order.</summary>
    public string[] Orders { get; init; } = [];

    public int Seeds { get; init; } = 1;

    /// <summary>rate=0.001,0.01: a setting and its values.</summary>
    public string? ValidationCurve { get; init; }

    public string? TensorBoard { get; init; }

    /// <summary>Read a table in blocks, as large files are.</summary>
    public bool Blocks { get; init; }

    public int Seed { get; init; } = 1;

    public int? CheckpointSteps { get; init; }

    public bool LearningCurve { get; init; }

    public string Output { get; init; } = "model";

    public bool Json { get; init; }

    public bool NoReport { get; init; }

    public bool Force { get; init; }

    public bool Resume { get; init; }

    /// <summary>The words of a training that was stopped.</summary>
    /// <exception cref="IOException">There is none in the folder.</exception>
    /// <exception cref="InvalidDataException">What is there is damaged.</exception>
    public static TrainWords OfCheckpoint(string folder)
    {
        string path = Path.Combine(folder, CheckpointName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{folder} holds no training to go on with: there is no {CheckpointName} in it.");
        }

        try
        {
            return CliJson.Read<TrainWords>(CheckpointOptions.ReadNote(path)) with
            { Output = folder, Resume = true, Force = true };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no checkpoint of 'math4ai train'.", e);
        }
    }

    /// <summary>The trainer's settings: these words, and where they say nothing the defaults of the kind of model.</summary>
    public TrainerOptions Trainer(TrainerOptions defaults) => OfKind(defaults) with
    {
        Epochs = Epochs ?? OfKind(defaults).Epochs,
        Steps = Steps ?? (Epochs is null ? OfKind(defaults).Steps : null),
        BatchSize = Batch ?? OfKind(defaults).BatchSize,
        Rate = Rate ?? OfKind(defaults).Rate,
        WeightDecay = WeightDecay ?? defaults.WeightDecay,
        Schedule = Schedule is null ? OfKind(defaults).Schedule : Training.Optimizers.Schedule.Named[Schedule],
        Seed = Seed,
        Checkpoint = new CheckpointOptions(Path.Combine(Output, CheckpointName))
        {
            EverySteps = CheckpointSteps,
            Note = CliJson.Text(this with { Resume = false }),
            Resume = Resume,
        },
    };

    /// <summary>The columns of text that have an order, and it.</summary>
    /// <exception cref="UsageException">A word is not NAME=FIRST|SECOND….</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> OrdersByName()
    {
        var orders = new Dictionary<string, IReadOnlyList<string>>();
        foreach (string word in Orders)
        {
            string[] parts = word.Split('=', 2, StringSplitOptions.TrimEntries);
            string[] order = parts.Length == 2 ? parts[1].Split('|', StringSplitOptions.TrimEntries) : [];
            if (order.Length < 2 || order.Distinct().Count() < order.Length || !orders.TryAdd(parts[0], order))
            {
                throw new UsageException($"--order takes a column and its texts in order, such as size=small|medium|large, and not '{word}'.");
            }
        }

        return orders;
    }

    /// <summary>The setting that a curve is wanted over, and its values; null for no curve.</summary>
    /// <exception cref="UsageException">There is no such setting, or the values are not numbers that it takes.</exception>
    public (string Setting, double[] Values)? CurveValues()
    {
        if (ValidationCurve is null)
        {
            return null;
        }

        string[] parts = ValidationCurve.Split('=', 2, StringSplitOptions.TrimEntries);
        double[] values = parts.Length < 2
            ? []
            : [.. parts[1].Split(',').Select(text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0.0 ? value : double.NaN)];
        bool isWhole = parts[0] is "hidden" or "batch" or "epochs" or "steps";
        bool isSound = values.Length > 1 && values.All(value =>
            double.IsFinite(value) && (parts[0] == "weight-decay" || value > 0.0) && (!isWhole || (value == Math.Floor(value) && value < int.MaxValue)));
        return isSound && Settings.Contains(parts[0])
            ? (parts[0], values)
            : throw new UsageException(
                $"--validation-curve takes one of {string.Join(", ", Settings)} and two values or more, such as rate=0.001,0.01, and not "
                + $"'{ValidationCurve}'.");
    }

    /// <summary>The same words with one setting changed.</summary>
    public TrainWords With(string setting, double value) => setting switch
    {
        "rate" => this with { Rate = value },
        "weight-decay" => this with { WeightDecay = value },
        "hidden" => this with { Hidden = [.. Enumerable.Repeat((int)value, Math.Max(1, Hidden.Length > 0 ? Hidden.Length : 2))] },
        "batch" => this with { Batch = (int)value },
        "epochs" => this with { Epochs = (int)value, Steps = null },
        _ => this with { Steps = (int)value, Epochs = null },
    };

    private TrainerOptions OfKind(TrainerOptions defaults) => Training.Optimizers.Optimizer.Named[Optimizer].SettingsFrom(defaults);

    /// <summary>Refuses words that do not fit together.</summary>
    public void Check()
    {
        if (Data is null == (Text is null))
        {
            throw new UsageException("Name what to train on: DATA, or --text FILE, or --resume MODEL.");
        }

        RequireChoice("model", Models, Model);
        RequireChoice("optimizer", Training.Optimizers.Optimizer.Named.Keys, Optimizer);
        RequireChoice("schedule", Training.Optimizers.Schedule.Named.Keys, Schedule ?? "cosine");
        RequireChoice("unit", Units.Keys, Unit);
        _ = OrdersByName();
        _ = CurveValues();
        if (LearningCurve && ValidationCurve is not null)
        {
            throw new UsageException("Choose one of --learning-curve and --validation-curve.");
        }

        if ((Text is not null || Model == "convnet") && (ValidationCurve is not null || Orders.Length > 0))
        {
            throw new UsageException("--validation-curve and --order are for tables.");
        }

        if (Text is not null && (Target is not null || Test is not null || Hidden.Length > 0 || Ignore.Length > 0 || Blocks))
        {
            throw new UsageException("--target, --test, --hidden, --ignore and --blocks are not for a text.");
        }

        RequirePositive("--seeds", Seeds);
        RequireChoice("way with missing values", MissingWays.Keys, Missing);
        RequireChoice("task", Tasks.Keys, Task);
        RequirePositive("--hidden", Hidden);
        foreach ((string option, int? number) in new[] { ("--epochs", Epochs), ("--steps", Steps), ("--batch", Batch), ("--checkpoint-steps", CheckpointSteps) })
        {
            RequirePositive(option, number ?? 1);
        }

        if ((Group is not null || Time is not null) && (Text is not null || Target is null || (Group is not null && Time is not null)))
        {
            throw new UsageException("--group and --time make the parts of a table, with --target: give one of them.");
        }

        if (Epochs is not null && Steps is not null)
        {
            throw new UsageException("--epochs and --steps both say how long: give one of them.");
        }

        if (!(Rate is null or > 0.0) || !(WeightDecay is null or >= 0.0))
        {
            throw new UsageException("--rate takes a number of more than 0, --weight-decay one of 0 or more.");
        }
    }

    private static void RequireChoice(string kind, IEnumerable<string> choices, string word)
    {
        if (!choices.Contains(word))
        {
            throw new UsageException($"There is no {kind} '{word}'; choose one of: {string.Join(", ", choices)}.");
        }
    }

    private static void RequirePositive(string option, params int[] numbers)
    {
        if (numbers.Any(number => number < 1))
        {
            throw new UsageException($"{option} takes whole numbers from 1 on.");
        }
    }
}
