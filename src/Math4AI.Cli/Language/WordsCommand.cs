using System.CommandLine;
using System.Globalization;
using Math4AI.Language.Words;

namespace Math4AI.Cli.Language;

/// <summary><c>math4ai words</c>: finds vectors for the words of a text, and asks them.</summary>
internal static class WordsCommand
{
    private static readonly WordVectorOptions Default = new();

    private static readonly Argument<string> Input = new("FILE")
    {
        Description = "A text, plain or gzip, with words between spaces and a sentence a line; or, without -o, "
            + "vectors.",
    };

    private static readonly Option<string?> Output = CommonOptions.Output(
        "The file of the vectors: .bin (word2vec, binary), .glove, .safetensors, or word2vec's text.", byDefault: null);

    private static readonly Option<int> Dimensions = CommonOptions.Named<int>(
        "--dimensions", "N", "The number of dimensions of the vectors.", Default.Dimensions);

    private static readonly Option<int> Window = CommonOptions.Named<int>(
        "--window", "N", "The maximum distance of two words that count as a pair.", Default.Window);

    private static readonly Option<int> MinCount = CommonOptions.Named<int>(
        "--min-count", "N", "The minimum number of occurrences of a word.", Default.MinCount);

    private static readonly Option<int> MaxWords = CommonOptions.Named<int>(
        "--max-words", "N", "The maximum number of words; the most frequent are kept.", Default.MaxWords);

    private static readonly Option<double> Shift = CommonOptions.Named<double>(
        "--shift", "K", "Subtract log K from the mutual information.", Default.Shift);

    private static readonly Dictionary<string, WordMethod> Methods = new()
    {
        ["ppmi"] = WordMethod.MutualInformation,
        ["skip-gram"] = WordMethod.SkipGram,
        ["cbow"] = WordMethod.ContinuousBag,
        ["both"] = WordMethod.Both,
    };

    private static readonly Option<string> Method = CommonOptions.Named<string>(
        "--method", "METHOD",
        "How the vectors are found: by mutual information (ppmi), by telling near words from random ones (skip-gram, "
        + "cbow), or by ppmi and skip-gram together (both).", "ppmi").Completed(() => Methods.Keys);

    private static readonly Option<int> Epochs = CommonOptions.Named<int>(
        "--epochs", "N", "How often skip-gram and cbow read the text to learn from it.", Default.Epochs);

    private static readonly Option<int> Negatives = CommonOptions.Named<int>(
        "--negatives", "N", "The number of random words for each word that is near.", Default.Negatives);

    private static readonly Option<double> Rate = CommonOptions.Named<double>(
        "--rate", "RATE", "The learning rate; 0 for that of the method.", Default.LearningRate);

    private static readonly Option<bool> Fast = new("--fast")
    {
        Description = "Let all threads of skip-gram and cbow change the same vectors without waiting for each other: "
            + "the bits differ from run to run.",
    };

    private static readonly Option<string[]> Near = Words("--near", "WORD", "Print the nearest words.");

    private static readonly Option<string[]> Analogies =
        Words("--analogy", "A:B::?:C", "Print the word that completes the analogy; the ? may be any of the four.");

    private static readonly Option<string[]> Odd =
        Words("--odd", "WORDS", "Print which of three or more words, separated by commas, does not belong.");

    private static readonly Option<string[]> Evaluate =
        Words("--evaluate", "FILE", "Evaluate the vectors on a file of rated pairs or of analogies.");

    private static readonly Option<int> Count = CommonOptions.Named<int>(
        "--count", "N", "The number of words that --near and --analogy print.", 10);

    public static Command Create()
    {
        var command = new Command(
            "words",
            "Find vectors for the words of a text, or query existing vectors.\n\nExamples:\n"
            + "  math4ai words corpus.txt -o vectors.bin\n"
            + "  math4ai words corpus.txt -o vectors.bin --method skip-gram --window 5\n"
            + "  math4ai words vectors.bin --near king --analogy king:man::?:woman --odd breakfast,lunch,cat\n"
            + "  math4ai words vectors.bin --evaluate WS-353.txt --evaluate analogies.txt")
        {
            Input, Output, Method, Dimensions, Window, MinCount, MaxWords, Shift, Epochs, Negatives, Rate, Fast,
            Near, Analogies, Odd, Evaluate, Count, CommonOptions.Seed, CommonOptions.Force, CommonOptions.Json,
        };
        command.SetAction((words, cancellation) => Task.Run(() => Run(words, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult words, CancellationToken cancellation)
    {
        string[][] analogies = [.. words.GetValue(Analogies)!.Select(Terms)];
        string[] odd = words.GetValue(Odd)!;
        string? output = words.GetValue(Output);
        bool isAsked =
            analogies.Length + odd.Length + words.GetValue(Near)!.Length + words.GetValue(Evaluate)!.Length > 0;
        if (output is null && !isAsked)
        {
            throw new UsageException(
                "Name the file of the vectors with -o, or query vectors with --near, --analogy, --odd or --evaluate.");
        }

        WordVectors vectors = output is null
            ? WordVectors.Load(words.GetValue(Input)!)
            : Train(words, output, cancellation);
        var answers = new WordAnswers(
            vectors.Words.Count,
            vectors.Dimensions,
            [.. words.GetValue(Near)!.Select(word => new NamedAnswer(word, vectors.Near(word, words.GetValue(Count))))],
            [.. analogies.Select(terms => new NamedAnswer(
                string.Join(':', terms), vectors.Analogy(terms[0], terms[1], terms[2], words.GetValue(Count))))],
            [.. odd.Select(one => new OddAnswer(one, vectors.Odd(one.Split(',', StringSplitOptions.TrimEntries))))],
            [.. words.GetValue(Evaluate)!.Select(file => Evaluated(vectors, file))]);
        Console.WriteLine(words.GetValue(CommonOptions.Json) ? CliJson.Text(answers) : answers.Text(output));
        return 0;
    }

    private static WordVectors Train(ParseResult words, string output, CancellationToken cancellation)
    {
        OutputFiles.RequireFree(words.GetValue(CommonOptions.Force), "-o", output);
        string method = words.GetValue(Method)!;
        var options = new WordVectorOptions
        {
            Method = Methods.TryGetValue(method, out WordMethod known) ? known : throw new UsageException(
                $"There is no method '{method}': take {string.Join(", ", Methods.Keys)}."),
            Dimensions = words.GetValue(Dimensions),
            Window = words.GetValue(Window),
            MinCount = words.GetValue(MinCount),
            MaxWords = words.GetValue(MaxWords),
            Shift = words.GetValue(Shift),
            Epochs = words.GetValue(Epochs),
            Negatives = words.GetValue(Negatives),
            LearningRate = words.GetValue(Rate),
            Fast = words.GetValue(Fast),
            Seed = words.GetValue(CommonOptions.Seed),
        };
        UsageException.Unless(options.Validate);

        WordVectors vectors = WordVectors.Train(words.GetValue(Input)!, options, cancellation);
        vectors.Save(output, words.GetValue(CommonOptions.Force));
        return vectors;
    }

    private static EvaluatedFile Evaluated(WordVectors vectors, string file) => WordEvaluation.IsOfAnalogies(file)
        ? new EvaluatedFile(file, null, WordEvaluation.Analogies(vectors, file))
        : new EvaluatedFile(file, WordEvaluation.Similarities(vectors, file), null);

    /// <summary>a : b = c : ?, whichever of the four is asked for.</summary>
    private static string[] Terms(string text)
    {
        string[] parts = text.Split(':', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        int asked = Array.IndexOf(parts, "?");
        return parts.Length != 4 || asked < 0 || parts.Count(part => part == "?") != 1
            ? throw new UsageException("--analogy takes four terms with one question mark, such as king:man::?:woman.")
            : asked switch
            {
                0 => [parts[3], parts[2], parts[1]],
                1 => [parts[2], parts[3], parts[0]],
                2 => [parts[1], parts[0], parts[3]],
                _ => [parts[0], parts[1], parts[2]],
            };
    }

    private static Option<string[]> Words(string name, string help, string description) => new(name)
    {
        Description = $"{description} May be given several times.",
        HelpName = help,
        DefaultValueFactory = _ => [],
    };

    private sealed record NamedAnswer(string Question, IReadOnlyList<WordNeighbor> Words);

    private sealed record OddAnswer(string Words, string Odd);

    private sealed record EvaluatedFile(
        string File, WordSimilarityScore? Similarities, IReadOnlyList<WordAnalogyScore>? Analogies);

    /// <summary>What was asked, and the answers.</summary>
    private sealed record WordAnswers(
        int Words, int Dimensions, IReadOnlyList<NamedAnswer> Near, IReadOnlyList<NamedAnswer> Analogies,
        IReadOnlyList<OddAnswer> Odd, IReadOnlyList<EvaluatedFile> Evaluated)
    {
        public string Text(string? output)
        {
            var lines = new List<string>();
            if (output is not null)
            {
                lines.Add($"Wrote {Words} vectors of {Dimensions} numbers to {output}.");
            }

            foreach (NamedAnswer answer in Near.Concat(Analogies))
            {
                lines.Add($"{answer.Question}:");
                lines.AddRange(answer.Words.Select(word => string.Create(
                    CultureInfo.InvariantCulture, $"  {word.Similarity,6:0.000}  {word.Word}")));
            }

            lines.AddRange(Odd.Select(odd => $"{odd.Words}: {odd.Odd}"));
            foreach (EvaluatedFile file in Evaluated)
            {
                lines.Add($"{file.File}:");
                lines.AddRange(file.Similarities is { } pairs
                    ? [string.Create(
                        CultureInfo.InvariantCulture,
                        $"  Spearman's rho {pairs.Correlation:0.000} over {pairs.Known} of {pairs.Pairs} pairs")]
                    : file.Analogies!.Select(section => string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {100.0 * section.Accuracy,5:0.0} % of {section.Known} (of {section.Questions})  "
                        + $"{section.Section}")));
            }

            return string.Join(Environment.NewLine, lines);
        }
    }
}
