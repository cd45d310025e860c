using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Outputs that a pass of ours writes and a loss of torch's reads: an array, and for each shape that it is wanted in a
/// leaf over its beginning, which autograd leaves the gradient at.
/// </summary>
internal sealed unsafe class OutputLeaf
{
    private const int MaxShapes = 8;

    private readonly PinnedFloats values = new();
    private readonly Dictionary<(long Rows, long Columns), Tensor> leaves = [];
    private Tensor? current;

    /// <summary>Where the outputs are to be written.</summary>
    public float* Address => values.Address;

    /// <summary>The leaf of so many rows and columns.</summary>
    public Tensor Of(int rows, int columns)
    {
        int count = checked(rows * columns);
        float[] before = values.Values;
        _ = values.Of(count);
        if (values.Values != before)
        {
            leaves.Clear();
        }

        if (!leaves.TryGetValue((rows, columns), out Tensor? leaf))
        {
            if (leaves.Count == MaxShapes)
            {
                leaves.Clear();
            }

            using Tensor all = frombuffer(values.Values, ScalarType.Float32);
            using Tensor used = all.narrow(0, 0, count);
            leaf = used.view(rows, columns).DetachFromDisposeScope();
            leaf.requires_grad = true;
            leaves[(rows, columns)] = leaf;
        }

        return current = leaf;
    }

    /// <summary>Copies the gradient of the last leaf, and forgets it.</summary>
    public void TakeGradient(Span<float> target)
    {
        using Tensor gradient = current!.grad!.contiguous();
        MemoryMarshal.Cast<byte, float>(gradient.bytes).CopyTo(target);
        current.grad = null;
    }
}
