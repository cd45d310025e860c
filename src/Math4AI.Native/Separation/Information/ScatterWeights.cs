using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Separation.Information;

/// <summary>
/// Tells samples from gross errors: those within a distance of a robust center, by a covariance in which distant
/// samples have less weight, w = min(1, c/d²). Source: P. Huber, "Robust Statistics" (1981), chapter 8.
/// </summary>
internal static class ScatterWeights
{
    private const int Rounds = 15;

    // The distance for two signals, in robust standard deviations.
    private const double Farthest = 5.5;

    /// <summary>Returns for each sample whether it is kept.</summary>
    /// <param name="signals">Signals, one array each.</param>
    public static bool[] Keep(double[][] signals)
    {
        int channels = signals.Length, samples = signals[0].Length;
        double reach = channels == 2 ? 6.0 : channels + 4.0;
        Vector<double> centre = Vector<double>.Build.Dense(channels, i => Statistics.Median(signals[i]));
        Matrix<double> covariance = Matrix<double>.Build.Diagonal(channels, channels, i =>
            Math.Pow(1.4826 * Statistics.Median(signals[i].Select(x => Math.Abs(x - centre[i]))), 2) + 1e-12);
        double[] distances = new double[samples];
        for (int round = 0; round < Rounds; round++)
        {
            Measure(signals, centre, covariance, distances);
            double total = 0.0;
            Vector<double> sum = Vector<double>.Build.Dense(channels);
            for (int t = 0; t < samples; t++)
            {
                double weight = Math.Min(1.0, reach / distances[t]);
                total += weight;
                for (int i = 0; i < channels; i++)
                {
                    sum[i] += weight * signals[i][t];
                }
            }

            centre = sum / total;
            covariance = Scatter(signals, centre, distances, reach) / total;
        }

        Measure(signals, centre, covariance, distances);
        double most = Farthest * Farthest * channels / 2.0;
        return [.. distances.Select(distance => distance <= most)];
    }

    private static Matrix<double> Scatter(double[][] signals, Vector<double> centre, double[] distances, double reach)
    {
        int channels = signals.Length;
        Matrix<double> scatter = Matrix<double>.Build.Dense(channels, channels);
        for (int i = 0; i < channels; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0.0;
                for (int t = 0; t < distances.Length; t++)
                {
                    sum += Math.Min(1.0, reach / distances[t]) * (signals[i][t] - centre[i])
                        * (signals[j][t] - centre[j]);
                }

                scatter[i, j] = scatter[j, i] = sum;
            }
        }

        return scatter;
    }

    /// <summary>Computes d² = (x − μ)ᵀ C⁻¹ (x − μ).</summary>
    private static void Measure(
        double[][] signals, Vector<double> centre, Matrix<double> covariance, double[] distances)
    {
        Matrix<double> inverse = covariance.Inverse();
        int channels = signals.Length;
        double[] shifted = new double[channels];
        for (int t = 0; t < distances.Length; t++)
        {
            for (int i = 0; i < channels; i++)
            {
                shifted[i] = signals[i][t] - centre[i];
            }

            double square = 1e-12;
            for (int i = 0; i < channels; i++)
            {
                for (int j = 0; j < channels; j++)
                {
                    square += shifted[i] * inverse[i, j] * shifted[j];
                }
            }

            distances[t] = square;
        }
    }
}
