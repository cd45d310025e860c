using System.CommandLine;
using Math4AI.Cli.Fitting;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Kernels.GaussianProcesses;

namespace Math4AI.Cli.Training;

/// <summary><c>math4ai predict</c>: predicts for new data with a trained model.</summary>
internal static class PredictCommand
{
    private static readonly Argument<string> ModelArgument = new("MODEL")
    {
        Description = "The folder of a model, such as one written by 'math4ai train', 'fit' or 'cluster'.",
    };

    private static readonly Argument<string> DataArgument = new("DATA")
    {
        Description = "A table, or - for one from standard input, with the columns that the model was trained on or "
            + "the fit was made from; for a model of images, a folder of images or an IDX file.",
    };

    private static readonly Option<string?> OutputOption = CommonOptions.Output(
        "The file to write, or - for standard output, which is the default.", byDefault: null);

    private static readonly Option<double?> LevelOption = CommonOptions.Named<double?>(
        "--level", "P",
        "The coverage probability of intervals and prediction sets. Default: 0.95 for a fit, and 0.9 for a model of a "
            + "table.");

    private static readonly Option<string[]?> KeepOption = CommonOptions.Columns(
        "--keep", "Columns of the data to carry through, such as an id.");

    private static readonly Option<bool> ExplainOption = new("--explain")
    {
        Description = "For a model of a table that 'train' made: what moved each prediction, a column effect(X) for "
            + "each input, which with effect(base) add up to the number, or to the probability of the likeliest class "
            + "(Shapley values).",
    };

    private static readonly Option<string?> BadImagesOption = CommonOptions.Named<string?>(
        "--bad-images", "WAY",
        "For a model of images: refuse damaged images, which is the default, or skip and count them.");

    public static Command Create()
    {
        var command = new Command(
            "predict",
            "Predict with a trained model or a fit. Writes the prediction; for classes the probability of each, and "
            + "for fits the confidence and prediction intervals.\n\nExamples:\n"
            + "  math4ai predict iris-model flowers.csv -o predictions.csv\n"
            + "  math4ai predict decay-fit new.csv --level 0.99")
        {
            ModelArgument, DataArgument, OutputOption, LevelOption, KeepOption, ExplainOption, BadImagesOption,
            CommonOptions.Encoding, CommonOptions.Force,
        };
        command.SetAction(words => Write(
            words.GetValue(OutputOption),
            words.GetValue(CommonOptions.Force),
            writer => Predict(words.GetValue(ModelArgument)!, Read(words), writer)));
        return command;
    }

    private static PredictTableOptions Read(ParseResult words) => new(
        words.GetValue(DataArgument)!, words.GetValue(LevelOption) is { } given ? FitOptionReader.Level(given) : null,
        words.GetValue(KeepOption) ?? [], words.GetValue(CommonOptions.Encoding))
    {
        Explain = words.GetValue(ExplainOption),
        BadImages = BadImages(words),
    };

    private static string? BadImages(ParseResult words)
    {
        TrainOptionChecks.RequireChoice(words, "way with damaged images", ["refuse", "skip"], BadImagesOption);
        return words.GetValue(BadImagesOption);
    }

    private static int Write(string? path, bool force, Action<TextWriter> predict)
    {
        if (path is null or "-")
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
            predict(output);
            return 0;
        }

        OutputFiles.RequireFree(force, "-o", path);
        FileTransaction.WriteOne(path, force, partial =>
        {
            using var output = new StreamWriter(partial);
            predict(output);
        });
        return 0;
    }

    private static void Predict(string folder, PredictTableOptions options, TextWriter output)
    {
        object opened = ModelFolder.Open(folder);
        RefuseIdle(options, opened);
        if (opened is ITablePredictor table)
        {
            new PredictTableJob(table, options).Write(output);
            return;
        }

        if (opened is IImagePredictor ofImages)
        {
            FilePredictions images =
                ofImages.PredictImages(options.Path, options.Level, skipsBad: options.BadImages == "skip");
            WriteCsv(output, options.Level is null ? images : RequireLevel(images));
            return;
        }

        if (opened is IFilePredictor model and not FormulaProcessFit)
        {
            WriteCsv(output, options.Level is { } asked
                ? RequireLevel(model.PredictFile(options.Path, asked))
                : model.PredictFile(options.Path));
            return;
        }

        PredictedTable found = OfFit(folder, opened, options);
        foreach (string note in found.Notes)
        {
            Console.Error.WriteLine($"math4ai: {note}");
        }

        output.Write(found.ToCsv());
    }

    private static PredictedTable OfFit(string folder, object opened, PredictTableOptions options)
    {
        const double FitLevel = 0.95;
        double level = options.Level ?? FitLevel;
        return opened switch
        {
            SavedFit fit => fit.PredictTable(options.Path, level),
            FormulaProcessFit fit => fit.PredictTable(options.Path, level),
            SavedGroups groups => groups.PredictTable(options.Path, level),
            SavedHierarchy groups => groups.PredictTable(options.Path, level),
            SavedPosterior fit => fit.PredictTable(options.Path, level),
            _ => throw new ArgumentException($"{folder} is a model of a text: use math4ai generate."),
        };
    }

    /// <summary>Refuses options that the kind of model does not use.</summary>
    private static void RefuseIdle(PredictTableOptions options, object opened)
    {
        if (options.BadImages is not null && opened is not IImagePredictor)
        {
            throw new UsageException("--bad-images is for models of images: leave it out.");
        }

        if (opened is not ITablePredictor
            && (options.Keep.Count > 0 || options.Encoding is not null || options.Explain))
        {
            throw new UsageException("--keep, --encoding and --explain are for models of tables.");
        }
    }

    /// <summary>Refuses a level that nothing obeys.</summary>
    /// <exception cref="UsageException">There are neither intervals nor sets.</exception>
    internal static FilePredictions RequireLevel(FilePredictions found) =>
        found.Intervals.Count > 0 || found.Sets.Count > 0 || found.Values.Length == 0
            ? found
            : throw new UsageException(
                "--level is for models with intervals or sets of classes, and this one has none: leave it out.");

    private static void WriteCsv(TextWriter output, FilePredictions found)
    {
        foreach (string warning in PredictionWarning.Sentences(found.Warnings))
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        output.Write(PredictionCsv.Header(found, []) + "\n");
        for (int row = 0; row < found.Values.Length; row++)
        {
            PredictionCsv.Write(output, found, row, []);
        }
    }
}
