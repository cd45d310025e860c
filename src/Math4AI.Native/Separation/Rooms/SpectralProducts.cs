using System.Numerics;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The products x_i x_j* of the channels' spectra at every frequency, as real numbers over time: the power of any w x
/// and every weighted covariance is a sum of them. Rows are as long as whole vectors, with zeros after the frames.
/// </summary>
internal sealed unsafe class SpectralProducts
{
    /// <summary>
    /// The fraction of the trace that is added to the diagonal of a covariance to keep it nonsingular.
    /// </summary>
    public const double CovarianceFloor = 1e-9;

    private readonly int channels;
    private readonly int frequencies;
    private readonly WorkCrew crew;
    private readonly double[] powers;
    private readonly Action<int> measure;
    private readonly Action<int> scale;
    private double[] memory = [];
    private double factor;

    /// <summary>Initializes products without frames: <see cref="Prepare"/> comes first.</summary>
    /// <param name="crew">The threads to use.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="frequencies">The number of frequencies.</param>
    public SpectralProducts(WorkCrew crew, int channels, int frequencies)
    {
        (this.crew, this.channels, this.frequencies) = (crew, channels, frequencies);
        powers = new double[frequencies];
        (measure, scale) = (Measure, Scale);
    }

    /// <summary>Gets the number of frames.</summary>
    public int Frames { get; private set; }

    /// <summary>Gets the length of a row.</summary>
    public int Stride { get; private set; }

    /// <summary>Gets the factor that gives the spectra unit mean power; <see cref="Normalize"/> sets it.</summary>
    public double Gain { get; private set; }

    /// <summary>Returns the length of a row that holds so many frames.</summary>
    public static int StrideOf(int frames) => (frames + 15) / 16 * 16;

    /// <summary>Returns the numbers that the products take up.</summary>
    public static long Size(int channels, int frequencies, int frames) =>
        (long)channels * channels * frequencies * StrideOf(frames);

    /// <summary>Lays the products out in memory that others may have used before.</summary>
    /// <param name="frames">The number of frames.</param>
    /// <param name="within">At least <see cref="Size"/> numbers.</param>
    public void Prepare(int frames, double[] within) => (Frames, Stride, memory) = (frames, StrideOf(frames), within);

    /// <summary>Takes some frames of all channels at one frequency.</summary>
    /// <param name="f">The frequency.</param>
    /// <param name="first">The first of the frames.</param>
    /// <param name="count">Their number.</param>
    /// <param name="spectra">Channel after channel, each with room for <paramref name="room"/> frames.</param>
    /// <param name="room">The frames from channel to channel.</param>
    public void Put(int f, int first, int count, double[][] spectra, int room)
    {
        fixed (double* all = memory)
        {
            double* rows = all + f * Length;
            for (int k = 0; k < count; k++)
            {
                double* at = rows + first + k;
                int row = channels;
                for (int i = 0; i < channels; i++)
                {
                    double[] one = spectra[i * room + k];
                    (double real, double imaginary) = (one[2 * f], one[2 * f + 1]);
                    at[(long)i * Stride] = real * real + imaginary * imaginary;
                    for (int j = i + 1; j < channels; j++, row += 2)
                    {
                        double[] two = spectra[j * room + k];
                        at[(long)row * Stride] = real * two[2 * f] + imaginary * two[2 * f + 1];
                        at[(long)(row + 1) * Stride] = imaginary * two[2 * f] - real * two[2 * f + 1];
                    }
                }
            }

            for (int row = 0; row < channels * channels && first + count == Frames; row++)
            {
                new Span<double>(rows + (long)row * Stride + Frames, Stride - Frames).Clear();
            }
        }
    }

    /// <summary>Scales the products as if the spectra had unit mean power over everything.</summary>
    public void Normalize()
    {
        crew.Run(frequencies, measure);
        double power = 0.0;
        for (int f = 0; f < powers.Length; f++)
        {
            power += powers[f];
        }

        factor = (double)channels * frequencies * Frames / power;
        Gain = Math.Sqrt(factor);
        crew.Run(frequencies, scale);
    }

    /// <summary>Adds weight · |w x|² of all frames to a sum.</summary>
    public void AddPower(int f, ReadOnlySpan<Complex> w, double weight, double* sum)
    {
        Span<double> c = stackalloc double[channels * channels];
        Coefficients(w, c);
        fixed (double* all = memory)
        {
            double* rows = all + f * Length;
            for (int k = 0; k < c.Length; k++)
            {
                BlockKernels.AddScaled(weight * c[k], rows + (long)k * Stride, sum, Stride);
            }
        }
    }

    /// <summary>Computes the mean of |w x|².</summary>
    public double MeanPower(int f, ReadOnlySpan<Complex> w)
    {
        Span<double> c = stackalloc double[channels * channels];
        Coefficients(w, c);
        double sum = 0.0;
        fixed (double* all = memory)
        {
            for (int k = 0; k < c.Length; k++)
            {
                sum += c[k] * BlockKernels.Sum(new Span<double>(all + f * Length + (long)k * Stride, Stride));
            }
        }

        return sum / Frames;
    }

    /// <summary>Computes mean(weight · x xᴴ) plus a small multiple of its trace on the diagonal.</summary>
    public void Covariance(int f, ReadOnlySpan<double> weights, Span<Complex> covariance)
    {
        fixed (double* all = memory, w = weights)
        {
            double* rows = all + f * Length;
            double trace = 0.0;
            for (int i = 0; i < channels; i++)
            {
                double value = BlockKernels.Dot(rows + (long)i * Stride, w, Stride) / Frames;
                covariance[i * channels + i] = value;
                trace += value;
            }

            int row = channels;
            for (int i = 0; i < channels; i++)
            {
                covariance[i * channels + i] += CovarianceFloor * trace + 1e-300;
                for (int j = i + 1; j < channels; j++, row += 2)
                {
                    var value = new Complex(
                        BlockKernels.Dot(rows + (long)row * Stride, w, Stride) / Frames,
                        BlockKernels.Dot(rows + (long)(row + 1) * Stride, w, Stride) / Frames);
                    covariance[i * channels + j] = value;
                    covariance[j * channels + i] = Complex.Conjugate(value);
                }
            }
        }
    }

    /// <summary>Gets the numbers of one frequency.</summary>
    private long Length => (long)channels * channels * Stride;

    private void Measure(int f)
    {
        fixed (double* all = memory)
        {
            powers[f] = BlockKernels.Sum(new Span<double>(all + f * Length, channels * Stride));
        }
    }

    private void Scale(int f)
    {
        fixed (double* all = memory)
        {
            var rows = new Span<double>(all + f * Length, (int)Length);
            System.Numerics.Tensors.TensorPrimitives.Multiply(rows, factor, rows);
        }
    }

    /// <summary>Finds c such that |w x|² = Σ c_k · products_k.</summary>
    private void Coefficients(ReadOnlySpan<Complex> w, Span<double> c)
    {
        int row = 0;
        for (int i = 0; i < channels; i++)
        {
            c[row++] = w[i].Real * w[i].Real + w[i].Imaginary * w[i].Imaginary;
        }

        for (int i = 0; i < channels; i++)
        {
            for (int j = i + 1; j < channels; j++)
            {
                Complex product = w[i] * Complex.Conjugate(w[j]);
                c[row++] = 2.0 * product.Real;
                c[row++] = -2.0 * product.Imaginary;
            }
        }
    }
}
