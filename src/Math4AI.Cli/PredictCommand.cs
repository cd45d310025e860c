using System.CommandLine;
using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;
using Math4AI.Training.Files;
using Math4AI.Training.Images;
using Math4AI.Training.Tables;

namespace Math4AI.Cli;

/// <summary><c>math4ai predict</c>: a trained model on new rows.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The folder that 'math4ai train' wrote." };
        var data = new Argument<string>("DATA")
        {
            Description = "Comma-separated text with the columns that the model was trained on; for a model of images a folder of images, or an IDX file.",
        };
        Option<string?> output = CommonOptions.Output("The file to write. Default: standard output.", byDefault: null);
        var command = new Command(
            "predict",
            "Predict with a trained model: the prediction, and for classes the probability of each.\n\nExample:\n"
            + "  math4ai predict iris-model flowers.csv -o predictions.csv")
        {
            model, data, output, CommonOptions.Force,
        };
        command.SetAction(words =>
        {
            string? path = words.GetValue(output);
            if (path is not null)
            {
                OutputFiles.RequireFree(words.GetValue(CommonOptions.Force), "-o", path);
            }

            string text = Predict(words.GetValue(model)!, words.GetValue(data)!);
            if (path is null)
            {
                Console.Out.Write(text);
            }
            else
            {
                FileTransaction.WriteOne(path, words.GetValue(CommonOptions.Force), partial => File.WriteAllText(partial, text));
            }

            return 0;
        });
        return command;
    }

    private static string Predict(string folder, string data)
    {
        switch (ModelFolder.KindOf(folder))
        {
            case ModelKind.Images:
                ImageModel images = ImageModel.Load(folder);
                ImageModelDescription shown = images.About;
                ImageSet read = Directory.Exists(data) || ImageSet.IsIdx(data)
                    ? ImageSet.Read(data, shown.Shape)
                    : ImageSet.FromTable(Table.Read(data), shown.Target, shown.Shape);
                return ToCsv(shown.Target, shown.Shape.Classes, images.Predict(read), read.Names);
            case ModelKind.Text:
                throw new ArgumentException($"{folder} is a model of a text: use math4ai generate.");
            default:
                TableModel trained = TableModel.Load(folder);
                return ToCsv(trained.About.Target, trained.About.Classes, trained.Predict(Table.Read(data)), []);
        }
    }

    /// <summary>The names, where there are any, the prediction, and for classes the probability of each.</summary>
    private static string ToCsv(string target, IReadOnlyList<string> classes, double[][] predictions, IReadOnlyList<string> names)
    {
        string[] first = names.Count > 0 ? ["image"] : [];
        var lines = new List<string> { string.Join(',', first.Append(target).Concat(classes.Select(name => $"p({name})")).Select(Quote)) };
        lines.AddRange(predictions.Select((row, i) => string.Join(',', names.Skip(i).Take(1).Select(Quote)
            .Concat(classes.Count > 0 ? [Quote(classes[Array.IndexOf(row, row.Max())])] : [])
            .Concat(row.Select(Number)))));
        return string.Join('\n', lines) + "\n";
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
