using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>A fitted support vector function, f(x) = Σ β_i k(x_i, x) + b over the support vectors x_i.</summary>
public sealed class SupportVectorFit
{
    // Samples that are predicted at a time: few enough that their kernel values stay in the cache.
    private const int SamplesAtATime = 64;

    private readonly MachineSamples samples;
    private readonly KernelSamples vectors;
    private readonly double[] weights;

    internal SupportVectorFit(MachineSamples samples, Kernel kernel, KernelSamples x, DualSolution solution)
    {
        this.samples = samples;
        Kernel = kernel;
        int[] chosen = [.. Enumerable.Range(0, x.Count).Where(i => solution.Weights[i] != 0.0)];
        vectors = x.Only(chosen.AsSpan());
        weights = [.. chosen.Select(i => solution.Weights[i])];
        SupportVectors = chosen;
        (Offset, DualObjective, Violation) = (solution.Offset, solution.Objective, solution.Violation);
        (Iterations, IsConverged) = (solution.Iterations, solution.IsConverged);
    }

    /// <summary>Gets the kernel.</summary>
    public Kernel Kernel { get; }

    /// <summary>Gets the numbers of the samples that are support vectors, from 0.</summary>
    public IReadOnlyList<int> SupportVectors { get; }

    /// <summary>Gets β, one number a support vector.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>Gets b.</summary>
    public double Offset { get; }

    /// <summary>Gets the value of the dual objective, ½ βᵀKβ − qᵀβ, which LIBSVM calls obj.</summary>
    public double DualObjective { get; }

    /// <summary>Gets by how much the conditions of Karush, Kuhn and Tucker are violated at most.</summary>
    public double Violation { get; }

    /// <summary>Gets the number of steps.</summary>
    public int Iterations { get; }

    /// <summary>Gets whether the violation is within the tolerance; otherwise the limit on steps was reached.</summary>
    public bool IsConverged { get; }

    /// <summary>Computes f(x) of new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Vector<double> Predict(Matrix<double> inputs) => Vector<double>.Build.Dense(Predict(samples.Standardized(inputs)));

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() =>
        $"{SupportVectors.Count} support vectors of {samples.Inputs.Count} samples, {Kernel}, "
        + (IsConverged ? $"converged after {Iterations} steps" : $"not converged after {Iterations} steps: raise MaxIterations or lower Penalty");

    internal double[] Predict(KernelSamples x)
    {
        double[] values = new double[x.Count];
        GramMatrix? cross = null;
        for (int first = 0; first < x.Count; first += SamplesAtATime)
        {
            int count = Math.Min(SamplesAtATime, x.Count - first);
            cross = cross?.Columns == count ? cross : new GramMatrix(vectors.Count, count);
            Kernel.Fill(vectors, x.Only([.. Enumerable.Range(first, count)]), cross);
            for (int i = 0; i < count; i++)
            {
                values[first + i] = TensorPrimitives.Dot<double>(cross.Column(i), weights) + Offset;
            }
        }

        return values;
    }
}
