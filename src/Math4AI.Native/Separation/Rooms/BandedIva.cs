using System.Numerics;
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
    private const int MaxAlignedBands = 64;

    private readonly int channels;
    private readonly int sources;
    private readonly int frequencies;
    private readonly WorkCrew crew;
    private readonly SpectralProducts products;
    private readonly (int First, int Second)[] pairs;
    private readonly Action<int> normalize;
    private readonly Action<int> project;
    private readonly Action<int> fit;
    private readonly Action<int> begin;
    private readonly Action<int> whiten;
    private readonly Action<int> sum;
    private readonly Action<int> weigh;
    private readonly Action<int> renew;
    private readonly Complex[][] projected;
    private readonly Complex[][] covariances;
    private readonly double[][] weights;
    private readonly double[][] shapes;
    private readonly double[] all;
    private readonly int[] edges;
    private readonly int[] alignedEdges;
    private readonly BandAlignment alignment;
    private int frames;
    private int stride;
    private int bands;
    private double share;
    private double scaling;
    private double[][] power;
    private double[][] renewed;
    private bool isPowerKnown;

    // What a pass of the crew reads.
    private int source;
    private int reference;

    /// <summary>Allocates the memory; nothing is allocated later.</summary>
    /// <param name="crew">The threads to use.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sources">The number of sources, two or more; the rest is background.</param>
    /// <param name="frequencies">The number of frequencies.</param>
    /// <param name="products">The products of the spectra, of unit power altogether.</param>
    /// <param name="maxFrames">The largest number of frames that the products will have.</param>
    /// <param name="maxBands">The largest number of bands; sources are aligned over at most 64 of them.</param>
    public BandedIva(
        WorkCrew crew,
        int channels,
        int sources,
        int frequencies,
        SpectralProducts products,
        int maxFrames,
        int maxBands)
    {
        (this.crew, this.channels, this.sources) = (crew, channels, sources);
        (this.frequencies, this.products) = (frequencies, products);
        int aligned = Math.Min(maxBands, MaxAlignedBands);
        (edges, alignedEdges) = (new int[maxBands + 1], new int[aligned + 1]);
        int room = SpectralProducts.StrideOf(maxFrames);
        double[][] OfBands() => [.. Enumerable.Range(0, sources).Select(_ => new double[maxBands * room])];
        (power, renewed, weights, all) = (OfBands(), OfBands(), OfBands(), new double[room]);
        shapes = [.. Enumerable.Range(0, aligned).Select(_ => new double[sources * room])];
        alignment = new BandAlignment(sources, room, aligned);
        Complex[][] OfFrequencies() =>
            [.. Enumerable.Range(0, frequencies).Select(_ => new Complex[channels * channels])];
        (Unmixing, projected) = (OfFrequencies(), OfFrequencies());
        covariances = sources < channels ? OfFrequencies() : [];
        pairs = sources == 3
            ? [(0, 1), (1, 2), (2, 0)]
            : [.. Enumerable.Range(0, sources).SelectMany(
                a => Enumerable.Range(a + 1, sources - a - 1).Select(b => (a, b)))];
        (normalize, project, fit, begin, whiten) = (Normalize, ProjectBack, Fit, Begin, Whiten);
        (sum, weigh, renew) = (SumPower, Weigh, Renew);
    }

    /// <summary>Begins with W = I for products that are new.</summary>
    public void Begin()
    {
        (frames, stride, isPowerKnown) = (products.Frames, products.Stride, false);
        Array.Fill(all, 1.0, 0, frames);
        crew.Run(frequencies, begin);
    }

    /// <summary>Begins at channels that do not correlate; there are as many sources as channels.</summary>
    public void Whiten() => crew.Run(frequencies, whiten);

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
        (this.bands, share, scaling) = (bands, sharedByAll, rowScaling);
        Cut(edges, bands);
        isPowerKnown = false;
    }

    /// <summary>Scales every row so that its output has unit power at its frequency.</summary>
    public void Normalize() => crew.Run(frequencies, normalize);

    /// <summary>Updates all rows of all W_f a number of times.</summary>
    public void Iterate(int iterations, CancellationToken cancellation)
    {
        if (!isPowerKnown)
        {
            Array.ForEach(power, Array.Clear);
            crew.Run(bands, sum);
        }

        isPowerKnown = true;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            RenewAll();
        }
    }

    /// <summary>
    /// Puts the sources of all bands into the same order: powers that rise and fall together belong to one source.
    /// </summary>
    public void Align(int bands)
    {
        Cut(alignedEdges, bands);
        for (int b = 0; b < bands; b++)
        {
            Shape(alignedEdges[b], alignedEdges[b + 1], shapes[b]);
        }

        alignment.Solve(shapes.AsSpan(0, bands), stride);
        Span<Complex> before = stackalloc Complex[channels * channels];
        for (int b = 0; b < bands; b++)
        {
            int[] order = alignment.Order(b);
            for (int f = alignedEdges[b]; f < alignedEdges[b + 1]; f++)
            {
                Unmixing[f].CopyTo(before);
                for (int n = 0; n < sources; n++)
                {
                    before.Slice(order[n] * channels, channels).CopyTo(Row(f, n));
                }
            }
        }

        isPowerKnown = false;
    }

    /// <summary>
    /// Computes W_f with its rows scaled to what one channel hears of each source, A_rn w_n with A = W⁻¹ (projection
    /// back, the minimal distortion principle). The memory is used again by the next call.
    /// </summary>
    public Complex[][] ProjectedBack(int atChannel)
    {
        reference = atChannel;
        crew.Run(frequencies, project);
        return projected;
    }

    /// <summary>
    /// Finds the W_f whose outputs are nearest to given signals s in least squares, where <see cref="Unmixing"/> holds
    /// their correlations with the channels, mean(s xᴴ).
    /// </summary>
    public void FitToCorrelations()
    {
        Array.Fill(all, 1.0, 0, frames);
        crew.Run(frequencies, fit);
        isPowerKnown = false;
    }

    private void Begin(int f)
    {
        Array.Clear(Unmixing[f]);
        for (int i = 0; i < channels; i++)
        {
            Unmixing[f][i * channels + i] = 1.0;
        }

        if (sources < channels)
        {
            products.Covariance(f, all.AsSpan(0, stride), covariances[f]);
            RenewBackground(f);
        }
    }

    private void Whiten(int f)
    {
        products.Covariance(f, all.AsSpan(0, stride), Unmixing[f]);
        UnmixingRows.Whiten(Unmixing[f], channels);
    }

    private void RenewBackground(int f)
    {
        if (sources < channels)
        {
            Background.Renew(Unmixing[f], channels, sources, covariances[f]);
        }
    }

    private Span<Complex> Row(int f, int n) => Unmixing[f].AsSpan(n * channels, channels);

    private void Cut(int[] at, int parts)
    {
        for (int b = 0; b <= parts; b++)
        {
            at[b] = (int)((long)frequencies * b / parts);
        }
    }

    private void Normalize(int f)
    {
        for (int n = 0; n < sources; n++)
        {
            UnmixingRows.Multiply(Row(f, n), 1.0 / Math.Sqrt(Math.Max(1e-300, products.MeanPower(f, Row(f, n)))));
        }
    }

    private void ProjectBack(int f) => UnmixingRows.ProjectBack(Unmixing[f], channels, reference, projected[f]);

    private void Fit(int f)
    {
        Span<Complex> covariance = stackalloc Complex[channels * channels],
            cross = stackalloc Complex[channels * channels];
        products.Covariance(f, all, covariance);
        Unmixing[f].CopyTo(cross);
        SmallComplex.Invert(covariance, channels);
        SmallComplex.Multiply(cross, covariance, channels, Unmixing[f]);
        RenewBackground(f);
    }

    /// <summary>Adds up the mean power of every source in a band, which is zero before.</summary>
    private void SumPower(int band)
    {
        for (int n = 0; n < sources; n++)
        {
            fixed (double* sums = power[n])
            {
                for (int f = edges[band]; f < edges[band + 1]; f++)
                {
                    products.AddPower(f, Row(f, n), 1.0 / (edges[band + 1] - edges[band]), sums + band * stride);
                }
            }
        }
    }

    /// <summary>Computes the mean power of a source over all bands, which its weights are mixed with.</summary>
    private void SumOverBands(double[] bandPower)
    {
        Array.Clear(all);
        fixed (double* total = all, powers = bandPower)
        {
            for (int b = 0; b < bands; b++)
            {
                BlockKernels.AddScaled(
                    (double)(edges[b + 1] - edges[b]) / frequencies, powers + b * stride, total, stride);
            }
        }
    }

    /// <summary>
    /// Computes 1/r of the present source in a band: its power there, mixed with that of neighboring bands, by a
    /// Gaussian of one band's width, and of all.
    /// </summary>
    private void Weigh(int b)
    {
        const int Reach = 5;
        double[] result = weights[source];
        Span<double> row = result.AsSpan(b * stride, frames);
        Array.Clear(result, b * stride, stride);
        double total = 0.0;
        for (int other = Math.Max(0, b - Reach); other <= Math.Min(bands - 1, b + Reach); other++)
        {
            double kernel = Math.Exp(-0.5 * (b - other) * (b - other));
            total += kernel;
            fixed (double* sums = result, powers = power[source])
            {
                BlockKernels.AddScaled(kernel, powers + other * stride, sums + b * stride, stride);
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
    }

    /// <summary>
    /// Updates all pairs of rows at all frequencies once, all by the powers of the sweep before; the new powers are
    /// summed on the way, while the bin is in the cache.
    /// </summary>
    private void RenewAll()
    {
        for (source = 0; source < sources; source++)
        {
            SumOverBands(power[source]);
            crew.Run(bands, weigh);
            Array.Clear(renewed[source]);
        }

        crew.Run(bands, renew);
        (power, renewed) = (renewed, power);
    }

    private void Renew(int band)
    {
        int square = channels * channels;
        Span<Complex> weighted = stackalloc Complex[sources * square], mixing = stackalloc Complex[square];
        double weight = 1.0 / (edges[band + 1] - edges[band]);
        for (int f = edges[band]; f < edges[band + 1]; f++)
        {
            for (int n = 0; n < sources; n++)
            {
                products.Covariance(
                    f, weights[n].AsSpan(band * stride, stride), weighted.Slice(n * square, square));
            }

            PairUpdate.Renew(Unmixing[f], channels, pairs, weighted, mixing);
            if (sources < channels)
            {
                RenewBackground(f);
                Unmixing[f].CopyTo(mixing);
                SmallComplex.Invert(mixing, channels);
            }

            if (scaling > 0.0)
            {
                UnmixingRows.Scale(Unmixing[f], channels, sources, scaling, mixing);
            }

            for (int n = 0; n < sources; n++)
            {
                fixed (double* sums = renewed[n])
                {
                    products.AddPower(f, Row(f, n), weight, sums + band * stride);
                }
            }
        }
    }

    /// <summary>Computes how the sources' powers in a band move over time, for <see cref="BandAlignment"/>.</summary>
    private void Shape(int from, int to, double[] shape)
    {
        Array.Clear(shape);
        fixed (double* sums = shape)
        {
            for (int f = from; f < to; f++)
            {
                for (int n = 0; n < sources; n++)
                {
                    products.AddPower(
                        f, Row(f, n), 1.0 / ((to - from) * Math.Max(1e-300, products.MeanPower(f, Row(f, n)))),
                        sums + n * stride);
                }
            }
        }

        BandAlignment.ToShape(shape.AsSpan(0, sources * stride), sources, stride, frames);
    }
}
