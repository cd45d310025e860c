using System.Numerics;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using MathNet.Numerics.Random;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Independent low-rank matrix analysis: for every frequency a matrix W_f with y = W_f x, where source n has in
/// frequency f and frame t a complex Gaussian density of the variance r_n(f, t) = Σ_k T_n(f, k) V_n(k, t), a few
/// spectra that sound louder and softer. T and V follow the powers of the sources by multiplicative updates, and W_f
/// the variances, two rows at a time. Source: D. Kitamura, N. Ono, H. Sawada, H. Kameoka, H. Saruwatari, "Determined
/// blind source separation unifying independent vector analysis and nonnegative matrix factorization", IEEE/ACM
/// Transactions on Audio, Speech, and Language Processing 24 (2016).
/// </summary>
internal sealed unsafe class Ilrma
{
    private const double MinValue = 1e-9;

    private readonly int channels;
    private readonly int sources;
    private readonly int frames;
    private readonly int stride;
    private readonly int frequencies;
    private readonly int spectra;
    private readonly SpectralProducts products;
    private readonly double[][] power;
    private readonly double[][] bases;
    private readonly double[][] activations;

    /// <summary>Initializes the method from the unmixing matrices of another one.</summary>
    /// <param name="products">The products of the channels' spectra, of unit power altogether.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sources">The number of sources, two or more; the rest is background.</param>
    /// <param name="frequencies">The number of frequencies.</param>
    /// <param name="unmixing">
    /// W_f, row-major; changed in place, with rows of the scale that one microphone hears.
    /// </param>
    /// <param name="spectra">K, the spectra of a source.</param>
    /// <param name="seed">Where T and V begin.</param>
    public Ilrma(
        SpectralProducts products,
        int channels,
        int sources,
        int frequencies,
        Complex[][] unmixing,
        int spectra,
        int seed)
    {
        (this.products, this.channels, this.sources) = (products, channels, sources);
        (this.frequencies, this.spectra) = (frequencies, spectra);
        (frames, stride) = (products.Frames, products.Stride);
        Unmixing = unmixing;
        var random = new MersenneTwister(seed, threadSafe: false);
        double[] Begin(int length) => [.. Enumerable.Range(0, length).Select(_ => 0.1 + 0.9 * random.NextDouble())];
        power = [.. Enumerable.Range(0, sources).Select(_ => new double[frequencies * stride])];
        bases = [.. Enumerable.Range(0, sources).Select(_ => Begin(frequencies * spectra))];
        activations = [.. Enumerable.Range(0, sources).Select(_ => Begin(spectra * stride))];
        Parallel.For(0, frequencies, Options(), Measure);
    }

    /// <summary>Gets the unmixing matrices W_f, row-major, one for each frequency.</summary>
    public Complex[][] Unmixing { get; }

    /// <summary>Updates T, V and all W_f a number of times.</summary>
    public void Iterate(int iterations, CancellationToken cancellation)
    {
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            Normalize();
            Parallel.For(0, sources, Options(), RenewModel);
            Parallel.For(0, frequencies, Options(), RenewUnmixing);
        }
    }

    private static ParallelOptions Options() => new() { MaxDegreeOfParallelism = Compute.Threads };

    /// <summary>Computes |y|² at a frequency.</summary>
    private void Measure(int f)
    {
        for (int n = 0; n < sources; n++)
        {
            Span<double> row = power[n].AsSpan(f * stride, stride);
            row.Clear();
            fixed (double* sum = row)
            {
                products.AddPower(f, Unmixing[f].AsSpan(n * channels, channels), 1.0, sum);
            }
        }
    }

    /// <summary>Scales the sources to unit power, and the model with them, so that nothing runs away.</summary>
    private void Normalize()
    {
        for (int n = 0; n < sources; n++)
        {
            double mean = 1e-30;
            foreach (double value in power[n])
            {
                mean += value;
            }

            double scale = frequencies * (double)frames / mean, root = Math.Sqrt(scale);
            for (int f = 0; f < frequencies; f++)
            {
                for (int m = 0; m < channels; m++)
                {
                    Unmixing[f][n * channels + m] *= root;
                }
            }

            Multiply(power[n], scale);
            Multiply(bases[n], scale);
        }
    }

    private static void Multiply(double[] values, double factor)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }

    /// <summary>
    /// Updates T ← T √((P/R²)Vᵀ/(1/R)Vᵀ), and V likewise. Each update lowers the Itakura–Saito divergence between P and
    /// R = T V.
    /// </summary>
    private void RenewModel(int n)
    {
        double[] t = bases[n], v = activations[n], p = power[n];
        double[] above = new double[spectra * stride], below = new double[spectra * stride];
        for (int f = 0; f < frequencies; f++)
        {
            RenewBases(t, v, p, f);
            for (int i = 0; i < frames; i++)
            {
                double inverse = 1.0 / Variance(t, v, f, i), ratio = p[f * stride + i] * inverse * inverse;
                for (int k = 0; k < spectra; k++)
                {
                    above[k * stride + i] += ratio * t[f * spectra + k];
                    below[k * stride + i] += inverse * t[f * spectra + k];
                }
            }
        }

        for (int k = 0; k < spectra; k++)
        {
            for (int i = 0; i < frames; i++)
            {
                v[k * stride + i] = Math.Max(
                    MinValue, v[k * stride + i] * Math.Sqrt(above[k * stride + i] / below[k * stride + i]));
            }
        }
    }

    private void RenewBases(double[] t, double[] v, double[] p, int f)
    {
        Span<double> up = stackalloc double[spectra], down = stackalloc double[spectra];
        up.Clear();
        down.Clear();
        for (int i = 0; i < frames; i++)
        {
            double inverse = 1.0 / Variance(t, v, f, i), ratio = p[f * stride + i] * inverse * inverse;
            for (int k = 0; k < spectra; k++)
            {
                up[k] += ratio * v[k * stride + i];
                down[k] += inverse * v[k * stride + i];
            }
        }

        for (int k = 0; k < spectra; k++)
        {
            t[f * spectra + k] = Math.Max(MinValue, t[f * spectra + k] * Math.Sqrt(up[k] / down[k]));
        }
    }

    private double Variance(double[] t, double[] v, int f, int i)
    {
        double sum = MinValue;
        for (int k = 0; k < spectra; k++)
        {
            sum += t[f * spectra + k] * v[k * stride + i];
        }

        return sum;
    }

    private void RenewUnmixing(int f)
    {
        Complex[][] covariances = new Complex[sources][];
        double[] weights = new double[stride];
        for (int n = 0; n < sources; n++)
        {
            for (int i = 0; i < frames; i++)
            {
                weights[i] = 1.0 / Variance(bases[n], activations[n], f, i);
            }

            covariances[n] = new Complex[channels * channels];
            products.Covariance(f, weights, covariances[n]);
        }

        for (int a = 0; a < sources; a++)
        {
            for (int b = a + 1; b < sources; b++)
            {
                PairUpdate.Renew(Unmixing[f], channels, a, b, covariances[a], covariances[b]);
            }
        }

        if (sources < channels)
        {
            weights.AsSpan(0, frames).Fill(1.0);
            products.Covariance(f, weights, covariances[0]);
            Background.Renew(Unmixing[f], channels, sources, covariances[0]);
        }

        Measure(f);
    }
}
