using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>
/// A basis of white signals that is the same whatever mixing they came from: white signals z of two mixtures of the
/// same sources differ by a rotation, and the eigenvectors of E z zᵀ/(n + |z|²), which gives distant samples less
/// weight, turn with them. What begins there finds the same sources in every mixture. Source: D. Tyler, F. Critchley,
/// L. Dümbgen, H. Oja, "Invariant co-ordinate selection", Journal of the Royal Statistical Society B 71 (2009).
/// </summary>
internal static class InvariantBasis
{
    /// <summary>Computes the rotation to that basis, of ascending eigenvalues and positive third moments.</summary>
    /// <param name="white">n signals, one array each.</param>
    public static Matrix<double> Of(double[][] white)
    {
        int order = white.Length, count = white[0].Length;
        double[] weights = new double[count];
        for (int t = 0; t < count; t++)
        {
            weights[t] = 1.0 / (order + white.Sum(signal => signal[t] * signal[t]));
        }

        Matrix<double> scatter = Matrix<double>.Build.Dense(order, order);
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0.0;
                for (int t = 0; t < count; t++)
                {
                    sum += weights[t] * white[i][t] * white[j][t];
                }

                scatter[i, j] = scatter[j, i] = sum;
            }
        }

        Matrix<double> rotation = scatter.Evd(Symmetricity.Symmetric).EigenVectors.Transpose();
        for (int k = 0; k < order; k++)
        {
            double third = 0.0;
            for (int t = 0; t < count; t++)
            {
                double value = 0.0;
                for (int i = 0; i < order; i++)
                {
                    value += rotation[k, i] * white[i][t];
                }

                third += weights[t] * value * value * value;
            }

            rotation.SetRow(k, (third < 0.0 ? -1.0 : 1.0) * rotation.Row(k));
        }

        return rotation;
    }
}
