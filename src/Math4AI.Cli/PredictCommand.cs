using System.CommandLine;
using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting;

namespace Math4AI.Cli;

/// <summary><c>math4ai predict</c>: predicts for new data with a trained model.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "The folder written by 'math4ai train' or 'math4ai fit'.",
        };
        var data = new Argument<string>("DATA")
        {
            Description = "A table with the columns that the model was trained on or the fit was made from; for a "
                + "model of images, a folder of images or an IDX file.",
        };
        Option<string?> output = CommonOptions.Output("The file to write. Default: standard output.", byDefault: null);
        var level = new Option<double>("--level")
        {
            Description = "The confidence level of the intervals that a fit predicts.",
            HelpName = "P",
            DefaultValueFactory = _ => 0.95,
        };
        var command = new Command(
            "predict",
            "Predict with a trained model or a fit. Writes the prediction; for classes the probability of each, and "
            + "for fits the confidence and prediction intervals.\n\nExamples:\n"
            + "  math4ai predict iris-model flowers.csv -o predictions.csv\n"
            + "  math4ai predict decay-fit new.csv --level 0.99")
        {
            model, data, output, level, CommonOptions.Force,
        };
        command.SetAction(words => Write(
            words.GetValue(output),
            words.GetValue(CommonOptions.Force),
            () => Predict(
                words.GetValue(model)!, words.GetValue(data)!, FitOptionReader.Level(words.GetValue(level)))));
        return command;
    }

    private static int Write(string? path, bool force, Func<string> predict)
    {
        if (path is null)
        {
            Console.Out.Write(predict());
            return 0;
        }

        OutputFiles.RequireFree(force, "-o", path);
        string text = predict();
        FileTransaction.WriteOne(path, force, partial => File.WriteAllText(partial, text));
        return 0;
    }

    private static string Predict(string folder, string data, double level) => ModelFolder.Open(folder) switch
    {
        SavedFit fit => fit.PredictTable(data, level).ToCsv(),
        SavedGroups groups => groups.PredictTable(data, level).ToCsv(),
        IFilePredictor model => ToCsv(model.PredictFile(data)),
        _ => throw new ArgumentException($"{folder} is a model of a text: use math4ai generate."),
    };

    /// <summary>Lists the names, if there are any, the predictions, and for classes the probability of each.</summary>
    private static string ToCsv(FilePredictions found)
    {
        string[] first = found.Names.Count > 0 ? ["image"] : [], deviation = found.Deviations.Count > 0
            ? [$"deviation({found.Target})"]
            : [];
        string[] note = found.Notes.Count > 0 ? ["note"] : [];
        var lines = new List<string>
        {
            string.Join(',', first.Concat(found.Columns.Count > 0 ? found.Columns : [found.Target])
                .Concat(found.Classes.Select(name => $"p({name})"))
                .Concat(deviation).Concat(note).Select(Quote)),
        };
        lines.AddRange(found.Values.Select((row, i) => string.Join(',', found.Names.Skip(i).Take(1).Select(Quote)
            .Concat(found.Classes.Count > 0 ? [Quote(found.Classes[Array.IndexOf(row, row.Max())])] : [])
            .Concat(row.Concat(found.Deviations.Skip(i).Take(1)).Select(Number))
            .Concat(found.Notes.Skip(i).Take(1).Select(Quote)))));
        foreach (string warning in found.Warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
