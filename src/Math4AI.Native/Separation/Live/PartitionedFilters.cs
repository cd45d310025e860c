using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Separation.Live;

/// <summary>
/// Long filters from every channel to every output, y_n(t) = Σ_m Σ_k h_nm(k) x_m(t − k), applied block by block: the
/// filters are cut into parts of a block's length, and each part is a product of spectra (uniformly partitioned
/// overlap-save). Source: T. Stockham, "High-speed convolution and correlation", AFIPS (1966); W. Gardner, Journal of
/// the Audio Engineering Society 43 (1995).
/// </summary>
internal sealed class PartitionedFilters
{
    private readonly int channels;
    private readonly int outputs;
    private readonly int block;
    private readonly int parts;
    private readonly double[][] previous;
    private readonly double[][] past;
    private readonly double[] sum;
    private int newest;

    /// <summary>Initializes filters that have heard nothing yet.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="block">The samples of a block.</param>
    /// <param name="parts">The filters are <c>parts · block</c> long.</param>
    public PartitionedFilters(int channels, int outputs, int block, int parts)
    {
        (this.channels, this.outputs, this.block, this.parts) = (channels, outputs, block, parts);
        previous = Arrays(channels, block);
        past = Arrays(parts * channels, Packed);
        sum = new double[Packed];
    }

    private int Packed => 2 * block + 2;

    /// <summary>Allocates memory for the spectra of one set of filters.</summary>
    public double[][] NewSpectra() => Arrays(outputs * channels * parts, Packed);

    /// <summary>Computes the spectra of filters for <see cref="Apply"/>; may be called from another thread.</summary>
    /// <param name="taps">Output after output, channel after channel, each as long as the parts together.</param>
    /// <param name="spectra">From <see cref="NewSpectra"/>.</param>
    public void Transform(double[][] taps, double[][] spectra)
    {
        for (int filter = 0; filter < outputs * channels; filter++)
        {
            for (int part = 0; part < parts; part++)
            {
                double[] spectrum = spectra[filter * parts + part];
                taps[filter].AsSpan(part * block, block).CopyTo(spectrum);
                Array.Clear(spectrum, block, spectrum.Length - block);
                Forward(spectrum);
            }
        }
    }

    /// <summary>Takes the next block of all channels in.</summary>
    public void Push(double[][] input)
    {
        newest = (newest + 1) % parts;
        for (int channel = 0; channel < channels; channel++)
        {
            double[] spectrum = past[newest * channels + channel];
            previous[channel].CopyTo(spectrum, 0);
            input[channel].CopyTo(spectrum, block);
            input[channel].CopyTo(previous[channel], 0);
            Forward(spectrum);
        }
    }

    /// <summary>Computes the outputs of filters for the block that was pushed last.</summary>
    public void Apply(double[][] filters, double[][] output)
    {
        for (int row = 0; row < outputs; row++)
        {
            Array.Clear(sum);
            for (int channel = 0; channel < channels; channel++)
            {
                for (int part = 0; part < parts; part++)
                {
                    AddProduct(
                        filters[(row * channels + channel) * parts + part],
                        past[(newest - part + parts) % parts * channels + channel], sum);
                }
            }

            using (SingleThreadedMkl.Begin())
            {
                Fourier.InverseReal(sum, 2 * block, FourierOptions.NoScaling);
            }

            // The first half is what circular convolution folds over.
            double scale = 1.0 / (2 * block);
            for (int i = 0; i < block; i++)
            {
                output[row][i] = scale * sum[block + i];
            }
        }
    }

    private void Forward(double[] packed)
    {
        using (SingleThreadedMkl.Begin())
        {
            Fourier.ForwardReal(packed, 2 * block, FourierOptions.NoScaling);
        }
    }

    private static void AddProduct(double[] a, double[] b, double[] sum)
    {
        for (int i = 0; i < sum.Length; i += 2)
        {
            double real = a[i] * b[i] - a[i + 1] * b[i + 1];
            sum[i + 1] += a[i] * b[i + 1] + a[i + 1] * b[i];
            sum[i] += real;
        }
    }

    private static double[][] Arrays(int count, int length) =>
        [.. Enumerable.Range(0, count).Select(_ => new double[length])];
}
