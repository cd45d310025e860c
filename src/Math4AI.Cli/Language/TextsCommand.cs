using System.CommandLine;
using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Language.Documents;
using Math4AI.Language.Words;

namespace Math4AI.Cli.Language;

/// <summary><c>math4ai texts</c>: what a collection of texts is about, and which of them are near a text.</summary>
internal static class TextsCommand
{
    private const int ShownCharacters = 60;

    private static readonly Argument<string> Input = new("FILE")
    {
        Description = "A file with a text a line, plain or gzip; or a table, with --column.",
    };

    private static readonly Option<string?> Column = CommonOptions.Named<string?>(
        "--column", "NAME", "The column of a table that holds the texts.");

    private static readonly Option<int?> TopicCount = CommonOptions.Named<int?>(
        "--topics", "N", "Find N topics, by a factorization without negative numbers.");

    private static readonly Option<string[]> Near = new("--near")
    {
        Description = "Print the texts that are nearest to this one. May be given several times.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Words = CommonOptions.Named<string?>(
        "--words", "VECTORS",
        "Compare texts by weighted means of these word vectors. Default: by latent semantic analysis.");

    private static readonly Option<int?> Dimensions = CommonOptions.Named<int?>(
        "--dimensions", "N",
        "The number of dimensions of latent semantic analysis. Default: 100, or fewer where the texts have fewer.");

    private static readonly Option<int> Terms = CommonOptions.Named<int>(
        "--terms", "N", "The maximum number of terms; the most frequent are kept.", 2000);

    private static readonly Option<int> Count = CommonOptions.Named<int>(
        "--count", "N", "The number of texts that --near prints, and of words and texts of a topic.", 10);

    public static Command Create()
    {
        var command = new Command(
            "texts",
            "Find what a collection of texts is about, and which texts are near another.\n\nExamples:\n"
            + "  math4ai texts reviews.csv --column review --topics 8\n"
            + "  math4ai texts reviews.txt --near \"the battery does not last\" --count 5")
        {
            Input, Column, CommonOptions.Encoding, TopicCount, Near, Words, Dimensions, Terms, Count,
            CommonOptions.Seed, CommonOptions.Json,
        };
        command.SetAction((words, cancellation) => Task.Run(() => Run(words, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult words, CancellationToken cancellation)
    {
        int? topics = words.GetValue(TopicCount);
        string[] near = words.GetValue(Near)!;
        if (topics is null && near.Length == 0)
        {
            throw new UsageException("Ask for --topics N, or for the texts --near a text.");
        }

        foreach ((string name, int value) in new[]
        {
            ("--topics", topics ?? 1), ("--dimensions", words.GetValue(Dimensions) ?? 1),
            ("--terms", words.GetValue(Terms)), ("--count", words.GetValue(Count)),
        })
        {
            _ = value > 0 ? value : throw new UsageException($"{name} takes a whole number from 1 on.");
        }

        RefuseIdle(words, topics is not null, near.Length > 0);
        string input = words.GetValue(Input)!;
        if (words.GetValue(Column) is null && Path.GetExtension(input).ToLowerInvariant() is ".csv" or ".tsv")
        {
            throw new UsageException($"{input} is a table by its name: name the column of its texts with --column.");
        }

        (string[] texts, long[] rows) =
            Read(input, words.GetValue(Column), words.GetValue(CommonOptions.Encoding));
        int count = words.GetValue(Count);
        var answers = new TextAnswers(
            texts.Length,
            topics is { } number ? OfTopics(words, texts, rows, number, cancellation) : [],
            near.Length > 0 ? Nearest(words, texts, rows, near, count, cancellation) : []);
        Console.WriteLine(words.GetValue(CommonOptions.Json) ? CliJson.Text(answers) : answers.Text());
        return 0;
    }

    private static void RefuseIdle(ParseResult words, bool hasTopics, bool hasNear)
    {
        if (!hasNear)
        {
            words.RefuseIdle("belongs to --near.", Words, Dimensions);
        }

        if (words.GetValue(Words) is not null)
        {
            const string Reason = "belongs to latent semantic analysis, and --words takes its place: leave it out.";
            words.RefuseIdle(Reason, hasTopics ? [Dimensions] : [Dimensions, Terms]);
        }
    }

    /// <summary>Reads texts, and the numbers of their lines or rows; empty ones are left out.</summary>
    private static (string[] Texts, long[] Rows) Read(string path, string? column, string? encoding)
    {
        (string? Text, long Row)[] all;
        if (column is null)
        {
            all = [.. TextFile.Read(path, encoding).Split('\n').Select((line, i) => ((string?)line.Trim(), i + 1L))];
        }
        else
        {
            var table = Table.Read(path, new TableOptions { Encoding = encoding });
            all = [.. table.Texts(column).Select((text, row) => (text, table.NumberOf(row)))];
        }

        all = [.. all.Where(pair => !string.IsNullOrWhiteSpace(pair.Text))];
        return all.Length > 1
            ? ([.. all.Select(pair => pair.Text!)], [.. all.Select(pair => pair.Row)])
            : throw new InvalidDataException($"{path} holds {all.Length} texts; a collection has two or more.");
    }

    private static TopicAnswer[] OfTopics(
        ParseResult words, string[] texts, long[] rows, int number, CancellationToken cancellation)
    {
        Topics topics = Topics.Of(
            texts, number, words.GetValue(Terms), seed: words.GetValue(CommonOptions.Seed),
            cancellation: cancellation);
        if (topics.Warning is { } warning)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        int count = words.GetValue(Count);
        return
        [
            .. topics.All.Select(topic => new TopicAnswer(
                topic.Share, [.. topic.Words.Take(count)],
                [.. topic.Texts.Take(count).Select(text => new NearText(rows[text], null, texts[text]))])),
        ];
    }

    private static NearAnswer[] Nearest(
        ParseResult words, string[] texts, long[] rows, string[] near, int count, CancellationToken cancellation)
    {
        DocumentVectors vectors = words.GetValue(Words) is { } file
            ? DocumentVectors.OfWords(texts, WordVectors.Load(file))
            : DocumentVectors.OfTerms(
                texts, words.GetValue(Dimensions), words.GetValue(Terms), words.GetValue(CommonOptions.Seed),
                cancellation);
        return
        [
            .. near.Select(text => new NearAnswer(text,
            [
                .. vectors.Near(text, count)
                    .Select(one => new NearText(rows[one.Text], one.Similarity, texts[one.Text])),
            ])),
        ];
    }

    private static string Shown(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var all = new StringInfo(line);
        return all.LengthInTextElements > ShownCharacters
            ? all.SubstringByTextElements(0, ShownCharacters) + "…" : line;
    }

    private sealed record NearText(long Row, double? Similarity, string Text);

    private sealed record NearAnswer(string Text, IReadOnlyList<NearText> Nearest);

    private sealed record TopicAnswer(double Share, IReadOnlyList<TopicWord> Words, IReadOnlyList<NearText> Texts);

    private sealed record TextAnswers(
        int Texts, IReadOnlyList<TopicAnswer> Topics, IReadOnlyList<NearAnswer> Near)
    {
        public string Text()
        {
            const int Few = 3;
            var lines = new List<string>();
            foreach ((int i, TopicAnswer topic) in Topics.Index())
            {
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Topic {i + 1}, {100.0 * topic.Share:0.0} %: "
                    + $"{string.Join(", ", topic.Words.Select(word => word.Word))}"));
                lines.AddRange(topic.Texts.Take(Few).Select(text => $"  {text.Row}: {Shown(text.Text)}"));
            }

            foreach (NearAnswer answer in Near)
            {
                lines.Add($"Near '{Shown(answer.Text)}':");
                lines.AddRange(answer.Nearest.Select(text => string.Create(
                    CultureInfo.InvariantCulture, $"  {text.Similarity,6:0.000}  {text.Row}: {Shown(text.Text)}")));
            }

            return string.Join(Environment.NewLine, lines);
        }
    }
}
