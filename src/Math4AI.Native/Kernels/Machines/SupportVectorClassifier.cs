using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// Support vector classification: between each two classes the function f(x) = Σ β_i k(x_i, x) + b that minimises
/// ½ ‖f‖² + C Σ max(0, 1 − y_i f(x_i)), y = ±1; several classes vote, one against one.
/// </summary>
/// <remarks>The dual optimum is that of LIBSVM's C-SVC. Source: Cortes and Vapnik, Support-vector networks (1995).</remarks>
public sealed record SupportVectorClassifier : SupportVectorSettings
{
    /// <summary>Fits the machine to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">The class of each sample: any numbers.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, a number is not finite, or there is only one class.</exception>
    public SupportVectorClassifierFit Fit(Matrix<double> inputs, IReadOnlyList<int> classes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        MachineSamples samples = Prepare(inputs);
        int[] names = [.. classes.Distinct().Order()];
        if (classes.Count != samples.Inputs.Count || names.Length < 2)
        {
            throw new ArgumentException(
                $"There are {samples.Inputs.Count} samples, {classes.Count} class labels and {names.Length} classes: a label for each sample and at least 2 classes are needed.",
                nameof(classes));
        }

        var pairs = new List<(int First, int Second, SupportVectorFit Fit)>();
        for (int first = 0; first < names.Length; first++)
        {
            for (int second = first + 1; second < names.Length; second++)
            {
                int[] both = [.. Enumerable.Range(0, classes.Count).Where(i => classes[i] == names[first] || classes[i] == names[second])];
                bool[] isFirst = [.. both.Select(i => classes[i] == names[first])];
                SupportVectorFit fit = Solve(
                    samples, samples.Inputs.Only(both.AsSpan()), DualProblem.OfClasses(isFirst, Penalty), cancellation);
                pairs.Add((first, second, fit));
            }
        }

        return new SupportVectorClassifierFit(samples, names, pairs);
    }
}
