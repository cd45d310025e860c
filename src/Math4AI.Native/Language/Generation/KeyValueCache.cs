using System.Runtime.InteropServices;

namespace Math4AI.Language.Generation;

/// <summary>
/// The keys and values of the symbols that a text has so far, which the attention of those to come looks at: of each
/// layer and head, positions × width of a head. They never change, since a symbol does not see those after it. And of
/// each layer, the last rows that its attention and its products have read.
/// </summary>
internal sealed class KeyValueCache
{
    private readonly float[][] keys;
    private readonly float[][] values;
    private readonly float[] near;
    private readonly int nearSize;

    /// <summary>Makes room.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="width">The numbers of a key, of all heads together.</param>
    /// <param name="capacity">The most symbols.</param>
    /// <param name="nearSize">The numbers of the last rows that a part of a layer has read.</param>
    public KeyValueCache(int layers, int width, int capacity, int nearSize = 0)
    {
        this.nearSize = nearSize;
        near = Room(checked(2 * layers * nearSize));
        Capacity = capacity;
        int size = checked(width * capacity);
        keys = [.. Enumerable.Range(0, layers).Select(_ => Room(size))];
        values = [.. Enumerable.Range(0, layers).Select(_ => Room(size))];
    }

    /// <summary>Gets the most symbols.</summary>
    public int Capacity { get; }

    /// <summary>Gets or sets how many symbols there are.</summary>
    public int Length { get; set; }

    /// <summary>Returns where the keys of a layer lie.</summary>
    public unsafe float* Keys(int layer) => Address(keys[layer]);

    /// <summary>Returns where the values of a layer lie.</summary>
    public unsafe float* Values(int layer) => Address(values[layer]);

    /// <summary>
    /// Returns the last rows that the attention (0) or the products (1) of a layer have read; a row of position p is
    /// the one with the number p modulo theirs.
    /// </summary>
    public Span<float> Near(int layer, int part) => near.AsSpan((2 * layer + part) * nearSize, nearSize);

    private static float[] Room(int size) => GC.AllocateUninitializedArray<float>(size, pinned: true);

    private static unsafe float* Address(float[] pinned) =>
        (float*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
