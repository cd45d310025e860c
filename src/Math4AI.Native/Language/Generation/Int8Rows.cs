using System.Runtime.InteropServices;

namespace Math4AI.Language.Generation;

/// <summary>
/// A matrix of bytes: each group of neighbors in a row is whole numbers from −127 to 127 times a scale of its own,
/// w ≈ s q with s = max |w| / 127, so that no element is off by more than s / 2. Source: T. Dettmers et al.,
/// "LLM.int8()", NeurIPS (2022), with groups in place of rows.
/// </summary>
internal sealed unsafe class Int8Rows
{
    /// <summary>The numbers that share a scale.</summary>
    public const int Group = 64;

    private readonly sbyte[] numbers;
    private readonly float[] scales;

    private Int8Rows(int outputs, int inputs)
    {
        (Outputs, Inputs, Groups) = (outputs, inputs, (inputs + Group - 1) / Group);
        numbers = GC.AllocateUninitializedArray<sbyte>(checked(outputs * inputs), pinned: true);
        scales = GC.AllocateUninitializedArray<float>(checked(outputs * Groups), pinned: true);
    }

    /// <summary>Gets the rows.</summary>
    public int Outputs { get; }

    /// <summary>Gets the length of a row.</summary>
    public int Inputs { get; }

    /// <summary>Gets the groups of a row.</summary>
    public int Groups { get; }

    /// <summary>Gets the bytes of all.</summary>
    public long ByteCount => numbers.Length + (long)sizeof(float) * scales.Length;

    /// <summary>Gets the whole numbers, outputs × inputs.</summary>
    public sbyte* Numbers => (sbyte*)Marshal.UnsafeAddrOfPinnedArrayElement(numbers, 0);

    /// <summary>Gets the scales, outputs × groups.</summary>
    public float* Scales => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(scales, 0);

    /// <summary>Rounds a matrix.</summary>
    /// <param name="matrix">outputs × inputs.</param>
    /// <param name="inputs">The length of a row.</param>
    public static Int8Rows Of(float[] matrix, int inputs)
    {
        var result = new Int8Rows(matrix.Length / inputs, inputs);
        for (int row = 0, scale = 0; row < result.Outputs; row++)
        {
            for (int first = 0; first < inputs; first += Group, scale++)
            {
                int at = row * inputs + first, count = Math.Min(Group, inputs - first);
                result.scales[scale] = Round(matrix.AsSpan(at, count), result.numbers.AsSpan(at, count));
            }
        }

        return result;
    }

    /// <summary>Writes a row in float32.</summary>
    public void CopyRow(int row, Span<float> target)
    {
        for (int i = 0; i < Inputs; i++)
        {
            target[i] = scales[row * Groups + i / Group] * numbers[row * Inputs + i];
        }
    }

    private static float Round(ReadOnlySpan<float> values, Span<sbyte> numbers)
    {
        float most = 0.0f;
        foreach (float value in values)
        {
            most = Math.Max(most, Math.Abs(value));
        }

        float scale = most / sbyte.MaxValue, inverse = most > 0.0f ? sbyte.MaxValue / most : 0.0f;
        for (int i = 0; i < values.Length; i++)
        {
            // Of numbers too small for a scale the inverse is infinite: they are 0.
            numbers[i] = float.IsFinite(inverse)
                ? (sbyte)Math.Clamp(MathF.Round(values[i] * inverse), -sbyte.MaxValue, sbyte.MaxValue) : (sbyte)0;
        }

        return scale;
    }
}
