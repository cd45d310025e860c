using System.CommandLine;
using System.Globalization;
using Math4AI.Cli.Separation;
using Math4AI.Data.Images;
using Math4AI.Features;
using Math4AI.Kernels;
using Math4AI.Processes;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Tables;

namespace Math4AI.Cli.Training;

/// <summary>The options of <c>math4ai train</c> that choose the model, and bound the search for one.</summary>
internal static class TrainChoiceOptions
{
    private const string Auto = "auto";
    private const string Mlp = "mlp";
    private const string Network = "network";
    private const string ConvNet = "convnet";
    private const long LargeFile = 1L << 28;

    private static readonly string[] Networks = [Mlp, ConvNet];

    private static readonly Option<string?> ModelOption = new Option<string?>("--model")
    {
        Description = $"The network, {string.Join(", ", Networks)}, or the learner, "
            + $"{string.Join(", ", LearnerNames.All)} (the stack of several by cross-validation, or the best; a "
            + "Gaussian process; ridge or logistic regression; several small networks; kernel ridge regression; a "
            + "Gaussian process for data with outliers; a support vector machine; gradient-boosted trees). Default: "
            + "auto for a table, and for images with --features; mlp where an option of networks is given or the table "
            + "is large; convnet for images.",
        HelpName = "NAME",
    }.Completed(() => Networks.Concat(LearnerNames.All));

    private static readonly Option<string?> KernelOption = new("--kernel")
    {
        Description = "The kernel of a learner, such as 'matern52(0.5) + white(0.1)', of: "
            + $"{string.Join(", ", KernelNames.All)}. Default: rbf, "
            + "whose width is chosen by cross-validation; for gp, matern52 with a length scale for each input.",
        HelpName = "FORMULA",
    };

    private static readonly Option<string?> FeaturesOption = new("--features")
    {
        Description = "Features of the inputs of a learner or the mlp. Of tables: "
            + string.Join(", ", FeatureMap.Names.All)
            + "; of images: "
            + string.Join(", ", ImageFeatures.Names.All) + ". Such as 'poly:2', 'color,hog:9:8', 'hog then pca:50'. "
            + $"Default for images, where the model is not convnet: '{ImageFeatures.UsualFormula()}', with smaller "
            + "cells below 24 pixels, and 'color, grey' below 6.",
        HelpName = "FORMULA",
    };

    private static readonly Option<bool> RawOption = new("--no-standardize")
    {
        Description = "Leave the inputs of a learner, and its features, in their own units. By default columns have "
            + "mean 0 and variance 1, and groups of features of images weigh the same.",
    };

    private static readonly Option<string> TimeOption = new("--time")
    {
        Description = "The time that 'auto' may spend on comparing learners, such as 30s, 5m or 1h; what it leaves out "
            + "is said. Below 500 rows it compares them six times, for intervals that hold, each in a sixth of it.",
        HelpName = "TIME",
        DefaultValueFactory = _ => "5m",
    };

    private static readonly Option<string?> MemoryOption = new("--memory")
    {
        Description = "The memory that a learner of 'auto' may ask for, such as 2G; those that need more are left out. "
            + "Default: half of what there is.",
        HelpName = "BYTES",
    };

    private static readonly Dictionary<string, (NetworkUncertainty OfNetworks, IntervalSource Intervals)> Ways = new()
    {
        ["conformal"] = (NetworkUncertainty.None, IntervalSource.Conformal),
        ["ensemble"] = (NetworkUncertainty.Ensemble, IntervalSource.Model),
        ["laplace"] = (NetworkUncertainty.Laplace, IntervalSource.Model),
        ["dropout"] = (NetworkUncertainty.Dropout, IntervalSource.Model),
        ["none"] = (NetworkUncertainty.None, IntervalSource.None),
    };

    private static readonly Option<string?> UncertaintyOption = CommonOptions.Named<string?>(
        "--uncertainty", "WAY",
        "Where intervals of numbers and sets of classes come from: conformal (rows that a learner has not seen, which "
            + "keep the chance that is asked for), none, or networks that tell how sure they are: ensemble (of "
            + "several seeds), dropout, laplace (the posterior of the last layer).",
        "conformal").Completed(() => Ways.Keys);

    public static readonly Option<string?> ReplayOption = new("--replay")
    {
        Description = "Train again as this folder's model was trained, with the learners that its comparison had time "
            + "for, whatever the clock: the same data and threads give the same bits.",
        HelpName = "MODEL",
    };

    private static readonly Option<string?> CompareOption = CommonOptions.List(
        "--compare", "NAME,…",
        "The learners that 'auto' compares, whatever the time, by their names in its table, such as "
            + "linear,trees. Default: all that it has time for.");

    /// <summary>All of them, in the order of the help.</summary>
    public static readonly Option[] All =
    [
        ReplayOption, ModelOption, UncertaintyOption, TimeOption, CompareOption, MemoryOption, KernelOption,
        FeaturesOption, RawOption,
    ];

    /// <summary>Those that are for learners alone.</summary>
    public static readonly Option[] OfLearners =
    [
        KernelOption, FeaturesOption, RawOption, TimeOption, CompareOption, MemoryOption, TableCommandOptions.AimOption,
        TableCommandOptions.MonotoneOption,
    ];

    /// <summary>The formula of the features; null for none.</summary>
    public static string? Features(ParseResult words) => words.GetValue(FeaturesOption);

    /// <summary>Whether inputs and features are standardized.</summary>
    public static bool Standardizes(ParseResult words) => !words.GetValue(RawOption);

    /// <summary>The name of the model: the given one, or the usual one of the data.</summary>
    public static string Model(ParseResult words, string? data, IEnumerable<Option> ofNetworks) =>
        words.GetValue(ModelOption) ?? (IsOfImages(data) && Features(words) is null
                && !TellsHowSure(words) ? ConvNet
            : data is null || ProcessGroup.Current.Count > 1 || words.Given(ofNetworks) is not null
                || (!IsOfImages(data) && IsLarge(data))
                ? Mlp
            : TellsHowSure(words) ? Network
            : Auto);

    /// <summary>
    /// Whether a model is a learner: one beside the networks, or a network of features, not of columns or pixels, or
    /// one that tells how sure it is.
    /// </summary>
    public static bool IsLearner(ParseResult words, string model, bool isOfImages) =>
        LearnerNames.All.Contains(model)
        || (model == Mlp && (isOfImages || Features(words) is not null
            || (TellsHowSure(words) && words.GetValue(TextCommandOptions.Text) is null)));

    /// <summary>Where intervals and sets come from.</summary>
    public static IntervalSource Intervals(ParseResult words) => Ways[words.GetValue(UncertaintyOption)!].Intervals;

    private static bool TellsHowSure(ParseResult words) => OfNetworks(words) != NetworkUncertainty.None;

    private static NetworkUncertainty OfNetworks(ParseResult words) =>
        Ways.GetValueOrDefault(words.GetValue(UncertaintyOption)!).OfNetworks;

    /// <summary>Whether a network of images is asked for by name.</summary>
    public static bool IsConvNetAsked(ParseResult words) => words.GetValue(ModelOption) == ConvNet;

    /// <summary>Whether the data are images.</summary>
    public static bool IsOfImages(string? data) => data is not null && (Directory.Exists(data) || ImageSet.IsIdx(data));

    /// <summary>Whether a table is too large to be read whole.</summary>
    public static bool IsLarge(string data) => new FileInfo(data) is { Exists: true, Length: > LargeFile };

    /// <summary>The learner, with the settings that were given.</summary>
    public static Learner Learner(ParseResult words, string model, IReadOnlyList<string>? replayed) => model == Mlp
        ? TrainerCommandOptions.Network(words, OfNetworks(words))
        : LearnerNames.Make(model, new LearnerSettings(words.GetValue(KernelOption), words.GetValue(CommonOptions.Seed))
        {
            MaxTime = Time(words.GetValue(TimeOption)!),
            MaxMemory = SeparateOptions.Bytes(words.GetValue(MemoryOption)),
            Names = replayed is { Count: > 0 } ? replayed : Compared(words),
            Uncertainty = OfNetworks(words),
        });

    /// <summary>
    /// Refuses options of networks with a learner, and options of learners with a network, and formulas that cannot be
    /// read.
    /// </summary>
    /// <exception cref="UsageException">Options do not fit together, or cannot be read.</exception>
    public static void Check(ParseResult words, string model, bool isOfImages, IEnumerable<Option> ofNetworks)
    {
        TrainOptionChecks.RequireChoice(words, "model", [.. Networks, .. LearnerNames.All], ModelOption);
        TrainOptionChecks.RequireChoice(words, "way to tell how sure a model is", Ways.Keys, UncertaintyOption);
        RequireKind(words, model, isOfImages, ofNetworks);
        if (TellsHowSure(words) && model != Network && model != Mlp)
        {
            throw new UsageException(
                $"--uncertainty {words.GetValue(UncertaintyOption)} is for the models network and mlp, and {model} is "
                + (model == ConvNet
                    ? "another: leave --model out, for a network of the images' features, or leave --uncertainty out."
                    : "another: use one of them, or conformal intervals, which every model of a table can have."));
        }

        RequireTables(words, model, isOfImages);
        RequireUse(words, model, [KernelOption], ["svm", "ridge", "gp", "robust-gp"]);
        RequireUse(words, model, [TimeOption, CompareOption, MemoryOption], [Auto]);
        _ = Time(words.GetValue(TimeOption)!);
        _ = Compared(words);
        _ = SeparateOptions.Bytes(words.GetValue(MemoryOption));
        try
        {
            _ = words.GetValue(KernelOption) is { } kernel ? Kernel.Parse(kernel) : null;
            _ = Features(words) is not { } features
                ? null
                : isOfImages ? (object)ImageFeatures.Names.Parse(features) : FeatureMap.Names.Parse(features);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Refuses options of tables for anything else.</summary>
    private static void RequireTables(ParseResult words, string model, bool isOfImages)
    {
        Option[] ofTables =
        [
            TableCommandOptions.AimOption, TableCommandOptions.ClassWeightsOption, TableCommandOptions.MonotoneOption,
        ];
        bool isOfText = words.GetValue(TextCommandOptions.Text) is not null;
        if ((isOfImages || isOfText || IsConvNetAsked(words)) && words.Given(ofTables) is { } other)
        {
            throw new UsageException($"{other.Name} is for tables: leave it out.");
        }

        if ((model == ConvNet || isOfText) && words.Given([UncertaintyOption]) is { } sure)
        {
            throw new UsageException($"{sure.Name} is for tables, and for features of images: leave it out.");
        }
    }

    private static void RequireKind(
        ParseResult words, string model, bool isOfImages, IEnumerable<Option> ofNetworks)
    {
        bool isLearner = IsLearner(words, model, isOfImages), isOfFeatures = isLearner && model == Mlp;
        Option[] taken = isOfFeatures ? TrainerCommandOptions.OfFeatures : [];
        if (words.Given(isLearner ? ofNetworks.Except(taken) : OfLearners) is not { } wrong)
        {
            return;
        }

        IEnumerable<string> others = wrong == FeaturesOption ? LearnerNames.All.Prepend(Mlp) : LearnerNames.All;
        throw new UsageException(isOfFeatures
            ? $"{wrong.Name} is for networks of columns or pixels, and one "
                + $"{(TellsHowSure(words) ? "that tells how sure it is" : "of features")} takes "
                + $"{string.Join(", ", taken.Select(option => option.Name))} alone: leave it out."
            : isLearner ? $"{wrong.Name} is for networks, and {model} is none: leave it out."
            : $"{wrong.Name} is for the models {string.Join(", ", others)}: name one by --model.");
    }

    /// <summary>The learners to compare; null for all.</summary>
    /// <exception cref="UsageException">There is none, or one is not known.</exception>
    private static string[]? Compared(ParseResult words)
    {
        if (words.GetValue(CompareOption) is not { } text)
        {
            return null;
        }

        string[] names = WordLists.Items(text, AutoLearner.UsualNames);
        return names.Length > 0 && names.FirstOrDefault(name => !AutoLearner.UsualNames.Contains(name)) is null
            ? names
            : throw new UsageException($"--compare takes learners of auto's table, which are "
                + $"{string.Join(", ", AutoLearner.UsualNames)}, not '{text}'.");
    }

    private static void RequireUse(ParseResult words, string model, Option[] options, string[] models)
    {
        if (words.Given(options) is { } idle && !models.Contains(model))
        {
            throw new UsageException(models.Length == 1
                ? $"{idle.Name} is for {models[0]}, and {model} has no use for it: leave it out."
                : $"{idle.Name} is for the models {string.Join(", ", models)}: name one by --model.");
        }
    }

    private static TimeSpan Time(string word)
    {
        const double MaxSeconds = 1e6;
        (double unit, string number) = word.Length == 0 ? (1.0, word) : word[^1] switch
        {
            's' => (1.0, word[..^1]),
            'm' => (60.0, word[..^1]),
            'h' => (3600.0, word[..^1]),
            _ => (1.0, word),
        };
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && unit * value is > 0.0 and <= MaxSeconds
                ? TimeSpan.FromSeconds(unit * value)
                : throw new UsageException(
                    $"--time takes a time such as 30s, 5m or 1h, not '{word}'; a column by which parts follow each "
                    + "other in time is named by --time-column.");
    }
}
