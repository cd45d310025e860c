using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Language.Texts;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Scoring;
using MathNet.Numerics.Random;
using TorchSharp;
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

    internal TextModel(TextModelDescription about)
    {
        About = about;
        symbols = about.BytePairs.Count > 0 ? new BytePairs(about.BytePairs) : new Characters(about.Symbols);
        network = new CharTransformer(symbols.Count, about.Context, about.Layers, about.Heads, about.Width);
    }

    /// <summary>Gets the description of the model.</summary>
    public TextModelDescription About { get; }

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
    /// Continues a text symbol by symbol, each drawn with probability proportional to p^(1/temperature).
    /// </summary>
    /// <param name="prompt">The beginning; symbols that the model does not know are left out.</param>
    /// <param name="length">How many symbols to add.</param>
    /// <param name="temperature">0 for the most probable each time; 1 for the model's own probabilities.</param>
    /// <param name="seed">The same seed gives the same text.</param>
    /// <returns>What is added, in pieces.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length or the temperature is negative.</exception>
    public IEnumerable<string> Generate(string prompt, int length, double temperature = 0.8, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (!(temperature >= 0.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(temperature), temperature, "The temperature must not be negative.");
        }

        return symbols.Decode(
            Continue([.. symbols.Encode(prompt).DefaultIfEmpty(0)], length, temperature,
                new MersenneTwister(seed, threadSafe: false)));
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

    private IEnumerable<int> Continue(List<long> text, int length, double temperature, MersenneTwister generator)
    {
        network.eval();
        for (int i = 0; i < length; i++)
        {
            float[] logits = Next([.. text.TakeLast(About.Context)]);
            int chosen = Draw(logits, temperature, generator.NextDouble());
            text.Add(chosen);
            yield return chosen;
        }
    }

    private float[] Next(long[] text)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        return network.forward(tensor(text, [1, text.Length]))[0, text.Length - 1].contiguous().data<float>().ToArray();
    }

    private static int Draw(float[] logits, double temperature, double at)
    {
        float most = logits.Max();
        if (temperature == 0.0)
        {
            return Array.IndexOf(logits, most);
        }

        double[] weights = [.. logits.Select(value => Math.Exp((value - most) / temperature))];
        double left = at * weights.Sum();
        int chosen = 0;
        while (chosen < weights.Length - 1 && (left -= weights[chosen]) > 0.0)
        {
            chosen++;
        }

        return chosen;
    }

    private Tensor Loss(Tensor outputs, Tensor targets) =>
        nn.functional.cross_entropy(outputs.view(-1, symbols.Count), targets.view(-1));
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, MaxDepth = 16)]
[JsonSerializable(typeof(TextModelDescription))]
internal sealed partial class TextModelJson : JsonSerializerContext;
