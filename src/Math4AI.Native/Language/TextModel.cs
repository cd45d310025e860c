using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Language.Generation;
using Math4AI.Language.Texts;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Language;

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

    /// <summary>Gets the byte pairs that were found in the text, the first first; null for other symbols.</summary>
    public IReadOnlyList<string>? Merges { get; init; }

    /// <summary>Gets what stood between the documents of the text; null for one document.</summary>
    public string? Separator { get; init; }

    /// <summary>Gets what the transformer is made of; GPT-2's style where a description does not say.</summary>
    public TransformerStyle Style { get; init => field = value ?? TransformerStyle.Gpt2; } = TransformerStyle.Gpt2;
}

/// <summary>A trained language model, which predicts the next symbol of a text.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody disposes a tensor of ours: the finalizers of torch's "
    + "handles free them.")]
public sealed class TextModel
{
    internal const string Kind = "text";

    private const int MaxCharacters = 1 << 21;
    private const int MaxSymbols = TextTrainingOptions.MaxSymbols;
    private const int MaxSize = TextTrainingOptions.MaxSize;

    private readonly CharTransformer network;
    private readonly TextSymbols symbols;
    private readonly Lazy<LanguageModel> language;

    internal TextModel(TextModelDescription about)
    {
        About = about;
        symbols = about.Merges is { } merges ? new TokenizerSymbols(Tokenizer.Of(merges))
            : about.BytePairs.Count > 0 ? new BytePairs(about.BytePairs)
            : new Characters(about.Symbols);
        DocumentSymbols? documents =
            about.Separator is { } separator ? new DocumentSymbols(symbols, separator) : null;
        symbols = documents ?? symbols;
        network = new CharTransformer(
            symbols.Count, about.Context, about.Layers, about.Heads, about.Width, about.Style)
        {
            Boundary = documents?.Boundary,
        };
        language = new Lazy<LanguageModel>(
            () => new LanguageModel(DecoderWeights.Of(network), new Lazy<TextSymbols?>(symbols)));
    }

    /// <summary>Gets the description of the model.</summary>
    public TextModelDescription About { get; }

    /// <summary>Gets the model as it reads and continues texts.</summary>
    public LanguageModel Language => language.Value;

    /// <summary>Gets the transformer.</summary>
    internal CharTransformer Network => network;

    /// <summary>
    /// Trains on a text but for its last tenth, which is the test and chooses nothing, and its first twentieth, which
    /// chooses the weights: what is trained on goes up to the test, as it would go up to what comes after the text.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>
    /// The model with its best weights, and of each part, counted in characters, the loss in nats a symbol and a
    /// character, the perplexity e^loss and the bits a character: each symbol is predicted from half a context before
    /// it or more. The training part's loss is the mean over its last steps before the best evaluation.
    /// </returns>
    /// <exception cref="ArgumentException">The text is too short.</exception>
    public static Trained<TextModel> Train(
        string text, TextTrainingOptions? options = null, IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new TextTrainingOptions();
        int context = TextTraining.Window(text, options, options.From?.About.Context ?? MaxSize);
        TextTraining.RequireLength(text, context);
        RequireSeparator(text, options.From is { } before ? before.About.Separator : options.Separator);
        TextModel model = options.From is { } from ? from.Copy(text, options.Trainer.Seed)
            : TorchRandom.From(
                options.Trainer.Seed, () => new TextModel(Describe(options with { Context = context }, text)));
        model.network.Dropout = options.Dropout;
        var training = new TextTraining(model.symbols, text);
        var writing = new SampleWriting(model.network, model.symbols);
        TrainingResult result = training.Run(
            model.network, context, model.symbols.Count,
            options.Trainer with { Callbacks = [.. options.Trainer.Callbacks, writing] }, progress, cancellation);
        return new Trained<TextModel>
        {
            Model = model,
            Training = result,
            Train = training.Scores.Train,
            Validation = training.Scores.Validation,
            Test = training.Scores.Test,
            Samples = writing.Samples,
        };
    }

    /// <summary>Returns the numbers of tokens and the length of the context.</summary>
    public override string ToString() => Language.ToString();

    private static void RequireSeparator(string text, string? separator)
    {
        if (separator is not null && (separator.Length == 0 || !text.Contains(separator, StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"The separator '{separator.ReplaceLineEndings("\\n")}' is not in the text: give the text that stands "
                + "between its documents.");
        }
    }

    /// <summary>Returns a model with the same weights to go on with.</summary>
    private TextModel Copy(string text, int seed)
    {
        if (UnknownIn(text) is { Count: > 0 } unknown)
        {
            throw new ArgumentException(
                $"The model to go on with does not know {unknown.Count} tokens of the text, such as '{unknown[0]}': "
                + "take them out, or train a new model.");
        }

        TextModel copy = TorchRandom.From(seed, () => new TextModel(About));
        using DisposeScope scope = NewDisposeScope();
        copy.network.load_state_dict(network.state_dict());
        return copy;
    }

    /// <summary>Describes a model with the symbols of a text; byte pairs are found in its training part.</summary>
    private static TextModelDescription Describe(TextTrainingOptions options, string text)
    {
        (Range trained, Range tested, Range validated) = TextTraining.PartsOf(text);
        var about = new TextModelDescription(
            string.Empty, options.Context!.Value, options.Layers, options.Heads, options.Width)
        {
            Style = options.Style
                ?? (options.Unit == TextUnit.Character ? TransformerStyle.Near : TransformerStyle.Llama),
            Separator = options.Separator,
        };
        string[] Cut(Range part) =>
            options.Separator is { } separator ? text[part].Split(separator) : [text[part]];
        return options.Unit switch
        {
            TextUnit.BytePair => about with
            {
                BytePairs = [.. ((Range[])[trained, tested, validated]).SelectMany(Cut).SelectMany(BytePairs.In)
                    .Distinct().Order()],
            },
            TextUnit.TrainedBytePair => about with
            {
                Merges = Tokenizer.Train(string.Join('\n', Cut(trained)), options.Vocabulary).Merges,
            },
            _ => about with
            {
                Symbols = Characters.In(Cut(..)),
            },
        };
    }

    /// <summary>Returns where the training, test and validation parts of a text lie.</summary>
    /// <param name="length">Its characters; a part begins one earlier where a pair of surrogates would be cut.</param>
    public static (Range Train, Range Test, Range Validation) Parts(int length)
    {
        int validation = length / 20, test = (int)(length * 9L / 10);
        return (validation..test, test..length, ..validation);
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TextModel Load(string folder)
    {
        TextModelDescription about =
            ModelFolder.ReadDescription(folder, Kind, TextModelJson.Default.TextModelDescription, about =>
            about is
            {
                Symbols.Length: <= MaxCharacters, BytePairs: not null, Context: > 0 and <= MaxSize,
                Layers: > 0 and <= MaxSize, Heads: > 0,
                Width: > 0 and <= MaxSize, Style.Neighbors: >= 0 and <= MaxSize, Style.KeyHeads: null or > 0,
                Separator: null or { Length: > 0 }
            } && about.Width % about.Heads == 0 && (!about.Style.IsRotary || about.Width / about.Heads % 2 == 0)
            && about.Heads % (about.Style.KeyHeads ?? 1) == 0
            && about.Symbols.EnumerateRunes().Distinct().Count() == Characters.CountOf(about.Symbols)
            && (about.Symbols.Length > 0 ? 1 : 0) + (about.BytePairs.Count > 0 ? 1 : 0) + (about.Merges is null ? 0 : 1)
                == 1 && about.Merges is null or { Count: <= MaxSymbols }
                && about.BytePairs.All(pair => pair is >= 0 and < BytePairs.VocabularySize)
            && about.BytePairs.Distinct().Count() == about.BytePairs.Count);
        double width = about.Width, symbolCount = about.Merges is null
            ? Characters.CountOf(about.Symbols) + about.BytePairs.Count : byte.MaxValue + 1;
        double places = about.Style.IsRotary ? 0.0 : about.Context;
        double matrices = 2.0 * width + 2.0 * width * (about.Style.KeyHeads ?? about.Heads) / about.Heads
            + (about.Style.IsGated ? 3.0 : 2.0) * about.Style.Inner(about.Width);
        double tables = (about.Style.HasOwnHead ? 2.0 : 1.0) * symbolCount + places;
        double layers = (matrices + 2.0 * about.Style.Neighbors) * about.Layers;
        ModelFolder.RequireWeights(folder, (tables + layers) * width);
        TextModel model = TorchRandom.Unset(() => new TextModel(about));
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
        return (double)symbols.Encode(text).Length / Characters.CountOf(text);
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

    /// <inheritdoc cref="LanguageModel.Generate(string, GenerationOptions?)"/>
    public IEnumerable<string> Generate(string prompt, GenerationOptions? options = null) =>
        Language.Generate(prompt, options);

    /// <inheritdoc cref="LanguageModel.Generate(IReadOnlyList{string}, GenerationOptions?, CancellationToken)"/>
    public IReadOnlyList<string> Generate(
        IReadOnlyList<string> prompts, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Language.Generate(prompts, options, cancellation);

    /// <inheritdoc cref="LanguageModel.Score"/>
    public TextScore Score(string text, CancellationToken cancellation = default) => Language.Score(text, cancellation);
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, MaxDepth = 16)]
[JsonSerializable(typeof(TextModelDescription))]
internal sealed partial class TextModelJson : JsonSerializerContext;
