using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Math4AI.Language.Words;

/// <summary>
/// One thread that learns vectors of words from lines by telling what is near from what is drawn. All inputs of a word
/// share its draws. Sources: T. Mikolov, I. Sutskever, K. Chen, G. Corrado and J. Dean, NIPS (2013); the shared draws,
/// S. Ji, N. Satish, S. Li and P. Dubey, IEEE TPDS 30 (2019); the gradient of the mean, O. İrsoy, A. Benton and K.
/// Stratos, arXiv:2012.15332.
/// </summary>
internal sealed unsafe class SampledWorker : IDisposable
{
    private readonly Vocabulary vocabulary;
    private readonly WordDraws draws;
    private readonly WordVectorOptions options;
    private readonly WordWeights weights;

    /// <summary>The mean of inputs, before and after a step; and a row that stands for no target.</summary>
    private readonly WordWeights own;
    private readonly List<int> line = [];
    private readonly float[] dots;
    private readonly nint[] targets = new nint[SampledKernels.Targets];
    private readonly bool isCounted;

    /// <summary>The word that is learned from, and the one after it, whose rows are on their way.</summary>
    private Center now, next;

    private ulong state;

    /// <summary>Makes a worker.</summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="draws">Their frequencies.</param>
    /// <param name="options">The settings.</param>
    /// <param name="weights">What it changes.</param>
    /// <param name="isCounted">Whether changes are counted, for a merge.</param>
    public SampledWorker(
        Vocabulary vocabulary, WordDraws draws, WordVectorOptions options, WordWeights weights, bool isCounted)
    {
        this.isCounted = isCounted;
        (this.vocabulary, this.draws, this.options, this.weights) = (vocabulary, draws, options, weights);
        own = new WordWeights(2, options.Dimensions);
        (now, next) = (new Center(options), new Center(options));
        dots = new float[now.Inputs.Length * SampledKernels.Apart];
    }

    /// <summary>Learns from lines.</summary>
    /// <param name="block">The lines.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="rate">The learning rate.</param>
    /// <returns>The number of known words that there were.</returns>
    public long Learn(ReadOnlySpan<byte> block, ulong seed, float rate)
    {
        state = seed;
        long words = 0;
        while (block.Length > 0)
        {
            vocabulary.ReadLine(ref block, line);
            words += line.Count;
            Span<int> all = CollectionsMarshal.AsSpan(line);
            int kept = 0;
            foreach (int word in all)
            {
                if (draws.Keeps(word, ref state))
                {
                    all[kept++] = word;
                }
            }

            Learn(all[..kept], rate);
        }

        return words;
    }

    /// <inheritdoc/>
    public void Dispose() => own.Dispose();

    private void Learn(ReadOnlySpan<int> words, float rate)
    {
        now.Count = 0;
        for (int i = 0; i <= words.Length; i++)
        {
            next.Count = 0;
            if (i < words.Length)
            {
                Prepare(words, i);
            }

            if (now.Count > 0)
            {
                fixed (nint* rows = now.Inputs)
                {
                    Learn((float**)rows, now.Count, rate);
                }
            }

            (now, next) = (next, now);
        }
    }

    /// <summary>Finds the rows of the next word, and what is drawn against it.</summary>
    private void Prepare(ReadOnlySpan<int> words, int i)
    {
        int reach = 1 + (int)((WordDraws.Next(ref state) >> 32) * (ulong)options.Window >> 32);
        int end = Math.Min(words.Length, i + reach + 1);
        for (int j = Math.Max(0, i - reach); j < end; j++)
        {
            if (j != i)
            {
                next.Inputs[next.Count++] = (nint)weights.Input(words[j]);
                Count(words[j]);
            }
        }

        if (next.Count > 0)
        {
            Draw(words[i], next.Drawn);
        }
    }

    private void Learn(float** rows, int count, float rate)
    {
        if (options.Method == WordMethod.SkipGram)
        {
            Step(rows, count, rate);
            return;
        }

        float* before = own.Input(0), after = own.Input(1);
        Span<float> mean = new(before, weights.Stride), moved = new(after, weights.Stride);
        mean.Clear();
        for (int c = 0; c < count; c++)
        {
            TensorPrimitives.Add(mean, new ReadOnlySpan<float>(rows[c], mean.Length), mean);
        }

        TensorPrimitives.Multiply(mean, 1.0f / count, mean);
        mean.CopyTo(moved);
        Step(&after, 1, rate);
        TensorPrimitives.Subtract(moved, mean, moved);
        for (int c = 0; c < count; c++)
        {
            Span<float> row = new(rows[c], mean.Length);
            TensorPrimitives.MultiplyAdd(moved, 1.0f / count, row, row);
        }
    }

    /// <summary>The word itself, and those that are drawn against it.</summary>
    private void Draw(int word, int[] drawn)
    {
        drawn[0] = word;
        for (int n = 1; n < drawn.Length; n++)
        {
            drawn[n] = draws.Other(word, ref state);
        }

        foreach (int one in drawn)
        {
            Count(weights.Words + one);
            Fetch(weights.Target(one));
        }
    }

    /// <summary>
    /// Asks for a row: those of drawn words lie anywhere, and a step would wait for each of them where it has just
    /// been changed by another thread.
    /// </summary>
    private void Fetch(float* row)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < weights.Stride; i += SampledKernels.Group)
            {
                Sse.Prefetch0(row + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(int row)
    {
        if (isCounted)
        {
            weights.Changes[row]++;
        }
    }

    /// <summary>
    /// A step along the gradient of Σ_c (log σ(x_c · y₀) + Σₙ log σ(−x_c · yₙ)), six targets at a time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(float** rows, int count, float rate)
    {
        Span<float> all = dots.AsSpan(0, count * SampledKernels.Apart);
        int[] drawn = now.Drawn;
        fixed (float* steps = dots)
        fixed (nint* places = targets)
        {
            for (int first = 0; first < drawn.Length; first += SampledKernels.Targets)
            {
                int there = Math.Min(SampledKernels.Targets, drawn.Length - first);
                for (int n = 0; n < SampledKernels.Targets; n++)
                {
                    places[n] = (nint)(n < there ? weights.Target(drawn[first + n]) : own.Target(0));
                }

                SampledKernels.Dots(rows, count, (float**)places, steps, weights.Stride);
                TensorPrimitives.Sigmoid(all, all);
                TensorPrimitives.Multiply(all, -rate, all);
                for (int c = 0; c < count; c++)
                {
                    float* step = steps + c * SampledKernels.Apart;
                    step[0] += first == 0 ? rate : 0.0f;
                    for (int n = there; n < SampledKernels.Targets; n++)
                    {
                        step[n] = 0.0f;
                    }
                }

                SampledKernels.Update(rows, count, (float**)places, steps, weights.Stride);
            }
        }
    }

    /// <summary>A word, the rows of those near it, and what is drawn against it, itself first.</summary>
    private sealed class Center(WordVectorOptions options)
    {
        public nint[] Inputs { get; } = new nint[2 * options.Window];

        public int[] Drawn { get; } = new int[options.Negatives + 1];

        public int Count { get; set; }
    }
}
