using System.Numerics.Tensors;

namespace Math4AI.Language.Generation;

/// <summary>What a text costs under a model, by windows of the context that move on by half.</summary>
internal static class TextScoring
{
    private const int ReadAtOnce = 64;

    /// <summary>Returns the mean of the losses of documents, each symbol with the same weight.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="documents">The symbols of each.</param>
    /// <param name="given">The symbols at the front of each that are not predicted, at least one.</param>
    /// <param name="context">The longest text that is looked at.</param>
    /// <param name="count">The number of symbols of the model.</param>
    /// <param name="cancellation">Stops between windows.</param>
    public static double LossOfDocuments(
        CachedDecoder decoder, IReadOnlyList<int[]> documents, int given, int context, int count,
        CancellationToken cancellation)
    {
        double sum = 0.0, all = 0.0;
        foreach (int[] document in documents.Where(document => document.Length > given))
        {
            int predicted = document.Length - given;
            sum += predicted * Loss(decoder, document, given, context, count, cancellation);
            all += predicted;
        }

        return sum / all;
    }

    /// <summary>Returns the mean of −log p over all symbols but those that are given, in nats.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="text">Two symbols or more.</param>
    /// <param name="given">The symbols at the front that are not predicted, at least one.</param>
    /// <param name="context">The longest text that is looked at.</param>
    /// <param name="count">The number of symbols of the model.</param>
    /// <param name="cancellation">Stops between windows.</param>
    public static double Loss(
        CachedDecoder decoder, int[] text, int given, int context, int count, CancellationToken cancellation)
    {
        KeyValueCache cache = decoder.NewCache(Math.Min(context, text.Length));
        float[] logits = new float[checked(ReadAtOnce * count)];
        double sum = 0.0;
        int predicted = given;
        for (int first = 0; predicted < text.Length; first = predicted - context / 2)
        {
            cancellation.ThrowIfCancellationRequested();
            cache.Length = 0;
            int end = Math.Min(text.Length - 1, first + context);
            for (int from = first; from < end; from += ReadAtOnce)
            {
                int some = Math.Min(ReadAtOnce, end - from);
                decoder.ReadAll(cache, text.AsSpan(from, some), logits);
                for (int i = Math.Max(0, predicted - from - 1); i < some; i++)
                {
                    sum += Cost(logits.AsSpan(i * count, count), text[from + i + 1]);
                }
            }

            predicted = end + 1;
        }

        return sum / (text.Length - given);
    }

    /// <summary>log Σ exp(logits) − the logit of a symbol.</summary>
    private static double Cost(ReadOnlySpan<float> logits, int symbol)
    {
        double max = TensorPrimitives.Max(logits), sum = 0.0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        return max + Math.Log(sum) - logits[symbol];
    }
}
