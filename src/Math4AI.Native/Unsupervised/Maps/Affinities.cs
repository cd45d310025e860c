using Math4AI.Probability.Neighbors;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// How much samples belong together: pᵢⱼ = pⱼᵢ, a row after the other, only those above 0. Each sample weighs its
/// nearest neighbors by a normal density whose width gives it a wanted number of them, its perplexity: 2 to the power
/// of the entropy in bits.
/// </summary>
internal sealed class Affinities
{
    // A perplexity is reached within three times as many neighbors but for a hundredth of the weight.
    private const int NeighborsPerPerplexity = 3;
    private const int MaxHalvings = 200;
    private const double Tolerance = 1e-9;

    /// <summary>Holds weights that are known.</summary>
    /// <param name="starts">Where each row begins, and the end of the last one.</param>
    /// <param name="others">The columns.</param>
    /// <param name="values">The values.</param>
    public Affinities(int[] starts, int[] others, float[] values) =>
        (Starts, Others, Values) = (starts, others, values);

    /// <summary>Gets where the row of each sample begins, and the end of the last one.</summary>
    public int[] Starts { get; }

    /// <summary>Gets the columns, ascending in each row.</summary>
    public int[] Others { get; }

    /// <summary>Gets the values.</summary>
    public float[] Values { get; }

    /// <summary>Returns how many neighbors a perplexity needs.</summary>
    public static int NeighborsFor(double perplexity) => (int)Math.Ceiling(NeighborsPerPerplexity * perplexity);

    /// <summary>Computes (pⱼ|ᵢ + pᵢ|ⱼ) / 2n, the mean over some perplexities; their sum is 1.</summary>
    public static Affinities Of(NearestNeighbors near, IReadOnlyList<double> perplexities)
    {
        double[] weights = new double[near.Count], mean = new double[near.Count];
        return Symmetric(near, (sample, values) =>
        {
            Array.Clear(mean);
            foreach (double perplexity in perplexities)
            {
                Weigh(near.Distances(sample), perplexity, weights);
                for (int k = 0; k < mean.Length; k++)
                {
                    mean[k] += weights[k] / perplexities.Count;
                }
            }

            for (int k = 0; k < mean.Length; k++)
            {
                values[k] = mean[k] / (2.0 * near.Queries);
            }
        }, (one, other) => one + other);
    }

    /// <summary>Writes weights with the sum 1 and a given perplexity for neighbors at some distances.</summary>
    /// <param name="distances">Ascending.</param>
    /// <param name="perplexity">Below the number of neighbors.</param>
    /// <param name="weights">Takes the weights.</param>
    public static void Weigh(ReadOnlySpan<double> distances, double perplexity, Span<double> weights)
    {
        double unit = distances[^1] > 0.0 ? distances[^1] : 1.0, wanted = Math.Log(perplexity);
        double low = 0.0, high = double.PositiveInfinity, steepness = 1.0;
        for (int step = 0; step < MaxHalvings; step++)
        {
            double sum = 0.0, moment = 0.0, nearest = distances[0] / unit;
            for (int k = 0; k < distances.Length; k++)
            {
                double ratio = distances[k] / unit, square = (ratio - nearest) * (ratio + nearest);
                weights[k] = Math.Exp(-steepness * square);
                sum += weights[k];
                moment += weights[k] * square;
            }

            foreach (ref double weight in weights)
            {
                weight /= sum;
            }

            double excess = Math.Log(sum) + steepness * moment / sum - wanted;
            if (Math.Abs(excess) <= Tolerance)
            {
                return;
            }

            (low, high) = excess > 0.0 ? (steepness, high) : (low, steepness);
            steepness = double.IsInfinity(high) ? 2.0 * steepness : 0.5 * (low + high);
        }
    }

    /// <summary>Weighs the neighbors of each sample, and unites the two weights of each pair.</summary>
    /// <param name="near">The neighbors.</param>
    /// <param name="weigh">Writes the weights of the neighbors of a sample.</param>
    /// <param name="unite">From the two weights of a pair that are not 0 to one.</param>
    public static Affinities Symmetric(
        NearestNeighbors near, Action<int, double[]> weigh, Func<float, float, float> unite)
    {
        int count = near.Queries;
        int[] starts = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            starts[i + 1] += near.Count;
            foreach (int other in near.Of(i))
            {
                starts[other + 1]++;
            }
        }

        for (int i = 0; i < count; i++)
        {
            starts[i + 1] += starts[i];
        }

        int[] others = new int[starts[count]], next = [.. starts];
        float[] values = new float[starts[count]];
        double[] row = new double[near.Count];
        for (int i = 0; i < count; i++)
        {
            weigh(i, row);
            ReadOnlySpan<int> neighbors = near.Of(i);
            for (int k = 0; k < neighbors.Length; k++)
            {
                (others[next[i]], values[next[i]++]) = (neighbors[k], (float)row[k]);
                (others[next[neighbors[k]]], values[next[neighbors[k]]++]) = (i, (float)row[k]);
            }
        }

        return Merge(starts, others, values, unite);
    }

    /// <summary>Sorts each row and unites what stands twice in it.</summary>
    private static Affinities Merge(
        int[] starts, int[] others, float[] values, Func<float, float, float> unite)
    {
        int[] begins = new int[starts.Length];
        int end = 0;
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            int first = starts[i], length = starts[i + 1] - first;
            Array.Sort(others, values, first, length);
            begins[i] = end;
            for (int k = first; k < first + length; k++)
            {
                if (end > begins[i] && others[end - 1] == others[k])
                {
                    values[end - 1] = unite(values[end - 1], values[k]);
                    continue;
                }

                (others[end], values[end]) = (others[k], values[k]);
                end++;
            }
        }

        begins[^1] = end;
        return new Affinities(begins, others[..end], values[..end]);
    }
}
