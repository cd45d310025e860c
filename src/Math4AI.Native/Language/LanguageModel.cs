using System.Text;
using Math4AI.Data;
using Math4AI.Language.Folders;
using Math4AI.Language.Generation;
using Math4AI.Language.Texts;
using Math4AI.Training;

namespace Math4AI.Language;

/// <summary>
/// A transformer that reads and continues texts: from a folder of GPT-2's or Llama's layout, or of a
/// <see cref="TextModel"/>.
/// </summary>
public sealed class LanguageModel
{
    private const string Config = "config.json";

    private readonly DecoderWeights weights;
    private readonly Lazy<TextSymbols?> symbols;

    internal LanguageModel(DecoderWeights weights, Lazy<TextSymbols?> symbols) =>
        (this.weights, this.symbols) = (weights, symbols);

    /// <summary>Gets the longest text that is looked at, in tokens.</summary>
    public int Context => weights.Context;

    /// <summary>Gets how many different tokens there are.</summary>
    public int TokenCount => weights.SymbolCount;

    /// <summary>Gets the tokens after which no text goes on; there may be none.</summary>
    public IReadOnlyList<int> EndTokens => weights.Ends;

    /// <summary>
    /// Gets whether texts are documents with a beginning and an end, as a training with a separator makes them: a text
    /// without a prompt is then a document from its first token on.
    /// </summary>
    public bool HasDocuments => weights.Boundary is not null;

    /// <summary>Gets the weights.</summary>
    internal DecoderWeights Weights => weights;

    /// <summary>Returns the numbers of tokens and the length of the context.</summary>
    public override string ToString() => $"language model: {TokenCount} tokens, context {Context}";

    /// <summary>Gets what makes tokens of texts.</summary>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind.</exception>
    internal TextSymbols Symbols => symbols.Value ?? throw new FileNotFoundException(
        "The model has no tokenizer: texts need a tokenizer.json, or vocab.json and merges.txt, in its folder.");

    /// <summary>
    /// Reads a folder: config.json and model.safetensors, or its pieces with model.safetensors.index.json, and the
    /// tokenizer (<see cref="Tokenizer.Load"/>) when a text is first given; or the folder of a <see cref="TextModel"/>.
    /// Weights of float32, float16 and bfloat16 are calculated with in float32.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, or the network is of another kind; the message says where.
    /// </exception>
    public static LanguageModel Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!IsIn(folder))
        {
            return File.Exists(Path.Combine(folder, "model.json")) ? TextModel.Load(folder).Language
                : throw new FileNotFoundException(
                    $"{folder} holds no language model: there is no model.json and no {Config} in it.");
        }

        DecoderWeights weights = LanguageFolder.Read(folder);
        return new LanguageModel(weights, new Lazy<TextSymbols?>(() => TokenizerOf(folder, weights)));
    }

    /// <summary>Returns whether a folder has GPT-2's or Llama's layout.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsIn(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return File.Exists(Path.Combine(folder, Config));
    }

    /// <summary>
    /// Trains all weights on a further text but for its last tenth, which is the test, and its first twentieth, which
    /// chooses the weights; this model stays as it is.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="options">
    /// The settings; of them the windows' length, dropout and those of the trainer are used. Without,
    /// <see cref="TextTrainingOptions.FineTuning"/>.
    /// </param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>The model with its best weights, and the scores as <see cref="TextModel.Train"/> has them.</returns>
    /// <exception cref="ArgumentException">
    /// The text is too short, or has tokens that the model does not know.
    /// </exception>
    /// <exception cref="InvalidOperationException">The weights are of bytes.</exception>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The tokenizer is damaged, or of another kind.</exception>
    public Trained<LanguageModel> Train(
        string text, TextTrainingOptions? options = null, IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= TextTrainingOptions.FineTuning;
        int window = TextTraining.Window(text, options, Context);
        TextTraining.RequireLength(text, window);
        if (weights.IsInt8)
        {
            throw new InvalidOperationException(
                "Weights of bytes cannot be trained: train the model that they are from.");
        }

        RequireKnown(text);
        using var network = new DecoderNetwork(weights) { Dropout = options.Dropout };
        var training = new TextTraining(Symbols, text);
        TrainingResult result = training.Run(network, window, TokenCount, options.Trainer, progress, cancellation);
        return new Trained<LanguageModel>
        {
            Model = new LanguageModel(network.ToWeights(), symbols),
            Training = result,
            Train = training.Scores.Train,
            Validation = training.Scores.Validation,
            Test = training.Scores.Test,
        };
    }

    /// <summary>
    /// Returns the model with weights of one byte, in groups of 64 with a scale each: it needs about a quarter of the
    /// memory, and a text is written up to four times as fast where memory is what limits it. Nothing else is rounded.
    /// </summary>
    public LanguageModel WithInt8Weights() => weights.IsInt8 ? this : new LanguageModel(weights.Rounded(), symbols);

    /// <summary>
    /// Writes a folder of the layout that the weights have, GPT-2's or Llama's, which the programs of others read too:
    /// config.json, model.safetensors or its pieces with their index, and tokenizer.json where there is a tokenizer.
    /// </summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="options">The settings.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    /// <exception cref="InvalidOperationException">
    /// The weights are of bytes, a number is too large for the type, or the tokens have no form there.
    /// </exception>
    public void Save(string folder, LanguageSaveOptions? options = null, bool replace = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var files = new FileTransaction(replace);
        Save(folder, files, options);
        files.Commit();
    }

    /// <summary>Writes the same to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="IOException">As above.</exception>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public void Save(string folder, FileTransaction files, LanguageSaveOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(files);
        options ??= new LanguageSaveOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxFileBytes, 1);
        if (weights.IsInt8)
        {
            throw new InvalidOperationException("Weights of bytes are not saved: save the model that they are from.");
        }

        Tokenizer? tokenizer = symbols.Value switch
        {
            null => null,
            TokenizerSymbols tokens => tokens.Tokenizer,
            _ => throw new InvalidOperationException(
                "These folders have no form for characters, documents, or some tokens of GPT-2 alone: train on byte "
                + "pairs that are found in the text."),
        };
        LanguageFolderWriter.Write(folder, files, weights, tokenizer, options);
    }

    /// <summary>Returns the logits of what comes after each token of a text.</summary>
    /// <param name="tokens">One or more, and no more than <see cref="Context"/>.</param>
    /// <returns>tokens × <see cref="TokenCount"/>, row by row.</returns>
    /// <exception cref="ArgumentException">There are none, too many, or one is not between 0 and the count.</exception>
    public float[] Logits(IReadOnlyList<int> tokens)
    {
        int[] text = Checked(tokens);
        float[] logits = new float[checked(text.Length * TokenCount)];
        var decoder = new CachedDecoder(weights);
        decoder.ReadAll(decoder.NewCache(text.Length), text, logits);
        return logits;
    }

    /// <summary>Continues a text, token by token, until the context is full or the length is reached.</summary>
    /// <param name="tokens">The beginning: one token or more.</param>
    /// <param name="options">The settings; texts that stop are not looked at.</param>
    /// <returns>The new tokens as they come.</returns>
    /// <exception cref="ArgumentException">As above, or a setting is not possible.</exception>
    public IEnumerable<int> Generate(IReadOnlyList<int> tokens, GenerationOptions? options = null)
    {
        int[] text = Checked(tokens);
        options ??= new GenerationOptions();
        options.Validate();
        return Continue(text, options);
    }

    /// <summary>Returns the tokens of a text; what has none (<see cref="UnknownIn"/>) is left out.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The tokenizer is damaged, or of another kind.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. Symbols.Encode(text).Select(symbol => (int)symbol)];
    }

    /// <summary>
    /// Returns the tokens of a text that the model does not know, each once; as the beginning of a text they are left
    /// out.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The tokenizer is damaged, or of another kind.</exception>
    public IReadOnlyList<string> UnknownIn(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Symbols.Unknown(text);
    }

    /// <summary>
    /// Continues a text token by token, until the length is reached or the model ends it. What the model has read is
    /// remembered, so that a token costs one pass of one token. Where the context is full, the last half of it is read
    /// anew.
    /// </summary>
    /// <param name="prompt">The beginning; tokens that the model does not know are left out.</param>
    /// <param name="options">The settings.</param>
    /// <returns>What is added, in pieces of whole characters, as it comes.</returns>
    /// <exception cref="ArgumentException">A setting is not possible; the message names it.</exception>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The tokenizer is damaged, or of another kind.</exception>
    public IEnumerable<string> Generate(string prompt, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        options.Validate();
        return Pieces(Begin(new CachedDecoder(weights), prompt, options, options.Seed));
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
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The tokenizer is damaged, or of another kind.</exception>
    public IReadOnlyList<string> Generate(
        IReadOnlyList<string> prompts, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new GenerationOptions();
        options.Validate();
        var decoder = new CachedDecoder(weights);
        TextWriting[] texts =
            [.. prompts.Select((prompt, i) => Begin(decoder, prompt, options, unchecked(options.Seed + i)))];
        StringBuilder[] results = [.. texts.Select(_ => new StringBuilder())];
        float[] logits = new float[checked(texts.Length * TokenCount)];
        int[] active = [.. Enumerable.Range(0, texts.Length)];
        while ((active = [.. active.Where(i => !texts[i].IsDone)]).Length > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            string[] pieces = TextWriting.Step(
                [.. active.Select(i => texts[i])], logits.AsSpan(0, active.Length * TokenCount));
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
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The tokenizer is damaged, or of another kind.</exception>
    public TextScore Score(string text, CancellationToken cancellation = default)
    {
        RequireKnown(text);

        // What stands before every text is given, and not predicted.
        int[] all = [.. Symbols.Beginning, .. Encode(text)];
        int given = Math.Max(1, Symbols.Beginning.Count);
        if (all.Length <= Symbols.Beginning.Count + 1)
        {
            throw new ArgumentException("The text must have two tokens or more.");
        }

        double loss = TextScoring.LossOfDocuments(
            new CachedDecoder(weights), [.. DocumentSymbols.Cut(all, weights.Boundary)], given, Context, TokenCount,
            cancellation);
        return new TextScore(loss, all.Length - given, Characters.CountOf(text));
    }

    private void RequireKnown(string text)
    {
        if (UnknownIn(text) is { Count: > 0 } unknown)
        {
            throw new ArgumentException(
                $"The model does not know {unknown.Count} tokens of the text, such as '{unknown[0]}': a text without "
                + "them is another text.");
        }
    }

    private static TokenizerSymbols? TokenizerOf(string folder, DecoderWeights weights)
    {
        if (!TokenizerFile.IsIn(folder))
        {
            return null;
        }

        var tokenizer = Tokenizer.Load(folder);
        return tokenizer.Count <= weights.SymbolCount ? new TokenizerSymbols(tokenizer)
            : throw new InvalidDataException(
                $"{folder} has a tokenizer of {tokenizer.Count} tokens, and a model of {weights.SymbolCount}.");
    }

    private TextWriting Begin(CachedDecoder decoder, string prompt, GenerationOptions options, int seed)
    {
        // Of several documents, the last goes on.
        int[] known = DocumentSymbols.Cut([.. Symbols.Beginning, .. Encode(prompt)], weights.Boundary)
            .LastOrDefault([]);
        return new TextWriting(
            decoder, weights, known.Length > 0 ? known : [weights.Start ?? 0], Symbols.NewReader(), options, seed);
    }

    private IEnumerable<string> Pieces(TextWriting text)
    {
        float[] logits = new float[TokenCount];
        while (!text.IsDone)
        {
            string piece = TextWriting.Step([text], logits)[0];
            if (piece.Length > 0)
            {
                yield return piece;
            }
        }
    }

    private IEnumerable<int> Continue(int[] text, GenerationOptions options)
    {
        var decoder = new CachedDecoder(weights);
        KeyValueCache cache = decoder.NewCache(Context);
        var sampler = new TokenSampler(options, TokenCount, options.Seed);
        float[] logits = new float[TokenCount];
        foreach (int token in text)
        {
            sampler.See(token);
        }

        for (int i = 0; i < options.Length && cache.Length + text.Length <= Context; i++)
        {
            decoder.Read([cache], [text], logits);
            int next = sampler.Draw(logits);
            sampler.See(next);
            yield return next;
            text = [next];
        }
    }

    private int[] Checked(IReadOnlyList<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count == 0 || tokens.Count > Context)
        {
            throw new ArgumentException($"There are {tokens.Count} tokens; 1 to {Context} can be read.");
        }

        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] < 0 || tokens[i] >= TokenCount)
            {
                throw new ArgumentException($"Token {i + 1} is {tokens[i]}; the model's are 0 to {TokenCount - 1}.");
            }
        }

        return [.. tokens];
    }
}
