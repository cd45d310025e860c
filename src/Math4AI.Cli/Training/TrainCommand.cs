using System.CommandLine;

namespace Math4AI.Cli.Training;

/// <summary>The command line of <c>math4ai train</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new Command(
            "train",
            "Train the best of several kinds of model on a table, to predict one column from the others; a network on "
            + "images, to classify them, or on a text, to continue it.\n\nExamples:\n"
            + "  math4ai train iris.csv --target species -o iris-model\n"
            + "  math4ai train photos/ -o photo-model\n"
            + "  math4ai train photos/ --model svm --features color,hog -o photo-model\n"
            + "  math4ai train iris.csv --target species --model svm -o iris-model\n"
            + "  math4ai train --text plays.txt -o plays-model");
        TrainCommandOptions.AddTo(command);
        command.SetAction((words, cancellation) =>
        {
            TrainCommandOptions options = TrainCommandOptions.Read(words);
            return Task.Run(() => new TrainJob(options).Run(cancellation), cancellation);
        });
        return command;
    }
}
