using System.Numerics;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// The support vectors of the machines of all pairs of classes, each of them once: its kernel value with a sample is
/// computed once and serves every pair. Of a class the weights in all its pairs are one matrix, so that decisions are
/// products: for the pairs of class c, f = Σ_c W_cᵀ k(X_c, x) + b.
/// </summary>
internal sealed unsafe class SharedVectors
{
    private const int RowsAtATime = 64;

    // Few are added in float32, the sums of them in float64.
    private const int AddedAtATime = 1024;

    private readonly PairMachine[] pairs;
    private readonly int[,] pairOf;
    private readonly KernelSamples vectors;
    private readonly double[] weights;
    private readonly float[]? single;

    // Where the vectors of each class begin; last, how many there are.
    private readonly int[] starts;

    /// <summary>Collects the vectors of all pairs.</summary>
    /// <param name="pairs">The machines.</param>
    /// <param name="classes">The number of classes.</param>
    public SharedVectors(PairMachine[] pairs, int classes)
    {
        this.pairs = pairs;
        pairOf = new int[classes, classes];
        for (int pair = 0; pair < pairs.Length; pair++)
        {
            (int first, int second) = (pairs[pair].First, pairs[pair].Second);
            (pairOf[first, second], pairOf[second, first]) = (pair, pair);
        }

        (int Class, int Place)[] keys = [.. pairs.SelectMany(KeysOf).Distinct().Order()];
        Dictionary<(int Class, int Place), int> places =
            keys.Select((key, place) => (key, place)).ToDictionary(pair => pair.key, pair => pair.place);
        starts = [.. Enumerable.Range(0, classes + 1).Select(of => keys.Count(key => key.Class < of))];
        weights = new double[keys.Length * (classes - 1)];
        foreach (PairMachine pair in pairs)
        {
            (int Class, int Place)[] own = [.. KeysOf(pair)];
            for (int i = 0; i < own.Length; i++)
            {
                int of = own[i].Class, place = places[own[i]];
                int other = of == pair.First ? pair.Second - 1 : pair.First;
                weights[starts[of] * (classes - 1) + other * (starts[of + 1] - starts[of]) + place - starts[of]] =
                    pair.Fit.Weights[i];
            }
        }

        vectors = pairs[0].Fit.Shared.Only([.. keys.Select(key => key.Place)]);
        single = Array.TrueForAll(pairs, pair => pair.Fit.Weights.Count == 0 || pair.Fit.IsExactEnough)
            ? Array.ConvertAll(weights, weight => (float)weight)
            : null;
    }

    /// <summary>Computes f(x) of every pair, samples × pairs, column after column.</summary>
    public double[] Predict(KernelSamples x)
    {
        double[] decisions = new double[(long)x.Count * pairs.Length];
        for (int pair = 0; pair < pairs.Length; pair++)
        {
            decisions.AsSpan(pair * x.Count, x.Count).Fill(pairs[pair].Fit.Offset);
        }

        int parts = Math.Min(Team.Size, x.Count);
        Team.Run(vectors.Count == 0 ? 0 : parts, part =>
        {
            (int first, int count) = Team.Part(x.Count, part, parts);
            if (single is not null)
            {
                AddSingle(x, first, first + count, decisions);
            }
            else
            {
                AddDouble(x, first, first + count, decisions);
            }
        });
        return decisions;
    }

    /// <summary>
    /// The class and the place of each support vector: weights are positive on the side of the first.
    /// </summary>
    private static IEnumerable<(int Class, int Place)> KeysOf(PairMachine pair) => pair.Fit.Places.Select(
        (place, i) => (pair.Fit.Weights[i] > 0.0 ? pair.First : pair.Second, place));

    private void AddSingle(KernelSamples x, int first, int end, double[] decisions)
    {
        KernelColumns columns = pairs[0].Fit.Kernel.Columns(vectors, x);
        float[] values = new float[vectors.Count * RowsAtATime];
        for (int start = first; start < end; start += RowsAtATime)
        {
            int rows = Math.Min(RowsAtATime, end - start);
            columns.Fill(start, rows, values);
            Add(single!, values, start, rows, decisions);
        }
    }

    private void AddDouble(KernelSamples x, int first, int end, double[] decisions)
    {
        for (int start = first; start < end; start += RowsAtATime)
        {
            int rows = Math.Min(RowsAtATime, end - start);
            var values = new GramMatrix(vectors.Count, rows);
            pairs[0].Fit.Kernel.Fill(vectors, x.Range(start, rows), values);
            Add(weights, values.Values, start, rows, decisions);
        }
    }

    /// <summary>Adds the shares of some samples, whose kernel values with all vectors are given.</summary>
    private void Add<T>(T[] factors, T[] values, int start, int rows, double[] decisions)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int others = starts.Length - 2, samples = decisions.Length / pairs.Length;
        var shares = new T[others * rows];
        fixed (T* w = factors, k = values, f = shares)
        {
            for (int of = 0; of <= others; of++)
            {
                int count = starts[of + 1] - starts[of];
                for (int at = 0; at < count; at += AddedAtATime)
                {
                    Products.Multiply(
                        (byte)'T', (byte)'N', others, rows, Math.Min(AddedAtATime, count - at),
                        w + (long)starts[of] * others + at, count, k + starts[of] + at, vectors.Count, T.Zero, f,
                        others);
                    for (int other = 0; other < others; other++)
                    {
                        Span<double> sums = decisions.AsSpan(
                            pairOf[of, other < of ? other : other + 1] * samples + start, rows);
                        for (int row = 0; row < rows; row++)
                        {
                            sums[row] += double.CreateTruncating(f[row * others + other]);
                        }
                    }
                }
            }
        }
    }
}
