using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>
/// Which rows of packed texts see which: those of the same document up to themselves. A document begins with a symbol
/// of its own.
/// </summary>
/// <param name="Starts">texts × length: where the document of each row begins, or the window.</param>
internal sealed record DocumentView(Tensor Starts)
{
    /// <summary>Finds the documents; null where there is no symbol that begins one.</summary>
    /// <param name="input">The symbols, texts × length.</param>
    /// <param name="boundary">What begins a document.</param>
    public static DocumentView? Of(Tensor input, int? boundary) => boundary is not { } symbol ? null
        : new DocumentView(
            where(HeldScalar.With(symbol, input.eq), Range(input.shape[1]), zeros(1, int64)).cummax(1).values);

    /// <summary>Causal attention within documents.</summary>
    /// <param name="view">The documents; null for one in each text.</param>
    /// <param name="queries">texts × heads × length × width.</param>
    /// <param name="keys">Likewise.</param>
    /// <param name="values">Likewise.</param>
    public static Tensor Attend(DocumentView? view, Tensor queries, Tensor keys, Tensor values)
    {
        if (view is null)
        {
            return nn.functional.scaled_dot_product_attention(queries, keys, values, is_casual: true);
        }

        Tensor places = Range(queries.shape[2]);
        Tensor seen = places.ge(view.Starts.unsqueeze(2)).logical_and(places.le(places.unsqueeze(1)));
        return nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask: seen.unsqueeze(1));
    }

    /// <summary>Returns the places of the rows in their documents, texts × length.</summary>
    public Tensor Places() => Range(Starts.shape[1]) - Starts;

    private static Tensor Range(long end) => HeldScalar.With(end, held => arange(held, int64));
}
