using System.CommandLine;
using System.Text;
using Math4AI.Language;
using Microsoft.Win32.SafeHandles;

namespace Math4AI.Cli;

/// <summary><c>math4ai generate</c>: continues a text with a trained model.</summary>
internal static class GenerateCommand
{
    private const int MaxTokens = 1_000_000;

    private static readonly Argument<string> Model = new("MODEL")
    {
        Description = "The folder written by 'math4ai train --text'.",
    };

    private static readonly Option<string> Prompt = new("--prompt")
    {
        Description = "The text to continue.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "\n",
    };

    private static readonly Option<int> Length = new("--length")
    {
        Description = "The number of tokens to generate.",
        HelpName = "N",
        DefaultValueFactory = _ => 500,
    };

    private static readonly Option<double> Temperature = new("--temperature")
    {
        Description = "The sampling temperature: 0 takes the most probable token each time, 1 samples from the "
            + "model's probabilities.",
        HelpName = "T",
        DefaultValueFactory = _ => 0.8,
    };

    public static Command Create()
    {
        var command = new Command(
            "generate",
            "Continue a text with a trained language model.\n\nExamples:\n"
            + "  math4ai generate plays-model --prompt \"KING:\" --length 300\n"
            + "  math4ai generate plays-model --temperature 0.5")
        {
            Model, Prompt, Length, Temperature, CommonOptions.Seed,
        };
        command.SetAction((words, cancellation) =>
        {
            int count = words.GetValue(Length);
            double heat = words.GetValue(Temperature);
            if (count is < 1 or > MaxTokens || !(heat is >= 0.0 and <= 100.0))
            {
                throw new UsageException($"--length takes 1 to {MaxTokens}, --temperature 0 to 100.");
            }

            string text = words.GetValue(Prompt)!;
            int seed = words.GetValue(CommonOptions.Seed);
            return Task.Run(
                () =>
                {
                    TextModel trained = TextModel.Load(words.GetValue(Model)!);
                    Print(trained.Generate(text, new GenerationOptions { Length = count, Temperature = heat, Seed = seed }).Prepend(text), cancellation);
                    return 0;
                },
                cancellation);
        });
        return command;
    }

    private static void Print(IEnumerable<string> texts, CancellationToken cancellation)
    {
        // The standard output of .NET ignores that its reader has left; a pipe of our own throws. A file needs the
        // stream of .NET, since other processes may append to it.
        using var descriptor = new SafeFileHandle(1, ownsHandle: false);
        using var pipe = new FileStream(descriptor, FileAccess.Write, bufferSize: 0);
        using Stream output = pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
        foreach (string text in texts.TakeWhile(_ => !cancellation.IsCancellationRequested))
        {
            output.Write(Encoding.UTF8.GetBytes(text));
        }

        output.Write(Encoding.UTF8.GetBytes(Environment.NewLine));
    }
}
