using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Language.Generation;
using Math4AI.Language.Texts;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Scoring;
using static TorchSharp.torch;

namespace Math4AI.Language;

/// <summary>The settings of a training on a text.</summary>
public sealed record TextTrainingOptions
{
    /// <summary>Gets the kind of the symbols that the text is cut into.</summary>
    public TextUnit Unit { get; init; }

    /// <summary>Gets the context length: the number of symbols from which the next is predicted.</summary>
    public int Context { get; init; } = 64;

    /// <summary>Gets the number of transformer blocks.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Gets the number of attention heads of a block.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Gets the length of the embedding of a symbol.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Gets the settings of the trainer.</summary>
    public TrainerOptions Trainer { get; init; } = new()
    {
        Steps = 2000,
        EvaluateEvery = 250,
        BatchSize = 12,
        Rate = 4e-3,
        WeightDecay = 0.1,
        SplitBatches = true,
    };
}

/// <summary>The description of a language model: everything but its weights.</summary>
/// <param name="Symbols">The characters, in the order of their numbers; empty for byte pairs.</param>
/// <param name="Context">The context length.</param>
/// <param name="Layers">The number of transformer blocks.</param>
/// <param name="Heads">The number of attention heads of a block.</param>
/// <param name="Width">The length of the embedding of a symbol.</param>
public sealed record TextModelDescription(string Symbols, int Context, int Layers, int Heads, int Width)
{
    /// <summary>
    /// Gets the byte pairs of GPT-2 that are used, in the order of their numbers; empty for characters.
    /// </summary>
    public IReadOnlyList<int> BytePairs { get; init; } = [];
}

/// <summary>A trained language model, which predicts the next symbol of a text.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody disposes a tensor of ours: the finalizers of torch's "
    + "handles free them.")]
public sealed class TextModel
{
    internal const string Kind = "text";

    private const int MaxSymbols = 1 << 16;
    private const int MaxSize = 1 << 14;

    private readonly CharTransformer network;
    private readonly TextSymbols symbols;
    private readonly Lazy<DecoderWeights> weights;

    internal TextModel(TextModelDescription about)
    {
        About = about;
        symbols = about.BytePairs.Count > 0 ? new BytePairs(about.BytePairs) : new Characters(about.Symbols);
        network = new CharTransformer(symbols.Count, about.Context, about.Layers, about.Heads, about.Width);
        weights = new Lazy<DecoderWeights>(() => DecoderWeights.Of(network));
    }

    /// <summary>Gets the description of the model.</summary>
    public TextModelDescription About { get; }

    /// <summary>Gets the transformer.</summary>
    internal CharTransformer Network => network;

    /// <summary>
    /// Trains on a text but for its first twentieth, which is the test, and its last tenth, which chooses the weights.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>
    /// The model with its best weights, and of each part, counted in characters, the loss in nats a symbol, the
    /// perplexity e^loss and the bits a character. The training part's loss is the mean over its last steps before the
    /// best evaluation.
    /// </returns>
    /// <exception cref="ArgumentException">The text is too short.</exception>
    public static Trained<TextModel> Train(
        string text, TextTrainingOptions? options = null, IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new TextTrainingOptions();
        (Range trained, Range tested, Range validated) = Parts(text.Length);
        if (text[tested].Length < options.Context + 2)
        {
            throw new ArgumentException(
                $"The text has {text.Length} characters; with a context of {options.Context}, "
                + $"{20 * (options.Context + 2)} and more are needed.");
        }

        TextModelDescription about = Describe(options, text, [text[trained], text[tested], text[validated]]);
        TextModel model = TorchRandom.From(options.Trainer.Seed, () => new TextModel(about));
        var train = new TextWindows(model.symbols.Encode(text[trained]), options.Context, stride: 1);
        var test = new TextWindows(model.symbols.Encode(text[tested]), options.Context, stride: options.Context);
        var validation =
            new TextWindows(model.symbols.Encode(text[validated]), options.Context, stride: options.Context);
        if (train.Count == 0 || test.Count == 0 || validation.Count == 0)
        {
            throw new ArgumentException($"The text has too few symbols for a context of {options.Context}.");
        }

        TrainingResult training =
            Trainer.Fit(model.network, model.Loss, train, validation, options.Trainer, progress, cancellation);
        return new Trained<TextModel>
        {
            Model = model,
            Training = training,
            Train = model.Scored(text[trained], training.History[training.BestEpoch - 1].TrainLoss),
            Validation = model.Scored(text[validated], Trainer.Evaluate(model.network, model.Loss, validation)),
            Test = model.Scored(text[tested], Trainer.Evaluate(model.network, model.Loss, test)),
        };
    }

    /// <summary>Describes a model with the symbols that the parts of a text contain.</summary>
    private static TextModelDescription Describe(TextTrainingOptions options, string text, string[] parts)
    {
        bool isPairs = options.Unit == TextUnit.BytePair;
        string characters = isPairs ? string.Empty : string.Concat(text.Distinct().Order());
        return new TextModelDescription(characters, options.Context, options.Layers, options.Heads, options.Width)
        {
            BytePairs = isPairs ? [.. parts.SelectMany(part => BytePairs.In(part)).Distinct().Order()] : [],
        };
    }

    /// <summary>Returns where the training, test and validation parts of a text lie.</summary>
    /// <param name="length">Its characters.</param>
    public static (Range Train, Range Test, Range Validation) Parts(int length)
    {
        int test = length / 20, validation = length / 10 * 9;
        return (test..validation, ..test, validation..length);
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TextModel Load(string folder)
    {
        TextModelDescription about =
            ModelFolder.ReadDescription(folder, TextModelJson.Default.TextModelDescription, about =>
            about is
            {
                Symbols.Length: <= MaxSymbols, BytePairs: not null, Context: > 0 and <= MaxSize,
                Layers: > 0 and <= MaxSize, Heads: > 0,
                Width: > 0 and <= MaxSize
            } && about.Width % about.Heads == 0 && about.Symbols.Distinct().Count() == about.Symbols.Length
            && (about.Symbols.Length > 0) != (about.BytePairs.Count > 0)
                && about.BytePairs.All(pair => pair is >= 0 and < BytePairs.VocabularySize)
            && about.BytePairs.Distinct().Count() == about.BytePairs.Count);
        double width = about.Width, symbolCount = Math.Max(about.Symbols.Length, about.BytePairs.Count);
        ModelFolder.RequireWeights(folder, (symbolCount + about.Context + 12.0 * width * about.Layers) * width);
        var model = new TextModel(about);
        NetworkFolder.ReadWeights(folder, model.network);
        return model;
    }

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    public void Save(string folder, FileTransaction files) =>
        NetworkFolder.Write(folder, files, Kind, About, TextModelJson.Default.TextModelDescription, network);

    /// <summary>
    /// Returns the number of symbols for each character of a text: 1 for characters, about 1/4 for byte pairs.
    /// </summary>
    /// <param name="text">The text.</param>
    public double SymbolsPerCharacter(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return (double)symbols.Encode(text).Length / text.Length;
    }

    /// <summary>
    /// Returns the tokens of a text that the model does not know, each once; as the beginning of a text they are left
    /// out.
    /// </summary>
    /// <param name="text">The text.</param>
    public IReadOnlyList<string> UnknownIn(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return symbols.Unknown(text);
    }

    /// <summary>
    /// Continues a text token by token. What the model has read is remembered, so that a token costs one pass of one
    /// token. Where the context is full, the last half of it is read anew.
    /// </summary>
    /// <param name="prompt">The beginning; tokens that the model does not know are left out.</param>
    /// <param name="options">The settings.</param>
    /// <returns>What is added, in pieces of whole characters, as it comes.</returns>
    /// <exception cref="ArgumentException">A setting is not possible; the message names it.</exception>
    public IEnumerable<string> Generate(string prompt, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        options.Validate();
        return Pieces(Begin(new CachedDecoder(weights.Value), prompt, options, options.Seed));
    }

    /// <summary>
    /// Continues several texts at once: the first as <see cref="Generate(string, GenerationOptions?)"/> does, the
    /// following with the next seeds, each the same as it would be alone.
    /// </summary>
    /// <param name="prompts">The beginnings.</param>
    /// <param name="options">The settings.</param>
    /// <param name="cancellation">Stops between tokens.</param>
    /// <returns>What is added to each.</returns>
    /// <exception cref="ArgumentException">A setting is not possible; the message names it.</exception>
    public IReadOnlyList<string> Generate(
        IReadOnlyList<string> prompts, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new GenerationOptions();
        options.Validate();
        var decoder = new CachedDecoder(weights.Value);
        TextWriting[] texts =
            [.. prompts.Select((prompt, i) => Begin(decoder, prompt, options, unchecked(options.Seed + i)))];
        StringBuilder[] results = [.. texts.Select(_ => new StringBuilder())];
        float[] logits = new float[checked(texts.Length * symbols.Count)];
        int[] active = [.. Enumerable.Range(0, texts.Length)];
        while ((active = [.. active.Where(i => !texts[i].IsDone)]).Length > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            string[] pieces = TextWriting.Step(
                [.. active.Select(i => texts[i])], logits.AsSpan(0, active.Length * symbols.Count));
            for (int i = 0; i < active.Length; i++)
            {
                results[active[i]].Append(pieces[i]);
            }
        }

        return [.. results.Select(result => result.ToString())];
    }

    /// <summary>
    /// Measures how well the model predicts a text: each token from at least half a context before it, or from all that
    /// there is.
    /// </summary>
    /// <param name="text">The text, of two tokens or more.</param>
    /// <param name="cancellation">Stops between windows.</param>
    /// <exception cref="ArgumentException">
    /// The text is too short, or has tokens that the model does not know.
    /// </exception>
    public TextScore Score(string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (symbols.Unknown(text) is { Count: > 0 } unknown)
        {
            throw new ArgumentException(
                $"The model does not know {unknown.Count} tokens of the text, such as '{unknown[0]}': a text without "
                + "them is another text.");
        }

        int[] all = [.. symbols.Encode(text).Select(symbol => (int)symbol)];
        return all.Length > 1
            ? new TextScore(
                TextScoring.Loss(new CachedDecoder(weights.Value), all, About.Context, symbols.Count, cancellation),
                all.Length - 1, text.Length)
            : throw new ArgumentException("The text must have two tokens or more.");
    }

    private TextWriting Begin(CachedDecoder decoder, string prompt, GenerationOptions options, int seed)
    {
        int[] known = [.. symbols.Encode(prompt).Select(symbol => (int)symbol).DefaultIfEmpty(0)];
        return new TextWriting(
            decoder, (About.Context, symbols.Count), known, symbols.NewReader(), options, seed);
    }

    private IEnumerable<string> Pieces(TextWriting text)
    {
        float[] logits = new float[symbols.Count];
        while (!text.IsDone)
        {
            string piece = TextWriting.Step([text], logits)[0];
            if (piece.Length > 0)
            {
                yield return piece;
            }
        }
    }

    private ScoredPart Scored(string part, double loss) => new(
        part.Length,
        new Dictionary<string, double>
        {
            ["loss"] = loss,
            ["perplexity"] = Math.Exp(loss),
            ["bitsPerCharacter"] = loss / Math.Log(2.0) * SymbolsPerCharacter(part),
        },
        new Dictionary<string, Interval>());

    private Tensor Loss(Tensor outputs, Tensor targets) =>
        nn.functional.cross_entropy(outputs.view(-1, symbols.Count), targets.view(-1));
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, MaxDepth = 16)]
[JsonSerializable(typeof(TextModelDescription))]
internal sealed partial class TextModelJson : JsonSerializerContext;
