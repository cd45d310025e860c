using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Language.Words;

/// <summary>
/// Vectors of words from the pairs that stand near each other: the positive pointwise mutual information of word i and
/// context j, max(0, log(n_ij / n_i) − log(n_j^α / Σ n^α) − log k), by its leading singular vectors. Source: O. Levy,
/// Y. Goldberg and I. Dagan, TACL 3 (2015).
/// </summary>
internal static class PpmiVectors
{
    /// <summary>With fewer, the last of the directions are far from the singular vectors, and analogies lose.</summary>
    private const int Passes = 3;

    /// <summary>Finds the vectors.</summary>
    /// <returns>words × dimensions.</returns>
    public static float[] Of(PairCounts pairs, int words, WordVectorOptions options, CancellationToken cancellation)
    {
        SparseRows counts = Symmetric(pairs, words, out double[] sums);
        double[] smoothed = [.. sums.Select(sum => Math.Pow(sum, options.Smoothing))];
        float total = (float)Math.Log(smoothed.Sum()), shift = (float)Math.Log(options.Shift);
        float[] ofWord = [.. sums.Select(sum => (float)Math.Log(sum))],
            ofContext = [.. smoothed.Select(sum => (float)Math.Log(sum) - total + shift)];
        SparseRows matrix = counts.Positive(ofWord, ofContext),
            transposed = counts.Positive(ofContext, ofWord);
        if (matrix.Count == 0)
        {
            throw new InvalidDataException("No two words of the text stand near each other more often than by chance.");
        }

        int dimensions = options.Dimensions;
        TruncatedSvd svd = TruncatedSvd.Of(
            matrix, transposed, dimensions, Passes, options.Seed, cancellation, options.Processes);
        Vector<double> scales = svd.Values.Map(value => Math.Pow(value, options.Power));
        Matrix<double> vectors = svd.Left + svd.Right * options.ContextWeight;
        float[] result = new float[words * dimensions];
        for (int i = 0; i < words; i++)
        {
            for (int j = 0; j < dimensions; j++)
            {
                result[i * dimensions + j] = (float)(vectors[j, i] * scales[j]);
            }
        }

        return result;
    }

    /// <summary>
    /// The logarithms of the counts of all pairs, in both orders, and the sum of the counts of each word.
    /// </summary>
    private static SparseRows Symmetric(PairCounts pairs, int words, out double[] sums)
    {
        double[] all = sums = new double[words];
        long[] starts = new long[words + 1];
        pairs.ForEach((rare, common, count) =>
        {
            starts[rare + 1]++;
            starts[common + 1] += common == rare ? 0 : 1;
            all[rare] += count;
            all[common] += count;
        });
        for (int i = 0; i < words; i++)
        {
            starts[i + 1] += starts[i];
        }

        if (starts[^1] > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"{starts[^1]} pairs of words are more than one matrix holds: allow fewer words (MaxWords), or ask for "
                + "more occurrences of a word (MinCount).");
        }

        int[] columns = LargeArray.New<int>(starts[^1]);
        float[] values = LargeArray.New<float>(starts[^1]);
        long[] next = starts[..^1];
        pairs.ForEach((rare, common, count) =>
        {
            columns[next[rare]] = common;
            values[next[rare]++] = (float)count;
            if (common != rare)
            {
                columns[next[common]] = rare;
                values[next[common]++] = (float)count;
            }
        });
        TensorPrimitives.Log(values, values);
        return new SparseRows(starts, columns, values).Transposed();
    }
}
