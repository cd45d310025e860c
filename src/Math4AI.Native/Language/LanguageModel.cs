using Math4AI.Language.Folders;
using Math4AI.Language.Generation;

namespace Math4AI.Language;

/// <summary>
/// A transformer from a folder of GPT-2's or Llama's layout, which reads and continues numbers of tokens.
/// </summary>
public sealed class LanguageModel
{
    private readonly DecoderWeights weights;

    private LanguageModel(DecoderWeights weights) => this.weights = weights;

    /// <summary>Gets the longest text that is looked at, in tokens.</summary>
    public int Context => weights.Context;

    /// <summary>Gets how many different tokens there are.</summary>
    public int TokenCount => weights.SymbolCount;

    /// <summary>
    /// Reads a folder: config.json and model.safetensors, or its pieces with model.safetensors.index.json. Weights of
    /// float32, float16 and bfloat16 are calculated with in float32.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, or the network is of another kind; the message says where.
    /// </exception>
    public static LanguageModel Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new LanguageModel(LanguageFolder.Read(folder));
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
                throw new ArgumentException(
                    $"Token {i + 1} is {tokens[i]}; the model's are 0 to {TokenCount - 1}.");
            }
        }

        return [.. tokens];
    }
}
