namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The weights w ≥ 0, Σ w = 1, of the mixture of models that predicts best: they maximize
/// Σ_i log Σ_k w_k p_k(y_i | y without i), a concave function, by the steps w_k ← w_k mean_i(p_ki / Σ_j w_j p_ji), each
/// of which raises it. Source: Y. Yao, A. Vehtari, D. Simpson and A. Gelman, "Using stacking to average Bayesian
/// predictive distributions", Bayesian Analysis 13 (2018).
/// </summary>
internal static class StackingWeights
{
    private const int MaxSteps = 100_000;

    // No mixture is better by more than this, on average over the samples.
    private const double MaxGap = 1e-8;

    /// <summary>The weights.</summary>
    /// <param name="logDensities">log p_k(y_i | y without i), models × samples.</param>
    public static double[] Of(IReadOnlyList<IReadOnlyList<double>> logDensities)
    {
        int models = logDensities.Count, samples = logDensities[0].Count;
        double[][] shares = new double[samples][];
        for (int i = 0; i < samples; i++)
        {
            double largest = logDensities.Max(each => each[i]);
            shares[i] = [.. logDensities.Select(each => Math.Exp(each[i] - largest))];
        }

        double[] weights = [.. Enumerable.Repeat(1.0 / models, models)], gains = new double[models];
        for (int step = 0; step < MaxSteps; step++)
        {
            Array.Clear(gains);
            foreach (double[] share in shares)
            {
                double mixed = 0.0;
                for (int k = 0; k < models; k++)
                {
                    mixed += weights[k] * share[k];
                }

                for (int k = 0; k < models; k++)
                {
                    gains[k] += share[k] / mixed / samples;
                }
            }

            for (int k = 0; k < models; k++)
            {
                weights[k] *= gains[k];
            }

            // By concavity the optimum is at most log max gain above.
            if (Math.Log(gains.Max()) <= MaxGap)
            {
                break;
            }
        }

        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
