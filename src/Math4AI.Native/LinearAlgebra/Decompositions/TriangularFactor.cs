using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// A matrix with the singular values and right singular vectors of samples: the samples themselves where they fit into
/// memory, and otherwise the triangle R of A = Q R, in one pass over blocks.
/// </summary>
internal static class TriangularFactor
{
    private const long MaxElementsInMemory = 1L << 24;

    public static Matrix<double> OfOrSamples(ISampleSource samples, CancellationToken cancellation)
    {
        if (samples.Length * samples.Channels > MaxElementsInMemory && samples.Length > samples.Channels)
        {
            return Of(samples, cancellation);
        }

        double[] all = new double[checked(samples.Length * samples.Channels)];
        samples.Read(0, checked((int)samples.Length), all);
        return Matrix<double>.Build.Dense((int)samples.Length, samples.Channels, all);
    }

    /// <summary>Computes R, channels × channels.</summary>
    public static Matrix<double> Of(ISampleSource samples, CancellationToken cancellation)
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
