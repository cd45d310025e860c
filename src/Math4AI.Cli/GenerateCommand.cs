using System.CommandLine;
using System.Text;
using Math4AI.Language;
using Microsoft.Win32.SafeHandles;

namespace Math4AI.Cli;

/// <summary><c>math4ai generate</c>: a trained model continues a text.</summary>
internal static class GenerateCommand
{
    private const int MaxCharacters = 1_000_000;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The folder written by 'math4ai train --text'." };
        var prompt = new Option<string>("--prompt")
        {
            Description = "The text to continue.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "\n",
        };
        var length = new Option<int>("--length")
        {
            Description = "The number of tokens to generate.",
            HelpName = "N",
            DefaultValueFactory = _ => 500,
        };
        var temperature = new Option<double>("--temperature")
        {
            Description = "The sampling temperature: 0 takes the most probable token each time, 1 samples from the "
                + "model's probabilities.",
            HelpName = "T",
            DefaultValueFactory = _ => 0.8,
        };
        var command = new Command(
            "generate",
            "Continue a text with a trained language model.\n\nExample:\n"
            + "  math4ai generate plays-model --prompt \"KING:\" --length 300")
        {
            model, prompt, length, temperature, CommonOptions.Seed,
        };
        command.SetAction((words, cancellation) => Task.Run(
            () =>
            {
                int count = words.GetValue(length);
                if (count is < 1 or > MaxCharacters || !(words.GetValue(temperature) is >= 0.0 and <= 100.0))
                {
                    throw new UsageException($"--length takes 1 to {MaxCharacters}, --temperature 0 to 100.");
                }

                TextModel trained = TextModel.Load(words.GetValue(model)!);

                // Its own standard output .NET goes on writing to when nobody reads any more; a file has a place that
                // others share.
                using var descriptor = new SafeFileHandle(1, ownsHandle: false);
                using var pipe = new FileStream(descriptor, FileAccess.Write, bufferSize: 0);
                using Stream screen = pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
                screen.Write(Encoding.UTF8.GetBytes(words.GetValue(prompt)!));
                foreach (string symbol in trained.Generate(
                    words.GetValue(prompt)!, count, words.GetValue(temperature), words.GetValue(CommonOptions.Seed))
                    .TakeWhile(_ => !cancellation.IsCancellationRequested))
                {
                    screen.Write(Encoding.UTF8.GetBytes(symbol));
                }

                screen.Write(Encoding.UTF8.GetBytes(Environment.NewLine));
                return 0;
            },
            cancellation));
        return command;
    }
}
