using System.Numerics.Tensors;

namespace Math4AI.Kernels;

/// <summary>Kernel values of a set of samples with one other at a time, in float32: what machines keep.</summary>
internal abstract class KernelColumns
{
    /// <summary>Fills k(x_i, z) of all samples.</summary>
    /// <param name="other">The number of z among the others.</param>
    /// <param name="values">One number a sample.</param>
    public abstract void Fill(int other, Span<float> values);

    /// <summary>The values of any kernel, computed in float64.</summary>
    internal sealed class Rounded(Kernel kernel, KernelSamples samples, KernelSamples others) : KernelColumns
    {
        private readonly GramMatrix column = new(samples.Count, 1);

        public override void Fill(int other, Span<float> values)
        {
            kernel.Fill(samples, others.Only(other), column);
            TensorPrimitives.ConvertTruncating<double, float>(column.Column(0), values);
        }
    }
}
