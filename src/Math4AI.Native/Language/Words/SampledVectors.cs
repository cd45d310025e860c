using System.Numerics.Tensors;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Language.Words;

/// <summary>
/// Vectors of words by telling what is near a word from what is drawn at random. The text is read once an epoch. In a
/// round, each thread learns from a block of lines with vectors of its own, which are put together at its end; so the
/// bits depend on the seed and the number of threads alone.
/// </summary>
internal sealed class SampledVectors : IDisposable
{
    /// <summary>
    /// Bytes that a thread reads in a round: enough that putting vectors together costs little; with twice as many,
    /// judgements and analogies lose.
    /// </summary>
    private const int BlockSize = 1 << 18;

    /// <summary>The last learning rate over the first.</summary>
    private const double MinRate = 0.01;

    private readonly Corpus corpus;
    private readonly WordVectorOptions options;
    private readonly CancellationToken cancellation;
    private readonly WordWeights beginning;
    private readonly WordWeights[] theirs;
    private readonly SampledWorker[] workers;
    private readonly double rate;
    private readonly double total;
    private long done;

    private SampledVectors(
        Corpus corpus, Vocabulary vocabulary, WordVectorOptions options, CancellationToken cancellation)
    {
        (this.corpus, this.options, this.cancellation) = (corpus, options, cancellation);
        rate = options.LearningRate > 0.0 ? options.LearningRate
            : options.Method == WordMethod.SkipGram ? 0.025 : 0.075;
        total = (double)options.Epochs * vocabulary.Counts.Sum();
        beginning = Start(vocabulary.Counts.Count);
        theirs = new WordWeights[Team.Size];
        Array.Fill(theirs, beginning);
        bool isMerged = !options.Fast && Team.Size > 1;
        if (isMerged)
        {
            for (int i = 0; i < theirs.Length; i++)
            {
                theirs[i] = new WordWeights(beginning.Words, options.Dimensions);
                theirs[i].CopyFrom(beginning);
            }
        }

        var draws = new WordDraws(vocabulary.Counts, options.Smoothing, options.Sample);
        workers = [.. theirs.Select(weights => new SampledWorker(vocabulary, draws, options, weights, isMerged))];
    }

    /// <summary>Finds the vectors.</summary>
    /// <returns>words × dimensions.</returns>
    /// <exception cref="ArgumentException">The learning rate is too large.</exception>
    public static float[] Of(
        Corpus corpus, Vocabulary vocabulary, WordVectorOptions options, CancellationToken cancellation)
    {
        using var learning = new SampledVectors(corpus, vocabulary, options, cancellation);
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            if (options.Fast)
            {
                learning.AtOnce(epoch);
            }
            else
            {
                learning.InRounds(epoch);
            }
        }

        return learning.Result();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable one in workers.Concat<IDisposable>(theirs.Append(beginning).Distinct()))
        {
            one.Dispose();
        }
    }

    private void AtOnce(int epoch)
    {
        int blocks = 0;
        CorpusReader.Run(
            corpus, workers.Length,
            (worker, block) => Interlocked.Add(
                ref done, workers[worker].Learn(block, Seed(epoch, Interlocked.Increment(ref blocks)), Rate())),
            ProcessGroup.Single, cancellation);
    }

    private void InRounds(int epoch)
    {
        using var reader = new CorpusReader(corpus);
        (byte[] Bytes, int Length)[] now = Buffers(), next = Buffers();
        int filled = 0;
        for (int i = 0; i < now.Length; i++)
        {
            ReadNext();
        }

        (now, next) = (next, now);
        for (int block = 0; filled > 0; block += workers.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            (int first, int count, float rateNow) = (block, filled, Rate());
            long words = 0;
            filled = 0;
            Team.Run(count, part =>
            {
                (byte[] bytes, int length) = now[part];
                Interlocked.Add(ref words, workers[part].Learn(
                    bytes.AsSpan(0, length), Seed(epoch, first + part), rateNow));
                ReadNext();
            });
            done += words;
            Merge();
            (now, next) = (next, now);
        }

        (byte[] Bytes, int Length)[] Buffers() => [.. workers.Select(_ => (new byte[BlockSize], 0))];

        // The blocks of the next round come in the order of the text, whichever thread is there first.
        void ReadNext()
        {
            lock (reader)
            {
                ref (byte[] Bytes, int Length) free = ref next[filled];
                free.Length = reader.Read(free.Bytes);
                filled += free.Length > 0 ? 1 : 0;
            }
        }
    }

    private void Merge()
    {
        if (theirs[0] != beginning)
        {
            Team.Run(theirs.Length, part =>
            {
                (int first, int count) = Team.Part(2 * beginning.Words, part, theirs.Length);
                WordWeights.Merge(beginning, theirs, first, count);
            });
        }
    }

    private float Rate() => (float)(rate * Math.Max(MinRate, 1.0 - Interlocked.Read(ref done) / total));

    private ulong Seed(int epoch, int block)
    {
        ulong state = (ulong)(uint)options.Seed << 32 | (uint)epoch;
        state = WordDraws.Next(ref state) + (uint)block;
        return WordDraws.Next(ref state);
    }

    /// <summary>Inputs between −1/(2d) and 1/(2d), and targets of zeros.</summary>
    private unsafe WordWeights Start(int words)
    {
        var weights = new WordWeights(words, options.Dimensions);
        ulong state = (uint)options.Seed;
        for (int word = 0; word < words; word++)
        {
            foreach (ref float value in new Span<float>(weights.Input(word), options.Dimensions))
            {
                value = (float)((WordDraws.Next(ref state) >> 40) / (double)(1 << 24) - 0.5) / options.Dimensions;
            }
        }

        return weights;
    }

    private unsafe float[] Result()
    {
        float[] result = new float[(long)beginning.Words * options.Dimensions];
        for (int word = 0; word < beginning.Words; word++)
        {
            new ReadOnlySpan<float>(beginning.Input(word), options.Dimensions)
                .CopyTo(result.AsSpan(word * options.Dimensions));
        }

        return TensorPrimitives.IsFiniteAll<float>(result) ? result : throw new ArgumentException(
            $"The learning rate of {rate} is too large for this text: the vectors grew beyond all bounds.");
    }
}
