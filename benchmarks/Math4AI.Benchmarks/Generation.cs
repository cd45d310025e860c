using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.Language.Generation;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Benchmarks;

/// <summary>
/// Tokens at batch 1, with keys and values remembered, against the loop that reads the whole text by torch for each;
/// and against a sum over the weights and what is remembered, which must be read for each. In turn, medians.
/// </summary>
internal static class Generation
{
    private const int Rounds = 5;
    private const int Tokens = 16;

    private static readonly (string Name, int Symbols, int Layers, int Heads, int Width)[] Shapes =
    [
        ("4 layers of 128, 65 symbols", 65, 4, 4, 128),
        ("12 layers of 768, 50257 symbols (124 million weights)", 50257, 12, 12, 768),
    ];

    /// <summary>Measures both shapes.</summary>
    /// <param name="words">The number of positions; 1024 without.</param>
    public static int Run(string[] words)
    {
        _ = Compute.HasTensors;
        int positions = words.Length > 0 ? int.Parse(words[0], CultureInfo.InvariantCulture) : 1024;
        foreach ((string name, int symbols, int layers, int heads, int width) in Shapes)
        {
            CharTransformer network = TorchRandom.From(
                1, () => new CharTransformer(symbols, positions + Tokens, layers, heads, width));
            network.eval();
            var weights = DecoderWeights.Of(network);
            Measure(name + ", float32", network, weights, positions);
            Measure(name + ", int8", network, weights.Rounded(), positions);
        }

        return 0;
    }

    private static void Measure(string name, CharTransformer network, DecoderWeights weights, int positions)
    {
        var decoder = new CachedDecoder(weights);
        var random = new Random(1);
        int[] text = [.. Enumerable.Range(0, positions).Select(_ => random.Next(weights.SymbolCount))];
        float[] logits = new float[weights.SymbolCount];
        KeyValueCache cache = decoder.NewCache(positions + Tokens);
        double reading = Seconds(() => decoder.Read([cache], [text[..^1]], logits));
        var times = new List<(double Loop, double Cached, double Limit)>();
        for (int round = 0; round < Rounds; round++)
        {
            double cached = Seconds(() =>
            {
                for (int i = 0; i < Tokens; i++)
                {
                    decoder.Read([cache], [[text[i]]], logits);
                }
            }) / Tokens;
            cache.Length = positions - 1;
            times.Add((Seconds(() => Whole(network, text)), cached, Seconds(() => Limit(weights, cache))));
        }

        double loop = Median(times.Select(t => t.Loop)), one = Median(times.Select(t => t.Cached)),
            limit = Median(times.Select(t => t.Limit));
        double bytes = Matrices(weights).Sum(BytesOf) + 8.0 * positions * network.Layers * network.Width;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {positions} positions, {Compute.Threads} threads: {1e3 * one:0.000} ms a token; the loop without "
            + $"cache {1e3 * loop:0.0} ms, {loop / one:0.0} times; reading {bytes / 1e6:0.0} MB once "
            + $"{1e3 * limit:0.000} "
            + $"ms ({bytes / limit / 1e9:0.0} GB/s), {one / limit:0.00} times; the text at once {1e3 * reading:0} ms"));
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Whole(CharTransformer network, int[] text)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _ = network.forward(tensor(text.Select(one => (long)one).ToArray(), [1, text.Length]))[0, ^1]
            .contiguous().data<float>().ToArray();
    }

    private static DecoderWeights.Matrix[] Matrices(DecoderWeights weights) =>
    [
        weights.Head,
        .. weights.Layers.SelectMany(
            layer => new[] { layer.QueriesKeysValues, layer.Attended, layer.Up, layer.Down }),
    ];

    private static long BytesOf(DecoderWeights.Matrix matrix) =>
        matrix.Int8?.ByteCount ?? sizeof(float) * (long)matrix.Weight.Length;

    /// <summary>All numbers that a token needs, each read once by one of the threads.</summary>
    private static unsafe void Limit(DecoderWeights weights, KeyValueCache cache)
    {
        DecoderWeights.Matrix[] matrices = Matrices(weights);
        int width = weights.Width;
        Team.Run(Compute.Threads, part =>
        {
            float sum = 0.0f;
            long whole = 0;
            foreach (DecoderWeights.Matrix matrix in matrices)
            {
                if (matrix.Int8 is { } small)
                {
                    (int start, int length) =
                        Team.Part(small.Outputs * small.Inputs / sizeof(long), part, Compute.Threads);
                    whole += TensorPrimitives.Sum(new ReadOnlySpan<long>((long*)small.Numbers + start, length));
                    (start, length) = Team.Part(small.Outputs * small.Groups, part, Compute.Threads);
                    sum += TensorPrimitives.Sum(new ReadOnlySpan<float>(small.Scales + start, length));
                    continue;
                }

                (int first, int count) = Team.Part(matrix.Weight.Length, part, Compute.Threads);
                sum += TensorPrimitives.Sum<float>(matrix.Weight.AsSpan(first, count));
            }

            for (int layer = part; layer < weights.Layers.Count; layer += Compute.Threads)
            {
                sum += TensorPrimitives.Sum(new ReadOnlySpan<float>(cache.Keys(layer), width * cache.Length))
                    + TensorPrimitives.Sum(new ReadOnlySpan<float>(cache.Values(layer), width * cache.Length));
            }

            GC.KeepAlive(sum + whole);
        });
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var all
        ? all[all.Length / 2]
        : double.NaN;
}
