using System.CommandLine;
using Math4AI.Learning;

namespace Math4AI.Cli;

/// <summary><c>math4ai train</c>: its words.</summary>
internal static class TrainCommand
{
    private static readonly Dictionary<string, int[]> Models = new() { ["mlp"] = [64, 64], ["linear"] = [] };

    public static Command Create()
    {
        var data = new Argument<string>("DATA") { Description = "Comma-separated text whose first line has the names of the columns." };
        var target = new Option<string>("--target", "-t") { Description = "The column to predict.", Required = true };
        var model = new Option<string>("--model")
        {
            Description = $"The network: {string.Join(", ", Models.Keys)}.",
            DefaultValueFactory = _ => "mlp",
        };
        var hidden = new Option<int[]?>("--hidden")
        {
            Description = "The widths of the mlp's hidden layers, 64 64 by default.",
            AllowMultipleArgumentsPerToken = true,
        };
        var test = new Option<string?>("--test") { Description = "A file with the test part. Default: 15 % of the rows." };
        var ignore = new Option<string[]?>("--ignore")
        {
            Description = "Columns to leave out.",
            AllowMultipleArgumentsPerToken = true,
        };
        var missing = new Option<string>("--missing")
        {
            Description = "What to do with missing values: refuse, drop (the row), impute.",
            DefaultValueFactory = _ => "refuse",
        };
        var task = new Option<string>("--task")
        {
            Description = "classification, regression, or auto: texts, and up to ten different whole numbers, are classes.",
            DefaultValueFactory = _ => "auto",
        };
        var epochs = new Option<int>("--epochs") { Description = "The most passes over the data.", DefaultValueFactory = _ => 200 };
        var batch = new Option<int>("--batch") { Description = "Rows a step.", DefaultValueFactory = _ => 32 };
        var rate = new Option<double>("--rate") { Description = "The largest step size.", DefaultValueFactory = _ => 3e-3 };
        var seed = new Option<int>("--seed")
        {
            Description = "Of the parts, the weights' start and the order of the rows.",
            DefaultValueFactory = _ => 1,
        };
        var output = new Option<string>("--output", "-o") { Description = "The folder for the model.", DefaultValueFactory = _ => "model" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var noReport = new Option<bool>("--no-report") { Description = "Write no report.html." };
        var force = new Option<bool>("--force") { Description = "Replace files that are there already." };
        var command = new Command(
            "train",
            "Train a neural network to predict one column of a table from the others.\n\nExample:\n"
            + "  math4ai train iris.csv --target species -o iris-model")
        {
            data, target, model, hidden, test, ignore, missing, task, epochs, batch, rate, seed, output, json, noReport, force,
        };
        command.SetAction((words, cancellation) =>
        {
            int[] widths = words.GetValue(hidden) is { Length: > 0 } given
                ? given
                : Choose(Models, "model", words.GetValue(model)!);
            RequirePositive("--hidden", [.. widths]);
            RequirePositive("--epochs", words.GetValue(epochs));
            RequirePositive("--batch", words.GetValue(batch));
            if (!(words.GetValue(rate) > 0.0))
            {
                throw new UsageException($"--rate takes a number of more than 0, not {words.GetValue(rate)}.");
            }

            var options = new TableTrainingOptions
            {
                Target = words.GetValue(target)!,
                Ignore = words.GetValue(ignore) ?? [],
                Hidden = widths,
                Missing = Choose(
                    new Dictionary<string, Missing> { ["refuse"] = Missing.Refuse, ["drop"] = Missing.Drop, ["impute"] = Missing.Impute },
                    "way with missing values",
                    words.GetValue(missing)!),
                Task = Choose(
                    new Dictionary<string, TableTask?>
                    {
                        ["auto"] = null,
                        ["classification"] = TableTask.Classification,
                        ["regression"] = TableTask.Regression,
                    },
                    "task",
                    words.GetValue(task)!),
                Trainer = new TrainerOptions
                {
                    Epochs = words.GetValue(epochs),
                    BatchSize = words.GetValue(batch),
                    Rate = words.GetValue(rate),
                    Seed = words.GetValue(seed),
                },
            };
            var job = new TrainJob(
                options,
                words.GetValue(data)!,
                words.GetValue(test),
                words.GetValue(output)!,
                words.GetValue(json),
                words.GetValue(noReport),
                words.GetValue(force));
            return Task.Run(() => job.Run(cancellation), cancellation);
        });
        return command;
    }

    private static T Choose<T>(Dictionary<string, T> choices, string kind, string word) =>
        choices.TryGetValue(word, out T? choice)
            ? choice
            : throw new UsageException($"There is no {kind} '{word}'; choose one of: {string.Join(", ", choices.Keys)}.");

    private static void RequirePositive(string option, params int[] numbers)
    {
        if (numbers.Any(number => number < 1))
        {
            throw new UsageException($"{option} takes whole numbers from 1 on.");
        }
    }
}
