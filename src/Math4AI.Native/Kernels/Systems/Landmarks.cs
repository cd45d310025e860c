using Math4AI.LinearAlgebra.Decompositions;

namespace Math4AI.Kernels.Systems;

/// <summary>
/// Nyström's approximation of a kernel from some of the samples, the landmarks Z: k(x, x′) ≈ φ(x)·φ(x′) with φ(x) = L⁻¹
/// k(Z, x) and K_ZZ = L Lᵀ. It is exact where x or x′ is a landmark. Source: Williams and Seeger, Using the Nyström
/// method to speed up kernel machines, NIPS 13 (2001).
/// </summary>
internal sealed class Landmarks
{
    // Landmarks that nearly repeat leave K_ZZ singular to rounding; a share of its diagonal is then added, as small as
    // is enough.
    private const double SmallestJitter = 1e-12;

    private const double LargestJitter = 1e-4;

    private readonly Kernel kernel;

    /// <summary>Takes the landmarks.</summary>
    /// <exception cref="ArithmeticException">The kernel is not positive semidefinite.</exception>
    public Landmarks(Kernel kernel, KernelSamples points)
    {
        (this.kernel, Points) = (kernel, points);
        double[] diagonal = new double[points.Count];
        kernel.FillDiagonal(points, diagonal);
        double largest = diagonal.Max();
        PositiveDefiniteFactor? found = null;
        for (double jitter = SmallestJitter; found is null; jitter *= 10.0)
        {
            if (jitter > LargestJitter)
            {
                throw new ArithmeticException(
                    $"The kernel {kernel} is not positive semidefinite on {points.Count} samples: check it.");
            }

            var gram = new GramMatrix(points.Count, points.Count);
            kernel.Fill(points, points, gram);
            for (int i = 0; i < points.Count; i++)
            {
                gram.Column(i)[i] += jitter * largest;
            }

            (found, Jitter) = (PositiveDefiniteFactor.TryFactor(gram.Values, points.Count), jitter * largest);
        }

        Factor = found;
    }

    /// <summary>Chooses landmarks at random, without repeats.</summary>
    public static Landmarks Choose(Kernel kernel, KernelSamples samples, int count, int seed)
    {
        int[] order = [.. Enumerable.Range(0, samples.Count)];
        new Random(seed).Shuffle(order);
        Array.Sort(order, 0, Math.Min(count, order.Length));
        return new Landmarks(kernel, samples.Only(order.AsSpan(0, Math.Min(count, order.Length))));
    }

    public KernelSamples Points { get; }

    public int Count => Points.Count;

    /// <summary>Gets the factor L of K_ZZ.</summary>
    public PositiveDefiniteFactor Factor { get; }

    /// <summary>Gets what was added to the diagonal of K_ZZ.</summary>
    public double Jitter { get; }

    /// <summary>Computes φ, landmarks × samples.</summary>
    public GramMatrix Features(KernelSamples samples)
    {
        var features = new GramMatrix(Count, samples.Count);
        kernel.Fill(Points, samples, features);
        Factor.SolveLower(features.Values);
        return features;
    }
}
