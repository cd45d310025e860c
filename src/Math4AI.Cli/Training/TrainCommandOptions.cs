using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Math4AI.Language;
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

    private static readonly Argument<string?> DataArgument = new("DATA")
    {
        Description = "A table whose first line names the columns; or a folder that has a folder of "
            + "images for each class; or a file of images in IDX format, with the file of its labels beside it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> ResumeOption = CommonOptions.Named<string?>(
        "--resume", "MODEL", "Resume the training that was stopped in this folder, with the same options.");

    private static readonly Option<string?> BadImagesOption = CommonOptions.Named<string?>(
        "--bad-images", "WAY", "What to do with damaged images: refuse, or skip, which counts them.", "refuse");

    private static readonly Option<bool> FlipOption = new("--flip")
    {
        Description = "Mirror training images at random, left for right: for things that look alike both ways, not for "
            + "writing.",
    };

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
        .. TextCommandOptions.All, ResumeOption, TableCommandOptions.TargetOption,
        .. TrainChoiceOptions.All,
        TrainerCommandOptions.HiddenOption, TestOption, BadImagesOption, FlipOption,
        TableCommandOptions.IgnoreOption,
        TableCommandOptions.GroupOption, TableCommandOptions.TimeOption, TableCommandOptions.MissingOption,
        TableCommandOptions.ColumnsOption, TableCommandOptions.TokensOption, TableCommandOptions.LookOption,
        CommonOptions.Encoding, TableCommandOptions.AimOption, TableCommandOptions.ClassWeightsOption,
        TableCommandOptions.MonotoneOption,
        TableCommandOptions.TaskOption, .. TrainerCommandOptions.All, SeedsOption, TableCommandOptions.OrderOption,
        TableCommandOptions.LearningCurveOption, TrainValidationCurve.Option, TensorBoardOption,
        TableCommandOptions.BlocksOption, OutputOption, CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport,
        CommonOptions.Force,
    ];

    /// <summary>The options that are for networks alone.</summary>
    private static readonly Option[] OfNetworks =
    [
        TrainerCommandOptions.HiddenOption, .. TrainerCommandOptions.All, SeedsOption, TrainValidationCurve.Option,
        TensorBoardOption, TableCommandOptions.BlocksOption, TextCommandOptions.Text, ResumeOption,
    ];

    /// <summary>The options that a training on a text obeys.</summary>
    private static readonly Option[] OfTexts =
    [
        .. TextCommandOptions.All, .. TrainerCommandOptions.All, ResumeOption, TensorBoardOption, OutputOption,
        CommonOptions.Encoding, CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
    ];

    private readonly ParseResult words;
    private readonly ParseResult now;
    private readonly string? resumed;

    private TrainCommandOptions(ParseResult words, string? resumed, ParseResult now)
    {
        (this.words, this.resumed, this.now) = (words, resumed, now);
        (Json, NoReport) = (now.GetValue(CommonOptions.Json), now.GetValue(CommonOptions.NoReport));
    }

    /// <summary>A table, a folder of images, or an IDX file.</summary>
    public string? Data => FileOf(words.GetValue(DataArgument), hasNames: true);

    public string? Text => FileOf(words.GetValue(TextCommandOptions.Text), hasNames: false);

    /// <summary>The model to go on with; null for a new one.</summary>
    public string? From => words.GetValue(TextCommandOptions.From);

    public string? Target => words.GetValue(TableCommandOptions.TargetOption);

    public bool IsConvNet => TrainChoiceOptions.IsConvNetAsked(words);

    /// <summary>Whether the model is a learner: one beside the networks, or a network of features.</summary>
    public bool IsLearner => TrainChoiceOptions.IsLearner(words, Model, TrainChoiceOptions.IsOfImages(Data));

    public string? Features => TrainChoiceOptions.Features(words);

    public bool Standardize => TrainChoiceOptions.Standardizes(words);

    /// <summary>The words of the command line, or those that are replayed.</summary>
    public IReadOnlyList<string> Words => [.. words.Tokens.Select(token => token.Value)];

    private string Model => TrainChoiceOptions.Model(words, Data, OfNetworks);

    /// <summary>The training that is replayed; null for none.</summary>
    public ReplayedTraining? Replayed { get; private init; }

    public string? Test => FileOf(words.GetValue(TestOption), hasNames: true);

    public TableTask? Task => TableCommandOptions.ReadTask(words);

    /// <summary>Whether damaged images are left out.</summary>
    public bool SkipsBadImages => words.GetValue(BadImagesOption) == "skip";

    /// <summary>Whether the columns of a table are shown and nothing is trained.</summary>
    public bool Look => words.GetValue(TableCommandOptions.LookOption);

    /// <summary>The encoding of a table or a text; null for UTF-8.</summary>
    public string? Encoding => words.GetValue(CommonOptions.Encoding);

    public int Seeds => words.GetValue(SeedsOption);

    public bool LearningCurve => words.GetValue(TableCommandOptions.LearningCurveOption);

    public TrainValidationCurve? ValidationCurve => TrainValidationCurve.Read(words);

    public string? TensorBoard => words.GetValue(TensorBoardOption);

    /// <summary>Whether a table is read in blocks, as large files are.</summary>
    public bool Blocks => words.GetValue(TableCommandOptions.BlocksOption);

    public string Output => resumed ?? (Replayed is null ? words : now).GetValue(OutputOption)!;

    public bool Json { get; }

    public bool NoReport { get; }

    public bool Force => resumed is not null || now.GetValue(CommonOptions.Force);

    private static string? FileOf(string? name, bool hasNames) =>
        name is null ? null : SharedRun.FileOf(name, hasNames);

    private int[] Hidden => words.GetValue(TrainerCommandOptions.HiddenOption) ?? [];

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
            : words.GetValue(TrainChoiceOptions.ReplayOption) is { } done
                ? OfReplay(words, done)
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
            Intervals = Intervals,
            EndsAfterChoice = Replayed is { EndsAfterChoice: true },
            Trainer = new TrainerOptions
            {
                Seed = words.GetValue(CommonOptions.Seed),
                Processes = ProcessGroup.Current,
            },
        };
    }

    /// <summary>Where intervals of numbers and sets of classes come from.</summary>
    public IntervalSource Intervals => TrainChoiceOptions.Intervals(words);

    /// <summary>The learner, with the settings that were given.</summary>
    public Learner Learner() => TrainChoiceOptions.Learner(words, Model, Replayed?.Names);

    public ImageTrainingOptions ForImages(TrainerOptions trainer) => new()
    {
        Target = Target ?? "class",
        Trainer = trainer,
        Flip = words.GetValue(FlipOption),
    };

    public TextTrainingOptions ForText()
    {
        TextTrainingOptions defaults = TextCommandOptions.Read(words);
        return defaults with { Trainer = Trainer(defaults.Trainer) };
    }

    private static TrainCommandOptions Resumed(ParseResult words, string folder)
    {
        bool isSameFolder = Path.GetFullPath(words.GetValue(OutputOption)!) == Path.GetFullPath(folder);
        RequireNoOthers(words, ResumeOption, isSameFolder ? [OutputOption] : []);
        string path = Path.Combine(folder, CheckpointName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{folder} holds no training to go on with: there is no {CheckpointName} in it.");
        }

        try
        {
            string[] saved = CliJson.Read<string[]>(CheckpointOptions.ReadNote(path));
            return new TrainCommandOptions(Parsed(words, saved, path), folder, words);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a checkpoint of 'math4ai train'.", e);
        }
    }

    private static TrainCommandOptions OfReplay(ParseResult words, string folder)
    {
        RequireNoOthers(words, TrainChoiceOptions.ReplayOption, [OutputOption]);
        var done = ReplayedTraining.Read(folder);
        return new TrainCommandOptions(Parsed(words, done.Words, folder), null, words) { Replayed = done };
    }

    /// <summary>What says how to train comes from the words that were saved, and not from the command line.</summary>
    private static void RequireNoOthers(ParseResult words, Option option, Symbol[] allowed)
    {
        Symbol[] kept = [option, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
            CommonOptions.Threads, .. allowed];
        string? extra = words.CommandResult.Children.OfType<OptionResult>()
            .Where(given => !given.Implicit && !kept.Contains(given.Option)).Select(given => given.Option.Name)
            .FirstOrDefault()
            ?? words.GetValue(DataArgument);
        if (extra is not null)
        {
            throw new UsageException($"{option.Name} goes on with the words of the training that was "
                + $"{(option == ResumeOption ? "stopped" : "done")}: leave out {extra}.");
        }
    }

    private static ParseResult Parsed(ParseResult words, string[] saved, string path) =>
        words.RootCommandResult.Command.Parse(saved) is { Errors.Count: 0 } parsed
            && parsed.CommandResult.Command == words.CommandResult.Command
            ? parsed
            : throw new InvalidDataException($"{path} is not a checkpoint of 'math4ai train'.");

    private void Check()
    {
        if (Data is null == (Text is null))
        {
            throw new UsageException("Name what to train on: DATA, or --text FILE, or --resume MODEL.");
        }

        if (Text is not null)
        {
            words.RefuseIdle("is not for a text: leave it out.", All.Except(OfTexts));
        }

        TrainChoiceOptions.Check(words, Model, TrainChoiceOptions.IsOfImages(Data), OfNetworks);
        TrainOptionChecks.RequireChoice(words, "way with damaged images", ["refuse", "skip"], BadImagesOption);
        bool hasOrders = TableCommandOptions.ReadOrders(words).Count > 0;
        _ = ValidationCurve;
        RequireOneKind(hasOrders);
        RequireImages();
        TrainOptionChecks.RequirePositive(SeedsOption, Seeds);
        TableCommandOptions.Check(words);
        TrainOptionChecks.RequirePositive(TrainerCommandOptions.HiddenOption, Hidden);
        TextCommandOptions.Check(words);
        TrainerCommandOptions.Check(words);
        TableCommandOptions.CheckSplit(words, hasTable: Text is null);
    }

    private void RequireImages()
    {
        if (!TrainChoiceOptions.IsOfImages(Data))
        {
            words.RefuseIdle("is for images: leave it out.", BadImagesOption);
        }

        if (words.GetValue(FlipOption) && (!(IsConvNet || TrainChoiceOptions.IsOfImages(Data)) || IsLearner))
        {
            throw new UsageException("--flip is for the convnet of images: leave it out.");
        }
    }

    /// <summary>Refuses options of one kind of data with another kind.</summary>
    private void RequireOneKind(bool hasOrders)
    {
        if (LearningCurve && ValidationCurve is not null)
        {
            throw new UsageException("Choose one of --learning-curve and --validation-curve.");
        }

        if ((IsConvNet || TrainChoiceOptions.IsOfImages(Data))
            && (LearningCurve || ValidationCurve is not null || hasOrders))
        {
            throw new UsageException(
                "--learning-curve, --validation-curve and --order are for tables: leave them out.");
        }
    }
}
