using System.CommandLine;
using System.Globalization;
using System.Text;
using Math4AI.Data.Tables;
using Math4AI.Language;
using Microsoft.Win32.SafeHandles;

namespace Math4AI.Cli.Language;

/// <summary><c>math4ai generate</c>: continues a text with a trained model.</summary>
internal static class GenerateCommand
{
    private const int MaxTokens = 1_000_000;
    private const int MaxSamples = 1000;

    private static readonly Argument<string> Model = new("MODEL")
    {
        Description = "The folder written by 'math4ai train --text', or one of GPT-2's or Llama's layout with its "
            + "tokenizer.",
    };

    private static readonly Option<string?> Prompt = CommonOptions.Named<string?>(
        "--prompt", "TEXT",
        "The text to continue. Default: a line break, or the beginning of a document where the model knows documents.");

    private static readonly Option<int> Length = CommonOptions.Named<int>(
        "--length", "N", "The number of tokens to generate.", 500);

    private static readonly Option<double> Temperature = CommonOptions.Named<double>(
        "--temperature", "T",
        "The sampling temperature: 0 takes the most probable token each time, 1 samples from the model's "
        + "probabilities.",
        0.8);

    private static readonly Option<int?> TopK = CommonOptions.Named<int?>(
        "--top-k", "N", "Sample from the N most probable tokens.", null);

    private static readonly Option<double> TopP = CommonOptions.Named<double>(
        "--top-p", "P", "Sample from the most probable tokens that have the probability P together.", 1.0);

    private static readonly Option<double> MinP = CommonOptions.Named<double>(
        "--min-p", "P", "Sample from tokens with at least P times the probability of the most probable one.", 0.0);

    private static readonly Option<double> RepetitionPenalty = CommonOptions.Named<double>(
        "--repetition-penalty", "R",
        "Divide positive logits of tokens that have occurred by R; multiply others.",
        1.0);

    private static readonly Option<string[]> Stop = CommonOptions.Named<string[]>(
        "--stop", "TEXT", "End before this text; may be given several times.", []);

    private static readonly Option<int> Samples = CommonOptions.Named<int>(
        "--samples", "N", "The number of texts, generated at once with the seeds from --seed on.", 1);

    private static readonly Option<string?> Perplexity = CommonOptions.Named<string?>(
        "--perplexity", "FILE",
        "Measure how well the model predicts the text in FILE, instead of generating one.");

    private static readonly Option<bool> Int8 = new("--int8")
    {
        Description = "Round the weights to one byte each: a quarter of the memory, and faster for large models.",
    };

    private static readonly Option<string?> Save = CommonOptions.Named<string?>(
        "--save", "FOLDER",
        "Write the model, its tokens being byte pairs, as a folder of GPT-2's or Llama's layout that other programs "
            + "read, instead of generating a text.");

    private static readonly Dictionary<string, WeightType> Types =
        Enum.GetValues<WeightType>().ToDictionary(type => type.ToString().ToLowerInvariant());

    private static readonly Option<string> SaveType = CommonOptions.Named(
        "--save-type", "TYPE", "The type of the weights that --save writes: float32, bfloat16 or float16.", "float32")
        .Completed(() => Types.Keys);

    public static Command Create()
    {
        var command = new Command(
            "generate",
            "Continue a text with a trained language model.\n\nExamples:\n"
            + "  math4ai generate plays-model --prompt \"KING:\" --length 300 --top-p 0.9\n"
            + "  math4ai generate gpt2-folder --perplexity text.txt\n"
            + "  math4ai generate plays-model --save plays-folder --save-type bfloat16")
        {
            Model, Prompt, Length, Temperature, TopK, TopP, MinP, RepetitionPenalty, Stop, Samples,
            Perplexity, CommonOptions.Encoding, Int8, Save, SaveType, CommonOptions.Seed, CommonOptions.Json,
            CommonOptions.Force,
        };
        command.SetAction((words, cancellation) =>
        {
            GenerationOptions options = Read(words);
            return Task.Run(() => Run(words, options, cancellation), cancellation);
        });
        return command;
    }

    private static int Run(ParseResult words, GenerationOptions options, CancellationToken cancellation)
    {
        var trained = LanguageModel.Load(words.GetValue(Model)!);
        trained = words.GetValue(Int8) ? trained.WithInt8Weights() : trained;
        if (words.GetValue(Perplexity) is { } file)
        {
            string text = TextFile.Read(file, words.GetValue(CommonOptions.Encoding));
            Print(trained.Score(text, cancellation), words.GetValue(CommonOptions.Json));
            return 0;
        }

        if (words.GetValue(Save) is { } folder)
        {
            bool isForced = words.GetValue(CommonOptions.Force);
            OutputFiles.RequireFree(
                isForced, "--save", Path.Combine(folder, "config.json"), Path.Combine(folder, "model.safetensors"));
            trained.Save(folder, new LanguageSaveOptions { Type = Types[words.GetValue(SaveType)!] }, isForced);
            Console.WriteLine($"Written to {folder}.");
            return 0;
        }

        int samples = words.GetValue(Samples);
        string prompt = words.GetValue(Prompt) ?? (trained.HasDocuments ? string.Empty : "\n");
        Warn(trained.UnknownIn(prompt));
        if (samples == 1 && !words.GetValue(CommonOptions.Json))
        {
            Print(trained.Generate(prompt, options).Prepend(prompt), cancellation);
            return 0;
        }

        IReadOnlyList<string> texts = trained.Generate([.. Enumerable.Repeat(prompt, samples)], options, cancellation);
        Console.WriteLine(words.GetValue(CommonOptions.Json)
            ? CliJson.Text(new { Prompt = prompt, options.Seed, Texts = texts })
            : string.Join($"{Environment.NewLine}---{Environment.NewLine}", texts.Select(t => prompt + t)));
        return 0;
    }

    /// <exception cref="UsageException">A setting is not possible.</exception>
    private static GenerationOptions Read(ParseResult words)
    {
        if (words.GetValue(Length) is < 1 or > MaxTokens || words.GetValue(Samples) is < 1 or > MaxSamples)
        {
            throw new UsageException($"--length takes 1 to {MaxTokens}, --samples 1 to {MaxSamples}.");
        }

        RequireOneRun(words);
        if (!Types.ContainsKey(words.GetValue(SaveType)!))
        {
            throw new UsageException(
                $"There is no type '{words.GetValue(SaveType)}' of weights; choose one of: "
                + $"{string.Join(", ", Types.Keys)}.");
        }

        return UsageException.Unless(words, () => Options(words), options => options.Validate());
    }

    /// <summary>Refuses options of another run than the one that is asked for.</summary>
    private static void RequireOneRun(ParseResult words)
    {
        if (words.GetValue(Save) is null)
        {
            words.RefuseIdle("belongs to --save.", SaveType, CommonOptions.Force);
        }
        else
        {
            words.RefuseIdle("measures a text, and --save writes the model: give one of them.", Perplexity);
            words.RefuseIdle("is for this run, and --save writes other types: see --save-type.", Int8);
        }

        if (words.GetValue(Perplexity) is null)
        {
            words.RefuseIdle("is for the file of --perplexity.", CommonOptions.Encoding);
        }

        if (words.GetValue(Temperature) == 0.0)
        {
            words.RefuseIdle(
                "says what to draw from, and --temperature 0 takes the most probable token: leave out one of them.",
                TopK, TopP, MinP);
        }

        if ((words.Given(Perplexity) ?? words.Given(Save)) is { } other)
        {
            words.RefuseIdle(
                $"is for generating a text, which {other.Name} does not: leave it out.",
                Prompt, Length, Temperature, TopK, TopP, MinP, RepetitionPenalty, Stop, Samples,
                CommonOptions.Seed);
        }
    }

    private static GenerationOptions Options(ParseResult words) => new()
    {
        Length = words.GetValue(Length),
        Temperature = words.GetValue(Temperature),
        TopK = words.GetValue(TopK),
        TopP = words.GetValue(TopP),
        MinP = words.GetValue(MinP),
        RepetitionPenalty = words.GetValue(RepetitionPenalty),
        Stop = words.GetValue(Stop)!,
        Seed = words.GetValue(CommonOptions.Seed),
    };

    private static void Print(TextScore score, bool isJson) => Console.WriteLine(isJson
        ? CliJson.Text(score)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Perplexity {score.Perplexity:0.000}: {score.Loss:0.0000} nats a token over {score.Tokens} tokens, "
            + $"{score.BitsPerCharacter:0.000} bits a character."));

    private static void Warn(IReadOnlyList<string> unknown)
    {
        const int Shown = 5;
        if (unknown.Count > 0)
        {
            Console.Error.WriteLine(
                $"math4ai: the model does not know {unknown.Count} tokens of the prompt, which are left out: "
                + $"{string.Join(", ", unknown.Take(Shown).Select(token => $"'{token}'"))}"
                + $"{(unknown.Count > Shown ? ", …" : string.Empty)}.");
        }
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
