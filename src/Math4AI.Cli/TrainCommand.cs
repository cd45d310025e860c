using System.CommandLine;
using System.CommandLine.Parsing;
using Math4AI.Training.Optimizers;

namespace Math4AI.Cli;

/// <summary><c>math4ai train</c>: its words.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var data = new Argument<string?>("DATA")
        {
            Description = "Comma-separated text whose first line has the names of the columns; or a folder with a folder of images for "
                + "each class; or a file of images in IDX format, its labels beside it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var text = new Option<string?>("--text") { Description = "A text to learn, symbol by symbol." };
        var unit = new Option<string>("--unit")
        {
            Description = $"What a text is cut into: {string.Join(", ", TrainWords.Units.Keys)} (of GPT-2, those that the text has).",
            DefaultValueFactory = _ => "character",
        };
        var resume = new Option<string?>("--resume") { Description = "The folder of a training that was stopped: go on with it." };
        var target = new Option<string?>("--target", "-t") { Description = "Of a table: the column to predict." };
        var model = new Option<string>("--model")
        {
            Description = $"The network: {string.Join(", ", TrainWords.Models)}. For images always convnet.",
            DefaultValueFactory = _ => "mlp",
        };
        var hidden = new Option<int[]?>("--hidden")
        {
            Description = "The widths of the mlp's hidden layers, 64 64 by default.",
            AllowMultipleArgumentsPerToken = true,
        };
        var test = new Option<string?>("--test") { Description = "A file, or folder, with the test part. Default: 15 % of the samples." };
        var ignore = new Option<string[]?>("--ignore")
        {
            Description = "Columns to leave out.",
            AllowMultipleArgumentsPerToken = true,
        };
        var group = new Option<string?>("--group")
        {
            Description = "A column, such as a patient's name: rows with the same value stay in one part. It is no input.",
        };
        var time = new Option<string?>("--time")
        {
            Description = "A column of numbers or dates: the validation part follows the training part, and the test part both. It is no input.",
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
        var epochs = new Option<int?>("--epochs") { Description = "The most passes over the data; 200, for images 20." };
        var steps = new Option<int?>("--steps") { Description = "The most steps, in place of passes; for texts 2000." };
        var batch = new Option<int?>("--batch") { Description = "Samples a step; 32, for images 64, for texts 12." };
        var rate = new Option<double?>("--rate") { Description = "The largest step size; 0.003, for images 0.01, for texts 0.004." };
        var decay = new Option<double?>("--weight-decay") { Description = "The weight decay; 0.01, for texts 0.1." };
        var optimizer = new Option<string>("--optimizer")
        {
            Description = $"How to step: {string.Join(", ", Optimizer.Named.Keys)}.",
            DefaultValueFactory = _ => "adamw",
        };
        var schedule = new Option<string?>("--schedule")
        {
            Description = $"How the step size moves: {string.Join(", ", Schedule.Named.Keys)}. Default: cosine; for lbfgs constant.",
        };
        var order = new Option<string[]?>("--order")
        {
            Description = "A column of text with an order, such as size=small|medium|large: one input in place of one for each text.",
            AllowMultipleArgumentsPerToken = true,
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "Train from so many seeds, beginning with --seed: the model is the first one's, the spread of the test scores all theirs.",
            DefaultValueFactory = _ => 1,
        };
        var settings = new Option<string?>("--validation-curve")
        {
            Description = $"Of a table: the scores for several values of one of {string.Join(", ", TrainWords.Settings)}, such as rate=0.001,0.01.",
        };
        var blocks = new Option<bool>("--blocks")
        {
            Description = "Read a table in blocks, twice, and train from a temporary file; files over 256 MB always are.",
        };
        var board = new Option<string?>("--tensorboard") { Description = "A folder for an event file of TensorBoard with the losses." };
        var checkpoint = new Option<int?>("--checkpoint-steps") { Description = "Save the training after so many steps, beside once a minute." };
        var curve = new Option<bool>("--learning-curve") { Description = "Of a table: how the test score grows with the rows that are trained on." };
        Option<string?> output = CommonOptions.Output("The folder for the model.", "model");
        var command = new Command(
            "train",
            "Train a neural network: on a table, to predict one column from the others; on images, to tell them apart; on a text, to go "
            + "on with it.\n\nExamples:\n"
            + "  math4ai train iris.csv --target species -o iris-model\n"
            + "  math4ai train photos/ -o photo-model\n"
            + "  math4ai train --text plays.txt -o plays-model")
        {
            data, text, unit, resume, target, model, hidden, test, ignore, group, time, missing, task, epochs, steps, batch, rate, decay, optimizer, schedule,
            seeds, order, checkpoint, curve, settings, board, blocks, output,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
        };
        command.SetAction((words, cancellation) =>
        {
            if (words.GetValue(resume) is not null)
            {
                bool isSameFolder = Path.GetFullPath(words.GetValue(output)!) == Path.GetFullPath(words.GetValue(resume)!);
                Symbol[] kept = [resume, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force, CommonOptions.Threads,
                    .. isSameFolder ? new Symbol[] { output } : []];
                string? extra = words.CommandResult.Children.OfType<OptionResult>()
                    .Where(given => !given.Implicit && !kept.Contains(given.Option)).Select(given => given.Option.Name).FirstOrDefault()
                    ?? words.GetValue(data);
                if (extra is not null)
                {
                    throw new UsageException($"--resume goes on with the words of the training that was stopped: leave out {extra}.");
                }
            }

            TrainWords given = words.GetValue(resume) is { } folder
                ? TrainWords.OfCheckpoint(folder) with { Json = words.GetValue(CommonOptions.Json), NoReport = words.GetValue(CommonOptions.NoReport) }
                : new TrainWords
                {
                    Data = words.GetValue(data),
                    Text = words.GetValue(text),
                    Unit = words.GetValue(unit)!,
                    Target = words.GetValue(target),
                    Model = words.GetValue(model)!,
                    Hidden = words.GetValue(hidden) ?? [],
                    Test = words.GetValue(test),
                    Ignore = words.GetValue(ignore) ?? [],
                    Group = words.GetValue(group),
                    Time = words.GetValue(time),
                    Missing = words.GetValue(missing)!,
                    Task = words.GetValue(task)!,
                    Epochs = words.GetValue(epochs),
                    Steps = words.GetValue(steps),
                    Batch = words.GetValue(batch),
                    Rate = words.GetValue(rate),
                    WeightDecay = words.GetValue(decay),
                    Optimizer = words.GetValue(optimizer)!,
                    Schedule = words.GetValue(schedule),
                    Orders = words.GetValue(order) ?? [],
                    Seeds = words.GetValue(seeds),
                    ValidationCurve = words.GetValue(settings),
                    TensorBoard = words.GetValue(board),
                    Blocks = words.GetValue(blocks),
                    Seed = words.GetValue(CommonOptions.Seed),
                    CheckpointSteps = words.GetValue(checkpoint),
                    LearningCurve = words.GetValue(curve),
                    Output = words.GetValue(output)!,
                    Json = words.GetValue(CommonOptions.Json),
                    NoReport = words.GetValue(CommonOptions.NoReport),
                    Force = words.GetValue(CommonOptions.Force),
                };
            given.Check();
            return Task.Run(() => new TrainJob(given).Run(cancellation), cancellation);
        });
        return command;
    }
}
