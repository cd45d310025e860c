using System.Numerics.Tensors;

namespace Math4AI.Kernels;

/// <summary>
/// Kernel values of a set of samples with some others at a time, in float32: what machines keep.
/// </summary>
internal abstract class KernelColumns
{
    /// <summary>Gets whether several take little longer than one; by default they do not.</summary>
    public virtual bool IsFasterTogether => false;

    /// <summary>Fills k(x_i, z) of all samples.</summary>
    /// <param name="which">The numbers of each z among the others.</param>
    /// <param name="values">For each z, one number a sample.</param>
    public abstract void Fill(ReadOnlySpan<int> which, Span<float> values);

    /// <summary>Fills k(x_i, z) of all samples with others that follow each other.</summary>
    /// <param name="first">The number of the first z.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="values">For each z, one number a sample.</param>
    public void Fill(int first, int count, Span<float> values)
    {
        Span<int> which = new int[count];
        for (int i = 0; i < count; i++)
        {
            which[i] = first + i;
        }

        Fill(which, values);
    }

    /// <summary>The values of any kernel, computed in float64.</summary>
    internal sealed class Rounded(Kernel kernel, KernelSamples samples, KernelSamples others) : KernelColumns
    {
        private readonly GramMatrix column = new(samples.Count, 1);

        public override void Fill(ReadOnlySpan<int> which, Span<float> values)
        {
            for (int i = 0; i < which.Length; i++)
            {
                kernel.Fill(samples, others.Only(which[i]), column);
                TensorPrimitives.ConvertTruncating<double, float>(
                    column.Column(0), values.Slice(i * samples.Count, samples.Count));
            }
        }
    }
}
