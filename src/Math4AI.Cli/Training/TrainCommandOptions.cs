using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Math4AI.Data.Images;
using Math4AI.Features;
using Math4AI.Kernels;
using Math4AI.Language;
using Math4AI.Language.Texts;
using Math4AI.Processes;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Images;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Cli.Training;

/// <summary>
/// The options of <c>math4ai train</c>: their names, their values, and their meaning for the library. The
/// command line is saved with every checkpoint, so that <c>--resume</c> continues with the same options.
/// </summary>
internal sealed class TrainCommandOptions
{
    public const string CheckpointName = "checkpoint.safetensors";

    private static readonly string[] Networks = ["mlp", "convnet"];

    private static string[] Models => [.. Networks, .. LearnerNames.All];

    private static readonly Dictionary<string, TextUnit> Units = new()
    {
        ["character"] = TextUnit.Character,
        ["bytepair"] = TextUnit.BytePair,
    };

    private static readonly Argument<string?> DataArgument = new("DATA")
    {
        Description = "A table whose first line names the columns; or a folder that has a folder of "
            + "images for each class; or a file of images in IDX format, with the file of its labels beside it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> TextOption = CommonOptions.Named<string?>(
        "--text", "FILE", "A text file, to train a language model on.");

    private static readonly Option<string?> UnitOption = CommonOptions.Named<string?>(
        "--unit", "UNIT",
        $"The tokens of a text: {string.Join(", ", Units.Keys)} (those tokens of GPT-2 that occur in the "
            + "text).",
        "character");

    private static readonly Option<string?> ResumeOption = CommonOptions.Named<string?>(
        "--resume", "MODEL", "Resume the training that was stopped in this folder, with the same options.");

    private static readonly Option<string?> ModelOption = CommonOptions.Named<string?>(
        "--model", "NAME",
        $"The network, {string.Join(", ", Networks)}, or the learner, "
            + $"{string.Join(", ", LearnerNames.All)} (the best of several by cross-validation; a Gaussian process; "
            + "ridge or logistic regression; kernel ridge regression; a Gaussian process for data with outliers; a "
            + "support vector machine; gradient-boosted trees). Images use convnet unless a learner is named.",
        "mlp").Completed(() => Networks.Concat(LearnerNames.All));

    private static readonly Option<int[]?> HiddenOption =
        CommonOptions.Integers("--hidden", "The widths of the hidden layers of the mlp. Default: 64 64.");

    private static readonly Option<string?> KernelOption = CommonOptions.Named<string?>(
        "--kernel", "FORMULA",
        "The kernel of a learner, such as 'matern52(0.5) + white(0.1)', of: "
            + $"{string.Join(", ", KernelNames.All)}. Default: rbf, "
            + "whose width is chosen by cross-validation; for gp, matern52 with a length scale for each input.");

    private static readonly Option<string?> FeaturesOption = CommonOptions.Named<string?>(
        "--features", "FORMULA",
        "Features of the inputs of a learner. Of tables: " + string.Join(", ", FeatureMap.Names.All)
            + "; of images: "
            + string.Join(", ", ImageFeatures.Names.All) + ". Such as 'poly:2', 'color,hog:9:8', 'hog then pca:50'. "
            + "Default for images: color,hog.");

    private static readonly Option<double> BudgetOption = CommonOptions.Named<double>(
        "--budget", "SECONDS",
        "The seconds that 'auto' may spend on comparing learners; what it skips is reported.",
        300.0);

    private static readonly Option<bool> RawOption = new("--no-standardize")
    {
        Description = "Leave the inputs of a learner, and its features, in their own units. By default columns have "
            + "mean 0 and variance 1, and groups of features of images weigh the same.",
    };

    private static readonly Option<string?> BadImagesOption = CommonOptions.Named<string?>(
        "--bad-images", "WAY", "What to do with damaged images: refuse, or skip, which counts them.", "refuse");

    private static readonly Option<string?> TestOption = CommonOptions.Named<string?>(
        "--test", "PATH", "A file or folder with the test set. Default: 15 % of the samples.");

    private static readonly Option<int> SeedsOption = CommonOptions.Named<int>(
        "--seeds", "N",
        "The number of seeds to train from, beginning with --seed. The model of the first is kept; the "
            + "mean and standard deviation of the test scores are over all.",
        1);

    private static readonly Option<string?> TensorBoardOption = CommonOptions.Named<string?>(
        "--tensorboard", "FOLDER", "The folder of a TensorBoard event file with the losses.");

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder to write the model to.", "model");

    /// <summary>All of them, in the order of the help.</summary>
    private static readonly Option[] All =
    [
        TextOption, UnitOption, ResumeOption, TableCommandOptions.TargetOption, ModelOption, KernelOption,
        FeaturesOption, RawOption, BudgetOption, HiddenOption, TestOption, BadImagesOption,
        TableCommandOptions.IgnoreOption,
        TableCommandOptions.GroupOption, TableCommandOptions.TimeOption, TableCommandOptions.MissingOption,
        TableCommandOptions.ColumnsOption, TableCommandOptions.TokensOption, TableCommandOptions.LookOption,
        TableCommandOptions.EncodingOption,
        TableCommandOptions.TaskOption, .. TrainerCommandOptions.All, SeedsOption, TableCommandOptions.OrderOption,
        TableCommandOptions.LearningCurveOption, TrainValidationCurve.Option, TensorBoardOption,
        TableCommandOptions.BlocksOption, OutputOption, CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport,
        CommonOptions.Force,
    ];

    private readonly ParseResult words;
    private readonly string? resumed;

    private TrainCommandOptions(ParseResult words, string? resumed, ParseResult now)
    {
        (this.words, this.resumed) = (words, resumed);
        (Json, NoReport) = (now.GetValue(CommonOptions.Json), now.GetValue(CommonOptions.NoReport));
    }

    /// <summary>A table, a folder of images, or an IDX file.</summary>
    public string? Data => words.GetValue(DataArgument);

    public string? Text => words.GetValue(TextOption);

    public string Unit => words.GetValue(UnitOption)!;

    public string? Target => words.GetValue(TableCommandOptions.TargetOption);

    public bool IsConvNet => words.GetValue(ModelOption) == "convnet";

    /// <summary>Whether the model is a learner beside the networks.</summary>
    public bool IsLearner => LearnerNames.All.Contains(words.GetValue(ModelOption));

    public string? Features => words.GetValue(FeaturesOption);

    public bool Standardize => !words.GetValue(RawOption);

    public string? Test => words.GetValue(TestOption);

    public TableTask? Task => TableCommandOptions.ReadTask(words);

    /// <summary>Whether damaged images are left out.</summary>
    public bool SkipsBadImages => words.GetValue(BadImagesOption) == "skip";

    /// <summary>Whether the columns of a table are shown and nothing is trained.</summary>
    public bool Look => words.GetValue(TableCommandOptions.LookOption);

    /// <summary>The encoding of a table or a text; null for UTF-8.</summary>
    public string? Encoding => words.GetValue(TableCommandOptions.EncodingOption);

    public int Seeds => words.GetValue(SeedsOption);

    public bool LearningCurve => words.GetValue(TableCommandOptions.LearningCurveOption);

    public TrainValidationCurve? ValidationCurve => TrainValidationCurve.Read(words);

    public string? TensorBoard => words.GetValue(TensorBoardOption);

    /// <summary>Whether a table is read in blocks, as large files are.</summary>
    public bool Blocks => words.GetValue(TableCommandOptions.BlocksOption);

    public string Output => resumed ?? words.GetValue(OutputOption)!;

    public bool Json { get; }

    public bool NoReport { get; }

    public bool Force => resumed is not null || words.GetValue(CommonOptions.Force);

    private bool IsOfImages => Data is { } path && (Directory.Exists(path) || ImageSet.IsIdx(path));

    private int[] Hidden => words.GetValue(HiddenOption) ?? [];

    public static void AddTo(Command command)
    {
        command.Add(DataArgument);
        Array.ForEach(All, command.Add);
    }

    /// <summary>
    /// Reads the options from a command line, or from the checkpoint that it resumes, and refuses those that do not fit
    /// together.
    /// </summary>
    /// <exception cref="UsageException">Options do not fit together.</exception>
    /// <exception cref="IOException">There is no training to resume.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public static TrainCommandOptions Read(ParseResult words)
    {
        TrainCommandOptions options = words.GetValue(ResumeOption) is { } folder
            ? Resumed(words, folder)
            : new TrainCommandOptions(words, null, words);
        options.Check();
        return options;
    }

    public TrainerOptions Trainer(TrainerOptions defaults) => TrainerCommandOptions.Read(words, defaults) with
    {
        Processes = ProcessGroup.Current,
        Checkpoint = new CheckpointOptions(Path.Combine(Output, CheckpointName))
        {
            EverySteps = words.GetValue(TrainerCommandOptions.CheckpointSteps),
            Note = CliJson.Text(words.Tokens.Select(token => token.Value)),
            Resume = resumed is not null,
        },
    };

    /// <summary>The settings of the training on a table. Of the trainer's they have the seed alone.</summary>
    public TableTrainingOptions ForTable(string target)
    {
        TableTrainingOptions table = TableCommandOptions.Read(words, target);
        return table with
        {
            Hidden = Hidden.Length > 0 ? Hidden : table.Hidden,
            Standardize = Standardize,
            Trainer = new TrainerOptions { Seed = words.GetValue(CommonOptions.Seed) },
        };
    }

    /// <summary>The learner, with the settings that were given.</summary>
    public Learner Learner() => LearnerNames.Make(
        words.GetValue(ModelOption)!,
        new LearnerSettings(words.GetValue(KernelOption), words.GetValue(CommonOptions.Seed))
        {
            MaxTime = TimeSpan.FromSeconds(words.GetValue(BudgetOption)),
        });

    public ImageTrainingOptions ForImages()
    {
        var defaults = new ImageTrainingOptions { Target = Target ?? "class" };
        return defaults with { Trainer = Trainer(defaults.Trainer) };
    }

    public TextTrainingOptions ForText()
    {
        var defaults = new TextTrainingOptions { Unit = Units[Unit] };
        return defaults with { Trainer = Trainer(defaults.Trainer) };
    }

    private static TrainCommandOptions Resumed(ParseResult words, string folder)
    {
        bool isSameFolder = Path.GetFullPath(words.GetValue(OutputOption)!) == Path.GetFullPath(folder);
        Symbol[] kept =
            [ResumeOption, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force, CommonOptions.Threads,
            .. isSameFolder ? new Symbol[] { OutputOption } : []];
        string? extra = words.CommandResult.Children.OfType<OptionResult>()
            .Where(given => !given.Implicit && !kept.Contains(given.Option)).Select(given => given.Option.Name)
            .FirstOrDefault()
            ?? words.GetValue(DataArgument);
        if (extra is not null)
        {
            throw new UsageException(
                $"--resume goes on with the words of the training that was stopped: leave out {extra}.");
        }

        string path = Path.Combine(folder, CheckpointName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{folder} holds no training to go on with: there is no {CheckpointName} in it.");
        }

        ParseResult saved;
        try
        {
            saved = words.RootCommandResult.Command.Parse(CliJson.Read<string[]>(CheckpointOptions.ReadNote(path)));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a checkpoint of 'math4ai train'.", e);
        }

        return saved.Errors.Count == 0 && saved.CommandResult.Command == words.CommandResult.Command
            ? new TrainCommandOptions(saved, folder, words)
            : throw new InvalidDataException($"{path} is not a checkpoint of 'math4ai train'.");
    }

    private void Check()
    {
        if (Data is null == (Text is null))
        {
            throw new UsageException("Name what to train on: DATA, or --text FILE, or --resume MODEL.");
        }

        TrainOptionChecks.RequireChoice(words, "model", Models, ModelOption);
        CheckLearner();
        TrainOptionChecks.RequireChoice(words, "way with damaged images", ["refuse", "skip"], BadImagesOption);
        TrainOptionChecks.RequireChoice(words, "unit", Units.Keys, UnitOption);
        bool hasOrders = TableCommandOptions.ReadOrders(words).Count > 0;
        _ = ValidationCurve;
        RequireOneKind(hasOrders);
        TrainOptionChecks.RequirePositive(SeedsOption, Seeds);
        TableCommandOptions.Check(words);
        TrainOptionChecks.RequirePositive(HiddenOption, Hidden);
        TrainerCommandOptions.Check(words);
        TableCommandOptions.CheckSplit(words, hasTable: Text is null);
    }

    /// <summary>
    /// Refuses options of networks with a learner, and options of learners with a network, and formulas that cannot be
    /// read.
    /// </summary>
    private void CheckLearner()
    {
        Option[] ofLearners = [KernelOption, FeaturesOption, RawOption, BudgetOption];
        Option[] ofNetworks = [HiddenOption, .. TrainerCommandOptions.All, SeedsOption,
            TableCommandOptions.LearningCurveOption, TrainValidationCurve.Option, TensorBoardOption,
            TableCommandOptions.BlocksOption, TextOption, ResumeOption];
        if ((IsLearner ? ofNetworks : ofLearners)
            .FirstOrDefault(option => words.GetResult(option) is { Implicit: false }) is { } wrong)
        {
            throw new UsageException(IsLearner
                ? $"{wrong.Name} is for networks, and {words.GetValue(ModelOption)} is none: leave it out."
                : $"{wrong.Name} is for the models {string.Join(", ", LearnerNames.All)}: name one by --model.");
        }

        try
        {
            _ = words.GetValue(KernelOption) is { } kernel ? Kernel.Parse(kernel) : null;
            _ = Features is not { } features
                ? null
                : IsOfImages ? (object)ImageFeatures.Names.Parse(features) : FeatureMap.Names.Parse(features);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Refuses options of one kind of data with another kind.</summary>
    private void RequireOneKind(bool hasOrders)
    {
        if (LearningCurve && ValidationCurve is not null)
        {
            throw new UsageException("Choose one of --learning-curve and --validation-curve.");
        }

        if ((Text is not null || IsConvNet) && (ValidationCurve is not null || hasOrders))
        {
            throw new UsageException("--validation-curve and --order are for tables.");
        }

        bool hasIgnored = words.GetValue(TableCommandOptions.IgnoreOption) is { Length: > 0 };
        if (Text is not null
            && (Target is not null || Test is not null || Hidden.Length > 0 || hasIgnored || Blocks))
        {
            throw new UsageException("--target, --test, --hidden, --ignore and --blocks are not for a text.");
        }
    }
}
