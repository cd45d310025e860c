using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// The normal densities of a mixture, laid out for blocks: with Σ = LLᵀ, log N(x) = c − ½‖L⁻¹(x − μ)‖².
/// </summary>
internal sealed class MixtureComponents
{
    private const double MinExponent = -600.0;

    private readonly double[] whitening;
    private readonly double[] offsets;
    private readonly double[] constants;

    /// <summary>Factorizes the covariances.</summary>
    /// <param name="weights">One number a component, with the sum 1.</param>
    /// <param name="means">components × channels.</param>
    /// <param name="covariances">channels × channels each, positive definite.</param>
    public MixtureComponents(double[] weights, Matrix<double> means, Matrix<double>[] covariances)
    {
        (Weights, Means, Covariances) = (weights, means, covariances);
        int channels = means.ColumnCount;
        whitening = new double[weights.Length * channels * channels];
        offsets = new double[weights.Length * channels];
        constants = new double[weights.Length];
        for (int component = 0; component < weights.Length; component++)
        {
            Matrix<double> factor = covariances[component].Cholesky().Factor;
            Matrix<double> inverse = factor.Inverse().LowerTriangle();
            inverse.ToRowMajorArray().CopyTo(whitening, component * channels * channels);
            (inverse * means.Row(component)).AsArray().CopyTo(offsets, component * channels);
            constants[component] = Math.Log(weights[component]) - factor.Diagonal().PointwiseLog().Sum()
                - channels / 2.0 * Math.Log(2.0 * Math.PI);
        }
    }

    public double[] Weights { get; }

    /// <summary>Gets the means, components × channels.</summary>
    public Matrix<double> Means { get; }

    public Matrix<double>[] Covariances { get; }

    public int Count => Weights.Length;

    public int Channels => Means.ColumnCount;

    /// <summary>
    /// Writes the logarithm of the weighted density of each component, log(w N(x)), components × samples.
    /// </summary>
    /// <param name="block">Planar: channel after channel, each of <paramref name="count"/> samples.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="scratch">Room for as many numbers as the block has.</param>
    /// <param name="logs">Takes the logarithms, a row each component.</param>
    public void LogDensities(ReadOnlySpan<double> block, int count, Span<double> scratch, Span<double> logs)
    {
        int size = Channels * Channels;
        for (int component = 0; component < Count; component++)
        {
            Span<double> row = logs.Slice(component * count, count);
            ReadOnlySpan<double> triangle = whitening.AsSpan(component * size, size);
            ReadOnlySpan<double> offset = offsets.AsSpan(component * Channels, Channels);
            if (Channels <= MixtureKernels.MaxChannels)
            {
                MixtureKernels.SquaredLengths(triangle, offset, block, count, row);
            }
            else
            {
                SquaredLengths(triangle, offset, block, count, scratch, row);
            }

            TensorPrimitives.Multiply(row, -0.5, row);
            TensorPrimitives.Add(row, constants[component], row);
        }
    }

    private static void SquaredLengths(
        ReadOnlySpan<double> triangle, ReadOnlySpan<double> offsets, ReadOnlySpan<double> block, int count,
        Span<double> scratch, Span<double> squares)
    {
        int channels = offsets.Length;
        Span<double> white = scratch[..(channels * count)];
        BlockKernels.Project(triangle, channels, block, channels, count, white);
        squares.Clear();
        for (int channel = 0; channel < channels; channel++)
        {
            Span<double> z = white.Slice(channel * count, count);
            TensorPrimitives.Subtract(z, offsets[channel], z);
            TensorPrimitives.MultiplyAdd<double>(z, z, squares, squares);
        }
    }

    /// <summary>Returns how many numbers of scratch space a sample needs.</summary>
    public static int ScratchFor(int channels) => Math.Max(channels, 3);

    /// <summary>
    /// Turns logarithms of weighted densities into the probabilities of the components, sample by sample.
    /// </summary>
    /// <param name="logs">components × samples; takes the probabilities.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="totals">Takes the logarithm of the mixture's density of each sample.</param>
    /// <param name="scratch">Room for three times as many numbers as there are samples.</param>
    /// <returns>The sum of the entropies of the probabilities, −Σ p log p.</returns>
    public static double Normalize(Span<double> logs, int count, Span<double> totals, Span<double> scratch)
    {
        int components = logs.Length / count;
        Span<double> largest = scratch[..count], sums = totals[..count];
        Span<double> exponents = scratch.Slice(count, count), moments = scratch.Slice(2 * count, count);
        moments.Clear();
        logs[..count].CopyTo(largest);
        for (int component = 1; component < components; component++)
        {
            TensorPrimitives.Max<double>(largest, logs.Slice(component * count, count), largest);
        }

        sums.Clear();
        for (int component = 0; component < components; component++)
        {
            Span<double> row = logs.Slice(component * count, count);
            TensorPrimitives.Subtract<double>(row, largest, exponents);

            // Below, exp would be subnormal, which is slow to compute with; both are nothing beside the largest.
            TensorPrimitives.Max(exponents, MinExponent, exponents);
            TensorPrimitives.Exp<double>(exponents, row);
            TensorPrimitives.Add<double>(sums, row, sums);
            TensorPrimitives.MultiplyAdd<double>(row, exponents, moments, moments);
        }

        for (int component = 0; component < components; component++)
        {
            Span<double> row = logs.Slice(component * count, count);
            TensorPrimitives.Divide<double>(row, sums, row);
        }

        // With p = eʳ / s: −Σ p log p = log s − Σ eʳ r / s.
        TensorPrimitives.Divide<double>(moments, sums, moments);
        TensorPrimitives.Log<double>(sums, sums);
        double entropy = TensorPrimitives.Sum<double>(sums) - TensorPrimitives.Sum<double>(moments);
        TensorPrimitives.Add<double>(sums, largest, sums);
        return entropy;
    }
}
