using System.CommandLine;
using System.Text;
using Math4AI.Language;
using Microsoft.Win32.SafeHandles;

namespace Math4AI.Cli;

/// <summary><c>math4ai generate</c>: a trained model goes on with a text.</summary>
internal static class GenerateCommand
{
    private const int MaxCharacters = 1_000_000;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The folder that 'math4ai train --text' wrote." };
        var prompt = new Option<string>("--prompt") { Description = "How the text begins.", DefaultValueFactory = _ => "\n" };
        var length = new Option<int>("--length") { Description = "How many characters to add.", DefaultValueFactory = _ => 500 };
        var temperature = new Option<double>("--temperature")
        {
            Description = "0 for the likeliest character each time, 1 for the model's own probabilities.",
            DefaultValueFactory = _ => 0.8,
        };
        var command = new Command(
            "generate",
            "Go on with a text by a trained model.\n\nExample:\n  math4ai generate plays-model --prompt \"KING:\" --length 300")
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

                // Its own standard output .NET goes on writing to when nobody reads any more; a file has a place that others share.
                using var descriptor = new SafeFileHandle(1, ownsHandle: false);
                using var pipe = new FileStream(descriptor, FileAccess.Write, bufferSize: 0);
                using Stream screen = pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
                screen.Write(Encoding.UTF8.GetBytes(words.GetValue(prompt)!));
                foreach (string symbol in trained.Generate(words.GetValue(prompt)!, count, words.GetValue(temperature), words.GetValue(CommonOptions.Seed))
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
