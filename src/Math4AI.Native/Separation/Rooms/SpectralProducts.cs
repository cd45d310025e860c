using System.Numerics;
using Math4AI.LinearAlgebra;
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
    private readonly int frames;
    private readonly double[][] products;

    /// <summary>Allocates the memory for the products of a number of channels.</summary>
    public SpectralProducts(int channels, int frequencies, int frames)
    {
        (this.channels, this.frames) = (channels, frames);
        Stride = (frames + 15) / 16 * 16;
        products = new double[frequencies][];
        Parallel.For(0, frequencies, Options(), f => products[f] = new double[channels * channels * Stride]);
    }

    /// <summary>Gets the length of a row.</summary>
    public int Stride { get; }

    /// <summary>Takes the spectra of the channels.</summary>
    public void Take(Complex[][] mixture) => Parallel.For(0, products.Length, Options(), f => Take(mixture, f));

    /// <summary>Adds weight · |w x|² of all frames to a sum.</summary>
    public void AddPower(int f, ReadOnlySpan<Complex> w, double weight, double* sum)
    {
        Span<double> c = stackalloc double[channels * channels];
        Coefficients(w, c);
        fixed (double* rows = products[f])
        {
            for (int k = 0; k < c.Length; k++)
            {
                BlockKernels.AddScaled(weight * c[k], rows + k * Stride, sum, Stride);
            }
        }
    }

    /// <summary>Computes the mean of |w x|².</summary>
    public double MeanPower(int f, ReadOnlySpan<Complex> w)
    {
        Span<double> c = stackalloc double[channels * channels];
        Coefficients(w, c);
        double sum = 0.0;
        for (int k = 0; k < c.Length; k++)
        {
            sum += c[k] * BlockKernels.Sum(products[f].AsSpan(k * Stride, Stride));
        }

        return sum / frames;
    }

    /// <summary>Computes mean(weight · x xᴴ) plus a small multiple of its trace on the diagonal.</summary>
    public void Covariance(int f, ReadOnlySpan<double> weights, Span<Complex> covariance)
    {
        fixed (double* rows = products[f], w = weights)
        {
            int row = 0;
            double trace = 0.0;
            for (int i = 0; i < channels; i++, row++)
            {
                double value = BlockKernels.Dot(rows + row * Stride, w, Stride) / frames;
                covariance[i * channels + i] = value;
                trace += value;
            }

            for (int i = 0; i < channels; i++)
            {
                covariance[i * channels + i] += CovarianceFloor * trace + 1e-300;
                for (int j = i + 1; j < channels; j++, row += 2)
                {
                    var value = new Complex(
                        BlockKernels.Dot(rows + row * Stride, w, Stride) / frames,
                        BlockKernels.Dot(rows + (row + 1) * Stride, w, Stride) / frames);
                    covariance[i * channels + j] = value;
                    covariance[j * channels + i] = Complex.Conjugate(value);
                }
            }
        }
    }

    /// <summary>|x_i|², and the real and imaginary parts of x_i x_j* for i &lt; j, each over all frames.</summary>
    private void Take(Complex[][] mixture, int f)
    {
        double[] rows = products[f];
        int row = 0;
        for (int i = 0; i < channels; i++, row++)
        {
            for (int t = 0; t < frames; t++)
            {
                Complex x = mixture[i][f * frames + t];
                rows[row * Stride + t] = x.Real * x.Real + x.Imaginary * x.Imaginary;
            }
        }

        for (int i = 0; i < channels; i++)
        {
            for (int j = i + 1; j < channels; j++, row += 2)
            {
                for (int t = 0; t < frames; t++)
                {
                    Complex product = mixture[i][f * frames + t] * Complex.Conjugate(mixture[j][f * frames + t]);
                    rows[row * Stride + t] = product.Real;
                    rows[(row + 1) * Stride + t] = product.Imaginary;
                }
            }
        }
    }

    private static ParallelOptions Options() => new() { MaxDegreeOfParallelism = Compute.Threads };

    /// <summary>c such that |w x|² = Σ c_k · products_k.</summary>
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
