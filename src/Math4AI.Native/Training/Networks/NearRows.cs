using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>Rows of a text to which those before them are added: n(t) + Σⱼ wⱼ ∘ n(t − j).</summary>
internal static class NearRows
{
    /// <summary>Returns the sums.</summary>
    /// <param name="rows">n, texts × length × width.</param>
    /// <param name="weights">w₁ … wₖ, k · width numbers.</param>
    /// <param name="view">The documents, whose rows are not added to each other's; null for one in each text.</param>
    public static Tensor Add(Tensor rows, Tensor weights, DocumentView? view)
    {
        (long length, long width) = (rows.shape[1], rows.shape[2]);
        Tensor sum = rows;
        long neighbors = weights.numel() / width;
        for (long j = 1; j <= Math.Min(neighbors, length - 1); j++)
        {
            Tensor before = nn.functional.pad(rows.narrow(1, 0, length - j), [0, 0, j, 0]);
            before = view is null ? before
                : before * HeldScalar.With(j, view.Places().ge).unsqueeze(2).to_type(before.dtype);
            sum += before * weights.narrow(0, (j - 1) * width, width);
        }

        return sum;
    }
}
