using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Samples;

/// <summary>
/// The order in which the samples of a pass are trained on. For one of your own, derive from it; what its
/// <c>ToString</c> returns is what a checkpoint knows it by. The same numbers must give the same order.
/// </summary>
public abstract record Sampler
{
    /// <summary>Gets the sampler that takes every sample once, in an order at random.</summary>
    public static Sampler Shuffled { get; } = new ShuffledSampler();

    /// <summary>Gets the sampler that takes every sample once, in the order of the data.</summary>
    public static Sampler InOrder { get; } = new InOrderSampler();

    /// <summary>
    /// Returns the sampler that draws as many samples as there are, with replacement and with probabilities that are
    /// proportional to weights.
    /// </summary>
    /// <param name="weights">One for each sample, 0 or more, not all 0.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are 0.</exception>
    public static Sampler Weighted(IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        for (int i = 0; i < weights.Count; i++)
        {
            if (!(weights[i] >= 0.0) || !double.IsFinite(weights[i]))
            {
                throw new ArgumentException(
                    $"The weight of sample {i} is {weights[i]}: weights are finite and not negative.", nameof(weights));
            }
        }

        return weights.Any(weight => weight > 0.0)
            ? new WeightedSampler([.. weights])
            : throw new ArgumentException("At least one weight must be more than 0.", nameof(weights));
    }

    /// <summary>
    /// Returns the sampler that takes every sample once, at random, such that every batch has the classes in the shares
    /// of the whole as nearly as whole numbers allow.
    /// </summary>
    /// <param name="classes">The class of each sample.</param>
    public static Sampler Stratified(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new StratifiedSampler([.. classes]);
    }

    /// <summary>
    /// Returns the sampler that takes every sample once, in batches of similar lengths that come in an order at random:
    /// padding is then short.
    /// </summary>
    /// <param name="lengths">The length of each sample.</param>
    public static Sampler ByLength(IReadOnlyList<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        return new LengthSampler([.. lengths]);
    }

    /// <summary>Writes the samples of a pass in the order in which they are taken.</summary>
    /// <param name="rows">Receives the samples, from 0; as many as there are.</param>
    /// <param name="batchSize">The number of samples of a step.</param>
    /// <param name="epoch">The pass, from 0.</param>
    /// <param name="seed">The training's seed.</param>
    public abstract void Draw(Span<long> rows, int batchSize, int epoch, int seed);

    private static MersenneTwister Random(int epoch, int seed) =>
        new(unchecked(seed * 1_000_003 + epoch), threadSafe: false);

    private static long[] Shuffle(int count, MersenneTwister random)
    {
        long[] order = new long[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        random.Shuffle(order);
        return order;
    }

    private static void RequireCount(int given, int samples)
    {
        if (given != samples)
        {
            throw new ArgumentException($"The sampler was made for {given} samples, and there are {samples}.");
        }
    }

    private static string Describe<T>(string name, T[] values)
        where T : unmanaged => string.Create(
            CultureInfo.InvariantCulture, $"{name} {XxHash64.HashToUInt64(MemoryMarshal.AsBytes<T>(values)):x16}");

    private sealed record ShuffledSampler : Sampler
    {
        public override string ToString() => "shuffled";

        public override void Draw(Span<long> rows, int batchSize, int epoch, int seed) =>
            Shuffle(rows.Length, Random(epoch, seed)).CopyTo(rows);
    }

    private sealed record InOrderSampler : Sampler
    {
        public override string ToString() => "in order";

        public override void Draw(Span<long> rows, int batchSize, int epoch, int seed)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = i;
            }
        }
    }

    private sealed record WeightedSampler(double[] Weights) : Sampler
    {
        private readonly double[] sums = Sums(Weights);

        public override string ToString() => Describe("weighted", Weights);

        public override void Draw(Span<long> rows, int batchSize, int epoch, int seed)
        {
            RequireCount(Weights.Length, rows.Length);
            MersenneTwister random = Random(epoch, seed);
            for (int i = 0; i < rows.Length; i++)
            {
                // The first sum beyond the drawn number: a sample of weight 0 has the sum of the one before it.
                int at = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
                at = at >= 0 ? at + 1 : ~at;
                while (Weights[at] == 0.0)
                {
                    at++;
                }

                rows[i] = at;
            }
        }

        private static double[] Sums(double[] weights)
        {
            double[] sums = [.. weights];
            for (int i = 1; i < sums.Length; i++)
            {
                sums[i] += sums[i - 1];
            }

            return sums;
        }
    }

    private sealed record StratifiedSampler(int[] Classes) : Sampler
    {
        public override string ToString() => Describe("stratified", Classes);

        public override void Draw(Span<long> rows, int batchSize, int epoch, int seed)
        {
            RequireCount(Classes.Length, rows.Length);
            MersenneTwister random = Random(epoch, seed);
            var places = new List<(double Place, long Row)>();
            foreach (IGrouping<int, long> one
                in Shuffle(rows.Length, random).GroupBy(row => Classes[row]).OrderBy(one => one.Key))
            {
                // The samples of a class lie at equal distances in the pass, from a start at random.
                long[] members = [.. one];
                double start = random.NextDouble();
                places.AddRange(members.Select((row, i) => ((i + start) / members.Length, row)));
            }

            int at = 0;
            foreach ((_, long row) in places.OrderBy(place => place.Place))
            {
                rows[at++] = row;
            }
        }
    }

    private sealed record LengthSampler(int[] Lengths) : Sampler
    {
        /// <summary>
        /// So many batches are sorted together: enough for similar lengths, few enough that batches differ from pass to
        /// pass.
        /// </summary>
        private const int Pool = 50;

        public override string ToString() => Describe("by length", Lengths);

        public override void Draw(Span<long> rows, int batchSize, int epoch, int seed)
        {
            RequireCount(Lengths.Length, rows.Length);
            MersenneTwister random = Random(epoch, seed);
            long[][] batches = [.. Shuffle(rows.Length, random).Chunk(Pool * batchSize)
                .SelectMany(pool => pool.OrderBy(row => Lengths[row]).Chunk(batchSize))];

            // A batch that is not full ends the pass, or those after it would be cut elsewhere.
            long[][] full = [.. batches.Where(batch => batch.Length == batchSize)];
            random.Shuffle(full);
            int at = 0;
            foreach (long row
                in full.Concat(batches.Where(batch => batch.Length < batchSize)).SelectMany(batch => batch))
            {
                rows[at++] = row;
            }
        }
    }
}
