using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Math4AI.Language.Words;

/// <summary>
/// The vectors of words as inputs and as targets while they are learned: words × stride, twice, at a cache line, and
/// how often each was changed.
/// </summary>
internal sealed unsafe class WordWeights : IDisposable
{
    private const nuint CacheLine = 64;

    /// <summary>Changes of a row by one thread at which it is half settled.</summary>
    private const float Settled = 64.0f;

    private readonly float* values;

    /// <summary>Makes room, filled with zeros.</summary>
    /// <param name="words">The words.</param>
    /// <param name="dimensions">The numbers of a vector.</param>
    public WordWeights(int words, int dimensions)
    {
        Words = words;
        Stride = (dimensions + SampledKernels.Group - 1) / SampledKernels.Group * SampledKernels.Group;
        nuint bytes = checked(2 * (nuint)words * (nuint)Stride * sizeof(float));
        values = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(values, bytes);
        GC.AddMemoryPressure((long)bytes);
        Changes = new int[2 * words];
    }

    /// <summary>Gets the words.</summary>
    public int Words { get; }

    /// <summary>Gets the length of a row, with the zeros at its end.</summary>
    public int Stride { get; }

    /// <summary>Gets how often each row was changed since the last merge: inputs, then targets.</summary>
    public int[] Changes { get; }

    /// <summary>Returns the vector of a word as an input.</summary>
    public float* Input(int word) => values + (long)word * Stride;

    /// <summary>Returns the vector of a word as a target.</summary>
    public float* Target(int word) => values + (long)(Words + word) * Stride;

    /// <summary>Takes over the numbers of others.</summary>
    public void CopyFrom(WordWeights other) => NativeMemory.Copy(
        other.values, values, 2 * (nuint)Words * (nuint)Stride * sizeof(float));

    /// <summary>
    /// Puts together what threads have learned from the same beginning, for rows first to first + count: the beginning
    /// + w Σ (theirs − the beginning), w = (64 + m) / (64 + n) for n changes, of which one thread made m at most. Of a
    /// row that each changed a few times that is the sum, and of one that each has settled for itself, the mean.
    /// </summary>
    /// <param name="beginning">What all began with; afterwards, as each of them, what they begin with next.</param>
    /// <param name="theirs">What each thread has.</param>
    /// <param name="first">The first row of inputs and targets together.</param>
    /// <param name="count">The number of rows.</param>
    public static void Merge(WordWeights beginning, WordWeights[] theirs, int first, int count)
    {
        int stride = beginning.Stride;
        Span<float> sum = new float[stride];
        for (int row = first; row < first + count; row++)
        {
            int all = 0, most = 0;
            foreach (WordWeights one in theirs)
            {
                all += one.Changes[row];
                most = Math.Max(most, one.Changes[row]);
            }

            if (all == 0)
            {
                continue;
            }

            Span<float> start = beginning.Row(row);
            sum.Clear();
            foreach (WordWeights one in theirs)
            {
                if (one.Changes[row] > 0)
                {
                    TensorPrimitives.Add(sum, one.Row(row), sum);
                    TensorPrimitives.Subtract(sum, start, sum);
                    one.Changes[row] = 0;
                }
            }

            TensorPrimitives.MultiplyAdd(sum, (Settled + most) / (Settled + all), start, start);
            foreach (WordWeights one in theirs)
            {
                start.CopyTo(one.Row(row));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(values);
        GC.RemoveMemoryPressure(2L * Words * Stride * sizeof(float));
    }

    private Span<float> Row(int row) => new(values + (long)row * Stride, Stride);
}
