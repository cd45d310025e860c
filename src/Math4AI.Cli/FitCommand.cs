using System.CommandLine;
using Math4AI.Fitting.Distances;
using Math4AI.Optimization;

namespace Math4AI.Cli;

/// <summary><c>math4ai fit</c>: its words.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("DATA")
        {
            Description = "Comma-separated text whose first line has the names of the columns, or a .npy array (rows × columns, "
                + "called c1, c2, …).",
        };
        var model = new Option<string>("--model", "-m")
        {
            Description = "The formula, response ~ function of columns and parameters; several of either with ; between them.",
            Required = true,
        };
        var start = new Option<string?>("--start") { Description = "Where the parameters begin. Default: many starts." };
        var distance = new Option<string>("--distance")
        {
            Description = $"How a prediction and an observation are compared: {string.Join(", ", DistanceNames.All.Keys)}.",
            DefaultValueFactory = _ => "squared",
        };
        var compare = new Option<string?>("--compare")
        {
            Description = "Other distances to fit the same model by, such as absolute,huber:1.5: beside the parameters they give, "
                + "how well each foretells what it has not seen.",
        };
        var bounds = new Option<string?>("--bounds") { Description = "Boxes, such as b2=0..1,b3=0.. (an end may be left out)." };
        var held = new Option<string?>("--fix") { Description = "Parameters that keep a value, such as b1=2." };
        var linear = new Option<string?>("--linear") { Description = "Parameters that the formula is linear in, such as b1,b3: they need no start." };
        var weights = new Option<string?>("--weights") { Description = "The column that holds the weights of the rows." };
        var minimizer = new Option<string>("--minimizer")
        {
            Description = $"The method: {string.Join(", ", Minimizer.Methods.Keys)}.",
            DefaultValueFactory = _ => "auto",
        };
        var bootstrap = new Option<int?>("--bootstrap") { Description = "Draw the data again so often, for intervals without assumptions." };
        var level = new Option<double>("--level")
        {
            Description = "The share of intervals that cover the truth.",
            DefaultValueFactory = _ => 0.95,
        };
        Option<string?> output = CommonOptions.Output("The folder to write to.", "out");

        var command = new Command(
            "fit",
            "Fit a model to data, and say how uncertain its parameters are.\n\nExample:\n"
            + "  math4ai fit data.csv --model \"y ~ b1*(1-exp(-b2*x))\" --start b1=500,b2=0.0001")
        {
            data, model, start, distance, compare, bounds, held, linear, weights, minimizer, bootstrap, level, output,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
        };
        command.SetAction((words, cancellation) =>
        {
            var options = new FitJobOptions
            {
                Data = words.GetValue(data)!,
                Formula = FitWords.Formula(words.GetValue(model)!),
                Start = FitWords.Values("--start", words.GetValue(start)),
                Distance = FitWords.Distance(words.GetValue(distance)!),
                Compare = FitWords.Names(words.GetValue(compare)).Select(FitWords.Distance).ToArray(),
                Bounds = FitWords.Boxes("--bounds", words.GetValue(bounds)) ?? [],
                Fixed = FitWords.Values("--fix", words.GetValue(held)) ?? [],
                Linear = FitWords.Names(words.GetValue(linear)),
                Weights = words.GetValue(weights),
                Minimizer = FitWords.Minimizer(words.GetValue(minimizer)!),
                Bootstrap = FitWords.AtLeast("--bootstrap", words.GetValue(bootstrap), 2),
                Level = FitWords.Level(words.GetValue(level)),
                Seed = words.GetValue(CommonOptions.Seed),
                Output = words.GetValue(output)!,
                Json = words.GetValue(CommonOptions.Json),
                NoReport = words.GetValue(CommonOptions.NoReport),
                Force = words.GetValue(CommonOptions.Force),
            };
            return Task.Run(() => FitJob.Run(options, cancellation), cancellation);
        });
        return command;
    }
}
