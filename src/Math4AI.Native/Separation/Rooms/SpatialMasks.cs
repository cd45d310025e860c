using System.Numerics;
using Math4AI.Audio;
using Math4AI.Runtime;
using MathNet.Numerics.Random;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Separates more sources than microphones: at each frequency, a moment belongs mostly to one source, whose echoes give
/// the channels' spectra x(t) a direction of its own. Those of unit length follow a mixture of complex angular central
/// Gaussians, p_k(x) ∝ 1/(det B_k · (xᴴ B_k⁻¹ x)^M) for M microphones; the posterior probabilities are the masks by
/// which the reference microphone is multiplied. They are found frequency by frequency, put into one order by how they
/// rise and fall together, and then found once more with the probabilities of the sources at a moment shared by all
/// frequencies.
/// </summary>
/// <remarks>
/// Sources: N. Ito, S. Araki, T. Nakatani, "Complex angular central Gaussian mixture model for directional statistics
/// in mask-based microphone array signal processing", EUSIPCO (2016), for the density; H. Sawada, S. Araki, S. Makino,
/// "Underdetermined convolutive blind source separation via frequency bin-wise clustering and permutation alignment",
/// IEEE Transactions on Audio, Speech, and Language Processing 19 (2011), for the procedure.
/// </remarks>
internal sealed class SpatialMasks
{
    private const double WindowSeconds = 0.128;
    private const int Overlap = 4;
    private const int AlignmentStarts = 16;
    private const int OwnIterations = 20;
    private const int SharedIterations = 10;

    // A frame this far below the mean (power) says nothing about a direction.
    private const double Silent = 1e-4;

    // What keeps B_k invertible, and sources from vanishing, as shares of the whole.
    private const double Floor = 1e-3;

    private readonly int channels;
    private readonly int sources;
    private readonly int seed;
    private readonly int stride;
    private readonly ShortTimeFourier transform;
    private readonly Complex[][] spectra;
    private readonly Complex[][] points;
    private readonly double[][] masks;
    private readonly double[][] distances;
    private readonly double[] shared;

    /// <summary>Computes the spectra.</summary>
    /// <param name="mixture">The recording.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="seed">Where the search begins.</param>
    public SpatialMasks(Recording mixture, int sources, int seed)
    {
        (channels, this.sources, this.seed) = (mixture.Channels, sources, seed);
        int window = ShortTimeFourier.WindowOf(WindowSeconds, mixture.SampleRate);
        transform = new ShortTimeFourier(window, window / Overlap, mixture.Length);
        spectra =
        [
            .. Enumerable.Range(0, channels)
                .Select(c => transform.Forward(Array.ConvertAll(mixture.Channel(c).ToArray(), x => (double)x))),
        ];
        stride = SpectralProducts.StrideOf(transform.Frames);
        points = [.. Enumerable.Range(0, transform.Frequencies).Select(_ => new Complex[transform.Frames * channels])];
        masks = [.. Enumerable.Range(0, transform.Frequencies).Select(_ => new double[sources * stride])];
        distances = [.. Enumerable.Range(0, transform.Frequencies).Select(_ => Ones(sources * stride))];
        shared = new double[sources * stride];
    }

    /// <summary>Gets the number of iterations of <see cref="Separate"/>.</summary>
    public static int Iterations => OwnIterations + SharedIterations;

    /// <summary>Gets the length of the window in samples.</summary>
    public int Window => transform.WindowLength;

    /// <summary>Returns the sources as a microphone hears them; their sum is what it hears.</summary>
    public float[][] Separate(int reference, CancellationToken cancellation)
    {
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = Compute.Threads,
            CancellationToken = cancellation,
        };
        Parallel.For(0, transform.Frequencies, options, f =>
        {
            Whiten(f);
            Begin(f);
            Iterate(f, OwnIterations, isShared: false);
        });
        Align();
        for (int iteration = 0; iteration < SharedIterations; iteration++)
        {
            Share();
            Parallel.For(0, transform.Frequencies, options, f => Iterate(f, 1, isShared: true));
        }

        return [.. Enumerable.Range(0, sources).Select(k => Masked(k, reference))];
    }

    /// <summary>
    /// Multiplies the channels by the inverse of their covariance's root, and scales frames to unit length.
    /// </summary>
    private void Whiten(int f)
    {
        int frames = transform.Frames;
        Span<Complex> covariance = stackalloc Complex[channels * channels];
        Complex[] all = points[f];
        for (int t = 0; t < frames; t++)
        {
            for (int i = 0; i < channels; i++)
            {
                all[t * channels + i] = spectra[i][f * frames + t];
            }

            AddSquare(all.AsSpan(t * channels, channels), 1.0 / frames, covariance);
        }

        double power = Regularize(covariance, 1e-9);
        SmallComplex.Factor(covariance, channels);
        for (int t = 0; t < frames; t++)
        {
            Span<Complex> point = all.AsSpan(t * channels, channels);
            double square = 0.0, white = 1e-300;
            foreach (Complex value in point)
            {
                square += SmallComplex.Square(value);
            }

            SmallComplex.SolveLower(covariance, channels, point);
            foreach (Complex value in point)
            {
                white += SmallComplex.Square(value);
            }

            UnmixingRows.Multiply(point, square > Silent * power * channels ? 1.0 / Math.Sqrt(white) : 0.0);
        }
    }

    /// <summary>Assigns every frame by its likeness to some that are unlike each other.</summary>
    private void Begin(int f)
    {
        var random = new MersenneTwister(seed + f, threadSafe: false);
        int frames = transform.Frames;
        double[] farness = new double[frames];
        Array.Fill(farness, 1.0);
        for (int k = 0; k < sources; k++)
        {
            ReadOnlySpan<Complex> center = points[f].AsSpan(Draw(farness, f, random) * channels, channels);
            for (int t = 0; t < frames; t++)
            {
                double likeness = SmallComplex.Square(Product(center, points[f].AsSpan(t * channels, channels)));
                farness[t] = Math.Min(farness[t], Math.Max(0.0, 1.0 - likeness));
                masks[f][k * stride + t] = Math.Exp(5.0 * likeness);
            }
        }

        Normalize(f);
    }

    /// <summary>Draws a frame that is not silent, with probabilities like its distance from those drawn.</summary>
    private int Draw(double[] farness, int f, MersenneTwister random)
    {
        double total = 0.0;
        for (int t = 0; t < farness.Length; t++)
        {
            farness[t] = points[f][t * channels] == Complex.Zero ? 0.0 : farness[t];
            total += farness[t];
        }

        double left = random.NextDouble() * total;
        int drawn = 0;
        while (drawn < farness.Length - 1 && (left -= farness[drawn]) > 0.0)
        {
            drawn++;
        }

        return drawn;
    }

    /// <summary>Updates the B_k by the masks, and the masks by them.</summary>
    private void Iterate(int f, int iterations, bool isShared)
    {
        int frames = transform.Frames, square = channels * channels;
        Span<Complex> factors = stackalloc Complex[sources * square];
        Span<Complex> solved = stackalloc Complex[channels];
        Span<double> logs = stackalloc double[sources];
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            for (int k = 0; k < sources; k++)
            {
                Span<Complex> factor = factors.Slice(k * square, square);
                Span<double> distance = distances[f].AsSpan(k * stride, frames);
                double share = Scatter(f, k, distance, factor);
                logs[k] = (isShared ? 0.0 : Math.Log(share + Floor)) - SmallComplex.Factor(factor, channels);
                for (int t = 0; t < frames; t++)
                {
                    points[f].AsSpan(t * channels, channels).CopyTo(solved);
                    SmallComplex.SolveLower(factor, channels, solved);
                    distance[t] = 1e-12;
                    foreach (Complex value in solved)
                    {
                        distance[t] += SmallComplex.Square(value);
                    }
                }
            }

            Assign(f, logs, isShared);
        }
    }

    /// <summary>Computes B_k = M Σ γ x xᴴ/(xᴴ B_k⁻¹ x)/Σ γ, and returns the mean of γ.</summary>
    private double Scatter(int f, int k, ReadOnlySpan<double> distance, Span<Complex> scatter)
    {
        scatter.Clear();
        double total = 1e-300;
        for (int t = 0; t < distance.Length; t++)
        {
            double mask = masks[f][k * stride + t];
            total += mask;
            AddSquare(points[f].AsSpan(t * channels, channels), mask / distance[t], scatter);
        }

        for (int i = 0; i < scatter.Length; i++)
        {
            scatter[i] *= channels / total;
        }

        Regularize(scatter, Floor);
        return total / distance.Length;
    }

    private void Assign(int f, ReadOnlySpan<double> logs, bool isShared)
    {
        for (int t = 0; t < transform.Frames; t++)
        {
            double highest = double.NegativeInfinity;
            for (int k = 0; k < sources; k++)
            {
                double value = logs[k] - channels * Math.Log(distances[f][k * stride + t])
                    + (isShared ? shared[k * stride + t] : 0.0);
                masks[f][k * stride + t] = value;
                highest = Math.Max(highest, value);
            }

            for (int k = 0; k < sources; k++)
            {
                masks[f][k * stride + t] = Math.Exp(masks[f][k * stride + t] - highest);
            }
        }

        Normalize(f);
    }

    /// <summary>Scales the masks of every frame to the sum one; where there is no sound, all are equal.</summary>
    private void Normalize(int f)
    {
        for (int t = 0; t < transform.Frames; t++)
        {
            bool isSilent = points[f][t * channels] == Complex.Zero;
            double sum = 0.0;
            for (int k = 0; k < sources; k++)
            {
                masks[f][k * stride + t] = isSilent ? 1.0 : masks[f][k * stride + t];
                sum += masks[f][k * stride + t];
            }

            for (int k = 0; k < sources; k++)
            {
                masks[f][k * stride + t] /= sum;
            }
        }
    }

    /// <summary>Puts the masks of all frequencies into one order.</summary>
    private void Align()
    {
        int frames = transform.Frames;
        double[][] shapes = [.. masks.Select(mask => (double[])mask.Clone())];
        foreach (double[] shape in shapes)
        {
            for (int k = 0; k < sources; k++)
            {
                double mean = 1e-12;
                foreach (double value in shape.AsSpan(k * stride, frames))
                {
                    mean += value / frames;
                }

                foreach (ref double value in shape.AsSpan(k * stride, frames))
                {
                    value /= mean;
                }
            }

            BandAlignment.ToShape(shape, sources, stride, frames);
        }

        var alignment = new BandAlignment(sources, stride, shapes.Length);
        alignment.Solve(shapes, stride, AlignmentStarts);
        for (int f = 0; f < masks.Length; f++)
        {
            int[] order = alignment.Order(f);
            (masks[f], distances[f]) = (Ordered(masks[f], order), Ordered(distances[f], order));
        }
    }

    private double[] Ordered(double[] rows, int[] order) =>
        [.. order.SelectMany(k => rows.AsSpan(k * stride, stride).ToArray())];

    private static double[] Ones(int count)
    {
        double[] ones = new double[count];
        Array.Fill(ones, 1.0);
        return ones;
    }

    /// <summary>Computes the logarithm of each source's share of every moment, over all frequencies.</summary>
    private void Share()
    {
        Array.Clear(shared);
        foreach (double[] mask in masks)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(shared, mask, shared);
        }

        for (int i = 0; i < shared.Length; i++)
        {
            shared[i] = Math.Log(shared[i] / masks.Length + Floor);
        }
    }

    private float[] Masked(int source, int reference)
    {
        int frames = transform.Frames;
        var product = new Complex[spectra[reference].Length];
        for (int i = 0; i < product.Length; i++)
        {
            product[i] = masks[i / frames][source * stride + i % frames] * spectra[reference][i];
        }

        return Array.ConvertAll(transform.Inverse(product), x => (float)x);
    }

    /// <summary>Adds weight · x xᴴ to the lower part of a matrix, which is all that is read of it.</summary>
    private void AddSquare(ReadOnlySpan<Complex> x, double weight, Span<Complex> sum)
    {
        for (int i = 0; i < channels; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                sum[i * channels + j] += weight * (x[i] * Complex.Conjugate(x[j]));
            }
        }
    }

    /// <summary>Adds a share of the mean of the diagonal to it, and returns that mean.</summary>
    private double Regularize(Span<Complex> matrix, double share)
    {
        double mean = 0.0;
        for (int i = 0; i < channels; i++)
        {
            mean += matrix[i * channels + i].Real / channels;
        }

        for (int i = 0; i < channels; i++)
        {
            matrix[i * channels + i] += share * mean + 1e-300;
        }

        return mean;
    }

    private static Complex Product(ReadOnlySpan<Complex> a, ReadOnlySpan<Complex> b)
    {
        Complex sum = Complex.Zero;
        for (int i = 0; i < a.Length; i++)
        {
            sum += Complex.Conjugate(a[i]) * b[i];
        }

        return sum;
    }
}
