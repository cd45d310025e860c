namespace Math4AI.Kernels.Machines;

/// <summary>Probabilities of several classes from those of each pair.</summary>
/// <remarks>
/// p minimises Σ_i Σ_{j≠i} (r_ji p_i − r_ij p_j)² with Σ p = 1, r_ij = P(i | i or j). Source: T.-F. Wu, C.-J. Lin and
/// R. Weng, Probability estimates for multi-class classification by pairwise coupling, JMLR 5 (2004), the second
/// method.
/// </remarks>
internal static class PairwiseCoupling
{
    private const double Tolerance = 1e-12;
    private const int MinSweeps = 1000;

    /// <summary>Fills p, one number a class, from r, classes × classes.</summary>
    public static void Fill(double[,] pairs, Span<double> probabilities)
    {
        int classes = probabilities.Length;
        double[,] q = new double[classes, classes];
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j < classes; j++)
            {
                if (i != j)
                {
                    q[i, i] += pairs[j, i] * pairs[j, i];
                    q[i, j] = -pairs[j, i] * pairs[i, j];
                }
            }
        }

        probabilities.Fill(1.0 / classes);
        for (int sweep = 0; sweep < Math.Max(MinSweeps, classes); sweep++)
        {
            if (!Improve(q, probabilities))
            {
                break;
            }
        }
    }

    /// <summary>
    /// Moves each probability to the optimum of its condition, Q p = (pᵀ Q p) 1; whether that was needed.
    /// </summary>
    private static bool Improve(double[,] q, Span<double> p)
    {
        double[] products = new double[p.Length];
        double form = 0.0;
        for (int i = 0; i < p.Length; i++)
        {
            for (int j = 0; j < p.Length; j++)
            {
                products[i] += q[i, j] * p[j];
            }

            form += p[i] * products[i];
        }

        double worst = 0.0;
        foreach (double product in products)
        {
            worst = Math.Max(worst, Math.Abs(product - form));
        }

        if (!(worst > Tolerance))
        {
            return false;
        }

        for (int i = 0; i < p.Length; i++)
        {
            double move = (form - products[i]) / q[i, i], shrink = 1.0 / (1.0 + move);
            form = shrink * shrink * (form + move * (move * q[i, i] + 2.0 * products[i]));
            p[i] += move;
            for (int j = 0; j < p.Length; j++)
            {
                products[j] = shrink * (products[j] + move * q[i, j]);
                p[j] *= shrink;
            }
        }

        return true;
    }
}
