using System.Numerics.Tensors;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Estimates how many of the signals that were separated are speakers, the loudest first: one that rises and falls with
/// a louder one is its echo, and one whose loudness hardly varies is noise.
/// </summary>
internal static class SpeakerCount
{
    private const double LargestDependence = 0.2;
    private const double MinVariation = 0.5;

    /// <summary>Returns the number, 1 or more.</summary>
    /// <param name="signals">The signals.</param>
    /// <param name="length">The samples of each.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public static int Of(float[][] signals, int length, int sampleRate)
    {
        double[,] pairs = OutputDependence.Between(signals, length, sampleRate);
        var speakers = new List<int>();
        foreach (int n in Enumerable.Range(0, signals.Length)
            .OrderByDescending(n => TensorPrimitives.SumOfSquares<float>(signals[n].AsSpan(0, length))))
        {
            if (pairs[n, n] >= MinVariation && speakers.All(louder => pairs[n, louder] < LargestDependence))
            {
                speakers.Add(n);
            }
        }

        return Math.Max(1, speakers.Count);
    }
}
