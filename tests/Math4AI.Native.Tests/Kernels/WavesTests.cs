using Math4AI.Kernels.Maps;

namespace Math4AI.Tests.Kernels;

public class WavesTests
{
    // Every multiple of 1/64 of a turn, where quarters meet, and phases between and far away.
    private static readonly double[] Turns =
    [
        .. Enumerable.Range(-200, 401).Select(i => i / 64.0),
        .. Enumerable.Range(0, 400).Select(i => 3.0 * Math.Sin(i) + (i % 5 == 0 ? 1e6 : 0.0)),
        0.125, -0.125, 0.375, 0.5, -0.5, Math.BitIncrement(0.125), Math.BitDecrement(-0.375), 1e-300, 1e15, 0.0,
    ];

    [Fact]
    public void Waves_are_cosines_and_sines_to_the_rounding_of_float64_and_of_float32()
    {
        double[] cosines = new double[Turns.Length], sines = new double[Turns.Length];
        float[] singleCosines = new float[Turns.Length], singleSines = new float[Turns.Length];
        Waves.Fill(Turns, cosines.AsSpan(), sines, 3.0);
        Waves.Fill(Turns, singleCosines.AsSpan(), singleSines, 3.0f);
        for (int i = 0; i < Turns.Length; i++)
        {
            double half = 2.0 * (Turns[i] - Math.Round(Turns[i]));
            double cosine = double.CosPi(half), sine = double.SinPi(half);
            Assert.Equal(3.0 * cosine, cosines[i], 3.0 * 4.0 * Math.ScaleB(1.0, -53));
            Assert.Equal(3.0 * sine, sines[i], 3.0 * 4.0 * Math.ScaleB(1.0, -53));
            Assert.Equal(3.0 * cosine, singleCosines[i], 3.0 * 4.0 * Math.ScaleB(1.0, -24));
            Assert.Equal(3.0 * sine, singleSines[i], 3.0 * 4.0 * Math.ScaleB(1.0, -24));
        }
    }
}
