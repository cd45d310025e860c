using Math4AI.Kernels.GaussianProcesses.Laplace;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// Gaussian process classification: latent functions g ~ GP(0, k), and classes drawn with p(y = 1 | g) = 1/(1 +
/// exp(−g)) for two of them, with p(y = c | g) = exp g_c / Σ exp g for more. The posterior is approximated by Laplace's
/// method; the kernel's hyperparameters are those that make the classes most probable.
/// </summary>
/// <remarks>
/// Time (classes) n³ for each of about 10 steps to a mode, memory (classes + 4) n² numbers for more than two classes,
/// 3 n² for two. Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), chapter 3.
/// </remarks>
public sealed record GaussianProcessClassifier
{
    /// <summary>
    /// Gets the kernel and its hyperparameters at the start, in units of <see cref="Standardize"/>; null for
    /// <c>1.0 * Kernel.Matern52(…)</c> with a length scale for each input.
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets whether inputs are shifted and scaled to mean 0 and variance 1 for the kernel.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Gets whether hyperparameters are estimated; otherwise those given are used as they are.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>
    /// Gets the number of starts of the search: the given hyperparameters, then random ones within a factor of 10 of
    /// them.
    /// </summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 1;

    /// <summary>Gets the seed of the random starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the tolerances and limits of the search from each start.</summary>
    public MinimizerOptions Options { get; init; } = new() { GradientTolerance = 1e-5 };

    /// <summary>Fits the process to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">The class of each sample: any numbers.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, or there is only one class.
    /// </exception>
    /// <exception cref="ArithmeticException">The kernel is not positive semidefinite on the samples.</exception>
    public GaussianProcessClassifierFit Fit(
        Matrix<double> inputs, IReadOnlyList<int> classes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var given = new KernelSamples(inputs, nameof(inputs));
        int[] names = [.. classes.Distinct().Order()];
        if (classes.Count != given.Count || names.Length < 2)
        {
            throw new ArgumentException(
                $"There are {given.Count} samples, {classes.Count} class labels and {names.Length} classes: a label "
                + "for each sample and at least 2 classes are needed.",
                nameof(classes));
        }

        Kernel kernel = Kernel ?? 1.0 * Kernels.Kernel.Matern52(Enumerable.Repeat(1.0, inputs.ColumnCount).ToArray());
        kernel.Check(given);
        var scaling = new InputScaling(given, Standardize);
        KernelSamples samples = scaling.Apply(inputs);
        int[] places = [.. classes.Select(of => Array.BinarySearch(names, of))];
        ClassMode mode = ClassMode.Of(places, names.Length);
        var evidence = new LaplaceEvidence(samples, kernel, mode);
        double[] at = [.. kernel.Parameters];
        if (!double.IsFinite(evidence.Value(at)))
        {
            throw new ArithmeticException(
                $"The kernel {kernel} is not positive semidefinite on {samples.Count} samples: check it.");
        }

        Minimum? search = Optimize && at.Length > 0
            ? new EvidenceSearch(evidence, at.Length, Options, Starts, Seed).From(at, cancellation)
            : null;
        evidence.Value(search is null ? at : search.Parameters.ToArray());
        return new GaussianProcessClassifierFit(scaling, samples, names, places, evidence.Kernel, mode, search);
    }
}
