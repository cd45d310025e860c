using System.Numerics;
using System.Runtime.CompilerServices;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Independent vector analysis of a mixture in a room: for every frequency a matrix W_f with y = W_f x, such that each
/// source's power rises and falls together over a band of frequencies. Source n has in band b and frame t a complex
/// Gaussian density of the variance r_n(b, t), a mean of its power over the band, its neighbours and all bands. Two
/// rows of W_f are renewed at a time, by the generalised eigenvectors of the two covariances E x xᴴ/r_a and E x xᴴ/r_b,
/// which lowers the cost as far as the two can. Sources: T. Kim, H. Attias, S.-Y. Lee, T.-W. Lee, IEEE Transactions on
/// Audio, Speech, and Language Processing 15 (2007), for the model; N. Ono, "Fast stereo independent vector analysis
/// and its implementation on mobile phone", IWAENC (2012), and R. Scheibler and N. Ono, "MM algorithms for joint
/// independent subspace analysis", ICASSP (2020), for the update of pairs.
/// </summary>
internal sealed unsafe class BandedIva
{
    private const double VarianceFloor = 1e-6;
    private const double CovarianceFloor = SpectralProducts.CovarianceFloor;
    private const int MaxBands = 256;
    private const int MaxAlignedBands = 64;

    private readonly int channels;
    private readonly int frames;
    private readonly int stride;
    private readonly int frequencies;
    private readonly SpectralProducts products;
    private readonly Complex[][] projected;
    private readonly double[][] weights;
    private readonly double[][] shapes;
    private readonly double[] all;
    private Complex[][] mixture = [];
    private Complex[][] outputs = [];
    private int[] edges = [];
    private double share;
    private double scaling;
    private double[][] power;
    private double[][] renewed;
    private bool isPowerKnown;

    /// <summary>Allocates the memory for mixtures of one size; nothing large is allocated later.</summary>
    public BandedIva(int channels, int frequencies, int frames)
    {
        (this.channels, this.frequencies, this.frames) = (channels, frequencies, frames);
        products = new SpectralProducts(channels, frequencies, frames);
        stride = products.Stride;
        double[][] OfBands() => [.. Enumerable.Range(0, channels).Select(_ => new double[MaxBands * stride])];
        (power, renewed, weights, all) = (OfBands(), OfBands(), OfBands(), new double[stride]);
        shapes = [.. Enumerable.Range(0, MaxAlignedBands).Select(_ => new double[channels * stride])];
        Complex[][] OfFrequencies() =>
            [.. Enumerable.Range(0, frequencies).Select(_ => new Complex[channels * channels])];
        (Unmixing, projected) = (OfFrequencies(), OfFrequencies());
    }

    /// <summary>Takes a mixture, and begins with W = I.</summary>
    /// <param name="spectra">Spectra of the channels, of unit power altogether.</param>
    public void Begin(Complex[][] spectra)
    {
        mixture = spectra;
        products.Take(spectra);
        isPowerKnown = false;
        foreach (Complex[] w in Unmixing)
        {
            Array.Clear(w);
            for (int i = 0; i < channels; i++)
            {
                w[i * channels + i] = 1.0;
            }
        }
    }

    /// <summary>Gets the unmixing matrices W_f, row-major, one for each frequency.</summary>
    public Complex[][] Unmixing { get; }

    /// <summary>Divides the frequencies into bands.</summary>
    /// <param name="bands">How many, equally wide.</param>
    /// <param name="sharedByAll">The share of the variance that is the mean over all bands.</param>
    /// <param name="rowScaling">
    /// 0 leaves the rows as the update gives them; otherwise each is scaled by A_1n |A_1n|^(rowScaling − 1), A = W⁻¹,
    /// after it.
    /// </param>
    public void Divide(int bands, double sharedByAll, double rowScaling)
    {
        (share, scaling) = (sharedByAll, rowScaling);
        edges = [.. Enumerable.Range(0, bands + 1).Select(b => (int)((long)frequencies * b / bands))];
        isPowerKnown = false;
    }

    /// <summary>Scales every row so that its output has unit power at its frequency.</summary>
    public void Normalize() => Parallel.For(0, frequencies, Options(), f =>
    {
        for (int n = 0; n < channels; n++)
        {
            double scale = 1.0 / Math.Sqrt(Math.Max(1e-300, products.MeanPower(f, Row(f, n))));
            for (int m = 0; m < channels; m++)
            {
                Unmixing[f][n * channels + m] *= scale;
            }
        }
    });

    /// <summary>Updates all rows of all W_f a number of times.</summary>
    public void Iterate(int iterations, CancellationToken cancellation)
    {
        for (int n = 0; n < channels && !isPowerKnown; n++)
        {
            BandPower(n);
        }

        isPowerKnown = true;

        (int, int)[] pairs = channels == 2
            ? [(0, 1)]
            : channels == 3
                ? [(0, 1), (1, 2), (2, 0)]
                : [.. Enumerable.Range(0, channels).SelectMany(
                    a => Enumerable.Range(a + 1, channels - a - 1).Select(b => (a, b)))];
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            Renew(pairs);
        }
    }

    /// <summary>
    /// Puts the sources of all bands into the same order: powers that rise and fall together belong to one source.
    /// </summary>
    public void Align(int bands)
    {
        int[] at = [.. Enumerable.Range(0, bands + 1).Select(b => (int)((long)frequencies * b / bands))];
        for (int b = 0; b < bands; b++)
        {
            Shape(at[b], at[b + 1], shapes[b]);
        }

        int[][] chosen = BandAlignment.Solve(shapes.AsSpan(0, bands), channels, stride);
        Span<Complex> before = stackalloc Complex[channels * channels];
        for (int b = 0; b < bands; b++)
        {
            int[] order = chosen[b];
            for (int f = at[b]; f < at[b + 1]; f++)
            {
                Unmixing[f].CopyTo(before);
                for (int n = 0; n < channels; n++)
                {
                    before.Slice(order[n] * channels, channels).CopyTo(Row(f, n));
                }
            }
        }

        isPowerKnown = false;
    }

    /// <summary>
    /// W_f with its rows scaled to what one channel hears of each source, A_rn w_n with A = W⁻¹ (projection back, the
    /// minimal distortion principle). The memory is used again by the next call.
    /// </summary>
    public Complex[][] ProjectedBack(int reference)
    {
        Parallel.For(0, frequencies, Options(), f =>
        {
            Span<Complex> inverse = stackalloc Complex[channels * channels];
            Unmixing[f].CopyTo(inverse);
            SmallComplex.Invert(inverse, channels);
            for (int i = 0; i < inverse.Length; i++)
            {
                projected[f][i] = inverse[reference * channels + i / channels] * Unmixing[f][i];
            }
        });
        return projected;
    }

    /// <summary>
    /// Computes the spectra of the sources at a channel. The memory is reused by the next call.
    /// </summary>
    public Complex[][] Outputs(int reference)
    {
        ProjectedBack(reference);
        if (outputs.Length == 0)
        {
            outputs = [.. Enumerable.Range(0, channels).Select(_ => new Complex[frequencies * frames])];
        }

        Parallel.For(0, frequencies, Options(), f =>
        {
            for (int n = 0; n < channels; n++)
            {
                for (int t = 0; t < frames; t++)
                {
                    Complex sum = Complex.Zero;
                    for (int m = 0; m < channels; m++)
                    {
                        sum += projected[f][n * channels + m] * mixture[m][f * frames + t];
                    }

                    outputs[n][f * frames + t] = sum;
                }
            }
        });
        return outputs;
    }

    /// <summary>Computes the W_f whose outputs are nearest to given ones in least squares.</summary>
    public void FitTo(Complex[][] signals)
    {
        Array.Fill(all, 1.0);
        Parallel.For(0, frequencies, Options(), f =>
        {
            Span<Complex> covariance = stackalloc Complex[channels * channels],
                cross = stackalloc Complex[channels * channels];
            products.Covariance(f, all, covariance);
            for (int i = 0; i < channels; i++)
            {
                for (int j = 0; j < channels; j++)
                {
                    cross[i * channels + j] =
                        Product(signals[i].AsSpan(f * frames, frames), mixture[j].AsSpan(f * frames, frames)) / frames;
                }
            }

            SmallComplex.Invert(covariance, channels);
            SmallComplex.Multiply(cross, covariance, channels, Unmixing[f]);
        });
        isPowerKnown = false;
    }

    /// <summary>Σ a b*.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Complex Product(ReadOnlySpan<Complex> a, ReadOnlySpan<Complex> b)
    {
        double real = 0.0, imaginary = 0.0;
        for (int t = 0; t < a.Length; t++)
        {
            real += a[t].Real * b[t].Real + a[t].Imaginary * b[t].Imaginary;
            imaginary += a[t].Imaginary * b[t].Real - a[t].Real * b[t].Imaginary;
        }

        return new Complex(real, imaginary);
    }

    private Span<Complex> Row(int f, int n) => Unmixing[f].AsSpan(n * channels, channels);

    private static ParallelOptions Options() => new() { MaxDegreeOfParallelism = Compute.Threads };

    /// <summary>The mean power of a source in every band, bands × frames.</summary>
    private void BandPower(int n)
    {
        double[] result = power[n];
        Array.Clear(result);
        Parallel.For(0, edges.Length - 1, Options(), band =>
        {
            fixed (double* sum = result)
            {
                for (int f = edges[band]; f < edges[band + 1]; f++)
                {
                    products.AddPower(f, Row(f, n), 1.0 / (edges[band + 1] - edges[band]), sum + band * stride);
                }
            }
        });
    }

    /// <summary>1/r of a source: its band powers, mixed with those of neighbours and of all.</summary>
    private void Weigh(double[] bandPower, double[] result)
    {
        // Neighbours by a Gaussian of one band's width.
        const int Reach = 5;
        int bands = edges.Length - 1;
        Array.Clear(all);
        fixed (double* total = all, powers = bandPower)
        {
            for (int b = 0; b < bands; b++)
            {
                BlockKernels.AddScaled(
                    (double)(edges[b + 1] - edges[b]) / frequencies, powers + b * stride, total, stride);
            }
        }

        Parallel.For(0, bands, Options(), b =>
        {
            Span<double> row = result.AsSpan(b * stride, frames);
            Array.Clear(result, b * stride, stride);
            double total = 0.0;
            for (int other = Math.Max(0, b - Reach); other <= Math.Min(bands - 1, b + Reach); other++)
            {
                double kernel = Math.Exp(-0.5 * (b - other) * (b - other));
                total += kernel;
                fixed (double* sum = result, powers = bandPower)
                {
                    BlockKernels.AddScaled(kernel, powers + other * stride, sum + b * stride, stride);
                }
            }

            double mean = 0.0;
            for (int t = 0; t < row.Length; t++)
            {
                row[t] = Math.Max(0.0, (1.0 - share) * row[t] / total + share * all[t]);
                mean += row[t];
            }

            double floor = VarianceFloor * mean / frames + 1e-300;
            for (int t = 0; t < row.Length; t++)
            {
                row[t] = 1.0 / (row[t] + floor);
            }
        });
    }

    /// <summary>
    /// One update of all pairs of rows at all frequencies, all by the powers of the sweep before; the new powers are
    /// summed on the way, while the bin is in the cache.
    /// </summary>
    private void Renew((int First, int Second)[] pairs)
    {
        for (int n = 0; n < channels; n++)
        {
            Weigh(power[n], weights[n]);
            Array.Clear(renewed[n]);
        }

        Parallel.For(0, edges.Length - 1, Options(), band =>
        {
            int square = channels * channels;
            Span<Complex> covariances = stackalloc Complex[channels * square];
            double weight = 1.0 / (edges[band + 1] - edges[band]);
            for (int f = edges[band]; f < edges[band + 1]; f++)
            {
                for (int n = 0; n < channels; n++)
                {
                    products.Covariance(
                        f, weights[n].AsSpan(band * stride, stride), covariances.Slice(n * square, square));
                }

                foreach ((int first, int second) in pairs)
                {
                    PairUpdate.Renew(
                        Unmixing[f],
                        channels,
                        first,
                        second,
                        covariances.Slice(first * square, square),
                        covariances.Slice(second * square, square));
                }

                if (scaling > 0.0)
                {
                    ScaleRows(f);
                }

                for (int n = 0; n < channels; n++)
                {
                    fixed (double* sum = renewed[n])
                    {
                        products.AddPower(f, Row(f, n), weight, sum + band * stride);
                    }
                }
            }
        });
        (power, renewed) = (renewed, power);
    }

    private void ScaleRows(int f)
    {
        Span<Complex> inverse = stackalloc Complex[channels * channels];
        Unmixing[f].CopyTo(inverse);
        SmallComplex.Invert(inverse, channels);
        for (int n = 0; n < channels; n++)
        {
            double square = SmallComplex.Square(inverse[n]) + 1e-300;
            Complex scale = Math.Pow(square, 0.5 * (scaling - 1.0)) * inverse[n];
            for (int m = 0; m < channels; m++)
            {
                Unmixing[f][n * channels + m] *= scale;
            }
        }
    }

    /// <summary>How the sources' powers in a band move over time, for <see cref="BandAlignment"/>.</summary>
    private void Shape(int from, int to, double[] shape)
    {
        Array.Clear(shape);
        fixed (double* sums = shape)
        {
            for (int f = from; f < to; f++)
            {
                for (int n = 0; n < channels; n++)
                {
                    products.AddPower(
                        f, Row(f, n), 1.0 / ((to - from) * Math.Max(1e-300, products.MeanPower(f, Row(f, n)))),
                        sums + n * stride);
                }
            }
        }

        BandAlignment.ToShape(shape, channels, stride, frames);
    }
}
