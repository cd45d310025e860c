using Math4AI.Language.Texts;

namespace Math4AI.Language.Generation;

/// <summary>
/// A text that is being written: its symbols, what the model remembers of them, and what is handed on.
/// </summary>
internal sealed class TextWriting
{
    private readonly List<int> symbols;
    private readonly CachedDecoder decoder;
    private readonly int context;
    private readonly KeyValueCache cache;
    private readonly TokenSampler sampler;
    private readonly SymbolReader reader;
    private readonly StopText stop;
    private readonly int length;
    private readonly IReadOnlyList<int> ends;
    private bool isEnded;
    private int read;
    private int written;

    /// <summary>Begins a text.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="about">What the model is.</param>
    /// <param name="prompt">The symbols to begin with, at least one.</param>
    /// <param name="reader">Reads symbols as characters.</param>
    /// <param name="options">The settings.</param>
    /// <param name="seed">The seed of this text.</param>
    public TextWriting(
        CachedDecoder decoder, DecoderWeights about, int[] prompt, SymbolReader reader,
        GenerationOptions options, int seed)
    {
        (this.decoder, context, this.reader, length) = (decoder, about.Context, reader, options.Length);
        ends = about.Ends;
        symbols = [.. prompt];
        cache = decoder.NewCache((int)Math.Min(context, (long)prompt.Length + length));
        sampler = new TokenSampler(options, about.SymbolCount, seed);
        stop = new StopText(options.Stop);
        foreach (int symbol in prompt)
        {
            sampler.See(symbol);
        }

        read = Math.Max(0, symbols.Count - context);
    }

    /// <summary>Gets whether nothing more comes.</summary>
    public bool IsDone => stop.IsDone || isEnded || written == length;

    /// <summary>Writes one symbol to each of some texts that are not done, and returns what each hands on.</summary>
    /// <param name="texts">The texts, of one model.</param>
    /// <param name="logits">Room for the logits of all.</param>
    public static string[] Step(IReadOnlyList<TextWriting> texts, Span<float> logits)
    {
        int[][] unread = [.. texts.Select(text => text.Unread())];
        texts[0].decoder.Read([.. texts.Select(text => text.cache)], unread, logits);
        string[] pieces = new string[texts.Count];
        int each = logits.Length / texts.Count;
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = texts[i].Add(texts[i].sampler.Draw(logits.Slice(i * each, each)));
        }

        return pieces;
    }

    /// <summary>
    /// What the model has not read. Positions belong to what is remembered: a full context begins anew with its last
    /// half, rather than with every symbol.
    /// </summary>
    private int[] Unread()
    {
        if (cache.Length + symbols.Count - read > context)
        {
            cache.Length = 0;
            read = symbols.Count - Math.Max(1, context / 2);
        }

        int[] some = [.. symbols.Skip(read)];
        read = symbols.Count;
        return some;
    }

    private string Add(int symbol)
    {
        if (ends.Contains(symbol))
        {
            isEnded = true;
            return stop.Rest();
        }

        symbols.Add(symbol);
        sampler.See(symbol);
        written++;
        string piece = stop.Add(reader.Add(symbol));
        return IsDone && !stop.IsDone ? piece + stop.Rest() : piece;
    }
}
