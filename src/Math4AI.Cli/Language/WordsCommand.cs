using System.CommandLine;
using System.Globalization;
using Math4AI.Language.Words;
using Math4AI.Processes;
using Math4AI.Reporting;

namespace Math4AI.Cli.Language;

/// <summary><c>math4ai words</c>: finds vectors for the words of a text, and asks them.</summary>
internal static class WordsCommand
{
    private static readonly WordVectorOptions Default = new();

    private static readonly Argument<string> Input = new("FILE")
    {
        Description = "A text, plain or gzip, with words between spaces and a sentence a line, or as printed "
            + "(--plain); or, without -o, vectors.",
    };

    private static readonly Option<string?> Output = CommonOptions.Output(
        "The file of the vectors: .bin (word2vec, binary), .glove, .safetensors, or word2vec's text.", byDefault: null);

    private static readonly Option<bool> Plain = new("--plain")
    {
        Description = "Take words in lower case and without punctuation, and sentences to their stops, question and "
            + "exclamation marks.",
    };

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

    private static readonly Option<double> Power = CommonOptions.Named<double>(
        "--power", "P", "Scale the vectors of ppmi by the singular values to the power P, 0 to 1.", Default.Power);

    private static readonly Option<double> ContextWeight = CommonOptions.Named<double>(
        "--context-weight", "W",
        "Add the context vectors of ppmi with this weight: similar meanings gain by it, analogies lose.",
        Default.ContextWeight);

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

    private static readonly Option<string[]> Axes = Words(
        "--axis", "A:B[:WORDS]",
        "Print the words that lie farthest towards each end of the axis from A to B, or where words, separated by "
            + "commas, lie on it, such as he:she:nurse,doctor.");

    private static readonly Option<string?> Map = CommonOptions.Named<string?>(
        "--map", "FILE.html", "Draw all words that are asked for, and those found, in the plane.");

    private static readonly Option<string[]> Evaluate =
        Words("--evaluate", "FILE", "Evaluate the vectors on a file of rated pairs or of analogies.");

    private static readonly Option<int> Count = CommonOptions.Named<int>(
        "--count", "N", "The number of words that --near and --analogy print.", 10);

    public static Command Create()
    {
        var command = new Command(
            "words",
            "Find vectors for the words of a text, or query existing vectors.\n\nExamples:\n"
            + "  math4ai words corpus.txt -o vectors.bin --plain\n"
            + "  math4ai words corpus.txt -o vectors.bin --method skip-gram --window 5\n"
            + "  math4ai words vectors.bin --near king --analogy king:man::?:woman --odd breakfast,lunch,cat\n"
            + "  math4ai words vectors.bin --axis he:she:nurse,doctor,teacher --near king --map words.html\n"
            + "  math4ai words vectors.bin --evaluate WS-353.txt --evaluate analogies.txt")
        {
            Input, Output, Plain, Method, Dimensions, Window, MinCount, MaxWords, Shift, Power, ContextWeight,
            Epochs, Negatives, Rate, Fast, Near, Analogies, Odd, Axes, Evaluate, Count, Map, CommonOptions.Seed,
            CommonOptions.Force, CommonOptions.Json,
        };
        command.SetAction((words, cancellation) => Task.Run(() => Run(words, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult words, CancellationToken cancellation)
    {
        string[][] analogies = [.. words.GetValue(Analogies)!.Select(Terms)];
        string[] odd = words.GetValue(Odd)!;
        string? output = words.GetValue(Output);
        string[][] axes = [.. words.GetValue(Axes)!.Select(AxisTerms)];
        string? map = words.GetValue(Map);
        RequirePurpose(words, analogies.Length + odd.Length + axes.Length + words.GetValue(Near)!.Length);
        WordVectors vectors = output is null ? Load(words) : Train(words, output, cancellation);
        if (!ProcessGroup.Current.IsFirst)
        {
            return 0;
        }

        var answers = new WordAnswers(
            vectors.Words.Count,
            vectors.Dimensions,
            [.. words.GetValue(Near)!.Select(word => new NamedAnswer(word, vectors.Near(word, words.GetValue(Count))))],
            [.. analogies.Select(terms => new NamedAnswer(
                string.Join(':', terms), vectors.Analogy(terms[0], terms[1], terms[2], words.GetValue(Count))))],
            [.. odd.Select(one => new OddAnswer(one, vectors.Odd(one.Split(',', StringSplitOptions.TrimEntries))))],
            [.. axes.Select(terms => Along(vectors, terms, words.GetValue(Count)))],
            [.. words.GetValue(Evaluate)!.Select(file => Evaluated(vectors, file))]);
        if (map is not null)
        {
            Draw(vectors, answers, map, words.GetValue(CommonOptions.Force));
        }

        Console.WriteLine(words.GetValue(CommonOptions.Json) ? CliJson.Text(answers) : answers.Text(output));
        return 0;
    }

    /// <summary>Requires something to do, and that a map has words and a file of its own.</summary>
    private static void RequirePurpose(ParseResult words, int asked)
    {
        if (words.GetValue(Output) is null && asked + words.GetValue(Evaluate)!.Length == 0)
        {
            throw new UsageException(
                "Name the file of the vectors with -o, or query vectors with --near, --analogy, --odd, --axis or "
                + "--evaluate.");
        }

        if (words.GetValue(Output) is null)
        {
            words.RefuseIdle(
                "is for finding the vectors of a text: name their file with -o, or leave it out.",
                Plain, Method, Dimensions, Window, MinCount, MaxWords, Shift, Power, ContextWeight, Epochs, Negatives,
                Rate, Fast);
        }

        if (asked == words.GetValue(Odd)!.Length)
        {
            words.RefuseIdle("belongs to --near, --analogy and --axis.", Count);
        }

        if (words.GetValue(Count) < 1)
        {
            throw new UsageException("--count takes a whole number from 1 on.");
        }

        if (words.GetValue(Map) is not { } map)
        {
            return;
        }

        if (asked == 0)
        {
            throw new UsageException("--map draws the words of --near, --analogy, --odd and --axis.");
        }

        OutputFiles.RequireFree(words.GetValue(CommonOptions.Force), "--map", map);
    }

    private static WordVectors Load(ParseResult words)
    {
        SharedRun.RequireOne("'words' without -o, which asks vectors,");
        return WordVectors.Load(words.GetValue(Input)!);
    }

    private static WordMethod MethodOf(ParseResult words)
    {
        string name = words.GetValue(Method)!;
        if (!Methods.TryGetValue(name, out WordMethod method))
        {
            throw new UsageException($"There is no method '{name}': take {string.Join(", ", Methods.Keys)}.");
        }

        if (method == WordMethod.MutualInformation)
        {
            words.RefuseIdle("belongs to --method skip-gram, cbow and both.", Epochs, Negatives, Rate, Fast);
        }
        else if (method != WordMethod.Both)
        {
            words.RefuseIdle("belongs to --method ppmi and both.", Shift, Power, ContextWeight);
        }

        return method;
    }

    private static WordVectorOptions Options(ParseResult words) => new()
    {
        Method = MethodOf(words),
        PlainWords = words.GetValue(Plain),
        Dimensions = words.GetValue(Dimensions),
        Window = words.GetValue(Window),
        MinCount = words.GetValue(MinCount),
        MaxWords = words.GetValue(MaxWords),
        Shift = words.GetValue(Shift),
        Power = words.GetValue(Power),
        ContextWeight = words.GetValue(ContextWeight),
        Epochs = words.GetValue(Epochs),
        Negatives = words.GetValue(Negatives),
        LearningRate = words.GetValue(Rate),
        Fast = words.GetValue(Fast),
        Seed = words.GetValue(CommonOptions.Seed),
        Processes = ProcessGroup.Current,
    };

    private static WordVectors Train(ParseResult words, string output, CancellationToken cancellation)
    {
        OutputFiles.RequireFree(words.GetValue(CommonOptions.Force), "-o", output);
        WordVectorOptions options = UsageException.Unless(words, () => Options(words), made => made.Validate());
        string text = SharedRun.FileOf(words.GetValue(Input)!, hasNames: false);
        ProcessGroup.Current.RequireSameFile(text);
        WordVectors vectors = WordVectors.Train(text, options, cancellation);
        if (ProcessGroup.Current.IsFirst)
        {
            vectors.Save(output, words.GetValue(CommonOptions.Force));
            if (!options.PlainWords && vectors.Remark is { } remark)
            {
                Console.Error.WriteLine($"math4ai: Warning: {remark}: --plain takes both away.");
            }
        }

        return vectors;
    }

    private static EvaluatedFile Evaluated(WordVectors vectors, string file) => WordEvaluation.IsOfAnalogies(file)
        ? new EvaluatedFile(file, null, WordEvaluation.Analogies(vectors, file))
        : new EvaluatedFile(file, WordEvaluation.Similarities(vectors, file), null);

    private static AxisAnswer Along(WordVectors vectors, string[] terms, int count)
    {
        (string from, string to) = (terms[0], terms[1]);
        if (terms.Length > 2)
        {
            return new AxisAnswer(from, to, vectors.Along(from, to, terms[2..]));
        }

        (IReadOnlyList<WordNeighbor> first, IReadOnlyList<WordNeighbor> last) = vectors.Ends(from, to, count);
        return new AxisAnswer(from, to, [.. first, .. last.Reverse()]);
    }

    /// <summary>Draws the words in the groups in which they were asked for.</summary>
    private static void Draw(WordVectors vectors, WordAnswers answers, string path, bool replace)
    {
        (string Group, string Word)[] all = [.. answers.Groups().DistinctBy(pair => pair.Word)];
        string[] groups = [.. all.Select(pair => pair.Group).Distinct()];
        IReadOnlyList<(double X, double Y)> places = vectors.Plane([.. all.Select(pair => pair.Word)]);
        new ScatterMap
        {
            Title = "Words in the plane of their first two principal components",
            X = [.. places.Select(place => place.X)],
            Y = [.. places.Select(place => place.Y)],
            Across = "first component",
            Up = "second component",
            Groups = [.. all.Select(pair => Array.IndexOf(groups, pair.Group))],
            GroupNames = groups,
            Texts = [.. all.Select(pair => pair.Word)],
            IsNamed = true,
        }.Write(path, replace);
    }

    private static string[] AxisTerms(string text)
    {
        const StringSplitOptions Trim = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        string[] parts = text.Split(':', Trim);
        return parts.Length is 2 or 3
            ? [parts[0], parts[1], .. parts.Skip(2).SelectMany(words => words.Split(',', Trim))]
            : throw new UsageException("--axis takes two words and those to place, such as he:she:nurse,doctor.");
    }

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

    private sealed record AxisAnswer(string From, string To, IReadOnlyList<WordNeighbor> Words);

    private sealed record EvaluatedFile(
        string File, WordSimilarityScore? Similarities, IReadOnlyList<WordAnalogyScore>? Analogies);

    /// <summary>What was asked, and the answers.</summary>
    private sealed record WordAnswers(
        int Words, int Dimensions, IReadOnlyList<NamedAnswer> Near, IReadOnlyList<NamedAnswer> Analogies,
        IReadOnlyList<OddAnswer> Odd, IReadOnlyList<AxisAnswer> Axes, IReadOnlyList<EvaluatedFile> Evaluated)
    {
        /// <summary>All words with the question that they belong to.</summary>
        public IEnumerable<(string Group, string Word)> Groups() =>
        [
            .. Near.SelectMany(answer => answer.Words.Select(word => word.Word).Prepend(answer.Question)
                .Select(word => ($"near {answer.Question}", word))),
            .. Analogies.SelectMany(answer => answer.Question.Split(':').Append(answer.Words[0].Word)
                .Select(word => (answer.Question, word))),
            .. Odd.SelectMany(answer => answer.Words.Split(',', StringSplitOptions.TrimEntries)
                .Select(word => (answer.Words, word))),
            .. Axes.SelectMany(axis => axis.Words.Select(word => word.Word).Prepend(axis.To).Prepend(axis.From)
                .Select(word => ($"from {axis.From} to {axis.To}", word))),
        ];

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
            foreach (AxisAnswer axis in Axes)
            {
                lines.Add($"from {axis.From} to {axis.To}:");
                lines.AddRange(axis.Words.Select(word => string.Create(
                    CultureInfo.InvariantCulture, $"  {word.Similarity,6:+0.000;-0.000}  {word.Word}")));
            }

            foreach (EvaluatedFile file in Evaluated)
            {
                lines.Add($"{file.File}:");
                lines.AddRange(file.Similarities is { } pairs
                    ? [string.Create(
                        CultureInfo.InvariantCulture,
                        $"  Spearman's rho {pairs.Correlation:0.000} over {pairs.Known} of {pairs.Pairs} pairs")]
                    : file.Analogies!.Select(section => section.Accuracy is not { } share
                        ? $"  none known (of {section.Questions})  {section.Section}"
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"  {100.0 * share,5:0.0} % of {section.Known} (of {section.Questions})  "
                            + $"{section.Section}")));
            }

            return string.Join(Environment.NewLine, lines);
        }
    }
}
