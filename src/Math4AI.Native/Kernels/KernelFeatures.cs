using Math4AI.Features;
using Math4AI.Kernels.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// Feature maps that approach a kernel, φ(x)·φ(x′) ≈ k(x, x′), so that linear methods do what kernel methods do, in
/// time proportional to the number of samples; and kernel principal components.
/// </summary>
public static class KernelFeatures
{
    private const int UsualFeatures = 500;

    /// <summary>
    /// Random Fourier features of the RBF kernel: cos(wᵀx)/√m and sin(wᵀx)/√m with m random frequencies w ~ N(0, ℓ⁻²
    /// I), so that φ(x)·φ(x) = 1.
    /// </summary>
    /// <param name="features">2m, rounded up to an even number.</param>
    /// <param name="lengthScale">
    /// ℓ; null for √(d/2) of d inputs, as for <see cref="Machines.SupportVectorSettings.Kernel"/>.
    /// </param>
    /// <param name="seed">The seed of the frequencies.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There are no features, or ℓ is not positive and finite.
    /// </exception>
    /// <remarks>Source: A. Rahimi and B. Recht, Random features for large-scale kernel machines, NIPS (2007).</remarks>
    public static FeatureMap<Matrix<double>> RandomFourier(
        int features = UsualFeatures, double? lengthScale = null, int seed = 1) =>
        new RandomFourierFeatures(features, lengthScale, seed);

    /// <summary>
    /// The Nyström map of any kernel: φ(x) = Λ^(−1/2) Uᵀ k(Z, x) with m training samples Z, chosen at random, and k(Z,
    /// Z) = U Λ Uᵀ. With all samples it is exact among them.
    /// </summary>
    /// <param name="kernel">k; null for the RBF kernel of <see cref="Machines.SupportVectorSettings.Kernel"/>.</param>
    /// <param name="features">m; fewer where the training has fewer samples, or k(Z, Z) a lower rank.</param>
    /// <param name="seed">The seed of the choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no features.</exception>
    /// <remarks>
    /// Source: C. Williams and M. Seeger, Using the Nyström method to speed up kernel machines, NIPS (2001).
    /// </remarks>
    public static FeatureMap<Matrix<double>> Nystroem(
        Kernel? kernel = null, int features = UsualFeatures, int seed = 1) =>
        new NystroemFeatures(kernel, features, seed);

    /// <summary>
    /// Kernel principal components: the projections on the directions of largest variance in the kernel's feature
    /// space. Memory takes n² numbers for n training samples.
    /// </summary>
    /// <param name="kernel">k; null for the RBF kernel of <see cref="Machines.SupportVectorSettings.Kernel"/>.</param>
    /// <param name="components">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than one.</exception>
    /// <remarks>
    /// It equals scikit-learn's <c>KernelPCA</c> up to signs. Source: B. Schölkopf, A. Smola and K.-R. Müller,
    /// Nonlinear component analysis as a kernel eigenvalue problem, Neural Computation 10 (1998).
    /// </remarks>
    public static FeatureMap<Matrix<double>> Components(Kernel? kernel = null, int components = 2) =>
        new KernelComponents(kernel, components);

    /// <summary>Makes the maps known to formulas, at the start of the library.</summary>
    internal static void Register()
    {
        FeatureMap.Names.Add("random-fourier", arguments => RandomFourier(
            arguments.WholeNumber(0, UsualFeatures), arguments.Positive(1), arguments.WholeNumber(2, 1)));
        FeatureMap.Names.Add("nystroem", arguments => Nystroem(
            KernelOf(arguments, 1), arguments.WholeNumber(0, UsualFeatures), arguments.WholeNumber(2, 1)));
        FeatureMap.Names.Add(
            "kernel-pca", arguments => Components(KernelOf(arguments, 1), arguments.WholeNumber(0, 2)));
    }

    private static Kernel? KernelOf(FeatureArguments arguments, int place) =>
        arguments.Text(place, string.Empty) is { Length: > 0 } formula ? Kernel.Parse(formula) : null;
}
