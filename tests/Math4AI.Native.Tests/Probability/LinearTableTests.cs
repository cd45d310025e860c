using Math4AI.LinearAlgebra;
using Math4AI.Probability;

namespace Math4AI.Tests.Probability;

public class LinearTableTests
{
    private static readonly double[] Samples =
    [
        .. Enumerable.Range(0, 999).Select(i => 3.0 * Math.Sin(i)), -1e300, 1e300, double.NegativeInfinity,
        double.PositiveInfinity, -2.0, 2.0,
    ];

    [Fact]
    public void A_straight_line_is_read_exactly_and_is_constant_beyond_its_ends()
    {
        double[] table = [.. Enumerable.Range(0, 41).Select(i => 5.0 * (-2.0 + 0.1 * i) + 1.0)],
            values = new double[Samples.Length];
        LinearTable.Read(Samples, -2.0, 0.1, table, values);
        Assert.All(values.Zip(Samples), pair =>
            Assert.Equal(5.0 * Math.Clamp(pair.Second, -2.0, 2.0) + 1.0, pair.First, 0.002));
    }

    [Fact]
    public void A_histogram_keeps_the_number_and_the_mean_of_samples_on_its_grid()
    {
        double[] inside = [.. Samples.Where(x => Math.Abs(x) < 1.99)], counts = new double[41];
        var histogram = new LinearHistogram(-2.0, 0.1, 41);
        histogram.Add(inside);
        histogram.Add(inside.AsSpan(0, 3));
        histogram.MoveTo(counts);
        Assert.Equal(inside.Length + 3, counts.Sum(), 1e-9);
        Assert.Equal(
            inside.Sum() + inside[..3].Sum(), counts.Select((count, i) => count * (-2.0 + 0.1 * i)).Sum(), 1e-9);
        histogram.MoveTo(counts);
        Assert.Equal(inside.Length + 3, counts.Sum(), 1e-9);
    }

    [Fact]
    public void No_number_leads_out_of_the_table_or_the_bins()
    {
        double[] wild =
            [.. Enumerable.Repeat(new[] { double.NaN, double.NegativeInfinity, double.PositiveInfinity, 1e308 }, 5)
                .SelectMany(x => x), double.NaN];
        double[] table = [1.0, 2.0, 3.0], values = new double[wild.Length], counts = new double[3];
        LinearTable.Read(wild, 0.0, 1.0, table, values);
        Assert.All(values.Zip(wild), pair => Assert.Equal(pair.Second > 0.0 ? 3.0 : 1.0, pair.First, 0.002));
        var histogram = new LinearHistogram(0.0, 1.0, 3);
        histogram.Add(wild);
        histogram.MoveTo(counts);
        Assert.Equal(wild.Length, counts.Sum(), 1e-9);
        Assert.Equal(11.0, counts[0], 1e-9);
    }
}
