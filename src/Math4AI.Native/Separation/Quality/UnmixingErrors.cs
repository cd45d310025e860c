using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation.Quality;

/// <summary>
/// The asymptotic standard errors of an unmixing matrix. With Ŵ = (I + E) W and sources of unit variance, E solves the
/// estimating equations E[ψ_i(x_i) x_j] = 0 with the scores ψ of kernel densities. With a = E ψ′, b = E ψ², c = E ψ(x)
/// x, the pair (E_ij, E_ji) from n independent samples has the covariance H⁻¹ S H⁻ᵀ/n, H = [a_i c_i; c_j a_j], S = [b_i
/// c_i c_j; c_i c_j b_j], and the scale gives var E_ii = (E x_i⁴ − 1)/4n. With the true scores a = b and c = 1, which
/// is the Cramér–Rao bound. The samples of sound are not independent, so its errors are larger. Source: J.-F. Cardoso
/// and B. Laheld, "Equivariant adaptive source separation", IEEE Transactions on Signal Processing 44 (1996); P.
/// Tichavský, Z. Koldovský, E. Oja, ibid. 54 (2006), for the bound.
/// </summary>
public static class UnmixingErrors
{
    private const int MaxSamples = 1 << 16;

    /// <summary>Estimates the standard errors of a result; null if its method has none.</summary>
    /// <param name="mixture">The samples that the result was found from.</param>
    /// <param name="result">The result.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples, or the channels are not those of the result.
    /// </exception>
    public static Matrix<double>? Of(ISampleSource mixture, SeparationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Method.HasStandardErrors ? Of(mixture, result.Unmixing) : null;
    }

    /// <summary>
    /// Estimates the standard errors of all entries of W, sources × channels, for a W by maximum likelihood or minimum
    /// mutual information. They are infinite where two sources are indistinguishable from Gaussian, and so inseparable.
    /// </summary>
    /// <param name="mixture">The samples that W was found from.</param>
    /// <param name="unmixing">W.</param>
    /// <exception cref="ArgumentException">There are too few samples, or the channels are not those of W.</exception>
    public static Matrix<double> Of(ISampleSource mixture, Unmixing unmixing)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentNullException.ThrowIfNull(unmixing);
        if (mixture.Channels != unmixing.Channels || mixture.Length < 2)
        {
            throw new ArgumentException(
                $"The mixture has {mixture.Channels} channels of {mixture.Length} samples; {unmixing.Channels} "
                + "channels of two or more are needed.",
                nameof(mixture));
        }

        int sources = unmixing.Sources;
        (double[] signals, int count) = EvenSample.Of(mixture, unmixing, MaxSamples);
        Moments[] moments =
            [.. Enumerable.Range(0, sources).Select(k => Moments.Of(signals.AsSpan(k * count, count).ToArray()))];
        Matrix<double> relative = DenseMatrix.Create(sources, sources, (i, j) =>
            i == j ? moments[i].Scale
            : moments[i].IsGaussian && moments[j].IsGaussian ? double.PositiveInfinity
            : Relative(moments[i], moments[j]));
        return DenseMatrix.Create(sources, unmixing.Channels, (i, c) =>
        {
            double variance = 0.0;
            for (int j = 0; j < sources; j++)
            {
                // Row j in units of its source's deviation, and E in those of source i.
                double weight = unmixing.Matrix[j, c] * moments[i].Deviation / moments[j].Deviation;
                variance += weight == 0.0 ? 0.0 : relative[i, j] * weight * weight;
            }

            return Math.Sqrt(variance / mixture.Length);
        });
    }

    /// <summary>Computes n var E_ij.</summary>
    private static double Relative(Moments i, Moments j)
    {
        double determinant = i.Slope * j.Slope - i.Product * j.Product;
        double numerator = j.Slope * j.Slope * i.Square - 2.0 * j.Slope * i.Product * i.Product * j.Product
            + i.Product * i.Product * j.Square;
        return determinant > 0.0 && i.Slope > 0.0 ? numerator / (determinant * determinant) : double.PositiveInfinity;
    }

    /// <summary>
    /// Holds a, b and c of the score of a standardized source, (E x⁴ − 1)/4, the deviation it was divided by, and
    /// whether it is indistinguishable from Gaussian.
    /// </summary>
    private sealed record Moments(
        double Slope, double Square, double Product, double Scale, double Deviation, bool IsGaussian)
    {
        public static Moments Of(double[] samples)
        {
            (KernelDensity density, double mean, double deviation, _, _) = Entropy.StandardisedDensity(samples);
            double third = samples.Average(x => Math.Pow((x - mean) / deviation, 3.0));
            double fourth = samples.Average(x => Math.Pow((x - mean) / deviation, 4.0));
            bool isGaussian = GaussianSources.IsGaussian(samples.Length, third, fourth - 3.0);
            return new Moments(density.MeanSlope, density.MeanSquare, density.MeanProduct, 0.25 * (fourth - 1.0),
                deviation, isGaussian);
        }
    }
}
