using Math4AI.Probability;

namespace Math4AI.Tests.Probability;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(500)]
    [InlineData(-600)]
    public void Numbers_whose_squares_overflow_or_vanish_have_the_spread_of_their_units(int power)
    {
        double[] values = [.. Enumerable.Range(0, 9000).Select(i => Math.Sin(i))];
        double unit = Math.ScaleB(1.0, power);
        double spread = Spread.Of(Array.ConvertAll(values, value => value * unit)) / unit;
        Assert.Equal(Spread.Of(values), spread, 1e-12);
        Assert.Equal(0.0, Spread.Of([0.0, 0.0]));
    }
}
