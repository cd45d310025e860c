namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>Laplace's approximation for classes.</summary>
internal abstract class ClassMode(int samples, int functions) : LaplaceMode(samples, functions)
{
    /// <summary>Makes the approximation: one latent function for two classes, one a class for more.</summary>
    /// <param name="classes">The class of each sample, from 0.</param>
    /// <param name="count">The number of classes.</param>
    public static ClassMode Of(int[] classes, int count) => count == 2
        ? new BinaryMode(Array.ConvertAll(classes, of => (double)of))
        : new SoftmaxMode(classes, count);

    /// <summary>
    /// Computes the probabilities of new samples, classes × samples, column after column: the expectation over the
    /// latent values, whose distribution is normal.
    /// </summary>
    /// <param name="cross">k(X, x), samples × new samples; overwritten.</param>
    /// <param name="prior">k(x, x).</param>
    public abstract double[] Probabilities(GramMatrix cross, double[] prior);
}
