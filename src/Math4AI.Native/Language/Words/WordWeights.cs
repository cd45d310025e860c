using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Language.Words;

/// <summary>
/// The vectors of words as inputs and as targets while they are learned: words × stride, twice, at a cache line, and
/// how often each was changed. Those of one thread among several take a row from the common ones when they first
/// change it: what two threads write in turn would travel between their cores.
/// </summary>
internal sealed unsafe class WordWeights : IDisposable
{
    private const nuint CacheLine = 64;

    /// <summary>Changes of a row by one thread at which it is half settled.</summary>
    private const float Settled = 64.0f;

    private readonly float* values;
    private readonly WordWeights? common;

    /// <summary>Makes room, filled with zeros.</summary>
    /// <param name="words">The words.</param>
    /// <param name="dimensions">The numbers of a vector.</param>
    /// <param name="common">What a row is before this thread first changes it; null for one thread alone.</param>
    public WordWeights(int words, int dimensions, WordWeights? common = null)
    {
        this.common = common;
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

    /// <summary>
    /// Counts a change to a row, inputs and then targets, that is about to come; the first one since the last merge
    /// takes the common row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(int row)
    {
        if (common is { } from && Changes[row]++ == 0)
        {
            NativeMemory.Copy(from.Row(row), Row(row), (nuint)Stride * sizeof(float));
        }
    }

    /// <summary>
    /// Puts together what threads have learned from the same beginning, for rows first to first + count: the beginning
    /// + w Σ (theirs − the beginning), w = (64 + m) / (64 + n) for n changes, of which one thread made m at most. Of a
    /// row that each changed a few times that is the sum, and of one that each has settled for itself, the mean.
    /// </summary>
    /// <param name="beginning">What all began with; afterwards, what they begin with next.</param>
    /// <param name="theirs">What each thread has.</param>
    /// <param name="first">The first row of inputs and targets together.</param>
    /// <param name="count">The number of rows.</param>
    public static void Merge(WordWeights beginning, WordWeights[] theirs, int first, int count)
    {
        float** changed = stackalloc float*[theirs.Length];
        for (int row = first; row < first + count; row++)
        {
            int all = 0, most = 0, threads = 0;
            foreach (WordWeights one in theirs)
            {
                int changes = one.Changes[row];
                if (changes > 0)
                {
                    changed[threads++] = one.Row(row);
                    one.Changes[row] = 0;
                }

                all += changes;
                most = Math.Max(most, changes);
            }

            if (all > 0)
            {
                Add(changed, threads, (Settled + most) / (Settled + all), beginning.Row(row), beginning.Stride);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(values);
        GC.RemoveMemoryPressure(2L * Words * Stride * sizeof(float));
    }

    /// <summary>start += weight Σ (rows − start).</summary>
    private static void Add(float** rows, int count, float weight, float* start, int length)
    {
        var share = Vector256.Create(weight);
        for (int i = 0; i < length; i += Vector256<float>.Count)
        {
            var before = Vector256.Load(start + i);
            Vector256<float> sum = default;
            for (int n = 0; n < count; n++)
            {
                sum += Vector256.Load(rows[n] + i) - before;
            }

            Vector256.MultiplyAddEstimate(sum, share, before).Store(start + i);
        }
    }

    private float* Row(int row) => values + (long)row * Stride;
}
