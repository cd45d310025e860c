using MathNet.Numerics.Random;

namespace Math4AI.Language.Generation;

/// <summary>Draws the next symbol of one text from the model's logits.</summary>
internal sealed class TokenSampler
{
    private readonly GenerationOptions options;
    private readonly MersenneTwister generator;
    private readonly bool[] isSeen;
    private readonly double[] weights;
    private readonly int[] order;

    /// <summary>Makes a sampler.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="symbols">The number of symbols.</param>
    /// <param name="seed">The seed of this text.</param>
    public TokenSampler(GenerationOptions options, int symbols, int seed)
    {
        this.options = options;
        generator = new MersenneTwister(seed, threadSafe: false);
        (isSeen, weights, order) = (new bool[symbols], new double[symbols], new int[symbols]);
    }

    /// <summary>Takes a symbol of the text into account.</summary>
    public void See(int symbol) => isSeen[symbol] = true;

    /// <summary>Returns the next symbol.</summary>
    /// <param name="logits">The logarithms of the probabilities but for a constant.</param>
    public int Draw(ReadOnlySpan<float> logits)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            double logit = logits[i];
            weights[i] = !isSeen[i] ? logit
                : logit > 0.0 ? logit / options.RepetitionPenalty
                : logit * options.RepetitionPenalty;
        }

        int best = Array.IndexOf(weights, weights.Max());
        if (options.Temperature == 0.0)
        {
            return best;
        }

        double most = weights[best];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp((weights[i] - most) / options.Temperature);
        }

        if (options.TopK < weights.Length || options.TopP < 1.0 || options.MinP > 0.0)
        {
            Leave(LeftCount());
        }

        double left = generator.NextDouble() * weights.Sum();
        int chosen = best;
        for (int i = 0; i < weights.Length && left >= 0.0; i++)
        {
            if (weights[i] > 0.0)
            {
                (chosen, left) = (i, left - weights[i]);
            }
        }

        return chosen;
    }

    /// <summary>
    /// How many symbols can be drawn, the most probable first; of equals the one with the lower number.
    /// </summary>
    private int LeftCount()
    {
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
        int count = Math.Min(options.TopK ?? order.Length, order.Length);
        if (options.TopP < 1.0)
        {
            double enough = options.TopP * order.Take(count).Sum(i => weights[i]), sum = 0.0;
            int some = 0;
            while (some < count && sum < enough)
            {
                sum += weights[order[some++]];
            }

            count = some;
        }

        // The most probable symbol has the weight 1.
        while (count > 1 && weights[order[count - 1]] < options.MinP)
        {
            count--;
        }

        return count;
    }

    private void Leave(int count)
    {
        foreach (int i in order.AsSpan(count))
        {
            weights[i] = 0.0;
        }
    }
}
