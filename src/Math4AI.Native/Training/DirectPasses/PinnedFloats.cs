using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Room for numbers that native code reads and writes. It grows where more is wanted, and what was in it is gone then.
/// </summary>
internal sealed unsafe class PinnedFloats
{
    private float[] values = [];

    /// <summary>Its first number.</summary>
    public float* Address => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(values));

    /// <summary>The array itself.</summary>
    public float[] Values => values;

    /// <summary>The first number of room for so many.</summary>
    /// <param name="count">How many.</param>
    public float* Of(int count)
    {
        if (values.Length < count)
        {
            values = GC.AllocateUninitializedArray<float>(count, pinned: true);
        }

        return Address;
    }
}
