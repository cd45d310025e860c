using System.Numerics;
using System.Numerics.Tensors;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// How far signals are from sources by one model for all separations of a recording, so that windows, starts and models
/// can be compared: the negative logarithm of their likelihood where a source is complex Gaussian with a variance that
/// rises and falls over whole bands of frequencies. Per frequency and moment it is Σ_n (log r_n + |y_n|²/r_n) − log det
/// C, with y_n relative to its mean power at the frequency, and C the correlations of the signals there: the cost of
/// <see cref="BandedIva"/>, from the signals alone. Unlike <see cref="OutputDependence"/>, it is larger where
/// sources change places from band to band.
/// </summary>
/// <remarks>
/// The mean over the frequencies is weighted by the amplitude of all signals together: otherwise frequencies with
/// hardly more than noise, which are the most, would choose, and by the power a few of the loudest. Source of the
/// model: T. Kim, H. Attias, S.-Y. Lee, T.-W. Lee, "Blind source separation exploiting higher-order frequency
/// dependencies", IEEE Transactions on Audio, Speech, and Language Processing 15 (2007).
/// </remarks>
internal static class OutputCost
{
    private const double WindowSeconds = 0.064;
    private const double LowestHertz = 100.0;
    private const double HighestHertz = 8000.0;
    private const int Bands = 32;
    private const double SharedByAll = 0.3;
    private const double VarianceFloor = 1e-3;
    private const double CovarianceFloor = 1e-6;
    private const int Reach = 5;

    // What a number of the filters takes off the cost. By theory it is 0.5 for as many numbers as independent moments;
    // chosen on rooms of development, where more takes too short a window in long reverberation.
    private const double OfANumber = 0.2;

    /// <summary>Computes it for the first samples of two or more signals.</summary>
    /// <param name="signals">The signals, as one microphone hears them.</param>
    /// <param name="length">The samples of each.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public static double Of(float[][] signals, int length, int sampleRate)
    {
        int window = ShortTimeFourier.WindowOf(WindowSeconds, sampleRate);
        var transform = new ShortTimeFourier(window, window / 2, length);
        int frames = transform.Frames;
        int last = (int)Math.Min(transform.Frequencies - 1, HighestHertz * window / sampleRate);
        Range used = ((int)Math.Min(last, LowestHertz * window / sampleRate) * frames)..((last + 1) * frames);
        Complex[][] spectra =
        [
            .. signals.Select(
                signal => transform.Forward(Array.ConvertAll(signal[..length], x => (double)x))[used]),
        ];
        double[] weights = Weights(spectra, frames);
        return spectra.Sum(spectrum => OfSource(spectrum, frames, weights)) - LogDeterminants(spectra, frames, weights);
    }

    /// <summary>
    /// Computes by how much filters make the cost less by their length alone: each of their numbers fits a little of
    /// what happens to be in the recording. Source: H. Akaike, "A new look at the statistical model identification",
    /// IEEE Transactions on Automatic Control 19 (1974).
    /// </summary>
    /// <param name="sources">The number of signals.</param>
    /// <param name="channels">The number of channels that they were separated from.</param>
    /// <param name="window">The window of the filters in samples.</param>
    /// <param name="length">The samples of each channel.</param>
    public static double OfFilters(int sources, int channels, int window, int length) =>
        OfANumber * 2.0 * sources * (channels - 1) * window / length;

    /// <summary>Computes each frequency's share of the amplitude of all signals together.</summary>
    private static double[] Weights(Complex[][] spectra, int frames)
    {
        double[] weights = new double[spectra[0].Length / frames];
        for (int i = 0; i < weights.Length * frames; i++)
        {
            Complex sum = Complex.Zero;
            foreach (Complex[] spectrum in spectra)
            {
                sum += spectrum[i];
            }

            weights[i / frames] += SmallComplex.Square(sum);
        }

        TensorPrimitives.Sqrt<double>(weights, weights);
        TensorPrimitives.Divide(weights, TensorPrimitives.Sum<double>(weights) + 1e-300, weights);
        return weights;
    }

    /// <summary>Computes the mean over frequencies and moments of log r + |y|²/r.</summary>
    private static double OfSource(Complex[] spectrum, int frames, double[] weights)
    {
        int bands = Math.Min(Bands, weights.Length);
        double[][] OfBands() => [.. Enumerable.Range(0, bands).Select(_ => new double[frames])];
        double[][] powers = OfBands(), weighted = OfBands();
        double[] all = new double[frames], sums = new double[bands];
        int Edge(int band) => (int)((long)weights.Length * band / bands);
        for (int b = 0; b < bands; b++)
        {
            for (int f = Edge(b); f < Edge(b + 1); f++)
            {
                AddRelative(spectrum.AsSpan(f * frames, frames), 1.0 / (Edge(b + 1) - Edge(b)), powers[b]);
                AddRelative(spectrum.AsSpan(f * frames, frames), weights[f], weighted[b]);
                sums[b] += weights[f];
            }

            TensorPrimitives.MultiplyAdd(powers[b], 1.0 / bands, all, all);
        }

        double cost = 0.0;
        for (int b = 0; b < bands; b++)
        {
            double[] variances = Variances(powers, b, all);
            for (int t = 0; t < frames; t++)
            {
                cost += sums[b] * Math.Log(variances[t]) + weighted[b][t] / variances[t];
            }
        }

        return cost / frames;
    }

    /// <summary>Adds the powers of a frequency, relative to their mean, times a factor.</summary>
    private static void AddRelative(ReadOnlySpan<Complex> values, double factor, double[] sums)
    {
        double mean = 1e-300;
        foreach (Complex value in values)
        {
            mean += SmallComplex.Square(value) / values.Length;
        }

        for (int t = 0; t < values.Length; t++)
        {
            sums[t] += factor * SmallComplex.Square(values[t]) / mean;
        }
    }

    /// <summary>
    /// Mixes a band's power with that of its neighbors, by a Gaussian of one band's width, and with that of all.
    /// </summary>
    private static double[] Variances(double[][] powers, int band, double[] all)
    {
        double[] sum = new double[all.Length];
        double total = 0.0;
        for (int b = Math.Max(0, band - Reach); b <= Math.Min(powers.Length - 1, band + Reach); b++)
        {
            double kernel = Math.Exp(-0.5 * (b - band) * (b - band));
            total += kernel;
            TensorPrimitives.MultiplyAdd(powers[b], kernel, sum, sum);
        }

        TensorPrimitives.Multiply(sum, (1.0 - SharedByAll) / total, sum);
        TensorPrimitives.MultiplyAdd(all, SharedByAll, sum, sum);
        TensorPrimitives.Add(sum, VarianceFloor * TensorPrimitives.Average<double>(sum) + 1e-300, sum);
        return sum;
    }

    /// <summary>Computes the mean over the frequencies of log det C.</summary>
    private static double LogDeterminants(Complex[][] spectra, int frames, double[] weights)
    {
        int count = spectra.Length;
        Span<Complex> correlation = stackalloc Complex[count * count];
        double sum = 0.0;
        for (int f = 0; f < weights.Length; f++)
        {
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    Complex product = Product(
                        spectra[i].AsSpan(f * frames, frames), spectra[j].AsSpan(f * frames, frames));
                    correlation[i * count + j] = product;
                    correlation[j * count + i] = Complex.Conjugate(product);
                }
            }

            sum += weights[f] * LogDeterminant(correlation, count);
        }

        return sum;
    }

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

    /// <summary>Computes log det of the correlations that belong to products, which are overwritten.</summary>
    private static double LogDeterminant(Span<Complex> products, int count)
    {
        double scales = 0.0;
        for (int i = 0; i < count; i++)
        {
            ref Complex square = ref products[i * count + i];
            square = square.Real * (1.0 + CovarianceFloor) + 1e-300;
            scales += Math.Log(square.Real);
        }

        return SmallComplex.Factor(products, count) - scales;
    }
}
