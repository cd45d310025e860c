using System.CommandLine;
using System.Globalization;
using Math4AI.Data;
using Math4AI.Learning;

namespace Math4AI.Cli;

/// <summary><c>math4ai predict</c>: a trained model on new rows.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The folder that 'math4ai train' wrote." };
        var data = new Argument<string>("DATA") { Description = "Comma-separated text with the columns that the model was trained on." };
        var output = new Option<string?>("--output", "-o") { Description = "The file to write. Default: the screen." };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there already." };
        var command = new Command(
            "predict",
            "Predict with a trained model: the prediction, and for classes the probability of each.\n\nExample:\n"
            + "  math4ai predict iris-model flowers.csv -o predictions.csv")
        {
            model, data, output, force,
        };
        command.SetAction(words =>
        {
            string? path = words.GetValue(output);
            if (path is not null && !words.GetValue(force) && Path.Exists(path))
            {
                throw new IOException($"{path} exists already; use --force to replace it, or -o for another file.");
            }

            TableModel trained = TableModel.Load(words.GetValue(model)!);
            string text = ToCsv(trained.About, trained.Predict(Table.Read(words.GetValue(data)!)));
            if (path is null)
            {
                Console.Out.Write(text);
            }
            else
            {
                FileTransaction.WriteOne(path, words.GetValue(force), partial => File.WriteAllText(partial, text));
            }

            return 0;
        });
        return command;
    }

    private static string ToCsv(TableModelDescription about, double[][] predictions)
    {
        bool isClass = about.Task == TableTask.Classification;
        string[] header = isClass ? [about.Target, .. about.Classes.Select(name => $"p({name})")] : [about.Target];
        var lines = new List<string> { string.Join(',', header.Select(Quote)) };
        lines.AddRange(predictions.Select(row => string.Join(',', isClass
            ? [Quote(about.Classes[Array.IndexOf(row, row.Max())]), .. row.Select(Number)]
            : row.Select(Number))));
        return string.Join('\n', lines) + "\n";
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
