using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
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
    private readonly (int First, int Second)[] pairs;
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
        pairs = [.. Enumerable.Range(0, sources).SelectMany(
            a => Enumerable.Range(a + 1, sources - a - 1).Select(b => (a, b)))];
        Unmixing = unmixing;
        var random = new MersenneTwister(seed, threadSafe: false);
        double[] Begin(int length) => [.. Enumerable.Range(0, length).Select(_ => 0.1 + 0.9 * random.NextDouble())];
        power = [.. Enumerable.Range(0, sources).Select(_ => new double[frequencies * stride])];
        bases = [.. Enumerable.Range(0, sources).Select(_ => Begin(frequencies * spectra))];
        activations = [.. Enumerable.Range(0, sources).Select(_ => Begin(spectra * stride))];
        foreach (double[] rows in activations)
        {
            for (int k = 0; k < spectra; k++)
            {
                Array.Clear(rows, k * stride + frames, stride - frames);
            }
        }

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
        double[] v = activations[n];
        double[] above = new double[spectra * stride], below = new double[spectra * stride];
        double[] inverse = new double[stride], ratio = new double[stride];
        fixed (double* up = above, down = below, i = inverse, r = ratio)
        {
            for (int f = 0; f < frequencies; f++)
            {
                RenewBases(n, f, inverse, ratio);
                Divide(n, f, inverse, ratio);
                for (int k = 0; k < spectra; k++)
                {
                    double t = bases[n][f * spectra + k];
                    BlockKernels.AddScaled(t, r, up + k * stride, stride);
                    BlockKernels.AddScaled(t, i, down + k * stride, stride);
                }
            }
        }

        for (int k = 0; k < spectra; k++)
        {
            for (int i = k * stride; i < k * stride + frames; i++)
            {
                v[i] = Math.Max(MinValue, v[i] * Math.Sqrt(Math.Max(0.0, above[i] / below[i])));
            }
        }
    }

    private void RenewBases(int n, int f, double[] inverse, double[] ratio)
    {
        Divide(n, f, inverse, ratio);
        fixed (double* v = activations[n], i = inverse, r = ratio)
        {
            for (int k = 0; k < spectra; k++)
            {
                double up = BlockKernels.Dot(r, v + k * stride, stride);
                double down = BlockKernels.Dot(i, v + k * stride, stride);
                ref double t = ref bases[n][f * spectra + k];
                t = Math.Max(MinValue, t * Math.Sqrt(Math.Max(0.0, up / down)));
            }
        }
    }

    /// <summary>Computes 1/R and P/R² at a frequency.</summary>
    private void Divide(int n, int f, double[] inverse, double[] ratio)
    {
        Variance(n, f, inverse);
        TensorPrimitives.Reciprocal<double>(inverse, inverse);
        TensorPrimitives.Multiply<double>(inverse, inverse, ratio);
        TensorPrimitives.Multiply<double>(ratio, power[n].AsSpan(f * stride, stride), ratio);
    }

    /// <summary>Computes R at a frequency; after the frames, where V is zero, it is the least value.</summary>
    private void Variance(int n, int f, double[] variance)
    {
        Array.Fill(variance, MinValue);
        fixed (double* v = activations[n], sum = variance)
        {
            for (int k = 0; k < spectra; k++)
            {
                BlockKernels.AddScaled(bases[n][f * spectra + k], v + k * stride, sum, stride);
            }
        }
    }

    private void RenewUnmixing(int f)
    {
        int square = channels * channels;
        Span<Complex> covariances = stackalloc Complex[sources * square], mixing = stackalloc Complex[square];
        double[] weights = new double[stride];
        for (int n = 0; n < sources; n++)
        {
            Variance(n, f, weights);
            TensorPrimitives.Reciprocal<double>(weights, weights);
            products.Covariance(f, weights, covariances.Slice(n * square, square));
        }

        PairUpdate.Renew(Unmixing[f], channels, pairs, covariances, mixing);
        if (sources < channels)
        {
            weights.AsSpan(0, frames).Fill(1.0);
            products.Covariance(f, weights, covariances[..square]);
            Background.Renew(Unmixing[f], channels, sources, covariances[..square]);
        }

        Measure(f);
    }
}
