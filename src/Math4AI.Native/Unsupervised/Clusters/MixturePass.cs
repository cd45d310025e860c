using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// One pass of expectation and maximization: the probabilities of the components for each sample, and the sums that
/// give the next weights, means and covariances. The sums are those of x − μ with the present means, so that a
/// component that is small beside its distance from the others loses no digits.
/// </summary>
internal sealed class MixturePass
{
    private readonly CenteredSource samples;
    private readonly CovarianceShape shape;
    private readonly double regularization;
    private readonly BlockPass<double, State> pass;

    public MixturePass(CenteredSource samples, int components, CovarianceShape shape, double regularization)
    {
        this.samples = samples;
        this.shape = shape;
        this.regularization = regularization;
        bool isDiagonal = shape is CovarianceShape.Diagonal or CovarianceShape.Spherical;
        pass = new BlockPass<double, State>(
            samples.Source, samples.Read, 0, () => new State(samples.Channels, components, isDiagonal));
    }

    /// <summary>Gets the logarithm of the likelihood that the last pass found.</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>Gets −ΣΣ p log p of the probabilities of the last pass.</summary>
    public double Entropy { get; private set; }

    /// <summary>Gives every sample to its nearest center alone.</summary>
    public MixtureComponents FromCenters(double[] centers, CancellationToken cancellation)
    {
        int components = centers.Length / samples.Channels;
        var nearest = new NearestCenters<double>(centers, components);
        var means = Matrix<double>.Build.DenseOfRowMajor(components, samples.Channels, centers);
        int[] Labels(ReadOnlySpan<double> block, int count)
        {
            int[] labels = new int[count];
            nearest.Find(block, count, labels);
            return labels;
        }

        return Run(
            means,
            (_, block, count, probabilities, _, _) =>
            {
                probabilities.Clear();
                int[] labels = Labels(block, count);
                for (int i = 0; i < count; i++)
                {
                    probabilities[labels[i] * count + i] = 1.0;
                }
            },
            cancellation);
    }

    /// <summary>Improves a mixture.</summary>
    public MixtureComponents Next(MixtureComponents mixture, CancellationToken cancellation) => Run(
        mixture.Means,
        (state, block, count, probabilities, totals, scratch) =>
        {
            mixture.LogDensities(block, count, scratch, probabilities);
            state.Entropy += MixtureComponents.Normalize(probabilities, count, totals, scratch);
            state.LogLikelihood += TensorPrimitives.Sum<double>(totals);
        },
        cancellation);

    private MixtureComponents Run(Matrix<double> means, Expectation expectation, CancellationToken cancellation)
    {
        State[] states = [.. pass.States];
        Array.ForEach(states, state => state.Clear());
        pass.Run(
            (state, block, _, count, _) =>
            {
                state.Reserve(count);
                Span<double> probabilities = state.Probabilities.AsSpan(0, means.RowCount * count);
                expectation(state, block, count, probabilities, state.Totals.AsSpan(0, count), state.Scratch);
                state.Add(block, count, probabilities, means);
            },
            cancellation);
        LogLikelihood = states.Sum(state => state.LogLikelihood);
        Entropy = states.Sum(state => state.Entropy);
        return Maximize(
            means,
            Total([.. states.Select(state => state.Counts)]),
            [.. Enumerable.Range(0, means.RowCount).Select(c => Total([.. states.Select(state => state.First[c])]))],
            [.. Enumerable.Range(0, means.RowCount).Select(c => Total([.. states.Select(state => state.Second[c])]))]);
    }

    private static double[] Total(double[][] parts)
    {
        double[] sum = new double[parts[0].Length];
        Array.ForEach(parts, part => TensorPrimitives.Add<double>(sum, part, sum));
        return sum;
    }

    /// <summary>From the sums of 1, x − μ and (x − μ)(x − μ)ᵀ to the next mixture.</summary>
    private MixtureComponents Maximize(Matrix<double> means, double[] counts, double[][] first, double[][] second)
    {
        int channels = samples.Channels;
        double total = counts.Sum();
        Matrix<double> moved = means.Clone();
        var scatters = new Matrix<double>[counts.Length];
        for (int component = 0; component < counts.Length; component++)
        {
            double count = counts[component];
            var step = Vector<double>.Build.Dense(channels, i => count > 0.0 ? first[component][i] / count : 0.0);
            moved.SetRow(component, means.Row(component) + step);
            double[] sums = second[component];
            scatters[component] = Matrix<double>.Build.Dense(
                channels, channels, (i, j) => sums[Math.Max(i, j) * channels + Math.Min(i, j)])
                - count * step.OuterProduct(step);
        }

        return new MixtureComponents(
            [.. counts.Select(count => count / total)], moved, Covariances(scatters, counts, total));
    }

    private Matrix<double>[] Covariances(Matrix<double>[] scatters, double[] counts, double total)
    {
        var noise = Matrix<double>.Build.DenseDiagonal(samples.Channels, samples.Channels, regularization);
        if (shape == CovarianceShape.Tied)
        {
            Matrix<double> shared = scatters.Aggregate((a, b) => a + b) / total + noise;
            return [.. scatters.Select(_ => shared)];
        }

        return [.. scatters.Select((scatter, component) =>
        {
            Matrix<double> covariance = counts[component] > 0.0 ? scatter / counts[component] : scatter;
            return noise + shape switch
            {
                CovarianceShape.Full => covariance,
                CovarianceShape.Diagonal => Matrix<double>.Build.DiagonalOfDiagonalVector(covariance.Diagonal()),
                _ => Matrix<double>.Build.DiagonalIdentity(samples.Channels) * covariance.Diagonal().Average(),
            };
        })];
    }

    private delegate void Expectation(
        State state, ReadOnlySpan<double> block, int count, Span<double> probabilities, Span<double> totals,
        Span<double> scratch);

    private sealed class State(int channels, int components, bool isDiagonal) : IPartialSums
    {
        // Samples that stay in the first-level cache while they are multiplied.
        private const int Part = 256;

        private readonly double[] likelihoodAndEntropy = new double[2];
        private readonly double[] centered = new double[channels * Part];
        private readonly double[] weighted = new double[channels * Part];

        IReadOnlyList<double[]> IPartialSums.Totals => [likelihoodAndEntropy, Counts, .. First, .. Second];

        public ref double LogLikelihood => ref likelihoodAndEntropy[0];

        public ref double Entropy => ref likelihoodAndEntropy[1];

        public double[] Probabilities { get; private set; } = [];

        public double[] Totals { get; private set; } = [];

        public double[] Scratch { get; private set; } = [];

        /// <summary>Gets Σ p of each component.</summary>
        public double[] Counts { get; } = new double[components];

        /// <summary>Gets Σ p (x − μ) of each component.</summary>
        public double[][] First { get; } = [.. Enumerable.Range(0, components).Select(_ => new double[channels])];

        /// <summary>
        /// Gets Σ p (x − μ)(x − μ)ᵀ of each component, row after row, of which the lower triangle counts.
        /// </summary>
        public double[][] Second { get; } =
            [.. Enumerable.Range(0, components).Select(_ => new double[channels * channels])];

        public void Clear()
        {
            (LogLikelihood, Entropy) = (0.0, 0.0);
            Array.Clear(Counts);
            Array.ForEach(First, Array.Clear);
            Array.ForEach(Second, Array.Clear);
        }

        public void Reserve(int count)
        {
            if (Totals.Length < count)
            {
                Probabilities = new double[components * count];
                Totals = new double[count];
                Scratch = new double[MixtureComponents.ScratchFor(channels) * count];
            }
        }

        public void Add(
            ReadOnlySpan<double> block, int count, ReadOnlySpan<double> probabilities, Matrix<double> means)
        {
            for (int component = 0; component < components; component++)
            {
                ReadOnlySpan<double> p = probabilities.Slice(component * count, count);
                Counts[component] += TensorPrimitives.Sum(p);
                for (int start = 0; start < count; start += Part)
                {
                    AddPart(block, count, start, p.Slice(start, Math.Min(Part, count - start)), means, component);
                }
            }
        }

        private void AddPart(
            ReadOnlySpan<double> block, int count, int start, ReadOnlySpan<double> p, Matrix<double> means,
            int component)
        {
            int part = p.Length;
            Span<double> c = centered.AsSpan(0, channels * part), w = weighted.AsSpan(0, channels * part);
            for (int channel = 0; channel < channels; channel++)
            {
                Span<double> own = c.Slice(channel * part, part), times = w.Slice(channel * part, part);
                First[component][channel] += MixtureKernels.CenterAndWeigh(
                    block.Slice(channel * count + start, part), means[component, channel], p, own, times);
                if (isDiagonal)
                {
                    Second[component][channel * channels + channel] += TensorPrimitives.Dot<double>(own, times);
                }
            }

            if (isDiagonal)
            {
                return;
            }

            if (channels <= MixtureKernels.MaxChannels)
            {
                MixtureKernels.AddLower(w, c, channels, part, Second[component]);
            }
            else
            {
                BlockKernels.AddOuterProduct<double>(w, channels, c, channels, part, Second[component]);
            }
        }
    }
}
