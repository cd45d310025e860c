using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// A matrix with the singular values and right singular vectors of samples: the samples themselves where they fit into
/// memory, and otherwise the triangle R of A = Q R, in one pass over blocks. Of several processes that share the
/// samples, each reduces its share to a triangle, and those are factorized together (<see cref="TallQr"/>).
/// </summary>
internal static class TriangularFactor
{
    private const long MaxElementsInMemory = 1L << 24;

    public static Matrix<double> OfOrSamples(ISampleSource samples, CancellationToken cancellation)
    {
        bool isLarge = samples.Length * samples.Channels > MaxElementsInMemory || samples.Processes.Count > 1;
        if (isLarge && samples.Length > samples.Channels)
        {
            return Of(samples, cancellation);
        }

        double[] all = new double[checked(samples.Length * samples.Channels)];
        samples.Read(0, checked((int)samples.Length), all);
        return Matrix<double>.Build.Dense((int)samples.Length, samples.Channels, all);
    }

    /// <summary>Computes R, channels × channels.</summary>
    public static Matrix<double> Of(ISampleSource samples, CancellationToken cancellation) =>
        samples.Processes.Count > 1 && samples.Length > samples.Channels
            ? TallQr.Of(OfShare(samples, cancellation), samples.Processes).R
            : OfAll(samples, cancellation);

    /// <summary>The triangle of this process's share of the samples.</summary>
    private static Matrix<double> OfShare(ISampleSource samples, CancellationToken cancellation)
    {
        (long start, long end) = samples.Processes.Share(samples.Length);
        int length = BlockPass<double, StreamedQr>.BlockLengthFor(samples);
        double[] block = new double[samples.Channels * length], zeros = new double[length];
        var own = new StreamedQr(samples.Channels);
        for (long first = start; first < end; first += length)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(length, end - first);
            Span<double> some = block.AsSpan(0, samples.Channels * count);
            samples.Read(first, count, some);
            own.Add(some, zeros.AsSpan(0, count));
        }

        return Triangle(own, samples.Channels);
    }

    private static Matrix<double> OfAll(ISampleSource samples, CancellationToken cancellation)
    {
        int channels = samples.Channels;
        double[] zeros = new double[BlockPass<double, StreamedQr>.BlockLengthFor(samples)];
        var pass = new BlockPass<double, StreamedQr>(samples, samples.Read, 0, () => new StreamedQr(channels));
        pass.Run((qr, block, _, count, _) => qr.Add(block, zeros.AsSpan(0, count)), cancellation);
        var total = new StreamedQr(channels);
        foreach (StreamedQr qr in pass.States)
        {
            total.Add(Triangle(qr, channels).ToColumnMajorArray(), new double[channels]);
        }

        return Triangle(total, channels);
    }

    private static Matrix<double> Triangle(StreamedQr qr, int channels) =>
        Matrix<double>.Build.Dense(channels, channels, (i, j) => i <= j ? qr[i, j] : 0.0);
}
